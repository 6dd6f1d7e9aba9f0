"""Who becomes a cluster's writer in a failover, and the events about it.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
"""

from typing import Any

from moto.rds.exceptions import RDSClientError

from .events import Event


def target(cluster: Any, wanted: str | None) -> Any:
    """The reader that is promoted: the one that is wanted, else the first of the best tier.

    Raises InvalidDBClusterStateFault, InvalidParameterValue.
    """
    readers = sorted(
        (each for each in cluster.members if not each.is_cluster_writer and each.status == "available"),
        key=lambda each: each.promotion_tier,
    )
    if wanted is None:
        if not readers or cluster.writer is None:
            raise RDSClientError(
                "InvalidDBClusterStateFault",
                f"Cannot failover cluster {cluster.db_cluster_identifier}: it has no reader that is available.",
            )
        return readers[0]
    for each in readers:
        if each.db_instance_identifier == wanted.lower():
            return each
    raise RDSClientError(
        "InvalidParameterValue",
        f"{wanted} is no available reader of cluster {cluster.db_cluster_identifier}, and cannot become its writer.",
    )


def started(writer: Any, to: Any) -> Event:
    """In whose Availability Zone the new writer is, the old one's or another, is in the message."""
    if writer.availability_zone == to.availability_zone:
        return Event("RDS-EVENT-0072", "failover", f"Started same AZ failover to DB instance: {to.resource_id}")
    return Event("RDS-EVENT-0073", "failover", f"Started cross AZ failover to DB instance: {to.resource_id}")


def completed(to: Any) -> Event:
    """The event that ends a failover, about the new writer."""
    return Event("RDS-EVENT-0071", "failover", f"Completed failover to DB instance: {to.resource_id}")
