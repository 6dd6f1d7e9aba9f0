"""How an execution ended, told from its dossier: one sentence, and what to do if there is something to do."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from signon.domain.finding import Advice, Remark, Verdict
from signon.domain.limits import Shortened, as_read, counted
from signon.domain.logins.login import ShortProof
from signon.domain.rds.membership import Progress
from signon.domain.times import moment_or_none
from signon.errors import LAMBDA, End, end_of
from signon.foreign import cut, on_one_line, problem_and_remedy

SILENT = {End.NOT_OURS, End.ALREADY_IN_PROGRESS}
LONGEST_WHY = 200  # in a headline
_NAME = re.compile(r"[A-Za-z0-9:-]{1,63}", re.ASCII)
_NO_ANSWER = "AWS, or the database, does not answer as it should; it is checked again within the hour"


@dataclass(frozen=True)
class Outcome:
    """``problems`` are (what is wrong, what to do) pairs; ``seen`` is the evidence, ``tried`` what was done about it.

    ``why`` is the reason in a headline for people and the record: it may name a login, which no event may.
    ``waits`` is what a later run does by itself once something exists.
    ``changed`` says that this run changed something. ``advice`` is reported as well, but is not news by itself; nor is
    ``reason``, why the run was started if somebody or the sweep said so. ``brief`` is the headline without quoted text,
    if it quotes others. Whatever is quoted is on one line.
    """

    end: End
    headline: str
    problems: tuple[tuple[str, str], ...] = ()
    tried: str | None = None
    error: str | None = None
    changed: bool = False
    next_look: datetime | None = None
    seen: str | None = None
    advice: tuple[tuple[str, str], ...] = ()
    reason: str | None = None
    why: str | None = None
    waits: tuple[str, ...] = ()
    brief: str | None = None

    def __post_init__(self) -> None:
        for name in ("headline", "tried", "error", "seen", "reason", "why", "brief"):
            text = getattr(self, name)
            object.__setattr__(self, name, None if text is None else on_one_line(text))
        for name in ("problems", "advice"):
            pairs = getattr(self, name)
            object.__setattr__(self, name, tuple((on_one_line(said), on_one_line(remedy)) for said, remedy in pairs))
        object.__setattr__(self, "waits", tuple(map(on_one_line, self.waits)))

    @property
    def subject(self) -> str:
        """For an email: which database, and how it ended; nothing that others have written."""
        return self.brief or self.headline

    @property
    def told(self) -> str:
        """The headline with its reason, as much of it as a line takes."""
        return f"{self.headline}: {cut(self.why, LONGEST_WHY)}" if self.why else self.headline

    @property
    def is_silent(self) -> bool:
        """There was nothing for us to do, so nobody is told."""
        return self.end in SILENT

    @property
    def digest(self) -> str:
        """Equal for two runs that report the same."""
        said = [self.end, self.headline, self.problems, *([self.waits] if self.waits else [])]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def decide(dossier: Mapping[str, Any], asked: Any = None) -> Outcome:
    """The outcome of a dossier that reached "Report outcome"; ``asked`` is the input the execution was started with."""
    told_along = (*_problems(dossier.get("plan", {}).get("advice", ())), *_of_excess(dossier), *_of_trust(dossier))
    reason = dossier.get("request", {}).get("reason")
    return replace(_decide(dossier, asked), advice=told_along, reason=reason)


def _of_excess(dossier: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Logins keep what they were granted, adopted ones what somebody else has granted them: that needs no answer."""
    excess = ShortProof.from_json(dossier.get("proof") or {}).excess
    if excess.number:
        granted = "; ".join((*excess.kept, *excess.more))
        found = Advice(
            f"More was granted than profile {dossier['plan']['profile']['name']} gives: {granted}",
            "This stack revokes nothing: revoke in the database what nobody needs",
        )
        yield found.problem, found.remedy


