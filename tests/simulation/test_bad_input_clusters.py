"""Clusters that cannot be joined, and events of clusters that are none of ours; nothing is changed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from localcloud.rds.membership import DomainMembership
from tests.simulation.refusals import (
    ACCOUNT,
    ODD,
    USUAL,
    USUAL_CLUSTER,
    VPC,
    Odd,
    Refusals,
    Said,
    about_the_cluster,
    each,
)
from tests.simulation.world import ORDERS, REGION, World

AVAILABLE = "Bring it to the status available; then start again"
WRITER: Mapping[str, Any] = {}


def odd(name: str, *said: Said, writer: Mapping[str, Any] | None = WRITER, **cluster: Any) -> Odd:
    """A cluster that differs from a usual one in these attributes, with this writer."""
    return Odd(name, said, about_the_cluster(), writer, cluster=cluster)


def not_ours(name: str, said: str, document: Any = None, **cluster: Any) -> Odd:
    return Odd(name, [(said, "")], document or about_the_cluster(), {}, cluster=cluster, end="Not ours")


def foreign(engine: str) -> Odd:
    return not_ours(f"a cluster of {engine}", f"{ODD} is a DB cluster of {engine}; {SERVED}", engine=engine)


def multi_az(engine: str) -> Odd:
    """A Multi-AZ DB cluster, and a profile for Aurora."""
    return odd(
        f"a Multi-AZ DB cluster of {engine}",
        (
            f"Profile {USUAL_CLUSTER} does not admit this database: it admits no engine {engine}",
            f"Tag the database with a profile that admits it, or widen admits in {USUAL_CLUSTER}",
        ),
        (
            f"Profile {USUAL_CLUSTER} names no method for engine {engine}",
            f"Add {engine}: [kerberos] under methods",
        ),
        (
            (
                f"{ODD} is a Multi-AZ DB cluster of {engine}: AWS offers no directory sign-in for it, and this stack"
                " does not serve it for IAM either"
            ),
            "Remove the tag, or use a DB instance or an Aurora cluster",
        ),
        engine=engine,
    )


def event(engine: str) -> Odd:
    detail = {
        "SourceType": "CLUSTER",
        "SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:{ODD}",
        "SourceIdentifier": ODD,
        "EventID": "RDS-EVENT-0170",
    }
    document = {
        "source": "aws.rds",
        "detail-type": "RDS DB Cluster Event",
        "account": ACCOUNT,
        "region": REGION,
        "time": "2099-01-01T00:00:00Z",
        "detail": detail,
    }
    tags = [{"Key": "signon:profile", "Value": USUAL_CLUSTER}]
    said = f"{ODD} is a DB cluster of {engine}; {SERVED}"
    return not_ours(f"an event of {engine}", said, document, engine=engine, tags=tags)


def in_another_vpc(world: World) -> Any:
    group = copy.copy(world.rds.backend.databases[ORDERS].db_subnet_group)
    group.vpc_id = "vpc-0123456789abcdef0"
    return group


def of_another_directory(world: World) -> DomainMembership:
    return DomainMembership("d-00000000aa", "other.example.com", "role", world.conductor.now() - timedelta(days=1))


SERVED = (
    "this stack serves DB instances of mysql, DB clusters of aurora-mysql, DB instances of postgres, DB clusters of"
    " aurora-postgresql, DB instances of mariadb: remove the tag"
)
OLD = f"{ODD} runs aurora-postgresql 13.9", "Upgrade it to 14 or newer: older versions are out of standard support"
STOPPED = f"{ODD} is stopped", AVAILABLE
OTHER_VPC = f"{ODD} is in vpc-0123456789abcdef0; this stack serves {VPC}", "Deploy a stack for vpc-0123456789abcdef0"
HOLD_A_SECRET = (
    "Let RDS manage the master password (this changes it), or name a secret with username and password under"
    " access.master"
)
NO_SECRET = f"RDS holds no master secret for {ODD}", HOLD_A_SECRET
IAM_MASTER = (
    f"RDS holds no master secret for {ODD}, whose master user may sign in with IAM and have no password",
    (
        "Name a secret with username and password under access.master. Or let RDS manage the master password (this"
        " changes it); where MasterUserAuthenticationType is iam-db-auth, set it to password first"
    ),
)
EXPRESS = (
    f"{ODD} is not in a VPC, like an Aurora cluster in express configuration; this stack reaches only {VPC}",
    (
        "Remove the tag: its master user, who signs in with IAM, can create IAM logins there. Or create a cluster"
        f" with full configuration in {VPC}"
    ),
)
LIMITLESS = (
    (
        f"{ODD} is an Aurora Limitless Database: AWS offers no directory sign-in for it, and this stack does not serve"
        " it for IAM either"
    ),
    "Remove the tag, or use an Aurora cluster with DB instances",
)
OTHER_DIRECTORY = (
    f"{ODD} is a member of d-00000000aa, not of d-9367000001",
    "Remove it from that directory first (Domain none)",
)
SECONDARY = (
    f"{ODD} is a secondary cluster of the global database world and has no writer",
    "Tag the primary cluster, in its own Region; logins created there reach this one",
)
MIGRATES = (
    f"{ODD} replicates from the DB instance first-1: it is being migrated from RDS; until that is over no login can"
    " be created there and directory sign-in is not offered"
)
MIGRATION = (MIGRATES, "Promote the cluster when the migration is over; then start again")
REPLICA = (
    f"{ODD} replicates from the cluster first-1, so no login can be created there",
    "Tag the source, or promote the cluster and start again",
)
NOT_ADMITTED = (
    f"Profile {USUAL} does not admit this database: it admits no engine aurora-postgresql",
    f"Tag the database with a profile that admits it, or widen admits in {USUAL}",
)
NO_METHOD = (
    f"Profile {USUAL} names no method for engine aurora-postgresql",
    "Add aurora-postgresql: [kerberos] under methods",
)
START_SO = 'Start with {"database": {"instance": "NAME"}}; samples of all inputs are in events/.'
ABSENT = ("InvalidRequest", f"There is no DB cluster {ODD} here. {START_SO} Correct the input and start again.")
BY_ITS_INSTANCE = {"database": {"instance": f"{ODD}-1"}, "profile": USUAL_CLUSTER}
FAILED = f"{ODD} is failed", AVAILABLE
FROM_AN_INSTANCE = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:first-1"
FROM_A_CLUSTER = f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:first-1"

CLUSTERS = [
    *map(foreign, ("neptune", "docdb")),
    *map(multi_az, ("mysql", "postgres")),
    *map(event, ("neptune", "docdb")),
    not_ours("a cluster that is being deleted", f"{ODD} is deleting", status="deleting"),
    odd("an old version", OLD, engine_version="13.9"),
    odd("a stopped cluster", STOPPED, status="stopped"),
    odd("a migration that failed", (f"{ODD} is migration-failed", AVAILABLE), status="migration-failed"),
    odd("a cluster that failed before it had an instance", FAILED, writer=None, status="failed"),
    odd(
        "an instance that failed",
        (f"instance {ODD}-1 of {ODD} is incompatible-network", AVAILABLE),
        writer={"status": "incompatible-network"},
    ),
    odd("another VPC", OTHER_VPC, writer={"db_subnet_group": in_another_vpc}),
    odd("no master secret", NO_SECRET, master_user_secret=None),
    odd("a master user that may sign in with IAM", IAM_MASTER, master_user_secret=None, iam_auth=True),
    odd("express configuration", EXPRESS, writer=None, vpc_networking_enabled=False),
    odd("a Limitless Database", LIMITLESS, writer=None, cluster_scalability_type="limitless"),
    odd("a member of another directory", OTHER_DIRECTORY, membership=of_another_directory),
    odd(
        "a global secondary",
        SECONDARY,
        writer={"is_cluster_writer": False},
        replicates=True,
        global_cluster_identifier="world",
    ),
    odd("a migration from RDS", MIGRATION, replication_source_identifier=FROM_AN_INSTANCE),
    odd("a replica of another Region", REPLICA, replication_source_identifier=FROM_A_CLUSTER),
    Odd("a cluster by its instance's name", [STOPPED], BY_ITS_INSTANCE, {}, cluster={"status": "stopped"}),
    Odd(
        "a profile for others",
        [NOT_ADMITTED, NO_METHOD],
        {"database": {"cluster": ODD}, "profile": USUAL},
        {},
        cluster={},
    ),
    Odd("an instance that is said to be a cluster", [ABSENT], about_the_cluster(), {}, end="Failed"),
    odd(
        "everything at once",
        OLD,
        STOPPED,
        OTHER_VPC,
        NO_SECRET,
        OTHER_DIRECTORY,
        MIGRATION,
        writer={"db_subnet_group": in_another_vpc},
        engine_version="13.9",
        status="stopped",
        master_user_secret=None,
        membership=of_another_directory,
        replication_source_identifier=FROM_AN_INSTANCE,
    ),
]


@each(CLUSTERS)
def test_everything_in_the_way_of_a_cluster_is_reported_at_once(odd: Odd, refusals: Refusals) -> None:
    refusals.check(odd)
