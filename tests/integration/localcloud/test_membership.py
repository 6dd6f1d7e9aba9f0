"""The walk of a membership is a function of the time and of nothing else."""

import datetime

import pytest

from localcloud.rds.membership import DomainMembership, assigned_window, next_window

NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)  # a Friday


def minutes(count: float) -> datetime.timedelta:
    return datetime.timedelta(minutes=count)


def membership(
    begins: datetime.datetime = NOON, ends_as: str = "kerberos-enabled", left: datetime.datetime | None = None
) -> DomainMembership:
    return DomainMembership("d-9367000001", "corp.example.com", "role", begins, ends_as, left=left)


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (0, "pending-enable-kerberos"),
        (4.9, "pending-enable-kerberos"),
        (5, "enabling-kerberos"),
        (29.9, "enabling-kerberos"),
        (30, "kerberos-enabled"),
    ],
)
def test_a_join_takes_thirty_minutes_and_no_reboot(after: float, status: str) -> None:
    assert membership().status(NOON + minutes(after)) == status


def test_a_join_that_fails_says_so_at_its_end() -> None:
    failing = membership(ends_as="enable-kerberos-failed")
    assert failing.status(NOON + minutes(29)) == "enabling-kerberos"
    assert failing.status(NOON + minutes(31)) == "enable-kerberos-failed"


def test_a_join_that_waits_for_its_window_begins_there() -> None:
    waiting = membership(begins=NOON + minutes(60))
    assert waiting.status(NOON) == "pending-maintenance-enable-kerberos"
    assert waiting.status(NOON + minutes(61)) == "pending-enable-kerberos"


def test_a_database_that_left_is_no_member_after_a_while() -> None:
    leaving = membership(left=NOON)
    assert leaving.status(NOON + minutes(1)) == "disabling-kerberos"
    assert leaving.status(NOON + minutes(6)) == ""


@pytest.mark.parametrize(
    ("window", "opens"),
    [
        ("fri:13:00-fri:13:30", datetime.datetime(2026, 11, 20, 13, tzinfo=datetime.UTC)),
        ("fri:11:45-fri:12:15", NOON),
        ("fri:11:00-fri:11:30", datetime.datetime(2026, 11, 27, 11, tzinfo=datetime.UTC)),
        ("wed:06:38-wed:07:08", datetime.datetime(2026, 11, 25, 6, 38, tzinfo=datetime.UTC)),
        ("sun:23:45-mon:00:15", datetime.datetime(2026, 11, 22, 23, 45, tzinfo=datetime.UTC)),
    ],
)
def test_the_next_maintenance_window_is_this_week_or_next(window: str, opens: datetime.datetime) -> None:
    assert next_window(window, NOON) == opens


@pytest.mark.parametrize("hour", range(0, 24 * 7, 5))
def test_the_window_of_a_database_that_came_without_one_is_far_away_at_any_time_of_the_week(hour: int) -> None:
    now = NOON + datetime.timedelta(hours=hour)
    assert next_window(assigned_window(now), now) - now > datetime.timedelta(days=3)
