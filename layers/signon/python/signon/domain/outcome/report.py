"""What is remembered and reported of an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signon.domain.logins.login import ShortProof
from signon.domain.memory.record import Record
from signon.domain.outcome.outcome import Outcome
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
    ended: Outcome, dossier: Mapping[str, Any], record: Record | None, execution: str, now: str
) -> Mapping[str, str | Mapping[str, str]]:
    """What goes into the record, which is ``record`` so far; "" removes a fact. ``now`` is kept as it was written."""
    database, plan = dossier["database"], dossier.get("plan", {})
    profile = plan.get("profile", {})
    next_look = _next_look(ended, now)
    parked_before = in_iso(record.unfinished_since) if record and record.unfinished_since else ""
    membership = dossier.get("membership") or {}
    reboot_worked = bool(dossier.get("reboot")) and "logins" in dossier
    none_was_due = bool(membership.get("attempts")) and not membership.get("reboot_due") and "logins" in dossier
    return {
        "name": database["name"],
        "arn": database["arn"],
        "engine": database["engine"],
        "end": ended.end,
        "error": ended.error or "",
        "headline": ended.told,
        "told": ended.digest,
        "execution": execution,
        "reported_at": now,
        "plan": plan.get("checksum", ""),
        "profile": profile.get("name") or dossier.get("request", {}).get("profile", ""),
        "profile_version": profile.get("version", ""),
        "next_look": next_look,
        "unfinished_since": (parked_before or next_look) if ended.end == End.PARKED else "",
        **(_finished(plan, dossier["proof"], record, now) if "proof" in dossier else {}),
        **({"rebooted_at": dossier["reboot"]["at"]} if reboot_worked else {}),
        **({"rebooted_at": now} if none_was_due else {}),
        **({"allowed": "", "switch_allowed": ""} if ended.end == End.ONBOARDED else {}),
    }


def _finished(
    plan: Mapping[str, Any], proof: Mapping[str, Any], record: Record | None, now: str
) -> Mapping[str, str | Mapping[str, str]]:
    """A database that joined before its state was recorded counts as joined in its present state."""
    left = plan.get("leaves_as", {})
    runs = {name: left[name] for name in ("engine_version", "port") if name in left}
    joined = {"joined_as": runs} if "directory" in left and not (record and record.joined_as) else {}
    beyond = ShortProof.from_json(proof).excess
    excess = "; ".join((*beyond.kept, *beyond.more))
    disputed = {name: proof.get(name, "") for name in ("disputed", "disputed_names")}
    remembered = {"remembers": "logins", **disputed}
    left_as = {"left_as": left} if left else {}
    return {"onboarded_at": now, "swept_drift": "", "excess": excess, **remembered, **left_as, **joined}


def _next_look(ended: Outcome, now: str) -> str:
    """When a parked database is worth another look: when its freeze is over, else in an hour."""
    if ended.end != End.PARKED:
        return ""
    return in_iso(ended.next_look or moment(now, "now") + LOOK_AGAIN_AFTER)


def event_detail(ended: Outcome, dossier: Mapping[str, Any], execution: str) -> Mapping[str, Any]:
    """The custom event's detail: names, ids and counts, no login and no secret."""
    database, plan = dossier.get("database", {}), dossier.get("plan", {})
    return {
        "end": ended.end,
        "headline": ended.headline,
        "database": database.get("name"),
        "resource_id": database.get("resource_id"),
        "engine": database.get("engine"),
        "profile": plan.get("profile", {}).get("name"),
        "plan": plan.get("checksum"),
        "problems": len(ended.problems),
        "kit": dossier.get("kit", {}).get("location"),
        "execution": execution,
    }
