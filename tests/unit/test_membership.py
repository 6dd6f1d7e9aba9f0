from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.database import Database
from signon.domain.membership import (
    MEMBERSHIP,
    Reading,
    judge,
    must_associate,
    opening,
    seconds_before_look,
)
from signon.domain.record import Record
from signon.errors import StillWaiting
from tests.builders import (
    DIRECTORY,
    NOW,
    OTHER_DIRECTORY,
    a_database,
    a_member,
    a_membership,
    a_reading,
    a_record,
    at,
)

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos-managing.html; the API reference has others
VERDICTS = {
    "kerberos-enabled": "READY",
    "enabling-kerberos": "WAIT",
    "pending-enable-kerberos": "WAIT",
    "pending-maintenance-enable-kerberos": "WAIT",
    "pending-disable-kerberos": "BLOCKED",
    "pending-maintenance-disable-kerberos": "BLOCKED",
    "disabling-kerberos": "BLOCKED",
    "enable-kerberos-failed": "RETRY",
    "joined": "READY",
    "joining": "WAIT",
    "pending-join": "WAIT",
    "pending-maintenance-join": "WAIT",
    "failed": "RETRY",
    "removing": "BLOCKED",
    "pending-removal": "BLOCKED",
    "pending-maintenance-removal": "BLOCKED",
}


def look(
    database: object = None, *, reading: Reading | None = None, now: datetime = NOW, rebooted: bool = False
) -> Reading:
    found = database if database is not None else a_member()
    return judge(reading or a_reading(), found, DIRECTORY, now, rebooted=rebooted)  # type: ignore[arg-type]


@pytest.mark.parametrize(("status", "verdict"), VERDICTS.items())
def test_every_documented_status_has_its_verdict(status: str, verdict: str) -> None:
    judged = look(a_member(status))
    assert (judged.verdict, judged.status) == (verdict, status)
    assert judged.reason.startswith(f"the membership is {status}")


def test_the_table_holds_the_documented_statuses_and_no_others() -> None:
    assert set(MEMBERSHIP) == set(VERDICTS)


@given(st.text())
def test_a_status_that_nobody_documented_is_waited_for(status: str) -> None:
    if status not in MEMBERSHIP:
        assert look(a_member(status)).verdict == "WAIT"


def test_a_membership_of_another_directory_blocks() -> None:
    judged = look(a_database(membership=a_membership(directory=OTHER_DIRECTORY)))
    assert judged.verdict == "BLOCKED"
    assert judged.reason == f"the database is a member of {OTHER_DIRECTORY}, not of {DIRECTORY}"


def test_the_empty_list_means_wait_within_five_minutes_of_our_call() -> None:
    assert look(a_database(), now=at(minutes=4, seconds=59)).verdict == "WAIT"


def test_the_empty_list_means_retry_after_five_minutes() -> None:
    judged = look(a_database(), now=at(minutes=5))
    assert judged.verdict == "RETRY"
    assert judged.reason == "the database is not a member of any directory; 1 of 3 attempts made"


@pytest.mark.parametrize("database", [a_member("enable-kerberos-failed"), a_member("failed"), a_database()])
def test_a_failed_join_is_tried_three_times_and_no_more(database: Database) -> None:
    verdicts = [look(database, reading=a_reading(attempts=made), now=at(minutes=6)) for made in range(6)]
    assert [judged.verdict for judged in verdicts] == ["RETRY"] * 3 + ["BLOCKED"] * 3
    assert verdicts[3].reason.endswith("after 3 attempts")


def test_a_stuck_database_blocks_whatever_its_membership_is() -> None:
    assert look(a_member("enabling-kerberos", status="storage-full")).verdict == "BLOCKED"


@pytest.mark.parametrize("status", ["rebooting", "modifying", "a status of the future"])
def test_a_member_that_rds_is_changing_is_waited_for(status: str) -> None:
    judged = look(a_member(status=status))
    assert (judged.verdict, judged.reason) == ("WAIT", f"the membership is kerberos-enabled, the database {status}")


def test_five_hours_of_waiting_park_the_database() -> None:
    assert look(a_member("enabling-kerberos"), now=at(hours=5)).verdict == "WAIT"
    with pytest.raises(StillWaiting, match="payments-orders: the membership is enabling-kerberos; waited 5:00:01"):
        look(a_member("enabling-kerberos"), now=at(hours=5, seconds=1))


@pytest.mark.parametrize("status", ["kerberos-enabled", "enable-kerberos-failed", "disabling-kerberos"])
def test_only_waiting_parks(status: str) -> None:
    assert look(a_member(status), now=at(hours=9)).verdict != "WAIT"


def test_an_unknown_status_has_a_deadline_too() -> None:
    with pytest.raises(StillWaiting):
        look(a_member("a status of the future"), now=at(hours=5, seconds=1))


def looks_during(join: timedelta) -> list[datetime]:
    """The moments at which the state machine looks until the join is through."""
    reading = opening(None, a_database(), None, NOW, asks=True, plugin_loaded=False)
    now, moments = NOW, []
    while True:
        now += timedelta(seconds=reading.wait_seconds)
        moments.append(now)
        joined = now - NOW >= join
        reading = look(a_member("kerberos-enabled" if joined else "enabling-kerberos"), reading=reading, now=now)
        assert reading.looks == len(moments)
        if reading.verdict == "READY":
            return moments


