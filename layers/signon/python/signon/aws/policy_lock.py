"""One execution at a time writes the policies of an IAM role: they cover many databases, IAM has no conditional
write, and it shows what was written some seconds later. So the lock remembers what they were last made to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from signon.aws.items import ItemKind, Values, read, write_if
from signon.domain.times import in_iso
from signon.errors import TemporaryFailure


@dataclass(frozen=True)
class Lock:
    """Who holds the locks on roles, and how long they last at most."""

    table: str
    execution: str
    now: datetime
    longest: timedelta


@dataclass(frozen=True)
class Held:
    """``said`` is what the role's policies were last made to say, each as its ``dbuser`` ARNs; None: nobody knows."""

    said: list[frozenset[str]] | None
    _table: str
    _role: str
    _execution: str

    def remember(self, policies: Sequence[frozenset[str]]) -> None:
        """To be called before they are written. Raises TemporaryFailure: the lock has lapsed, and is another one's."""
        listed = {"L": [{"L": [{"S": arn} for arn in sorted(policy)]} for policy in policies]}
        values: Values = {":policies": listed, ":execution": {"S": self._execution}}
        held = "holder = :execution"
        if not write_if(held, self._table, self._role, ItemKind.POLICY_LOCK, "SET policies = :policies", values):
            raise TemporaryFailure(f"The lock on the policies of {self._role} has lapsed")


def remembered(table: str, role: str) -> list[frozenset[str]]:
    """What the policies of the role (its ARN) were last made to say; the holder of the lock may be changing them."""
    item = read(table, role, ItemKind.POLICY_LOCK) or {}
    return _policies(item.get("policies")) or []


@contextmanager
def held(lock: Lock, role: str) -> Iterator[Held]:
    """Holds the lock on the role (its ARN); a holder that was killed loses it after the longest time.

    Raises TemporaryFailure: another execution holds it.
    """
    ours = {":execution": {"S": lock.execution}}
    times = {":now": {"S": in_iso(lock.now)}, ":later": {"S": in_iso(lock.now + lock.longest)}}
    free = "attribute_not_exists(holder) OR holder = :execution OR lapses_at < :now"
    taken = "SET holder = :execution, lapses_at = :later"
    item = write_if(free, lock.table, role, ItemKind.POLICY_LOCK, taken, {**ours, **times})
    if item is None:
        raise TemporaryFailure(f"Another execution writes the policies of {role}")
    try:
        yield Held(_policies(item.get("policies")), lock.table, role, lock.execution)
    finally:  # unless it has lapsed
        write_if("holder = :execution", lock.table, role, ItemKind.POLICY_LOCK, "REMOVE holder", ours)


def _policies(attribute: Any) -> list[frozenset[str]] | None:
    if attribute is None:
        return None
    return [frozenset(arn["S"] for arn in policy["L"]) for policy in attribute["L"]]
