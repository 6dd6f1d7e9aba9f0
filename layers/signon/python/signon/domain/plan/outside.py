"""A plan as far as it can be made from outside the database: from what AWS says of it and of what it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from signon.domain.engines import ENGINES
from signon.domain.finding import Advice, Finding, Verdict
from signon.domain.kit.facts import kit_facts
from signon.domain.kit.files import render
from signon.domain.kit.published import differing
from signon.domain.limits import counted
from signon.domain.logins import connect_policies
from signon.domain.memory.record import Record
from signon.domain.plan.approvals import (
    approvals,
    disputed,
    modified_along,
    of_others,
    rebooted_along,
)
from signon.domain.plan.decision import from_outside, parked
from signon.domain.plan.drift import finished, outdates_membership
from signon.domain.plan.methods import Methods, methods, switch
from signon.domain.plan.past import Past
from signon.domain.plan.plan import Plan, checksum
from signon.domain.plan.prerequisites import Surroundings, advice, can_be_entered, findings
from signon.domain.plan.step import StepKind
from signon.domain.plan.steps import steps
from signon.domain.profile.profile import Profile, ProfileVersion
from signon.domain.rds.database import Database, Instance
from signon.domain.rds.membership import is_ready
from signon.domain.rds.reboot import remaining, since
from signon.domain.request.request import TAG, Request

MOST_OF_ROLES = 20  # findings about IAM roles, of which a profile may name thousands


def make_plan(
    request: Request,
    database: Database,
    profile: Profile,
    version: ProfileVersion,
    around: Surroundings,
    now: datetime,
    past: Past,
) -> Plan:
    """The plan; its verdict is LOOK unless it has to end here.

    Where the record does not know of the reboot after joining, the look inside finds whether it is due.
    """
    record, approved = past.record, past.approved
    engine, outdated = ENGINES[database.id.engine], outdates_membership(record, database, profile.directory)
    made = methods(database, profile, rejoins=outdated is not None)
    planned = tuple(
        steps(
            database,
            profile,
            made,
            to_reboot=_to_reboot(database, profile, made, past),
            outdated=outdated,
            connected=record.connected_roles if record else (),
            lacking=connect_policies.lacking(database.id, profile.on(engine.name), around.connect_policies),
            kit_differs=_kit_differs(database, profile, made, around),
        )
    )
    at_once = profile.change.apply_immediately and _modifies(database, profile, made)
    along = tuple(modified_along(database, made)) if at_once else ()
    plan = Plan(
        verdict=Verdict.LOOK,
        checksum="",
        profile=version,
        methods=made,
        directory=profile.directory,
        realm=profile.realm,
        apply_immediately=profile.change.apply_immediately,
        master_secret=profile.master_secret,
        steps=planned,
        findings=(),
        tolerates_sessions=profile.change.existing_allowed,
        applies_along=None if profile.change.other_pending_allowed else along,
        advice=(
            *advice(engine, database, profile, around),
            *islice(_worth_knowing_of_roles(database, profile, made, around), MOST_OF_ROLES),
        ),
        leaves_as=finished(database, made, profile.directory),
        trusts_marks=record is not None and record.trusts_marks,
    )
    found = tuple(findings(engine, database, profile, around, rejoins=made.rejoins))
    switched = tuple(switch(database, made, apply_immediately=profile.change.apply_immediately))
    of_roles = tuple(_first_of_the_roles(approved.left(_of_the_roles(database, profile, made, around))))
    asked = tuple(approvals(database, profile, now, record, interrupts=plan.interrupts))
    rebooted = tuple(of_others(rebooted_along(database), profile)) if plan.has(StepKind.REBOOT) else ()
    plan = replace(
        plan,
        findings=(
            *approved.left(found),
            *approved.left(switched),
            *of_roles,
            *approved.left(asked),
            *of_others(along, profile),  # whatever was approved before: they wait for a window that is still to come
            *approved.left(rebooted),
            *disputed(record),
        ),
        approved=approved.begun(database, (*found, *switched, *of_roles, *asked, *rebooted)),
    )
    plan = replace(plan, checksum=checksum(plan, database.id))
    if around.paused:
        return replace(parked(plan, now, "everything is paused"), looks_inside=False)
    plan = from_outside(plan, request, profile, now, record.disputed if record else None)
    looks = plan.verdict is Verdict.LOOK or _may_have_leavers(database, profile, around, record)
    return replace(plan, looks_inside=looks)


def _may_have_leavers(database: Database, profile: Profile, around: Surroundings, record: Record | None) -> bool:
    """Whether there may be logins of ours to lock, and a way in, although something holds up the rest.

    Its tag must name the profile, and the profile must admit it: a name that somebody typed locks nobody.
    """
    is_admitted = database.tags.get(TAG) == profile.name and not profile.refuses(database)
    made_by_us = record is not None and record.is_ours
    return profile.lock_leavers and made_by_us and is_admitted and can_be_entered(database, profile, around)


def _to_reboot(database: Database, profile: Profile, made: Methods, past: Past) -> tuple[Instance, ...]:
    """The instances whose reboot is known to be due: after a join all; else those that were joined and not rebooted."""
    if not made.kerberos:
        return ()
    if made.rejoins or not is_ready(database, profile.directory):
        return database.to_reboot
    record = past.record
    done = since(past.reboot, record.associated_at if record else None)
    due = record is not None and record.reboot_due
    return remaining(database, done) if done or due else ()


def _kit_differs(database: Database, profile: Profile, made: Methods, around: Surroundings) -> bool:
    """A database without an endpoint has none to compare."""
    if not database.host:
        return True
    return bool(differing(render(kit_facts(database, profile, made.used), around.ca_bundle), around.kit))


def _of_the_roles(database: Database, profile: Profile, made: Methods, around: Surroundings) -> Iterator[Finding]:
    if made.iam:
        here = profile.on(database.id.engine)
        yield from connect_policies.findings(
            database.id, here, around.policy_prefix, around.missing_roles, around.connect_policies
        )


def _first_of_the_roles(found: Iterable[Finding]) -> Iterator[Finding]:
    """As many findings as a state and a message hold. Nobody approves what is left out."""
    found = tuple(found)
    yield from found[:MOST_OF_ROLES]
    if (left := len(found) - MOST_OF_ROLES) > 0:
        yield Finding(
            f"IAM roles have {counted(left, 'more finding')} than are listed here",
            "Resolve those that are listed; the next plan lists the others",
        )


def _worth_knowing_of_roles(
    database: Database, profile: Profile, made: Methods, around: Surroundings
) -> Iterator[Advice]:
    if made.iam:
        here = profile.on(database.id.engine)
        yield from connect_policies.advice(database.id, here, around.connect_policies, around.boundaries)


def _modifies(database: Database, profile: Profile, made: Methods) -> bool:
    """Whether RDS is asked to modify the database."""
    joins = made.kerberos and not is_ready(database, profile.directory)
    return joins or made.leaves_directory or made.switches_iam
