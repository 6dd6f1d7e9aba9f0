"""One execution at a time writes the policies of an IAM role: they speak of many databases, IAM has no conditional
write, and it shows what was written some seconds later. So the lock remembers what they were last made to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.errors import TemporaryFailure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class _Held(Exception):
    pass


@dataclass(frozen=True)
class Lock:
    """Whose the locks on roles are, and how long they last at most."""

    table: str
    execution: str
    now: datetime
    longest: timedelta


@dataclass(frozen=True)
class Held:
    """``said`` is what the role's policies were last made to say, each as its ``dbuser`` ARNs; None: nobody knows."""

    said: list[frozenset[str]] | None
    _item: dict[str, Any]
    _execution: str

    def remember(self, policies: Sequence[frozenset[str]]) -> None:
        """To be called before they are written. Raises TemporaryFailure: the lock has lapsed, and is another one's."""
        listed = {"L": [{"L": [{"S": arn} for arn in sorted(policy)]} for policy in policies]}
        with errors_as({"ConditionalCheckFailedException": TemporaryFailure}):
            _table().update_item(
                **self._item,
                UpdateExpression="SET policies = :policies",
                ConditionExpression="holder = :execution",
                ExpressionAttributeValues={":policies": listed, ":execution": {"S": self._execution}},
            )


def remembered(table: str, role: str) -> list[frozenset[str]]:
    """What the policies of the role (its ARN) were last made to say; whoever holds the lock may be changing them."""
    with errors_as():
        item = _table().get_item(TableName=table, Key=_key(role), ConsistentRead=True).get("Item", {})
    return _policies(item.get("policies")) or []


@contextmanager
def held(lock: Lock, role: str) -> Iterator[Held]:
    """Holds the lock on the role (its ARN); whoever was killed with it loses it when it has lasted its longest.

    Raises TemporaryFailure: another execution holds it.
    """
    item: dict[str, Any] = {"TableName": lock.table, "Key": _key(role)}
    ours = {":execution": {"S": lock.execution}}
    try:
        with errors_as({"ConditionalCheckFailedException": _Held}):
            answer = _table().update_item(
                **item,
                UpdateExpression="SET holder = :execution, lapses_at = :later",
                ConditionExpression="attribute_not_exists(holder) OR holder = :execution OR lapses_at < :now",
                ExpressionAttributeValues={
                    **ours,
                    ":now": {"S": lock.now.isoformat()},
                    ":later": {"S": (lock.now + lock.longest).isoformat()},
                },
                ReturnValues="ALL_NEW",
            )
    except _Held:
        raise TemporaryFailure(f"Another execution writes the policies of {role}") from None
    try:
        yield Held(_policies(answer["Attributes"].get("policies")), item, lock.execution)
    finally:
        try:
            with errors_as({"ConditionalCheckFailedException": _Held}):
                _table().update_item(
                    **item,
                    UpdateExpression="REMOVE holder",
                    ConditionExpression="holder = :execution",
                    ExpressionAttributeValues=ours,
                )
        except _Held:
            pass  # it has lapsed


def _policies(attribute: Any) -> list[frozenset[str]] | None:
    if attribute is None:
        return None
    return [frozenset(arn["S"] for arn in policy["L"]) for policy in attribute["L"]]


def _key(role: str) -> dict[str, Any]:
    return {"database": {"S": role}, "kind": {"S": "policy-lock"}}


def _table() -> DynamoDBClient:
    made: DynamoDBClient = client("dynamodb")
    return made
