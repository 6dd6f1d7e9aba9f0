"""A plan: what must be done, why, and what it interrupts; or everything that stands in the way of doing it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any

from signon.domain.engines import ENGINES, Engine, Interruption
from signon.domain.finding import Advice, Finding, Verdict
from signon.domain.limits import counted, shortened
from signon.domain.logins import connect_policies
from signon.domain.memory.record import Record
from signon.domain.plan.approvals import (
    Approved,
    approvals,
    disputed,
    modified_along,
    of_others,
    rebooted_along,
)
from signon.domain.plan.drift import finished, outdates_membership
from signon.domain.plan.methods import Methods, methods, switch
from signon.domain.plan.prerequisites import Surroundings, advice, findings
from signon.domain.profile.profile import Profile, ProfileVersion
from signon.domain.rds.database import Database, Membership
from signon.domain.rds.membership import MEMBERSHIP, Progress, deciding, is_joining, is_ready, joined, leaves_by_itself
from signon.domain.request.request import Request
from signon.domain.times import in_iso, moment_or_none
from signon.domain.waits import LOOK_AGAIN_AFTER
from signon.foreign import on_one_line

MOST_OF_ROLES = 20  # findings about IAM roles, of which a profile may name thousands


@dataclass(frozen=True)
class Step:
    """``interruption`` is what users of the database notice."""

    action: str
    reason: str
    interruption: Interruption = Interruption.NONE

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", on_one_line(self.action))
        object.__setattr__(self, "reason", on_one_line(self.reason))

    @classmethod
    def from_json(cls, document: Mapping[str, str]) -> Step:
        return cls(document["action"], document["reason"], Interruption(document["interruption"]))


@dataclass(frozen=True)
class Plan:
    """What will be done, or what stands in the way.

    ``verdict`` is GO, ASK (a person must decide or fix something) or PARK (``reason`` says why: a freeze, the pause
    switch, a directory that is not Active yet; ``next_look`` when to look again).
    ``checksum`` names exactly this plan for exactly this database; a person approves that and nothing else.
    ``redrives`` is how often the execution had been redriven when it was made; ``lets_in``: there are IAM roles whose
    policies name, or have named, this database. ``applies_along``: the changes of others, by RDS's names, that may be
    applied too if it asks RDS to modify the database at once; None: whatever they are. ``advice`` is worth knowing, but
    neither in the way nor in the checksum. ``leaves_as``: the state of the database when all is done, for the record.
    ``trusts_marks`` and ``takes_over`` are for the memory of what we have made (``Memory``). ``restarted``: the record
    knows that the database was restarted after it joined; for the probe, where the engine does not show it.
    ``approved``: the lines that are not asked about again once it is begun (``Approved``).
    """

    verdict: Verdict
    checksum: str
    profile: ProfileVersion
    methods: Methods
    directory: str
    realm: str
    apply_immediately: bool
    master_secret: str | None
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    may_reboot: bool
    tolerates_sessions: bool
    next_look: datetime | None = None
    reason: str | None = None
    redrives: int = 0
    lets_in: bool = False
    applies_along: tuple[str, ...] | None = ()
    advice: tuple[Advice, ...] = ()
    leaves_as: Mapping[str, str] = field(default_factory=dict)
    trusts_marks: bool = False
    takes_over: str | None = None
    restarted: bool = False
    approved: tuple[str, ...] = ()

    @property
    def as_begun(self) -> Mapping[str, str]:
        """What is remembered before the first thing is changed, in the record's words."""
        return {"allowed": self.profile.sha256, "approved": " ".join(self.approved)}

    @property
    def reboots(self) -> bool:
        """Whether one of its steps is a reboot."""
        return any(step.interruption is Interruption.REBOOT for step in self.steps)

    @property
    def summary(self) -> Mapping[str, Any]:
        """For the log."""
        counts = {"steps": len(self.steps), "findings": len(self.findings)}
        return {"verdict": self.verdict, "checksum": self.checksum, **counts}

    def to_json(self) -> dict[str, Any]:
        next_look = self.next_look and in_iso(self.next_look)
        return {**asdict(self), "next_look": next_look, "takes_over": self.takes_over or ""}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Plan:
        return cls(
            **{
                **document,
                "profile": ProfileVersion.from_json(document["profile"]),
                "methods": Methods.from_json(document["methods"]),
                "verdict": Verdict(document["verdict"]),
                "steps": tuple(Step.from_json(step) for step in document["steps"]),
                "findings": tuple(Finding(**finding) for finding in document["findings"]),
                "applies_along": None if document["applies_along"] is None else tuple(document["applies_along"]),
                "advice": tuple(Advice(**each) for each in document["advice"]),
                "next_look": moment_or_none(document["next_look"], "next_look"),
                "takes_over": document["takes_over"] or None,
                "approved": tuple(document.get("approved", ())),
            }
        )


