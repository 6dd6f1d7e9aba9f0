"""What a domain membership's status means, and when to look again.

RDS sends no event when a join succeeds, has no waiter for it, and shows nowhere that a reboot is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from signon.domain.network.directory_ports import TOLD
from signon.domain.rds.database import Database, Membership
from signon.domain.rds.readiness import Readiness
from signon.domain.times import in_iso, moment_or_none
from signon.domain.waits import ACCEPTED_WITHIN, PARK_AFTER, seconds_before_look
from signon.errors import StillWaiting


class Progress(StrEnum):
    """What a look at RDS's progress has shown, from the greatest obstacle to done."""

    BLOCKED = "BLOCKED"  # not without a person
    RETRY = "RETRY"  # it has failed, and the same call repairs it
    WAIT = "WAIT"
    READY = "READY"


_NEARNESS = tuple(Progress)

# The status is a free string: "joined, pending-join, failed, and so on". These are the documented ones, in both
# vocabularies.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos-managing.html
MEMBERSHIP: Mapping[str, Progress] = {
    "kerberos-enabled": Progress.READY,
    "enabling-kerberos": Progress.WAIT,
    "pending-enable-kerberos": Progress.WAIT,
    "pending-maintenance-enable-kerberos": Progress.WAIT,
    "enable-kerberos-failed": Progress.RETRY,
    "disabling-kerberos": Progress.BLOCKED,
    "pending-disable-kerberos": Progress.BLOCKED,
    "pending-maintenance-disable-kerberos": Progress.BLOCKED,
    "joined": Progress.READY,
    "joining": Progress.WAIT,
    "pending-join": Progress.WAIT,
    "pending-maintenance-join": Progress.WAIT,
    "failed": Progress.RETRY,
    "removing": Progress.BLOCKED,
    "pending-removal": Progress.BLOCKED,
    "pending-maintenance-removal": Progress.BLOCKED,
}
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Reading:
    """What "Associate directory" asked for and each look has found since; travels between the states.

    ``began_at`` is this execution's first look, ``requested_at`` the first one after it asked RDS last: not the time of
    asking, because a function that was retried for an hour still gets the time at which its state was entered.
    ``looks`` counts all looks since it began, ``wait_seconds`` is how long to wait before the next. ``remedy`` is what
    a person can do if it is BLOCKED, ``failures`` the status and time of each failed attempt.
    """

    attempts: int
    began_at: datetime | None = None
    requested_at: datetime | None = None
    looks: int = 0
    wait_seconds: int = 0
    status: str | None = None
    verdict: Progress = Progress.WAIT
    reason: str | None = None
    remedy: str | None = None
    failures: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Reading:
        """As it was made, also by an older version, whose readings have other fields as well."""
        known = {field.name: document[field.name] for field in fields(cls) if field.name in document}
        failures, verdict = tuple(document.get("failures", ())), Progress(document.get("verdict", Progress.WAIT))
        times = {name: moment_or_none(document.get(name), name) for name in ("began_at", "requested_at")}
        said = {name: document.get(name) or None for name in ("status", "reason", "remedy")}
        return cls(**{**known, **times, **said, "failures": failures, "verdict": verdict})

    def to_json(self) -> dict[str, Any]:
        times = {"began_at": self.began_at, "requested_at": self.requested_at}
        said = {"status": self.status or "", "reason": self.reason or "", "remedy": self.remedy or ""}
        return {**asdict(self), **{name: time and in_iso(time) for name, time in times.items()}, **said}


def deciding(database: Database, directory: str) -> Membership | None:
    """The membership that is the greatest obstacle for this directory's people; None: the database has none.

    One of another directory comes before its own, then the one of its own that is furthest from ready.
    """
    ranked = sorted(database.memberships, key=lambda one: (one.directory == directory, _NEARNESS.index(_meaning(one))))
    return ranked[0] if ranked else None


def joined(database: Database) -> str:
    """The directories of its memberships, for people."""
    return ", ".join(sorted({one.directory for one in database.memberships}))


def is_ready(database: Database, directory: str) -> bool:
    """Whether people of this directory can sign in, as far as its memberships say."""
    membership = deciding(database, directory)
    return membership is not None and membership.directory == directory and _meaning(membership) is Progress.READY


def is_leaving(membership: Membership) -> bool:
    """Whether RDS is taking the database out of this directory, or will."""
    return _meaning(membership) is Progress.BLOCKED


def is_joining(membership: Membership, *, apply_immediately: bool) -> bool:
    """Whether RDS makes the database a member without being asked again."""
    return _meaning(membership) is Progress.WAIT and not (_waits_for_known_window(membership) and apply_immediately)


def leaves_by_itself(database: Database, *, apply_immediately: bool) -> bool:
    """Whether it leaves every directory that it is a member of without RDS being asked."""
    return bool(database.memberships) and all(
        is_leaving(one) and not (_waits_for_window(one) and apply_immediately) for one in database.memberships
    )


