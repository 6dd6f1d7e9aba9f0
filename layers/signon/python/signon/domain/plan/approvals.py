"""What a person may allow if the profile does not allow it by itself, and for how long that holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from signon.domain.engines import Scope
from signon.domain.finding import Finding
from signon.domain.limits import counted
from signon.domain.memory.record import Record
from signon.domain.plan.methods import Methods
from signon.domain.profile.profile import Profile
from signon.domain.rds import iam_authentication
from signon.domain.rds.database import Database

# "Changing this parameter doesn't result in an outage and the change is asynchronously applied as soon as possible.
# Between the time of the request and the completion of the request, the MasterUserPassword element exists in the
# PendingModifiedValues element": it waits for no window. The same holds when RDS rotates a password that it manages.
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
_WAITS_FOR_NOTHING = "MasterUserPassword"


@dataclass(frozen=True)
class Approved:
    """What is not asked again until the database is onboarded, however often it is parked on the way: the lines of the
    plan by which it was begun, as digests. Another version of the profile is asked about again, and so is a line that
    was not in that plan.

    The record says which plan that was, and its document what its lines were: who can write the table alone approves
    nothing by it.
    """

    lines: frozenset[str] = frozenset()

    def left(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """What of it is still in the way."""
        return (finding for finding in found if not (finding.approvable and self.covers(finding)))

    def covers(self, finding: Finding) -> bool:
        """Whether it was in the plan by which the database was begun."""
        return _line(finding) in self.lines

    def begun(self, database: Database, found: Iterable[Finding]) -> tuple[str, ...]:
        """The lines of a plan that is begun now: a database that is new then may grow old on the way."""
        lines = {_line(finding) for finding in (*found, _older(database)) if finding.approvable}
        return tuple(sorted(lines | self.lines))


NOTHING_APPROVED = Approved()


def and_also(lines: Iterable[str], finding: Finding) -> tuple[str, ...]:
    """The lines of a plan that is begun, with one that a person approved along with another plan, or the profile."""
    return tuple(sorted({*lines, _line(finding)}))


def _line(finding: Finding) -> str:
    return hashlib.sha256(finding.problem.encode()).hexdigest()[:16]


def approvals(
    database: Database, profile: Profile, now: datetime, record: Record | None, *, interrupts: bool
) -> Iterator[Finding]:
    """What the profile does not allow by itself, and a person may allow once until it is done.

    ``interrupts``: users of the database will notice. Where they do not, one that we have worked on before, as the
    record says, is not asked about.
    """
    is_ours = record is not None and record.is_ours
    change, name = profile.change, database.id.name
    if not change.existing_allowed and not database.is_new(now) and (interrupts or not is_ours):
        yield _older(database)
    if interrupts and not change.reboot_allowed:
        yield Finding(f"{name} must be rebooted and the profile says reboot: ask", "Approve the plan", approvable=True)


def _older(database: Database) -> Finding:
    return Finding(
        f"{database.id.name} is older than 24 hours",
        "Approve the plan, or write existing: allowed in the profile",
        approvable=True,
    )


def signed_in(database: Database, sessions: int) -> Finding:
    """So many sessions of others would be ended by a reboot. How many is no part of what is approved."""
    open_now = counted(sessions, "session was", "sessions were")
    return Finding(
        f"Others are signed in to {database.id.name}, and a reboot would end their sessions",
        f"Wait until these sessions end ({open_now} open), or approve the plan",
        approvable=True,
    )


def of_others(applied: Iterable[str], profile: Profile) -> Iterator[Finding]:
    """Whether changes that others requested may be applied together with ours; one finding for each."""
    for change in () if profile.change.other_pending_allowed else applied:
        yield Finding(
            f"A pending change that others requested would be applied as well: {change}",
            "Approve the plan, have it applied first, or write apply: window in the profile",
            approvable=True,
        )


def disputed(record: Record | None) -> Iterator[Finding]:
    """Whether we take over what bears our mark and is not remembered. It holds nothing else up: otherwise
    anyone who can write a mark could keep removed logins open.
    """
    if record and record.disputed:
        yield Finding(
            f"These bear our mark, and we do not remember having made them: {record.disputed_names}"
            f" (dispute {record.disputed})",
            "If the database is a restored copy or the table was lost, approve the plan, which takes them over; remove"
            " any that you do not recognize instead",
            approvable=True,
            alone=True,
        )


def modified_along(database: Database, made: Methods) -> Iterator[str]:
    """Pending changes of others, by RDS's names, that our modify call would apply if RDS is to do so immediately.

    "If you choose Apply Immediately, any pending modifications are also applied immediately instead of during your
    maintenance window. This can cause an extended outage".
    https://repost.aws/knowledge-center/users-connect-rds-iam
    """
    return (change for change in database.pending_changes if change not in _ours(made))


def rebooted_along(database: Database) -> Iterator[str]:
    """Pending changes of others that a reboot of each instance would apply, in words."""
    yield from (f"parameter group {group}" for group in database.pending_groups)
    if database.id.scope is Scope.CLUSTER:
        for instance in database.instances:
            yield from (f"parameter group {group} of {instance.name}" for group in instance.pending_groups)


def _ours(made: Methods) -> set[str]:
    """The pending changes that we requested ourselves."""
    return {_WAITS_FOR_NOTHING, *([iam_authentication.PENDING] if made.switches_iam else [])}