def _of_trust(dossier: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Who could change our logins here, if the engine does not stop everyone who creates logins from doing so."""
    trusted = ShortProof.from_json(dossier.get("proof") or {}).trusted
    if trusted.number:
        who = ", ".join((*trusted.kept, *trusted.more))
        found = Advice(
            f"These could change our logins, act as them or copy our mark: {who}",
            "Revoke that right from anyone you would not trust with the rights of all people of the profile",
        )
        yield found.problem, found.remedy


def _decide(dossier: Mapping[str, Any], asked: Any) -> Outcome:
    name = dossier["database"]["name"] if "database" in dossier else _named(asked)
    error = dossier.get("error") or (dossier if "Error" in dossier else None)
    if error:
        return _of_error(name, error, dossier)
    plan = dossier.get("plan", {})
    if plan.get("verdict") == Verdict.PARK:
        passing = [finding for finding in plan["findings"] if finding["passes"]]
        headline, brief = f"{name}: {plan['reason']}", f"{name}: parked"
        next_look = moment_or_none(plan["next_look"], "next_look")
        return Outcome(End.PARKED, headline, _problems(passing), next_look=next_look, brief=brief)
    if plan.get("verdict") == Verdict.ASK:
        return _of_plan(name, plan)
    if dossier.get("membership") and dossier["membership"]["verdict"] == Progress.BLOCKED:
        problem = (dossier["membership"]["reason"], dossier["membership"]["remedy"])
        return Outcome(
            End.NEEDS_A_PERSON,
            f"{name}: it did not join the directory",
            (problem,),
            _tried(dossier),
            "MembershipBlocked",
            _changed(dossier),
            seen=_seen(dossier),
            why=problem[0],
        )
    if "kit" not in dossier:
        return Outcome(End.FAILED, f"{name}: no sign-in method to continue with", error="NoMethod")
    return _of_success(name, dossier)


def is_dry_run(asked: Any) -> bool:
    """Whether a person asked for a plan and nothing else: nothing is written and nobody told, whatever the end."""
    return isinstance(asked, Mapping) and asked.get("dry_run") is True


def _named(asked: Any) -> str:
    """Which database an input names, as far as one can tell: it may be anything."""
    asked = asked if isinstance(asked, Mapping) else {}
    for holder, key in (("database", "instance"), ("database", "cluster"), ("detail", "SourceIdentifier")):
        held = asked.get(holder)
        if isinstance(held, Mapping) and isinstance(held.get(key), str) and _NAME.fullmatch(held[key]):
            return str(held[key])
    return "The request"


def _of_error(name: str, error: Mapping[str, str], dossier: Mapping[str, Any]) -> Outcome:
    kind = error.get("Error", "")
    end = end_of(kind)
    message = _message(error)
    why, remedy = problem_and_remedy(message or "")
    if end == End.PARKED:
        told = (kind if message is None else message).removeprefix(f"{name} ").removeprefix(f"{name}: ")
        # which call it was is not news: the next time it may be another
        no_answer = kind == "TemporaryFailure" or kind.startswith(LAMBDA)
        return Outcome(
            end,
            f"{name}: {_NO_ANSWER if no_answer else told}",
            tried=f"{told}, repeatedly for some minutes; {_tried(dossier)}" if no_answer else _tried(dossier),
            error=kind,
            changed=_changed(dossier),
            brief=f"{name}: parked",
        )
    if end == End.FAILED:
        remedy = (
            "Correct the input and start again"
            if kind == "InvalidRequest"
            else f"Read the log of the function that failed with {kind}; then start again"
        )
        why = (message or "") if kind in ("InvalidRequest", "SettingMissing") else ""
    remedy = remedy or "Read the execution's history; then start again"
    headline = f"{name}: a person is needed" if end == End.NEEDS_A_PERSON else f"{name}: {end.lower()}"
    problems, changed = ((why or kind, remedy),), _changed(dossier)
    return Outcome(end, headline, problems, tried=_tried(dossier), error=kind, changed=changed, why=why or None)


def _message(error: Mapping[str, str]) -> str | None:
    """The errorMessage in a Lambda error's Cause, if there is one. A stack trace stays where it is."""
    try:
        return str(json.loads(error.get("Cause", ""))["errorMessage"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _of_plan(name: str, plan: Mapping[str, Any]) -> Outcome:
    problems = [*_problems(plan["findings"])]
    if all(finding["approvable"] for finding in plan["findings"]):
        problems.append(
            ("All of these can be approved together", f'Start with "approve": {{"plan": "{plan["checksum"]}"}}')
        )
    headline, why = f"{name}: the plan needs a person", _first(plan["findings"][0]["problem"], len(plan["findings"]))
    return Outcome(End.NEEDS_A_PERSON, headline, tuple(problems), tried="Nothing was changed", why=why)


def _problems(findings: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((finding["problem"], finding["remedy"]) for finding in findings)


_LOGIN_REMEDY = "Use another name in the profile, or remove the login yourself if nobody needs it"
_NOT_OURS_REMEDY = (
    "This stack does not change it: fix it in the database, or ask for something else in the profile; then start again"
)


def _of_success(name: str, dossier: Mapping[str, Any]) -> Outcome:
    proof, policies = ShortProof.from_json(dossier["proof"]), dossier.get("policies") or {}
    left_alone, not_ours, waiting, changed = proof.left_alone, proof.not_ours, proof.waiting, _changed(dossier)
    set_up = f"{counted(proof.verified, 'login')} for {_by(dossier['plan'])} set up and read back"
    handed_out: Shortened[str] = as_read(policies.get("handed_out", ()), policies.get("left_out"))
    unattached = (*(f"A policy is not attached yet: {each}" for each in handed_out.kept), *handed_out.more)
    to_attach = tuple((each, _ATTACH_REMEDY) for each in unattached)
    problems = (*_told("Login ", left_alone, _LOGIN_REMEDY), *_told("", not_ours, _NOT_OURS_REMEDY))
    if left_alone.number:
        set_up += f", {counted(left_alone.number, 'login')} left alone"
    if not_ours.number:
        set_up += f", {counted(not_ours.number, 'thing')} not ours to change"
    if waiting.number:
        headline = f"{name}: {set_up}, {counted(waiting.number, 'thing waits', 'things wait')}"
        why, waits = _first(waiting.kept[0], waiting.number), (*waiting.kept, *waiting.more)
        return Outcome(End.PARKED, headline, (*problems, *to_attach), changed=changed, why=why, waits=waits)
    if problems:
        first = (*left_alone.kept, *not_ours.kept)[0].problem
        headline, why = f"{name}: {set_up}", _first(first, left_alone.number + not_ours.number)
        return Outcome(End.NEEDS_A_PERSON, headline, (*problems, *to_attach), changed=changed, why=why)
    if to_attach:
        set_up += f"; {counted(handed_out.number, 'policy', 'policies')} for you to attach"
    return Outcome(End.ONBOARDED, f"{name}: onboarded, {set_up}", to_attach, changed=changed)


def _first(reason: str, number: int) -> str:
    """The first of so many reasons, for a headline."""
    return f"{reason} (and {number - 1} more)" if number > 1 else reason


def _told(begin: str, remarks: Shortened[Remark], usual: str) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do: its own remedy, else the usual one."""
    yield from ((f"{begin}{each.problem}", each.remedy or usual) for each in remarks.kept)
    yield from ((more, usual) for more in remarks.more)


_ATTACH_REMEDY = (
    "Attach it, or name it in the permission set; or list the role in the stack's parameter ConnectRoles and start"
    " again"
)


def _by(plan: Mapping[str, Any]) -> str:
    """What people and applications sign in with."""
    methods = plan["methods"]
    return " and ".join([plan["realm"]] * methods["kerberos"] + ["IAM"] * methods["iam"])


def _changed(dossier: Mapping[str, Any]) -> bool:
    membership, reboot = dossier.get("membership") or {}, dossier.get("reboot") or {}
    leaving, switching = dossier.get("leaving") or {}, dossier.get("switching") or {}
    return bool(
        membership.get("attempts")
        or leaving.get("requested")
        or switching.get("requested")
        or (dossier.get("policies") or {}).get("changed")
        or reboot.get("requested")
        or dossier.get("logins", {}).get("statements")
        or dossier.get("kit", {}).get("changed")
    )


def _seen(dossier: Mapping[str, Any]) -> str | None:
    """The evidence for the cause and against others: directory and role are checked before each attempt."""
    failures = (dossier.get("membership") or {}).get("failures")
    if not failures:
        return None
    directory, role = dossier["plan"]["directory"], dossier["directory_role"]["role"]
    return (
        f"{'; '.join(failures)}. Before each attempt directory {directory} was Active and the role {role} was in order"
    )


def _tried(dossier: Mapping[str, Any]) -> str:
    membership, done = dossier.get("membership") or {}, []
    if (dossier.get("leaving") or {}).get("requested"):
        done.append("asked RDS to remove it from its directory")
    if (dossier.get("switching") or {}).get("requested"):
        done.append(f"asked RDS to switch IAM authentication {'on' if dossier['plan']['methods']['iam'] else 'off'}")
    if membership.get("attempts"):
        done.append(
            f"asked RDS {counted(membership['attempts'], 'time')} to associate the directory,"
            f" looked {counted(membership['looks'], 'time')},"
            f" last {membership['status'] or 'no membership'}"
        )
    if dossier.get("reboot"):
        done.append("rebooted")
    return "; ".join(done) or "nothing was changed"