def make_plan(
    request: Request,
    database: Database,
    profile: Profile,
    version: ProfileVersion,
    around: Surroundings,
    now: datetime,
    *,
    record: Record | None,
    redrives: int = 0,
) -> Plan:
    """The plan, with its verdict.

    If ``record`` does not know of the reboot after joining, the probe decides later.
    """
    engine, outdated = ENGINES[database.id.engine], outdates_membership(record, database, profile.directory)
    made = methods(database, profile, rejoins=outdated is not None)
    steps = tuple(_steps(engine, database, profile, made, record.reboot_due if record else None, outdated))
    interrupts = any(step.interruption is not Interruption.NONE for step in steps)
    is_ours = record is not None and record.is_ours
    approved = Approved.under(version, record)
    at_once = profile.change.apply_immediately and _modifies(database, profile, made)
    reboots = any(step.interruption is Interruption.REBOOT for step in steps)
    along = tuple(modified_along(database, made)) if at_once else ()
    found = tuple(findings(engine, database, profile, around, rejoins=made.rejoins))
    switched = tuple(switch(database, made, apply_immediately=profile.change.apply_immediately))
    of_roles = tuple(_first_of_the_roles(approved.left(_of_the_roles(database, profile, made, around))))
    asked = tuple(approvals(database, profile, now, interrupts=interrupts, is_ours=is_ours))
    of_a_reboot = tuple(of_others(rebooted_along(database), profile))
    rebooted = of_a_reboot if reboots else ()
    plan = Plan(
        verdict=Verdict.GO,
        checksum="",
        profile=version,
        methods=made,
        directory=profile.directory,
        realm=profile.realm,
        apply_immediately=profile.change.apply_immediately,
        master_secret=profile.master_secret,
        steps=steps,
        findings=(
            *approved.left(found),
            *approved.of_a_switch(version, record).left(switched),
            *of_roles,
            *approved.left(asked),
            *of_others(along, profile),  # whatever was approved before: they wait for a window that is still to come
            *approved.left(rebooted),
            *disputed(record),
        ),
        # also one that only the probe shows and no step mentions
        may_reboot=not any(
            approved.left((*approvals(database, profile, now, interrupts=True, is_ours=is_ours), *of_a_reboot))
        ),
        tolerates_sessions=profile.change.existing_allowed,
        redrives=redrives,
        lets_in=made.iam or (record is not None and bool(record.connected_roles)),
        applies_along=None if profile.change.other_pending_allowed else along,
        advice=(
            *advice(engine, database, profile, around),
            *islice(_worth_knowing_of_roles(database, profile, made, around), MOST_OF_ROLES),
        ),
        leaves_as=finished(database, made, profile.directory),
        trusts_marks=record is not None and record.trusts_marks,
        restarted=record is not None and record.was_restarted_in(profile.directory),
        approved=approved.begun(database, (*found, *switched, *of_roles, *asked, *rebooted)),
    )
    plan = replace(plan, checksum=_checksum(plan, database))
    dispute = record.disputed if record else None
    return _paused(plan, now) if around.paused else _decided(plan, request, profile, now, dispute)


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


def _steps(
    engine: Engine,
    database: Database,
    profile: Profile,
    made: Methods,
    reboot_due: bool | None,
    outdated: str | None,
) -> Iterator[Step]:
    name = database.id.name
    if made.leaves_directory:
        why = f"{engine.title} supports only one of the two methods; its directory logins lose access"
        if made.rejoins:
            why = f"{outdated}; {engine.title} requires directory sign-in to be switched off and on again after that"
        if leaves_by_itself(database, apply_immediately=profile.change.apply_immediately):
            yield Step(
                f"Wait until {name} has left directory {joined(database)}",
                f"its membership is {', '.join(one.status for one in database.memberships)}",
            )
        else:
            yield Step(f"Remove {name} from directory {joined(database)}", why, engine.joining)
    if made.switches_iam:
        # AWS says of this setting that there is no downtime.
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html
        yield Step(*_switching_iam(engine, name, made))
    if made.kerberos:
        yield from _joining(engine, database, profile, reboot_due, rejoins=made.rejoins)
    here = profile.on(engine.name)
    if made.iam and (roles := connect_policies.roles_of(here)):
        who = ", ".join(shortened(tuple(arn.rpartition("/")[2] for arn in roles)))
        yield Step(
            f"Allow {who} to connect to {name}",
            "a token gives only the access that its role's policies allow; roles no longer listed lose what the"
            " policies of this stack gave them",
        )
    yield Step(
        f"Check {counted(len(here.logins), 'login')} and create what is missing",
        _reason_to_create(engine, profile, here),
    )
    yield Step("Publish the connection kit", "people need the endpoint, the CA bundle and a client line that works")