def test_a_join_of_half_an_hour_costs_at_most_sixteen_looks() -> None:
    assert len(looks_during(timedelta(minutes=30))) <= 16


def test_a_join_is_noticed_within_three_minutes_in_the_first_hour() -> None:
    for minutes in range(60):
        late = looks_during(timedelta(minutes=minutes))[-1] - at(minutes=minutes)
        assert late <= timedelta(minutes=3)


def test_five_hours_of_looking_stay_within_the_history() -> None:
    moments = looks_during(timedelta(hours=5))
    assert len(moments) <= 45  # what the docstring promises, and a few
    assert moments[-1] - NOW < timedelta(hours=5, minutes=15)


def test_looks_grow_apart() -> None:
    gaps = [second - first for first, second in pairwise(looks_during(timedelta(hours=4)))]
    assert gaps == sorted(gaps)


@given(st.integers(0, 1000), st.timedeltas(timedelta(), timedelta(days=2)))
def test_the_wait_is_a_whole_number_that_a_wait_state_takes(looks: int, waited: timedelta) -> None:
    seconds = seconds_before_look(looks, waited)
    assert isinstance(seconds, int)
    assert 60 <= seconds <= 900


@pytest.mark.parametrize(
    ("status", "immediately", "asks"),
    [
        ("kerberos-enabled", True, False),
        ("joined", True, False),
        ("enabling-kerberos", True, False),
        ("pending-enable-kerberos", True, False),
        ("pending-maintenance-enable-kerberos", True, True),
        ("pending-maintenance-enable-kerberos", False, False),
        ("pending-maintenance-join", True, True),
        ("pending-maintenance-disable-kerberos", True, False),
        ("pending-maintenance-removal", True, False),
        ("disabling-kerberos", True, False),
        ("enable-kerberos-failed", True, True),
        ("enable-kerberos-failed", False, True),
        ("failed", True, True),
        ("a status of the future", True, False),
        ("pending-maintenance-of-the-future", True, False),
    ],
)
def test_rds_is_asked_only_where_it_has_something_to_do(status: str, immediately: bool, asks: bool) -> None:
    assert must_associate(a_member(status), DIRECTORY, apply_immediately=immediately) is asks


def test_rds_is_asked_to_join_what_is_no_member() -> None:
    assert must_associate(a_database(), DIRECTORY, apply_immediately=False)


def test_rds_is_never_asked_to_move_a_database_between_directories() -> None:
    for status in MEMBERSHIP:
        database = a_database(membership=a_membership(status, OTHER_DIRECTORY))
        assert not must_associate(database, DIRECTORY, apply_immediately=True)


def test_asking_counts_as_an_attempt() -> None:
    first = opening(None, a_database(), None, NOW, asks=True, plugin_loaded=False)
    second = opening(first, a_member("failed"), None, at(hours=1), asks=True, plugin_loaded=False)
    third = opening(second, a_member("joining"), None, at(hours=2), asks=False, plugin_loaded=False)
    assert [page.attempts for page in (first, second, third)] == [1, 2, 2]
    assert third.requested_at == at(hours=2).isoformat()


def test_there_is_nothing_to_wait_for_where_the_membership_is_ready() -> None:
    assert opening(None, a_member(), None, NOW, asks=False, plugin_loaded=True).wait_seconds == 0
    assert opening(None, a_member("joining"), None, NOW, asks=False, plugin_loaded=True).wait_seconds == 60
    assert opening(None, a_database(), None, NOW, asks=True, plugin_loaded=True).wait_seconds == 60


JOINED, BEFORE, AFTER = at(minutes=-30).isoformat(), at(hours=-2).isoformat(), at(minutes=-5).isoformat()


@pytest.mark.parametrize(
    ("record", "asks", "plugin_loaded", "due"),
    [
        (None, True, True, True),  # we ask RDS to join it: it must be rebooted afterwards
        (None, False, False, True),  # no record: the probe decides
        (None, False, True, False),
        (a_record(), False, False, True),  # a record of somebody else's join says nothing
        (a_record(associated_at=JOINED), False, True, True),  # joined by us and not rebooted since
        (a_record(associated_at=JOINED, rebooted_at=BEFORE), False, True, True),
        (a_record(associated_at=JOINED, rebooted_at=AFTER), False, False, False),
        (a_record(associated_at=JOINED, rebooted_at=AFTER), True, True, True),
    ],
)
def test_a_reboot_is_due_as_record_and_probe_say(
    record: Record | None, asks: bool, plugin_loaded: bool, due: bool
) -> None:
    page = opening(None, a_member(), record, NOW, asks=asks, plugin_loaded=plugin_loaded)
    assert page.reboot_due is due


def test_a_due_reboot_is_needed_until_this_execution_has_done_it() -> None:
    assert look(reading=a_reading(reboot_due=True)).reboot_needed
    assert not look(reading=a_reading(reboot_due=True), rebooted=True).reboot_needed
    assert not look(reading=a_reading(reboot_due=False)).reboot_needed


def test_after_a_reboot_the_looks_are_a_minute_apart() -> None:
    assert look(a_member(status="rebooting"), reading=a_reading(looks=20), rebooted=True).wait_seconds == 60


def test_a_reading_survives_the_state_machine() -> None:
    judged = look()
    assert Reading.from_json(judged.to_json()) == judged
