"""What only the inside of a database shows, before anything is changed; and the plan that is finished with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from signon.domain.engines import ENGINES
from signon.domain.finding import Finding, Verdict
from signon.domain.logins.difference import IN_SYNC, Difference
from signon.domain.plan.approvals import (
    and_also,
    approvals,
    of_others,
    rebooted_along,
    signed_in,
)
from signon.domain.plan.decision import decided
from signon.domain.plan.past import Past
from signon.domain.plan.plan import Plan, checksum
from signon.domain.plan.step import StepKind
from signon.domain.plan.steps import rebooting, with_locks, with_logins, with_reboot
from signon.domain.profile.profile import Profile
from signon.domain.rds.database import Database
from signon.domain.rds.reboot import Reboot, remaining, since
from signon.domain.request.request import TAG, Request
from signon.errors import DatabaseBusy, DatabaseUnusable, NeedsPerson, PlanOutdated, RebootDidNotHelp


@dataclass(frozen=True)
class Inside:
    """One look inside an instance.

    ``plugin_loaded``: the engine's sign-in plugin is active; None where neither a look inside (PostgreSQL takes the DDL
    either way) nor the record can tell; ``other_sessions``: how many there are besides ours and RDS's own;
    ``follows``: it is read only because it follows a writer; ``set_by``: or because of this setting.
    """

    plugin_loaded: bool | None
    read_only: bool
    other_sessions: int
    follows: bool = False
    set_by: str | None = None


@dataclass(frozen=True)
class Seen:
    """The inside of where logins are written, and of the readers that matter: whose sessions a reboot would end.

    ``difference``: what is to be changed there; ``sql``: as much of it as can be written before anything is made.
    """

    writer: Inside
    readers: tuple[Inside, ...] = ()
    difference: Difference = IN_SYNC
    sql: str = ""


def require_writable(writer: Inside, database: Database) -> None:
    """Raises DatabaseUnusable: logins cannot be written here. DatabaseBusy: not yet, it is failing over."""
    name = database.id.name
    if writer.follows:
        raise DatabaseBusy(f"A reader answers in place of the writer of {name}, as happens during a failover")
    if writer.read_only:
        because = f": {writer.set_by}" if writer.set_by else ""
        raise DatabaseUnusable(f"{name} is read only{because}", "Start again once it is writable")


@dataclass(frozen=True)
class Restarts:
    """What is known of restarts after the join: what this execution has rebooted since, and whether that or the record
    shows that all of them are made.

    Logins in the database that are open and bear our mark prove no restart: anybody inside can make one, and people's
    tickets would be refused for want of the reboot. The price: if somebody else joined a PostgreSQL database, or the
    record was lost, and nobody is signed in with a ticket at that moment, one reboot is due that may not be needed. It
    is made or asked for like any other, and remembered.
    """

    reboot: Reboot | None
    are_made: bool

    @classmethod
    def known(cls, plan: Plan, past: Past) -> Restarts:
        record = past.record
        done = since(past.reboot, record.associated_at if record else None)
        ours = done is not None and not done.remaining
        return cls(done, ours or (record is not None and record.was_restarted_in(plan.directory)))


def must_look_at_readers(writer: Inside, database: Database, plan: Plan, restarts: Restarts) -> bool:
    """Whether the readers' insides matter: their sessions if they are rebooted, their plugins if they alone are."""
    may_lack_plugin = not _loaded(writer.plugin_loaded, restarts) or not _reboots_writer(database)
    return plan.has(StepKind.REBOOT) or (plan.methods.kerberos and may_lack_plugin)


