from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.engines import Scope
from signon.domain.rds.database import DatabaseId, in_order_of_reboots, in_working_order
from signon.domain.rds.readiness import DecidingStatus, Readiness, readiness
from signon.errors import DatabaseUnusable
from tests.builders import NOW, a_cluster, a_cluster_id, a_database, a_database_id, an_instance

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html, all of them
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/accessing-monitoring.html
STATUSES = {
    Readiness.USABLE: {
        "available", "backing-up", "storage-optimization", "storage-initialization", "configuring-enhanced-monitoring",
        "configuring-log-exports",
    },
    Readiness.CHANGING: {
        "configuring-associate-roles", "configuring-iam-database-auth", "converting-to-vpc", "creating", "maintenance",
        "modifying", "moving-to-vpc", "rebooting", "resetting-master-credentials", "renaming", "starting",
        "storage-config-upgrade", "upgrading", "backtracking", "failing-over", "migrating", "preparing-data-migration",
        "promoting", "update-iam-db-auth",
    },
    Readiness.STUCK: {
        "cloning-failed", "migration-failed", "failed", "incompatible-create", "incompatible-network",
        "inaccessible-encryption-credentials", "inaccessible-encryption-credentials-recoverable",
        "incompatible-option-group", "incompatible-parameters", "incompatible-restore", "insufficient-capacity",
        "restore-error", "stopped", "stopping", "storage-full",
    },
    Readiness.LEAVING: {"delete-precheck", "deleting"},
}  # fmt: skip
DOCUMENTED = [(status, expected) for expected, statuses in STATUSES.items() for status in sorted(statuses)]


@pytest.mark.parametrize(("status", "expected"), DOCUMENTED)
def test_every_documented_status_has_its_meaning(status: str, expected: Readiness) -> None:
    assert readiness(status) is expected


@given(st.text())
def test_a_status_that_nobody_documented_is_waited_for(status: str) -> None:
    if status not in dict(DOCUMENTED):
        assert readiness(status) is Readiness.CHANGING


@pytest.mark.parametrize(("hours", "new"), [(0, True), (23.99, True), (24, False), (1000, False)])
def test_a_database_is_new_for_a_day(hours: float, new: bool) -> None:
    assert a_database(created_at=NOW - timedelta(hours=hours)).is_new(NOW) is new


def test_an_identity_survives_the_state_machine_and_drops_what_it_does_not_know() -> None:
    identity = a_database_id()
    assert DatabaseId.from_json({**identity.to_json(), "more": 1}) == identity


def test_account_and_region_are_those_of_the_arn() -> None:
    assert (a_database_id().account, a_database_id().region) == ("123456789012", "us-east-1")


def test_an_arn_says_whether_it_is_an_instance_or_a_cluster() -> None:
    assert (a_database_id().scope, a_cluster_id().scope) == (Scope.INSTANCE, Scope.CLUSTER)


def test_an_instance_and_a_cluster_of_one_name_have_folders_of_their_own() -> None:
    assert a_database_id(name="ledger").folder == "ledger"
    assert a_cluster_id(name="ledger").folder == "clusters/ledger"


def test_readers_come_before_the_writer_each_by_its_name() -> None:
    instances = [an_instance("a", is_writer=True), an_instance("c"), an_instance("b")]
    assert [instance.name for instance in in_order_of_reboots(instances)] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("cluster", "readers", "expected"),
    [
        ("available", ("available", "backing-up"), DecidingStatus(Readiness.USABLE, "available")),
        ("modifying", ("available", "available"), DecidingStatus(Readiness.CHANGING, "modifying")),
        ("available", ("available", "rebooting"), DecidingStatus(Readiness.CHANGING, "rebooting", "ledger-3")),
        ("available", ("creating", "available"), DecidingStatus(Readiness.CHANGING, "creating", "ledger-2")),
        ("modifying", ("rebooting", "storage-full"), DecidingStatus(Readiness.STUCK, "storage-full", "ledger-3")),
        ("available", ("deleting", "available"), DecidingStatus(Readiness.CHANGING, "deleting", "ledger-2")),
        ("deleting", ("failed", "available"), DecidingStatus(Readiness.LEAVING, "deleting")),
    ],
)
def test_a_cluster_is_as_usable_as_what_is_least_usable_in_it(
    cluster: str, readers: tuple[str, str], expected: DecidingStatus
) -> None:
    instances = (
        an_instance("ledger-2", status=readers[0]),
        an_instance("ledger-3", status=readers[1]),
        an_instance("ledger-1", is_writer=True),
    )
    assert a_cluster(status=cluster, instances=instances).deciding_status == expected


def test_a_standing_says_whose_it_is() -> None:
    assert DecidingStatus(Readiness.CHANGING, "modifying").describe("ledger") == "ledger is modifying"
    told = DecidingStatus(Readiness.CHANGING, "rebooting", "ledger-2").describe("ledger")
    assert told == "instance ledger-2 of ledger is rebooting"


@pytest.mark.parametrize("status", ["available", "modifying", "deleting"])
def test_a_database_that_is_not_stuck_is_in_working_order(status: str) -> None:
    database = a_database(status=status)
    assert in_working_order(database) is database


def test_a_stuck_database_needs_a_person() -> None:
    with pytest.raises(DatabaseUnusable, match="payments-orders is storage-full"):
        in_working_order(a_database(status="storage-full"))


@pytest.mark.parametrize(
    ("engine", "rebooted"),
    [("aurora-postgresql", ["ledger-2", "ledger-3", "ledger-1"]), ("aurora-mysql", ["ledger-2", "ledger-3"])],
)
def test_the_instances_to_reboot_are_those_that_the_engine_needs_rebooted(engine: str, rebooted: list[str]) -> None:
    cluster = a_cluster(id=a_cluster_id(engine=engine))
    assert [instance.name for instance in cluster.to_reboot] == rebooted
