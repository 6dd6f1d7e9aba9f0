"""Whether RDS is asked to switch IAM database authentication, and for how long that is waited for."""

from __future__ import annotations

import pytest

from signon.domain.rds.database import Database
from signon.domain.rds.iam_authentication import is_switched, must_ask, told
from signon.domain.rds.membership import must_leave
from signon.domain.rds.waiting import Visit, visit
from signon.errors import StillWaiting
from tests.builders import NOW, OTHER_DIRECTORY, a_cluster, a_database, a_member, a_membership, an_instance, at

PENDING = ("IAMDatabaseAuthenticationEnabled",)
BUSY = "configuring-iam-database-auth"


@pytest.mark.parametrize(
    ("database", "at_once", "asks", "done"),
    [
        (a_database(), True, True, False),
        (a_database(status=BUSY), True, False, False),
        (a_database(pending_changes=PENDING), True, True, False),
        (a_database(pending_changes=PENDING), False, False, False),
        (a_database(iam_enabled=True, status=BUSY), True, False, False),
        (a_database(iam_enabled=True), True, False, True),
        (a_cluster(iam_enabled=True, instances=(an_instance(status=BUSY),)), True, False, False),
        (a_cluster(iam_enabled=True), True, False, True),
    ],
)
def test_rds_is_asked_once_and_it_is_done_when_nothing_changes_anymore(
    database: Database, at_once: bool, asks: bool, done: bool
) -> None:
    assert must_ask(database, on=True, apply_immediately=at_once) is asks
    assert is_switched(database, on=True) is done


def test_off_is_asked_for_as_on_is() -> None:
    assert must_ask(a_database(iam_enabled=True), on=False, apply_immediately=True)
    assert is_switched(a_database(), on=False)


def test_what_is_waited_for_is_reported() -> None:
    assert told(a_database(status=BUSY), on=True) == (
        "IAM database authentication is not on yet: payments-orders is configuring-iam-database-auth"
    )
    assert "waits for the maintenance window" in told(a_database(pending_changes=PENDING), on=True)


@pytest.mark.parametrize(
    ("status", "at_once", "asks"),
    [
        ("kerberos-enabled", True, True),
        ("enable-kerberos-failed", True, True),
        ("a status of the future", True, True),
        ("pending-maintenance-of-the-future", False, True),
        ("pending-maintenance-enable-kerberos", True, True),
        ("pending-maintenance-enable-kerberos", False, True),  # it waits for a window to join in
        ("disabling-kerberos", True, False),
        ("pending-maintenance-disable-kerberos", True, True),
        ("pending-maintenance-disable-kerberos", False, False),
    ],
)
def test_a_database_that_is_leaving_is_not_asked_again(status: str, at_once: bool, asks: bool) -> None:
    assert must_leave(a_member(status), apply_immediately=at_once) is asks


def test_a_database_is_asked_to_leave_for_as_long_as_one_of_its_memberships_stays() -> None:
    leaving, stays = a_membership("disabling-kerberos"), a_membership("kerberos-enabled", OTHER_DIRECTORY)
    assert must_leave(a_database(memberships=(leaving, stays)), apply_immediately=True)
    assert not must_leave(a_database(memberships=(leaving, leaving)), apply_immediately=True)


def test_a_database_that_has_left_or_is_changing_is_not_asked() -> None:
    assert not must_leave(a_database(), apply_immediately=True)
    assert not must_leave(a_member(status="modifying"), apply_immediately=True)


def test_visits_grow_apart_and_remember_that_rds_was_asked() -> None:
    first = visit(None, NOW, done=False, asks=True, what="it")
    second = visit(first, at(minutes=1), done=False, asks=False, what="it")
    third = visit(Visit.from_json(second.to_json()), at(minutes=3), done=True, asks=False, what="it")
    assert (first.verdict, second.verdict, third.verdict) == ("WAIT", "WAIT", "READY")
    assert (first.wait_seconds, second.wait_seconds, third.wait_seconds) == (60, 78, 101)
    assert (first.looks, second.looks) == (1, 2)
    assert (third.began_at, third.looks, third.requested) == (NOW, 3, True)


def test_nobody_waits_longer_than_three_hours() -> None:
    first = visit(None, NOW, done=False, asks=True, what="IAM is not on yet")
    with pytest.raises(StillWaiting, match="IAM is not on yet, after more than 3 hours of waiting"):
        visit(first, at(hours=3, minutes=1), done=False, asks=False, what="IAM is not on yet")
    assert visit(first, at(hours=4), done=True, asks=False, what="it").verdict == "READY"


def test_three_hours_are_waited_and_what_is_done_by_then_or_later_is_done() -> None:
    first = visit(None, NOW, done=False, asks=True, what="it")
    assert visit(first, at(hours=3), done=False, asks=False, what="it").verdict == "WAIT"
    assert visit(first, at(hours=9), done=True, asks=False, what="it").verdict == "READY"


def test_rds_was_not_asked_where_no_visit_asked_it() -> None:
    first = visit(None, NOW, done=False, asks=False, what="it")
    second = visit(first, at(minutes=1), done=False, asks=False, what="it")
    third = visit(second, at(minutes=3), done=False, asks=True, what="it")
    assert (first.requested, second.requested, third.requested) == (False, False, True)
