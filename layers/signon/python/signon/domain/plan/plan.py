"""A plan: what must be done, why, and what it interrupts; or everything that stands in the way of doing it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from signon.domain.engines import Interruption
from signon.domain.finding import Advice, Finding, Verdict
from signon.domain.limits import counted
from signon.domain.plan.methods import Methods
from signon.domain.plan.step import Step, StepKind
from signon.domain.profile.profile import ProfileVersion
from signon.domain.rds.database import DatabaseId
from signon.domain.times import in_iso, moment_or_none
from signon.errors import PlanOutdated


@dataclass(frozen=True)
class Plan:
    """What will be done, or what stands in the way.

    ``verdict`` is LOOK (a look inside the database finishes it), GO, ASK (a person must decide or fix something) or
    PARK (``reason`` says why: a freeze, the pause switch, a directory that is not Active yet; ``next_look`` when to
    look again). Whatever the verdict, its step that locks is done. ``looks_inside``: the database is looked into, if
    only for those who are to be locked.
    ``checksum`` names exactly this plan for exactly this database; a person approves that and nothing else.
    ``tolerates_sessions``: a reboot may end the sessions of others. ``redrives`` is how often the execution had been
    redriven when it was made. ``applies_along``: the changes of others, by RDS's names, that may be
    applied too if it asks RDS to modify the database at once; None: whatever they are. ``advice`` is worth knowing, but
    neither in the way nor in the checksum. ``leaves_as``: the state of the database when all is done, for the record.
    ``trusts_marks`` and ``takes_over`` are for the memory of what we have made (``Memory``).
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
    tolerates_sessions: bool
    next_look: datetime | None = None
    reason: str | None = None
    redrives: int = 0
    applies_along: tuple[str, ...] | None = ()
    advice: tuple[Advice, ...] = ()
    leaves_as: Mapping[str, str] = field(default_factory=dict)
    looks_inside: bool = True
    trusts_marks: bool = False
    takes_over: str | None = None
    approved: tuple[str, ...] = ()

    @property
    def as_begun(self) -> Mapping[str, str]:
        """What is remembered before the first thing is changed, in the record's words."""
        return {"begun": self.checksum}

    def has(self, kind: StepKind) -> bool:
        """Whether one of its steps is of this kind."""
        return any(step.kind is kind for step in self.steps)

    @property
    def interrupts(self) -> bool:
        """Whether users of the database notice one of its steps."""
        return any(step.interruption is not Interruption.NONE for step in self.steps)

    @property
    def says(self) -> str:
        """What it changes, in a sentence; no more than is known."""
        changing = [step for step in self.steps if step.action]
        if changing:
            kinds = (f"{step.kind}{'' if step.is_known else ' (not looked at yet)'}" for step in changing)
            return f"{counted(len(changing), 'step changes', 'steps change')} something: {', '.join(kinds)}"
        disputed = any(step.details for step in self.steps)
        unless = ", but what is in dispute is taken over" if self.takes_over else ", unless the plan is approved"
        unless = unless if disputed else ""
        checked = "; the policies of its IAM roles are checked" if self.has(StepKind.CONNECT_POLICY) else ""
        return f"No changes{unless}{checked}"

    @property
    def in_the_way(self) -> tuple[Finding, ...]:
        """Its findings without those that hold up nothing else."""
        return tuple(finding for finding in self.findings if not finding.alone)

    @property
    def summary(self) -> Mapping[str, Any]:
        """For the log."""
        counts = {"steps": len(self.steps), "findings": len(self.findings)}
        return {"verdict": self.verdict, "checksum": self.checksum, **counts}

    def to_json(self) -> dict[str, Any]:
        next_look = self.next_look and in_iso(self.next_look)
        steps = [step.to_json() for step in self.steps]
        changed = {"steps": steps, "next_look": next_look, "takes_over": self.takes_over or "", "says": self.says}
        return {**asdict(self), **changed}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Plan:
        """As it was made, also by an older version, whose plans have other fields as well."""
        return cls(
            **{
                **{field.name: document[field.name] for field in fields(cls) if field.name in document},
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

    @classmethod
    def to_follow(cls, document: Mapping[str, Any]) -> Plan:
        """The plan that a function carries out.

        Raises PlanOutdated: an execution that was running when the stack was updated has one of an older version.
        """
        plan = cls.from_json(document)
        if any(step.kind is None for step in plan.steps):
            raise PlanOutdated("The plan was made before the stack was updated")
        return plan


def checksum(plan: Plan, database: DatabaseId) -> str:
    """16 hexadecimal digits; nothing in it changes with time, except that a database becomes older than a day.

    Of findings only the problem is in it: a remedy may count what is there at the moment. The step that locks is not:
    it waits for no approval, and is done by the time that a person reads of the plan.
    """
    subject = [
        database.resource_id,
        plan.profile.sha256,
        [step.to_json() for step in plan.steps if step.kind is not StepKind.LOCK],
        [{**finding.to_json(), "remedy": ""} for finding in plan.findings],
    ]
    return hashlib.sha256(json.dumps(subject, sort_keys=True).encode()).hexdigest()[:16]
