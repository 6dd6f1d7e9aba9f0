"""An execution that ended without a report: no Catch sees that it was aborted, timed out, or broke at run time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from signon.domain.memory.record import Record
from signon.domain.outcome.dossier import Dossier
from signon.domain.outcome.outcome import Outcome, is_dry_run
from signon.domain.rds.database import Database
from signon.domain.request.admission import is_served
from signon.domain.request.request import TAG, Request, read_request
from signon.errors import REPORTED, End, InvalidRequest, end_of
from signon.foreign import shown


class Status(StrEnum):
    """How far an execution is, as Step Functions says it."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    ABORTED = "ABORTED"
    PENDING_REDRIVE = "PENDING_REDRIVE"


# status -> the error in the record, what people read, what they can do
_WORDS = {
    Status.ABORTED: ("Aborted", "was stopped by somebody", "Nothing, if that was intended; otherwise start it again"),
    Status.TIMED_OUT: ("TimedOut", "took longer than six hours", "Nothing: the sweep continues where it stopped"),
    Status.FAILED: (None, "ended without a report", "Read the execution's history; then start it again"),
}


@dataclass(frozen=True)
class Execution:
    """One execution, by its ARN; ``stopped_at`` is None while it runs."""

    arn: str
    status: Status
    input: Any
    error: str | None
    cause: str | None
    started_at: datetime
    stopped_at: datetime | None

    @property
    def has_ended_badly(self) -> bool:
        """Whether it was aborted, timed out or failed: *Report outcome* may not have run."""
        return self.status in _WORDS

    @property
    def may_still_write(self) -> bool:
        """A running function continues when its execution is stopped; after a failure none is running."""
        return self.status is not Status.FAILED


def asked_for(execution: Execution, account: str, region: str) -> Request | None:
    """What the execution was started with; None if that names no database, or was a dry run."""
    try:
        return None if is_dry_run(execution.input) else read_request(execution.input, account, region)
    except InvalidRequest:
        return None


def is_unreported(
    execution: Execution, request: Request, database: Database, record: Record | None, *, holds: bool
) -> bool:
    """Whether people do not know yet of this end of a database of ours.

    ``holds``: the execution still holds the claim. One that reported and then planned again does, so it did
    not end with that report.
    """
    if execution.status is Status.FAILED and (execution.error or "").startswith(REPORTED):
        return False
    reported = record is not None and record.execution == execution.arn
    if reported and (execution.status is Status.FAILED or not holds):
        return False
    if holds:
        return True
    told = record.reported_at if record else None
    if told and execution.stopped_at and told >= execution.stopped_at:
        return False  # another run has reported since
    is_the_same = database.created_at <= execution.started_at  # and not one that was made later under its name
    return is_the_same and is_served(database, request.profile)


def outcome(execution: Execution, name: str) -> Outcome:
    """The outcome of an execution that has ended badly."""
    error, what, remedy = _WORDS[execution.status]
    kind = error or (shown(execution.error) if execution.error else "Unknown")
    problem = f"The execution {what}" + (f": {shown(execution.error)}" if execution.error else "")
    return Outcome(
        End.PARKED if execution.status is Status.TIMED_OUT or end_of(kind) == End.PARKED else End.FAILED,
        f"{name}: the execution {what}",
        ((problem, remedy),),
        "see the execution's history; the next run checks everything again",
        kind,
    )


def dossier(request: Request, database: Database, record: Record | None) -> Dossier:
    """The dossier to report from: the last plan is the one in the record."""
    asked = replace(request, profile=request.profile or database.tags.get(TAG))
    return Dossier(request=asked, database=database.id, reported=record)
