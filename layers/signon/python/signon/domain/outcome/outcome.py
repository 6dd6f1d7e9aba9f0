"""How an execution ended, told from its dossier: one sentence, and what to do if there is something to do."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from signon.domain.finding import Advice, Finding, Remark, Verdict
from signon.domain.limits import Shortened, counted, listed
from signon.domain.logins.login import ShortProof
from signon.domain.outcome.dossier import Dossier, Failure
from signon.domain.plan.plan import Plan
from signon.domain.plan.step import StepKind
from signon.domain.rds.membership import Progress, Reading
from signon.errors import LAMBDA, End, end_of
from signon.foreign import cut, on_one_line, problem_and_remedy, shown

SILENT = {End.NOT_OURS, End.ALREADY_IN_PROGRESS}
LONGEST_WHY = 200  # characters of the reason in a headline
_NAME = re.compile(r"[A-Za-z0-9:-]{1,63}", re.ASCII)
_NOTHING = "nothing was changed"
_UPDATED = "the stack was updated while it was worked on; it is checked again within the hour"
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
        """For an email and machines: which database, and how it ended; nothing that others have written."""
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


def decide(dossier: Dossier, asked: Any = None) -> Outcome:
    """The outcome of a dossier that reached "Report outcome"; ``asked`` is the input the execution was started with."""
    advice = [*(dossier.plan.advice if dossier.plan else ())]
    if dossier.proof:
        advice += [*_of_excess(dossier.proof, dossier.profile), *_of_trust(dossier.proof)]
    reason = dossier.request.reason if dossier.request else None
    return replace(_decide(dossier, asked), advice=_problems(advice), reason=reason)


def _of_excess(proof: ShortProof, profile: str | None) -> Iterator[Advice]:
    """Logins keep what they were granted, adopted ones what somebody else has granted them: that needs no answer."""
    if proof.excess.number:
        granted = "; ".join((*proof.excess.kept, *proof.excess.more))
        yield Advice(
            f"More was granted than profile {profile} gives: {granted}",
            "This stack revokes nothing: revoke in the database what nobody needs",
        )


def _of_trust(proof: ShortProof) -> Iterator[Advice]:
    """Who could change our logins here, if the engine does not stop everyone who creates logins from doing so."""
    if proof.trusted.number:
        who = ", ".join((*proof.trusted.kept, *proof.trusted.more))
        yield Advice(
            f"These could change our logins, act as them or copy our mark: {who}",
            "Revoke that right from anyone you would not trust with the rights of all people of the profile",
        )


def _decide(dossier: Dossier, asked: Any) -> Outcome:
    name = dossier.database.name if dossier.database else _named(asked)
    plan, membership = dossier.plan, dossier.membership
    held_up = _of_held_up(name, plan, dossier) if plan else None
    if dossier.error:
        return _beside(held_up, _of_error(name, dossier.error, dossier))
    if held_up:
        return held_up
    if membership and membership.verdict is Progress.BLOCKED:
        return _of_blocked(name, membership, dossier)
    # an older state machine, which knows no such verdict or step
    if plan and (plan.verdict is Verdict.LOOK or (plan.has(StepKind.LOCK) and dossier.locked is None)):
        return Outcome(End.PARKED, f"{name}: {_UPDATED}")
    if plan and dossier.proof and dossier.kit:
        return _of_success(name, plan, dossier.proof, dossier)
    return Outcome(End.FAILED, f"{name}: no sign-in method to continue with", error="NoMethod")


def _of_held_up(name: str, plan: Plan, dossier: Dossier) -> Outcome | None:
    """Of a plan of which nothing is done now but its locks; None: it is another one."""
    if plan.verdict is Verdict.PARK:
        return _of_parked(name, plan, dossier)
    return _of_plan(name, plan, dossier) if plan.verdict is Verdict.ASK else None


def _beside(held_up: Outcome | None, failed: Outcome) -> Outcome:
    """A failure, with what the plan was held up by: the failure decides when it is tried again."""
    if held_up is None or failed.is_silent:
        return failed
    problems = held_up.problems or ((held_up.headline, "Nothing: it is checked again"),)
    return replace(failed, problems=(*failed.problems, *problems))


def is_dry_run(asked: Any) -> bool:
    """Whether a person asked for a plan and nothing else: nothing is reported and nobody told, whatever the end."""
    return isinstance(asked, Mapping) and asked.get("dry_run") is True


def _named(asked: Any) -> str:
    """Which database an input names, as far as one can tell: it may be anything."""
    asked = asked if isinstance(asked, Mapping) else {}
    for holder, key in (("database", "instance"), ("database", "cluster"), ("detail", "SourceIdentifier")):
        held = asked.get(holder)
        if isinstance(held, Mapping) and isinstance(held.get(key), str) and _NAME.fullmatch(held[key]):
            return str(held[key])
    return "The request"


def _of_error(name: str, failure: Failure, dossier: Dossier) -> Outcome:
    kind, message = failure.error, failure.message
    end = end_of(kind)
    why, remedy = problem_and_remedy(message or "")
    if end == End.PARKED:
        told = (kind if message is None else message).removeprefix(f"{name} ").removeprefix(f"{name}: ")
        short = cut(told, LONGEST_WHY)
        # which call it was is not news: the next time it may be another
        no_answer = kind == "TemporaryFailure" or kind.startswith(LAMBDA)
        return Outcome(
            end,
            f"{name}: {_NO_ANSWER if no_answer else short}",
            tried=f"{told}, repeatedly for some minutes; {_tried(dossier)}" if no_answer else _tried(dossier),
            error=kind,
            changed=dossier.changed,
            seen=None if no_answer or short == told else told,
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
    problems, changed = ((why or kind, remedy),), dossier.changed
    return Outcome(end, headline, problems, tried=_tried(dossier), error=kind, changed=changed, why=why or None)


def _of_parked(name: str, plan: Plan, dossier: Dossier) -> Outcome:
    passing = [finding for finding in plan.findings if finding.passes]
    reason = _first(passing[0].problem, len(passing)) if passing else plan.reason or ""
    headline, brief = f"{name}: {cut(reason, LONGEST_WHY)}", f"{name}: parked"
    return Outcome(
        End.PARKED,
        headline,
        _problems(passing),
        _tried(dossier) if dossier.locked else None,
        changed=dossier.changed,
        next_look=plan.next_look,
        brief=brief,
    )


def _of_plan(name: str, plan: Plan, dossier: Dossier) -> Outcome:
    problems = [*_problems(plan.findings)]
    if all(finding.approvable for finding in plan.in_the_way):
        these = "All of these" if all(finding.approvable for finding in plan.findings) else "What stands in the way"
        problems.append((f"{these} can be approved together", f'Start with "approve": {{"plan": "{plan.checksum}"}}'))
    headline, why = f"{name}: the plan needs a person", _first(plan.findings[0].problem, len(plan.findings))
    tried = _tried(dossier)
    tried = "Nothing was changed" if tried == _NOTHING else tried
    return Outcome(End.NEEDS_A_PERSON, headline, tuple(problems), tried, changed=dossier.changed, why=why)


def _of_blocked(name: str, membership: Reading, dossier: Dossier) -> Outcome:
    why = membership.reason or ""
    return Outcome(
        End.NEEDS_A_PERSON,
        f"{name}: it did not join the directory",
        ((why, membership.remedy or ""),),
        _tried(dossier),
        "MembershipBlocked",
        dossier.changed,
        seen=_seen(membership, dossier),
        why=why,
    )


def _problems(found: Iterable[Finding | Advice]) -> tuple[tuple[str, str], ...]:
    return tuple((each.problem, each.remedy) for each in found)


_LOGIN_REMEDY = "Use another name in the profile, or remove the login yourself if nobody needs it"
_NOT_OURS_REMEDY = (
    "This stack does not change it: fix it in the database, or ask for something else in the profile; then start again"
)


def _of_success(name: str, plan: Plan, proof: ShortProof, dossier: Dossier) -> Outcome:
    left_alone, not_ours, waiting, changed = proof.left_alone, proof.not_ours, proof.waiting, dossier.changed
    set_up = f"{counted(proof.verified, 'login')} for {_by(plan)} set up and read back"
    handed_out = dossier.policies.handed_out if dossier.policies else Shortened[str]()
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


def _by(plan: Plan) -> str:
    """What people and applications sign in with."""
    return " and ".join([plan.realm] * plan.methods.kerberos + ["IAM"] * plan.methods.iam)


def _seen(membership: Reading, dossier: Dossier) -> str | None:
    """The evidence for the cause and against others: directory and role are checked before each attempt."""
    if not membership.failures or not dossier.plan:
        return None
    return (
        f"{'; '.join(membership.failures)}. Before each attempt directory {dossier.plan.directory} was Active and the"
        f" role {dossier.directory_role} was in order"
    )


def _tried(dossier: Dossier) -> str:
    done, plan, membership = list[str](), dossier.plan, dossier.membership
    if dossier.locked and dossier.locked.locked:
        done.append(f"locked {counted(dossier.locked.locked, 'login')} removed from the profile")
    if dossier.locked and dossier.locked.refused:
        refused = listed(list(map(shown, dossier.locked.refused)))
        done.append(f"tried to lock {refused}, which the server refused to the master user: still open")
    if dossier.leaving and dossier.leaving.requested:
        done.append("asked RDS to remove it from its directory")
    if dossier.switching and dossier.switching.requested and plan:
        done.append(f"asked RDS to switch IAM authentication {'on' if plan.methods.iam else 'off'}")
    if membership and membership.attempts:
        done.append(
            f"asked RDS {counted(membership.attempts, 'time')} to associate the directory,"
            f" looked {counted(membership.looks, 'time')},"
            f" last {membership.status or 'no membership'}"
        )
    if dossier.reboot:
        done.append("rebooted")
    return "; ".join(done) or _NOTHING
