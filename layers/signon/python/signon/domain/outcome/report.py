"""What is remembered and reported of an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signon.domain.finding import Verdict
from signon.domain.logins.login import ShortProof
from signon.domain.memory.record import Record
from signon.domain.outcome.dossier import Dossier
from signon.domain.outcome.outcome import Outcome
from signon.domain.plan.plan import Plan
from signon.domain.rds.reboot import since
from signon.domain.times import in_iso, moment
from signon.domain.waits import LOOK_AGAIN_AFTER
from signon.errors import End


def is_news(ended: Outcome, record: Record | None, execution: str) -> bool:
    """Whether people and machines are told: something was changed, or there is something new to say.

    If the record is lost and a run finds everything in order, there is nothing to say.
    """
    if record and (record.execution, record.told) == (execution, ended.digest):
        return False  # this report has been made already, and is only retried
    if ended.changed:
        return True
    return ended.end != End.ONBOARDED if record is None or record.told is None else record.told != ended.digest


def facts(
    ended: Outcome, dossier: Dossier, record: Record | None, execution: str, now: str
) -> Mapping[str, str | Mapping[str, str]]:
    """What goes into the record of the dossier's database, which is ``record`` so far; "" removes a fact. ``now`` is
    kept as it was written.
    """
    database, plan, proof = dossier.database, dossier.plan, dossier.proof
    next_look = _next_look(ended, now)
    parked_before = in_iso(record.unfinished_since) if record and record.unfinished_since else ""
    joined = dossier.membership if dossier.membership and dossier.membership.attempts else None
    rebooted = since(dossier.reboot, record.associated_at if record else None)
    usable = bool(dossier.logins or dossier.proof)
    none_was_due = joined is not None and rebooted is None and usable
    return {
        **({"name": database.name, "arn": database.arn, "engine": database.engine} if database else {}),
        "end": ended.end,
        "error": ended.error or "",
        "headline": ended.told,
        "told": ended.digest,
        "execution": execution,
        "reported_at": now,
        "plan": dossier.checksum or "",
        "profile": dossier.profile or "",
        "profile_version": dossier.profile_version or "",
        "next_look": next_look,
        "unfinished_since": (parked_before or next_look) if ended.end == End.PARKED else "",
        **(_finished(plan, proof, record, now) if plan and proof else {}),
        **({"rebooted_at": in_iso(rebooted.at)} if rebooted and usable else {}),
        **({"rebooted_at": now} if none_was_due else {}),
        **_begun(ended, plan),
    }


def _begun(ended: Outcome, plan: Plan | None) -> Mapping[str, str]:
    """What was approved holds until the database is onboarded, also where it was parked before anything was begun."""
    if ended.end == End.ONBOARDED:
        return {"begun": ""}
    return plan.as_begun if plan and plan.verdict is Verdict.GO and ended.end == End.PARKED else {}


def _finished(plan: Plan, proof: ShortProof, record: Record | None, now: str) -> Mapping[str, str | Mapping[str, str]]:
    """A database that joined before its state was recorded counts as joined in its present state."""
    left = plan.leaves_as
    runs = {name: left[name] for name in ("engine_version", "port") if name in left}
    joined = {"joined_as": runs} if "directory" in left and not (record and record.joined_as) else {}
    excess = "; ".join((*proof.excess.kept, *proof.excess.more))
    disputed = {"disputed": proof.disputed or "", "disputed_names": proof.disputed_names or ""}
    remembered = {"remembers": "logins", **disputed}
    left_as = {"left_as": left} if left else {}
    return {"onboarded_at": now, "swept_drift": "", "excess": excess, **remembered, **left_as, **joined}


def _next_look(ended: Outcome, now: str) -> str:
    """When a parked database is worth another look: when its freeze is over, else in an hour."""
    if ended.end != End.PARKED:
        return ""
    return in_iso(ended.next_look or moment(now, "now") + LOOK_AGAIN_AFTER)


def event_detail(ended: Outcome, dossier: Dossier, execution: str) -> Mapping[str, Any]:
    """The custom event's detail: names, ids and counts, no login and no secret."""
    database, kit = dossier.database, dossier.kit
    return {
        "end": ended.end,
        "headline": ended.subject,
        "database": database and database.name,
        "resource_id": database and database.resource_id,
        "engine": database and database.engine,
        "profile": dossier.profile,
        "plan": dossier.checksum,
        "problems": len(ended.problems),
        "kit": kit and kit.location,
        "execution": execution,
    }