def finish(
    draft: Plan,
    request: Request,
    database: Database,
    profile: Profile,
    now: datetime,
    past: Past,
    seen: Seen,
) -> Plan:
    """The plan with what was seen inside, and its verdict.

    Raises RebootDidNotHelp: a plugin is not loaded, and there is nothing that could be rebooted for it.
    """
    plan = replace(draft, steps=with_logins(draft.steps, ENGINES[database.id.engine], profile, seen.difference))
    record, approved, restarts = past.record, past.approved, Restarts.known(draft, past)
    lacks_reboot = _lacks_reboot(plan, database, restarts, seen)
    if lacks_reboot:
        plan = replace(plan, steps=with_reboot(plan.steps, rebooting(database, remaining(database, restarts.reboot))))
    new = tuple[Finding, ...]()
    if lacks_reboot:
        to_allow = approvals(database, profile, now, record, interrupts=True)
        new = (*to_allow, *of_others(rebooted_along(database), profile))
    sessions = _sessions(database, seen)
    cut_off = signed_in(database, sessions)
    tolerates = plan.tolerates_sessions or approved.covers(cut_off)
    of_owners = seen.difference.asked if seen.difference.is_made else ()
    new = (*new, *of_owners)
    asked = (cut_off,) if plan.has(StepKind.REBOOT) and sessions and not tolerates else ()
    plan = replace(
        plan,
        tolerates_sessions=tolerates,
        advice=(*plan.advice, *seen.difference.advice),
        findings=tuple(dict.fromkeys((*plan.findings, *approved.left(new), *asked, *_too_many(seen.difference)))),
        approved=tuple(sorted({*plan.approved, *approved.begun(database, (*new, *asked))})),
    )
    plan = replace(plan, checksum=checksum(plan, database.id))
    made = decided(plan, request, profile, now, record.disputed if record else None)
    if made.verdict is not Verdict.GO and database.tags.get(TAG) != profile.name:
        # a name that somebody typed locks nobody before the plan is to be carried out
        made = replace(made, steps=tuple(step for step in made.steps if step.kind is not StepKind.LOCK))
    return replace(made, approved=and_also(made.approved, cut_off)) if made.tolerates_sessions else made


def finish_held_up(draft: Plan, profile: Profile, found: Difference, error: NeedsPerson | None = None) -> Plan:
    """A plan that something holds up, with the step that is done all the same: ``found`` are its locks. ``error`` is
    what kept it from being finished.
    """
    plan = replace(draft, steps=with_locks(draft.steps, profile, found))
    if error is None:
        return plan
    return replace(plan, verdict=Verdict.ASK, findings=(*plan.findings, Finding(error.problem, error.remedy)))


def _too_many(difference: Difference) -> Iterator[Finding]:
    """What keeps logins from being made, and does not keep those removed from the profile from being locked."""
    if difference.full:
        yield Finding(difference.full.problem, difference.full.remedy)


def require_calm(sessions: int, database: Database, plan: Plan) -> None:
    """To be called before a reboot that would end so many sessions of others.

    Raises PlanOutdated: nobody was asked about them, as they were not there when the plan was made.
    """
    if sessions and not plan.tolerates_sessions:
        raise PlanOutdated(f"Since the plan for {database.id.name} was made, others have signed in")


def _loaded(plugin_loaded: bool | None, restarts: Restarts) -> bool:
    return restarts.are_made if plugin_loaded is None else plugin_loaded


def _reboots_writer(database: Database) -> bool:
    return any(instance.is_writer for instance in database.to_reboot)


def _sessions(database: Database, seen: Seen) -> int:
    """Of others, where something is rebooted."""
    there = [*seen.readers, *([seen.writer] if _reboots_writer(database) else [])]
    return sum(each.other_sessions for each in there)


def _lacks_reboot(plan: Plan, database: Database, restarts: Restarts, seen: Seen) -> bool:
    """Whether a member must be rebooted although nothing outside the database shows it.

    Where readers alone are rebooted, whether that is due is for them to show; the writer loads the plugin by itself.
    """
    if not plan.methods.kerberos or plan.has(StepKind.ASSOCIATE) or plan.has(StepKind.REBOOT):
        return False
    name = database.id.name
    if not _reboots_writer(database) and seen.writer.plugin_loaded is False:
        raise RebootDidNotHelp(
            f"{name} has joined, but its sign-in plugin is not loaded on the writer, which needs no reboot",
            "Search the cluster's error log for authentication_kerberos; if it is not mentioned, ask AWS Support",
        )
    deciding = [seen.writer] if _reboots_writer(database) else seen.readers
    if all(_loaded(each.plugin_loaded, restarts) for each in deciding):
        return False
    if restarts.reboot is not None and not restarts.reboot.remaining:
        raise RebootDidNotHelp(
            f"{name} was rebooted after it joined, but its sign-in plugin is still not loaded",
            "Search the database's error log for its sign-in plugin; if it is not mentioned, ask AWS Support",
        )
    return True
