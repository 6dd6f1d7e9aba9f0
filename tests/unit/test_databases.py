from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.database import DatabaseId, Readiness, readiness
from tests.builders import NOW, a_database, a_database_id

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html, all of them
STATUSES = {
    Readiness.USABLE: {
        "available", "backing-up", "storage-optimization", "storage-initialization", "configuring-enhanced-monitoring",
        "configuring-log-exports",
    },
    Readiness.CHANGING: {
        "configuring-associate-roles", "configuring-iam-database-auth", "converting-to-vpc", "creating", "maintenance",
        "modifying", "moving-to-vpc", "rebooting", "resetting-master-credentials", "renaming", "starting",
        "storage-config-upgrade", "upgrading",
    },
    Readiness.STUCK: {
        "failed", "inaccessible-encryption-credentials", "inaccessible-encryption-credentials-recoverable",
        "incompatible-create", "incompatible-network", "incompatible-option-group", "incompatible-parameters",
        "incompatible-restore", "insufficient-capacity", "restore-error", "stopped", "stopping", "storage-full",
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
