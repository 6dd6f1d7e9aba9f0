from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.rds.database import Database
from signon.domain.rds.membership import (
    MEMBERSHIP,
    Reading,
    is_ready,
    judge,
    must_associate,
    opening,
)
from signon.domain.rds.reboot import Reboot
from signon.domain.waits import seconds_before_look
from signon.errors import StillWaiting
from tests.builders import (
    DIRECTORY,
    NOW,
    OTHER_DIRECTORY,
    a_cluster,
    a_database,
    a_member,
    a_membership,
    a_reading,
    an_instance,
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


A_REBOOT = Reboot(NOW, requested=True, instances=("payments-orders",), remaining=())


def look(database: Database | None = None, *, reading: Reading | None = None, now: datetime = NOW) -> Reading:
    return judge(reading or a_reading(), database or a_member(), DIRECTORY, now)


@pytest.mark.parametrize(("status", "verdict"), VERDICTS.items())
def test_every_documented_status_has_its_verdict(status: str, verdict: str) -> None:
    judged = look(a_member(status))
    assert (judged.verdict, judged.status) == (verdict, status)
    assert str(judged.reason).startswith(f"the membership is {status}")


def test_the_table_holds_the_documented_statuses_and_no_others() -> None:
    assert set(MEMBERSHIP) == set(VERDICTS)


@pytest.mark.parametrize(("status", "verdict"), VERDICTS.items())
def test_people_can_sign_in_only_with_a_membership_that_is_ready(status: str, verdict: str) -> None:
    assert is_ready(a_database(memberships=(a_membership(status),)), DIRECTORY) is (verdict == "READY")


def test_nobody_can_sign_in_without_a_known_membership() -> None:
    assert not is_ready(a_database(memberships=()), DIRECTORY)
    assert not is_ready(a_database(memberships=(a_membership("a status of the future"),)), DIRECTORY)


@given(st.text())
def test_a_status_that_nobody_documented_is_waited_for(status: str) -> None:
    if status not in MEMBERSHIP:
        assert look(a_member(status)).verdict == "WAIT"


def test_a_membership_of_another_directory_blocks() -> None:
    judged = look(a_database(memberships=(a_membership(directory=OTHER_DIRECTORY),)))
    assert judged.verdict == "BLOCKED"
    assert judged.reason == f"the database is a member of {OTHER_DIRECTORY}; it should be a member of {DIRECTORY} only"
    assert judge(a_reading(), a_member(), OTHER_DIRECTORY, NOW).verdict == "BLOCKED"


@pytest.mark.parametrize("ours", ["kerberos-enabled", "enable-kerberos-failed", "pending-enable-kerberos"])
@pytest.mark.parametrize("theirs", ["kerberos-enabled", "failed", "joining"])
@pytest.mark.parametrize("ours_first", [True, False])
def test_a_membership_of_another_directory_blocks_wherever_it_is_listed(
    ours: str, theirs: str, ours_first: bool
) -> None:
    listed = (a_membership(ours), a_membership(theirs, OTHER_DIRECTORY))
    database = a_database(memberships=listed if ours_first else listed[::-1])
    assert not must_associate(database, DIRECTORY, apply_immediately=True)
    assert not is_ready(database, DIRECTORY)
    judged = look(database)
    assert (judged.verdict, judged.reason) == (
        "BLOCKED",
        f"the database is a member of {DIRECTORY}, {OTHER_DIRECTORY}; it should be a member of {DIRECTORY} only",
    )


@pytest.mark.parametrize(
    ("statuses", "status", "verdict"),
    [
        (("kerberos-enabled", "enable-kerberos-failed"), "enable-kerberos-failed", "RETRY"),
        (("enable-kerberos-failed", "kerberos-enabled"), "enable-kerberos-failed", "RETRY"),
        (("kerberos-enabled", "enabling-kerberos"), "enabling-kerberos", "WAIT"),
        (("failed", "disabling-kerberos"), "disabling-kerberos", "BLOCKED"),
        (("joined", "kerberos-enabled"), "joined", "READY"),
    ],
)
def test_of_several_memberships_of_our_directory_the_one_furthest_from_ready_decides(
    statuses: tuple[str, ...], status: str, verdict: str
) -> None:
    judged = look(a_database(memberships=tuple(map(a_membership, statuses))))
    assert (judged.status, judged.verdict) == (status, verdict)


def test_the_empty_list_means_wait_for_five_minutes() -> None:
    assert look(a_database(), now=at(minutes=4, seconds=59)).verdict == "WAIT"


def test_the_empty_list_means_retry_after_five_minutes() -> None:
    judged = look(a_database(), now=at(minutes=5))
    assert judged.verdict == "RETRY"
    assert judged.reason == "the database is not a member of any directory; 1 of 3 attempts made"


def test_the_five_minutes_begin_with_the_first_look_after_asking() -> None:
    """A function that was retried for an hour before it could ask was told when its state was entered."""
    asked = opening(None, a_database(), DIRECTORY, asks=True)
    first = look(a_database(), reading=asked, now=at(hours=1))
    assert (first.verdict, first.requested_at) == ("WAIT", at(hours=1))
    assert look(a_database(), reading=first, now=at(hours=1, minutes=4)).verdict == "WAIT"
    assert look(a_database(), reading=first, now=at(hours=1, minutes=5)).verdict == "RETRY"


def test_they_begin_anew_with_every_attempt() -> None:
    second = opening(a_reading(looks=9), a_database(), DIRECTORY, asks=True)
    first = look(a_database(), reading=second, now=at(hours=1))
    assert (first.began_at, first.requested_at) == (NOW, at(hours=1))
    assert look(a_database(), reading=first, now=at(hours=1, minutes=4)).verdict == "WAIT"


@pytest.mark.parametrize("database", [a_member("enable-kerberos-failed"), a_member("failed"), a_database()])
def test_a_failed_join_is_tried_three_times_and_no_more(database: Database) -> None:
    verdicts = [look(database, reading=a_reading(attempts=made), now=at(minutes=6)) for made in range(6)]
    assert [judged.verdict for judged in verdicts] == ["RETRY"] * 3 + ["BLOCKED"] * 3
    assert "after 3 attempts; RDS names two causes: " in str(verdicts[3].reason)


def test_failed_attempts_are_remembered_with_their_times() -> None:
    first = look(a_member("enable-kerberos-failed"), reading=a_reading(attempts=1))
    again = opening(first, a_member("enable-kerberos-failed"), DIRECTORY, asks=True)
    waiting = look(a_member("enabling-kerberos"), reading=again, now=at(minutes=10))
    second = look(
        a_member("failed"), reading=Reading.from_json(json.loads(json.dumps(waiting.to_json()))), now=at(hours=1)
    )
    assert second.failures == (
        f"enable-kerberos-failed at {NOW:%Y-%m-%dT%H:%MZ}",
        f"failed at {at(hours=1):%Y-%m-%dT%H:%MZ}",
    )


@pytest.mark.parametrize("status", ["rebooting", "modifying", "a status of the future"])
def test_a_member_that_rds_is_changing_is_waited_for(status: str) -> None:
    judged = look(a_member(status=status))
    assert (judged.verdict, judged.reason) == ("WAIT", f"the membership is kerberos-enabled, the database is {status}")


def test_a_member_that_leaves_blocks_whatever_else_rds_is_changing() -> None:
    assert look(a_member("disabling-kerberos", status="modifying")).verdict == "BLOCKED"


def test_three_hours_of_waiting_park_the_database() -> None:
    assert look(a_member("enabling-kerberos"), now=at(hours=3)).verdict == "WAIT"
    with pytest.raises(StillWaiting) as parked:
        look(a_member("enabling-kerberos"), now=at(hours=3, seconds=1))
    assert str(parked.value) == "the membership is enabling-kerberos, after more than 3 hours of waiting"


def test_what_is_said_of_waiting_too_long_does_not_move_with_the_clock() -> None:
    said = set()
    for hours in (4, 5):
        with pytest.raises(StillWaiting) as parked:
            look(a_member("pending-join"), now=at(hours=hours))
        said.add(str(parked.value))
    assert len(said) == 1


@pytest.mark.parametrize("status", ["kerberos-enabled", "enable-kerberos-failed", "disabling-kerberos"])
def test_only_waiting_parks(status: str) -> None:
    assert look(a_member(status), now=at(hours=9)).verdict != "WAIT"


def test_an_unknown_status_has_a_deadline_too() -> None:
    with pytest.raises(StillWaiting):
        look(a_member("a status of the future"), now=at(hours=3, seconds=1))


def test_the_three_hours_are_those_of_the_execution_and_not_of_an_attempt() -> None:
    third = opening(a_reading(attempts=2, looks=15), a_member("failed"), DIRECTORY, asks=True)
    assert (third.began_at, third.requested_at, third.looks) == (NOW, None, 15)
    with pytest.raises(StillWaiting):
        look(a_member("joining"), reading=third, now=at(hours=3, seconds=1))


def test_nothing_has_begun_before_the_first_look() -> None:
    page = opening(None, a_database(), DIRECTORY, asks=True)
    assert (page.began_at, page.requested_at, page.looks) == (None, None, 0)
    first = look(a_member("joining"), reading=page, now=at(minutes=1))
    assert (first.began_at, first.requested_at, first.looks) == (at(minutes=1),) * 2 + (1,)
    second = look(a_member("joining"), reading=first, now=at(minutes=2))
    assert (second.began_at, second.requested_at, second.looks) == (first.began_at, first.requested_at, 2)


def looks_during(join: timedelta) -> list[datetime]:
    """The moments at which the state machine looks until the join is through or the database is parked."""
    reading = opening(None, a_database(), DIRECTORY, asks=True)
    now, moments = NOW, []
    while True:
        now += timedelta(seconds=reading.wait_seconds)
        moments.append(now)
        joined = now - NOW >= join
        try:
            reading = look(a_member("kerberos-enabled" if joined else "enabling-kerberos"), reading=reading, now=now)
        except StillWaiting:
            return moments
        assert reading.looks == len(moments)
        if reading.verdict == "READY":
            return moments


def test_a_join_of_half_an_hour_costs_nine_looks() -> None:
    assert len(looks_during(timedelta(minutes=30))) == 9


def test_a_database_is_parked_at_the_sixteenth_look() -> None:
    moments = looks_during(timedelta(days=1))
    assert len(moments) == 16
    assert timedelta(hours=3) < moments[-1] - NOW <= timedelta(hours=3, minutes=31)


def test_a_join_is_noticed_a_minute_and_three_tenths_of_its_time_late_at_most() -> None:
    for minutes in range(150):
        late = looks_during(timedelta(minutes=minutes))[-1] - at(minutes=minutes)
        assert late <= timedelta(minutes=1 + minutes * 3 / 10)


def test_looks_grow_apart() -> None:
    gaps = [second - first for first, second in pairwise(looks_during(timedelta(hours=4)))]
    assert gaps == sorted(gaps)


def test_another_attempt_goes_on_with_the_waits_of_the_one_before() -> None:
    before = a_reading(looks=9)
    assert opening(before, a_member("failed"), DIRECTORY, asks=True).wait_seconds == 636


def test_the_first_look_is_a_minute_away_and_none_is_further_than_half_an_hour() -> None:
    assert [seconds_before_look(looks) for looks in (0, 1, 2, 12, 13, 1000)] == [60, 78, 101, 1397, 1800, 1800]


@given(st.integers(0, 1000))
def test_the_wait_is_a_whole_number_that_a_wait_state_takes(looks: int) -> None:
    seconds = seconds_before_look(looks)
    assert isinstance(seconds, int)
    assert 60 <= seconds <= 1800


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
        database = a_database(memberships=(a_membership(status, OTHER_DIRECTORY),))
        assert not must_associate(database, DIRECTORY, apply_immediately=True)
        assert not must_associate(a_member(status), OTHER_DIRECTORY, apply_immediately=True)


def test_asking_counts_as_an_attempt() -> None:
    first = opening(None, a_database(), DIRECTORY, asks=True)
    second = opening(first, a_member("failed"), DIRECTORY, asks=True)
    third = opening(second, a_member("joining"), DIRECTORY, asks=False)
    assert [page.attempts for page in (first, second, third)] == [1, 2, 2]


def test_there_is_nothing_to_wait_for_where_the_membership_is_ready() -> None:
    assert opening(None, a_member(), DIRECTORY, asks=False).wait_seconds == 0
    assert opening(None, a_member("joining"), DIRECTORY, asks=False).wait_seconds == 60
    assert opening(None, a_database(), DIRECTORY, asks=True).wait_seconds == 60


def test_a_cluster_is_ready_when_each_of_its_instances_is_usable_again() -> None:
    restarting = (an_instance("ledger-2", status="rebooting"), an_instance("ledger-1", is_writer=True))
    member = a_cluster(memberships=(a_membership(),), instances=restarting)
    judged = look(member, reading=a_reading())
    assert (judged.verdict, judged.reason) == (
        "WAIT",
        "the membership is kerberos-enabled, instance ledger-2 of the database is rebooting",
    )
    assert look(a_cluster(memberships=(a_membership(),)), reading=a_reading()).verdict == "READY"


def test_a_page_on_which_nothing_is_written_says_that_nothing_was_seen() -> None:
    page = Reading(attempts=1)
    assert (page.looks, page.wait_seconds, page.verdict) == (0, 0, "WAIT")


def test_a_reading_of_an_older_version_is_read() -> None:
    reading = a_reading(looks=3)
    assert Reading.from_json({**reading.to_json(), "reboot_due": True, "reboot_needed": False}) == reading


def test_a_reading_survives_the_state_machine() -> None:
    judged = look()
    assert Reading.from_json(judged.to_json()) == judged


def test_whatever_blocks_has_a_remedy_of_its_own() -> None:
    left = look(a_member("disabling-kerberos"))
    failed = look(a_member("failed"), reading=a_reading(attempts=3))
    assert "removing it from the directory" in str(left.remedy)
    assert str(failed.remedy).startswith("Check that the database's subnets reach")
    assert look(a_member("enabling-kerberos")).remedy is None