def _meaning(membership: Membership) -> Progress:
    """An unknown status is waited for, because there is a deadline."""
    return MEMBERSHIP.get(membership.status, Progress.WAIT)


def must_associate(database: Database, directory: str, *, apply_immediately: bool) -> bool:
    """Whether RDS must be asked to join the database.

    It must if the database is not a member, if its join has failed, and if it waits for a window and should not.
    """
    membership = deciding(database, directory)
    if membership is None:
        return True
    if membership.directory != directory:
        return False  # the first look says so, and stops
    return _meaning(membership) is Progress.RETRY or (_waits_for_known_window(membership) and apply_immediately)


def must_leave(database: Database, *, apply_immediately: bool) -> bool:
    """Whether RDS must be asked to remove the database from its directory: not if it does so already, or may wait."""
    if database.deciding_status.readiness is Readiness.CHANGING:
        return False
    return any(
        _meaning(one) is not Progress.BLOCKED or (_waits_for_window(one) and apply_immediately)
        for one in database.memberships
    )


def _waits_for_known_window(membership: Membership) -> bool:
    """What joins in a window, by a documented status."""
    return _waits_for_window(membership) and MEMBERSHIP.get(membership.status) is Progress.WAIT


def _waits_for_window(membership: Membership) -> bool:
    return membership.status.startswith("pending-maintenance")


def opening(before: Reading | None, database: Database, directory: str, *, asks: bool) -> Reading:
    """The first reading; ``before`` is that of the previous attempt, ``asks`` says that RDS is asked now."""
    ready = is_ready(database, directory)
    return Reading(
        attempts=(before.attempts if before else 0) + asks,
        began_at=before.began_at if before else None,
        looks=before.looks if before else 0,
        failures=before.failures if before else (),
        wait_seconds=seconds_before_look(before.looks if before else 0) if asks or not ready else 0,
    )


def judge(reading: Reading, database: Database, directory: str, now: datetime) -> Reading:
    """One look, judged.

    Raises StillWaiting: no execution waits longer; the database is parked.
    """
    began_at, requested_at = reading.began_at or now, reading.requested_at or now
    verdict, reason, remedy = _verdict(reading, database, directory, now - requested_at)
    membership = deciding(database, directory)
    status = membership.status if membership else None
    has_failed = membership is not None and _meaning(membership) is Progress.RETRY
    if verdict is Progress.WAIT and now - began_at > PARK_AFTER:
        raise StillWaiting(f"{reason}, after more than {PARK_AFTER.seconds // 3600} hours of waiting")
    return replace(
        reading,
        began_at=began_at,
        requested_at=requested_at,
        looks=reading.looks + 1,
        wait_seconds=seconds_before_look(reading.looks + 1),
        status=status,
        verdict=verdict,
        reason=reason,
        remedy=remedy,
        failures=(*reading.failures, f"{status} at {now:%Y-%m-%dT%H:%MZ}") if has_failed else reading.failures,
    )


def _verdict(
    reading: Reading, database: Database, directory: str, waited: timedelta
) -> tuple[Progress, str, str | None]:
    membership, status = deciding(database, directory), database.deciding_status
    if membership is None:
        if waited < ACCEPTED_WITHIN:
            return Progress.WAIT, "RDS does not show the membership yet", None
        return _again_or_blocked(reading, "the database is not a member of any directory")
    if membership.directory != directory:
        reason = f"the database is a member of {joined(database)}; it should be a member of {directory} only"
        return Progress.BLOCKED, reason, "Remove it from that directory first (Domain none); then start again"
    verdict = _meaning(membership)
    if verdict is Progress.RETRY:
        return _again_or_blocked(reading, f"the membership is {membership.status}")
    if verdict is Progress.READY and status.readiness is not Readiness.USABLE:
        return Progress.WAIT, f"the membership is {membership.status}, {status.describe('the database')}", None
    return verdict, f"the membership is {membership.status}", LEAVING_REMEDY if verdict is Progress.BLOCKED else None


def _again_or_blocked(reading: Reading, reason: str) -> tuple[Progress, str, str | None]:
    if reading.attempts < MOST_ATTEMPTS:
        return Progress.RETRY, f"{reason}; {reading.attempts} of {MOST_ATTEMPTS} attempts made", None
    return Progress.BLOCKED, f"{reason} after {reading.attempts} attempts; {_JOIN_CAUSES}", _JOIN_REMEDY


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos-managing.html
_JOIN_CAUSES = "RDS names two causes: the network between database and directory, or the directory role"
_JOIN_REMEDY = (
    f"Check that the database's subnets reach the directory's controllers (ports {TOLD})"
    " and that the directory is Active; then start again: the same association is tried again"
)
LEAVING_REMEDY = "Somebody is removing it from the directory: once it has left, start again, or remove its tag"
