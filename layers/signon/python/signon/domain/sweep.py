"""The sweep: which databases are due for a run that no event started, and when to stop starting any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from signon.domain.memory.record import Known, Record
from signon.domain.plan.drift import drift
from signon.domain.rds.database import Database, DatabaseId
from signon.domain.rds.readiness import Readiness
from signon.domain.request.admission import is_served
from signon.domain.request.request import PROFILE_NAME, TAG
from signon.errors import End

AT_ONCE = 5
EQUAL_FAILURES = 3
LONGEST_EXECUTION = timedelta(hours=6)  # as the state machine says

_STOP_REMEDY = (
    "Fix what their messages describe, then start one of them by hand; once one of them ends differently, the sweep"
    " resumes"
)


@dataclass(frozen=True)
class Candidate:
    """A database that could be worked on now, and what the table knows of it."""

    database: Database
    known: Known

    @property
    def tag(self) -> str:
        """What its tag says: the name of a profile, valid or not. Raises KeyError: it bears none."""
        return self.database.tags[TAG]


@dataclass(frozen=True)
class Due:
    """A database to start, why, and what the record is to remember about it.

    ``version`` is the newest one of its profile (None: there is no such profile), ``drift`` what has changed since it
    was finished (None: nothing).
    """

    database: DatabaseId
    created_at: datetime
    reason: str
    version: str | None
    drift: str | None = None

    @property
    def request(self) -> Mapping[str, Any]:
        """The input of its execution."""
        return {"database": {self.database.scope: self.database.name}, "reason": f"sweep: {self.reason}"}

    @property
    def facts(self) -> Mapping[str, str]:
        """What it is not started for again."""
        facts = {"swept_drift": self.drift, "swept_version": self.version}
        return {name: fact for name, fact in facts.items() if fact}

    def execution_name(self, now: datetime) -> str:
        """The same for the same sweep: a schedule that fires twice starts one execution."""
        return f"sweep-{self.database.resource_id}-{now:%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True)
class Stop:
    """Nothing is started: the newest runs ended equally badly, and the next ones would too."""

    end: End
    error: str
    databases: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Equal for as long as it is the same stop, whichever databases join it."""
        return f"{self.end}: {self.error}"

    @property
    def headline(self) -> str:
        return f"The sweep has stopped: {len(self.databases)} runs in a row ended in {self.digest}"

    @property
    def message(self) -> str:
        """For people: the databases whose runs ended so, and what to do."""
        names = [f"- {name}" for name in self.databases]
        return "\n".join([self.headline, "", *names, "", f"What to do: {_STOP_REMEDY}"])


def is_candidate(database: Database) -> bool:
    """Whether the database bears the tag, is served, and can be worked on now."""
    return is_served(database) and database.deciding_status.readiness is Readiness.USABLE


def profiles(candidates: Iterable[Candidate]) -> Sequence[str]:
    """The distinct profiles that the tags name; a tag that is not a profile's name counts for none."""
    return sorted({candidate.tag for candidate in candidates if PROFILE_NAME.fullmatch(candidate.tag)})


def due(candidates: Iterable[Candidate], newest: Mapping[str, str | None], now: datetime) -> Sequence[Due]:
    """The databases that are due, oldest first; ``newest`` is the newest version of each profile."""
    found = [
        Due(
            candidate.database.id,
            candidate.database.created_at,
            reason,
            newest.get(candidate.tag),
            _drift(candidate),
        )
        for candidate in candidates
        if (reason := _reason(candidate, newest.get(candidate.tag), now))
    ]
    return sorted(found, key=lambda one: (one.created_at, one.database.name))


def _reason(candidate: Candidate, newest: str | None, now: datetime) -> str | None:
    record, held_since = candidate.known.record, candidate.known.held_since
    if held_since and now - held_since < LONGEST_EXECUTION:
        return None
    if record is None:
        return "no record: its event was lost, or it was tagged later"
    if record.end is None:
        return "its last run left no report"
    if record.profile != candidate.tag:
        return f"its tag names another profile than {record.profile}"
    if _profile_changed(record, newest):
        return f"profile {record.profile} has changed"
    look = record.next_look
    if record.end == End.PARKED:
        return "it was parked, and it is time to look again" if look and now >= look else None
    found = _drift(candidate)
    return found if found != record.swept_drift else None


def _drift(candidate: Candidate) -> str | None:
    return drift(candidate.known.record, candidate.database) if candidate.known.record else None


def restored(candidates: Iterable[Candidate]) -> Sequence[DatabaseId]:
    """Those that are as they were finished again, after the sweep started them because they were not: it may start them
    again for the same reason.
    """
    return [
        one.database.id for one in candidates if one.known.record and one.known.record.swept_drift and not _drift(one)
    ]


def _profile_changed(record: Record, newest: str | None) -> bool:
    """Whether the profile has a version that no run was made for.

    If no plan was made, the record knows no version. Then only a profile that could not be used is waited for.
    """
    if newest is None or newest == record.swept_version:
        return False
    if record.profile_version is None:
        return record.error == "ProfileUnusable"
    return newest != record.profile_version


def stop(candidates: Iterable[Candidate]) -> Stop | None:
    """The stop, where the newest three records ended with the same end and error.

    What only asks for an approval has no error: nothing was tried, and the next database may need none.
    """
    reported = [
        (at, candidate.database.id.name, candidate.known.record)
        for candidate in candidates
        if candidate.known.record and (at := candidate.known.record.reported_at)
    ]
    last = sorted(reported, key=lambda one: one[:2], reverse=True)[:EQUAL_FAILURES]
    ends = {(record.end, record.error) for _, _, record in last}
    if len(last) < EQUAL_FAILURES or len(ends) > 1:
        return None
    ((end, error),) = ends
    if end not in (End.FAILED, End.NEEDS_A_PERSON) or not error:
        return None
    return Stop(end, error, tuple(name for _, name, _ in last))


@dataclass(frozen=True)
class Unfinished:
    """The database that people have waited for longest, and for how long; None and 0 if they wait for none."""

    name: str | None = None
    seconds: int = 0


def oldest_unfinished(candidates: Iterable[Candidate], now: datetime) -> Unfinished:
    """The database that has been unfinished longest."""
    waiting = [(since, one.database.id.name) for one in candidates if (since := _unfinished_since(one)) and since < now]
    if not waiting:
        return Unfinished()
    since, name = min(waiting)
    return Unfinished(name, int((now - since).total_seconds()))


def _unfinished_since(candidate: Candidate) -> datetime | None:
    """Since when people can neither sign in to a database nor know why.

    Not if they once could: what a later profile adds is not a first sign-in. Not if it needs a person or has failed:
    they were told. If it is parked, from the first moment at which it was worth another look; if no run has reported,
    from its claim, otherwise from its creation, because nobody knows when it was tagged.
    """
    record = candidate.known.record
    if record is None or record.end is None:
        return candidate.known.held_since or candidate.database.created_at
    if record.onboarded_at or record.end != End.PARKED:
        return None
    return record.unfinished_since


def room(running: int, *, paused: bool, stopped: bool) -> int:
    """How many may be started while so many run."""
    return 0 if paused or stopped else max(0, AT_ONCE - running)
