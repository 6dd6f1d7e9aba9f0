"""What happens with a plan: whether it is carried out, asked about or parked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from signon.domain.finding import Finding, Verdict
from signon.domain.plan.plan import Plan
from signon.domain.profile.profile import Profile
from signon.domain.request.request import Request
from signon.domain.waits import LOOK_AGAIN_AFTER


def from_outside(plan: Plan, request: Request, profile: Profile, now: datetime, dispute: str | None) -> Plan:
    """The plan, with its verdict where no look inside the database could change it: something must be fixed first.

    Otherwise its verdict is LOOK, in a freeze too: a person approves the plan that was finished, and no other.
    """
    must_be_fixed = any(not finding.approvable for finding in plan.in_the_way)
    return decided(plan, request, profile, now, dispute) if must_be_fixed else plan


def decided(plan: Plan, request: Request, profile: Profile, now: datetime, dispute: str | None) -> Plan:
    """The plan with its verdict: what a person approved is no longer in the way, and ``dispute`` is decided."""
    if request.approve == plan.checksum:
        plan = replace(
            plan,
            findings=tuple(finding for finding in plan.findings if not finding.approvable),
            tolerates_sessions=True,
            takes_over=dispute,
        )
    elif request.approve:
        moved = Finding(
            f"Plan {request.approve} was approved, but the plan is now {plan.checksum}",
            f"Read this plan; then approve {plan.checksum}",
        )
        plan = replace(plan, findings=(*plan.findings, moved))
    if plan.in_the_way and all(finding.passes for finding in plan.in_the_way):
        return parked(plan, now, "; ".join(finding.problem for finding in plan.in_the_way))
    if plan.in_the_way:
        return replace(plan, verdict=Verdict.ASK)
    freeze = profile.change.frozen_until(now.date())
    if freeze and request.approve != plan.checksum:
        thawed = freeze + timedelta(days=1)
        reason = f"no changes are made during a freeze, until {thawed}"
        return replace(plan, verdict=Verdict.PARK, next_look=datetime.combine(thawed, time(), UTC), reason=reason)
    return replace(plan, verdict=Verdict.GO)


def parked(plan: Plan, now: datetime, reason: str) -> Plan:
    """The plan, to be looked at again in a while."""
    return replace(plan, verdict=Verdict.PARK, next_look=now + LOOK_AGAIN_AFTER, reason=reason)