def _switching_iam(engine: Engine, name: str, made: Methods) -> tuple[str, str]:
    if made.iam:
        return f"Switch IAM database authentication on for {name}", "people and applications sign in with IAM tokens"
    why = f"{engine.title} supports only one of the two methods; its IAM logins lose access"
    return f"Switch IAM database authentication off for {name}", why


def _joining(
    engine: Engine, database: Database, profile: Profile, reboot_due: bool | None, *, rejoins: bool
) -> Iterator[Step]:
    name, membership = database.id.name, None if rejoins else deciding(database, profile.directory)
    verdict = MEMBERSHIP.get(membership.status) if membership else None
    if verdict is not Progress.READY:
        joins = membership is not None and is_joining(membership, apply_immediately=profile.change.apply_immediately)
        does = "Wait until directory {} is associated with {}" if joins else "Associate directory {} with {}"
        yield Step(does.format(profile.directory, name), _reason_to_associate(membership), engine.joining)
    if verdict is not Progress.READY or reboot_due:
        readers = [instance.name for instance in database.instances if not instance.is_writer]
        along = f"; {', '.join(readers)} restart with it" if database.restarts_together and readers else ""
        for instance in database.to_reboot:
            yield Step(f"Reboot {instance.name}", f"{engine.why_reboot}{along}", Interruption.REBOOT)


def _reason_to_create(engine: Engine, profile: Profile, here: Profile) -> str:
    skipped = tuple(f"{login.user} ({login.method})" for login in profile.skipped_on(engine.name))
    left_out = f"; skipped, because their method is not used here: {', '.join(shortened(skipped))}" if skipped else ""
    leavers = "; our logins that it no longer lists are locked" if profile.lock_leavers else ""
    return (
        f"profile {profile.name} lists {'it' if len(here.logins) == 1 else 'them'}, and only reading the database shows"
        f" what is missing; each login stays locked until it is complete{leavers}{left_out}"
    )


def _reason_to_associate(membership: Membership | None) -> str:
    if membership is None:
        return "it is not a member of any directory"
    if MEMBERSHIP.get(membership.status) is Progress.RETRY:
        return f"its membership is {membership.status}; the same call repairs it"
    return f"its membership is {membership.status}"


def _checksum(plan: Plan, database: Database) -> str:
    """16 hexadecimal digits; nothing in it changes with time, except that a database becomes older than a day."""
    subject = [
        database.id.resource_id,
        plan.profile.sha256,
        [asdict(step) for step in plan.steps],
        [finding.to_json() for finding in plan.findings],
    ]
    return hashlib.sha256(json.dumps(subject, sort_keys=True).encode()).hexdigest()[:16]


def _paused(plan: Plan, now: datetime) -> Plan:
    return _parked(plan, now, "everything is paused")


def _parked(plan: Plan, now: datetime, reason: str) -> Plan:
    return replace(plan, verdict=Verdict.PARK, next_look=now + LOOK_AGAIN_AFTER, reason=reason)


def _decided(plan: Plan, request: Request, profile: Profile, now: datetime, dispute: str | None) -> Plan:
    """The plan with its verdict: what a person approved is no longer in the way, and ``dispute`` is decided."""
    if request.approve == plan.checksum:
        plan = replace(
            plan,
            findings=tuple(finding for finding in plan.findings if not finding.approvable),
            may_reboot=True,
            tolerates_sessions=True,
            takes_over=dispute,
        )
    elif request.approve:
        moved = Finding(
            f"Plan {request.approve} was approved, but the plan is now {plan.checksum}",
            f"Read this plan; then approve {plan.checksum}",
        )
        plan = replace(plan, findings=(*plan.findings, moved))
    in_the_way = [finding for finding in plan.findings if not finding.alone]
    if in_the_way and all(finding.passes for finding in in_the_way):
        return _parked(plan, now, "; ".join(finding.problem for finding in in_the_way))
    if in_the_way:
        return replace(plan, verdict=Verdict.ASK)
    freeze = profile.change.frozen_until(now.date())
    if freeze and request.approve != plan.checksum:
        thawed = freeze + timedelta(days=1)
        reason = f"no changes are made during a freeze, until {thawed}"
        return replace(plan, verdict=Verdict.PARK, next_look=datetime.combine(thawed, time(), UTC), reason=reason)
    return plan
