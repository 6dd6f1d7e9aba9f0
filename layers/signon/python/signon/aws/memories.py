"""What we remember having made in a database: an item of its own, which *Create logins* alone writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from signon.aws import records
from signon.aws.items import ItemKind
from signon.domain.memory.made import Memory, too_many
from signon.domain.plan.plan import Plan
from signon.domain.rds.database import Database


def recall(table: str, database: Database, plan: Plan | None = None) -> Memory:
    """What is remembered of the database's logins; and what a plan trusts or takes over besides.

    Once something is remembered, no mark is trusted without an approval.
    """
    made = records.made(table, database.id.resource_id)
    memory = Memory(made or {}, database.master_user)
    if plan is None:
        return memory
    return replace(memory, trusts=plan.trusts_marks and made is None, takes_over=plan.takes_over)


def remember(table: str, database: Database, made: Mapping[str, str]) -> None:
    """Writes down all that is ours, in place of what was. Raises DatabaseUnusable: it is more than can be written."""
    if full := too_many(made):
        raise full
    records.note(table, database.id.resource_id, {"made": made}, kind=ItemKind.MADE)
