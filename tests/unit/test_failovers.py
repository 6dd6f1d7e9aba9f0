"""Who becomes the writer in the local cloud's failovers."""

from types import SimpleNamespace
from typing import Any

import pytest
from moto.rds.exceptions import RDSClientError

from localcloud.rds import failover


def a_cluster(*readers: tuple[str, int, str]) -> Any:
    """With a writer called `one`; name, tier and status of each reader."""

    def member(name: str, tier: int, status: str, zone: str) -> Any:
        return SimpleNamespace(
            db_instance_identifier=name,
            resource_id=name,
            promotion_tier=tier,
            status=status,
            is_cluster_writer=name == "one",
            availability_zone=zone,
        )

    writer = member("one", 1, "available", "us-east-1a")
    members = [writer, *(member(*each, "us-east-1b") for each in readers)]
    return SimpleNamespace(db_cluster_identifier="payments", writer=writer, members=members)


def test_it_is_the_reader_of_the_best_tier_that_is_available() -> None:
    cluster = a_cluster(("two", 2, "available"), ("three", 0, "rebooting"), ("four", 1, "available"))
    assert failover.target(cluster, None).resource_id == "four"


def test_it_is_the_one_that_is_wanted_in_any_spelling() -> None:
    cluster = a_cluster(("two", 2, "available"), ("four", 1, "available"))
    assert failover.target(cluster, "TWO").resource_id == "two"


@pytest.mark.parametrize("wanted", ["one", "three", "somebody"])
def test_neither_the_writer_nor_an_unavailable_or_unknown_instance_can_be_the_target(wanted: str) -> None:
    cluster = a_cluster(("two", 1, "available"), ("three", 0, "rebooting"))
    with pytest.raises(RDSClientError, match="cannot become its writer"):
        failover.target(cluster, wanted)


def test_without_a_reader_that_is_available_there_is_none() -> None:
    with pytest.raises(RDSClientError, match="no reader that is available"):
        failover.target(a_cluster(("two", 1, "stopped")), None)


def test_the_message_says_whether_the_zone_is_another_one() -> None:
    cluster = a_cluster(("two", 1, "available"))
    _, reader = cluster.members
    assert failover.started(cluster.writer, reader).id == "RDS-EVENT-0073"
    reader.availability_zone = cluster.writer.availability_zone
    assert failover.started(cluster.writer, reader).id == "RDS-EVENT-0072"
