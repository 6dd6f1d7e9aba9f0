"""A plan in full: every change, and SQL, for people to read, and for *Lock leavers* and *Create logins* to hold
themselves to; and what was approved with it.

In the state there is room for the first lines only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from signon.domain.finding import Verdict
from signon.domain.limits import counted
from signon.domain.logins import difference
from signon.domain.logins.change import NONE, LoginChanges
from signon.domain.logins.difference import LOCKS, OTHERS, Difference, Part, allowed, allowed_locks
from signon.domain.logins.login import Statement
from signon.domain.plan.approvals import NOTHING_APPROVED, Approved
from signon.domain.plan.plan import Plan
from signon.domain.plan.step import StepKind
from signon.domain.profile.profile import ProfileVersion
from signon.domain.rds.database import DatabaseId
from signon.errors import DatabaseUnusable, PlanOutdated

_PARTS: Mapping[StepKind, Part] = {StepKind.LOCK: LOCKS, StepKind.LOGINS: OTHERS}
MOST_BYTES = 6_000_000  # a hundred thousand changes and the SQL: what a function's memory has room for


def key(database: DatabaseId, checksum: str) -> str:
    """Where the document of the plan with this checksum lies in its bucket."""
    return f"{database.resource_id}/{checksum}.json"


def document(plan: Plan, found: Difference, sql: str) -> str | None:
    """The document, a line for each change; None for a plan without a step that changes something.

    ``found``: the difference that the plan was finished with, and its ``sql``.

    Raises DatabaseUnusable: there are more changes than a function could read.
    """
    if not any(step.action or step.sha256 for step in plan.steps):
        return None
    parts = {"plan": plan.to_json(), **found.to_json(), "sql": sql.splitlines()}
    text = ",\n".join(f"{json.dumps(name)}: {_by_lines(part)}" for name, part in parts.items())
    text = f"{{{text}}}\n"
    if len(text) > MOST_BYTES:
        raise DatabaseUnusable(
            f"The plan by profile {plan.profile.name} has {len((*found.locks.all, *found.changes.all)):,} changes, more"
            " than can be kept",
            "Name fewer databases under the profile's roles, or give its people to more profiles",
        )
    return text


def read(text: str | None, plan: Plan, kind: StepKind) -> LoginChanges:
    """The changes that the plan allows to its step of this kind.

    Raises PlanOutdated: the document is gone, or it is not the one of this plan. A new plan writes a new one.
    """
    digest = _digest(plan, kind)
    if not digest:
        return NONE
    try:
        found = json.loads(text or "")
        said = difference.digest(found, _PARTS[kind])
        # that of an older version has no locks apart: its *Create logins* locked as well
        locks, others = allowed_locks(found), allowed(found, approved=bool(plan.takes_over))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PlanOutdated(f"The document of plan {plan.checksum} is gone, or cannot be read") from None
    if said != digest:
        raise PlanOutdated(f"The document of plan {plan.checksum} is not what was planned")
    return locks if kind is StepKind.LOCK else others


def approved(text: str | None, version: ProfileVersion) -> Approved:
    """What was approved with the plan of this document: nothing, if it is gone or none, if the plan was not to be
    carried out, or was made by another version of the profile.
    """
    try:
        plan = json.loads(text or "")["plan"]
        if (plan["verdict"], plan["profile"]["sha256"]) != (Verdict.GO, version.sha256):
            return NOTHING_APPROVED
        return Approved(frozenset(map(str, plan["approved"])))
    except (ValueError, KeyError, TypeError, RecursionError):
        return NOTHING_APPROVED


def require_planned(statements: Iterable[Statement], planned: LoginChanges, database: DatabaseId) -> None:
    """To be called before these statements are run.

    Raises PlanOutdated: they would change something that the plan does not name.
    """
    beyond = planned.beyond(change for statement in statements for change in statement.changes)
    if beyond:
        more = counted(len(beyond), "change")
        raise PlanOutdated(f"Since the plan for {database.name} was made, its logins have come to need {more} more")


def _by_lines(part: Any) -> str:
    lines = part if isinstance(part, list) else []
    return "[\n" + ",\n".join(map(json.dumps, lines)) + "\n]" if lines else json.dumps(part)


def _digest(plan: Plan, kind: StepKind) -> str:
    return "".join(step.sha256 for step in plan.steps if step.kind is kind)
