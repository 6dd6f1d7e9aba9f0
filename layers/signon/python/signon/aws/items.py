"""The items of the stack's one table: each belongs to a database or a role, and has a kind."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Values = Mapping[str, Mapping[str, Any]]  # as DynamoDB writes them: {"S": "text"}


class ItemKind(StrEnum):
    """What an item is, besides whose it is."""

    RECORD = "record"
    CLAIM = "claim"
    MADE = "made"  # what we have made in the database
    PAUSE = "pause"
    POLICY_LOCK = "policy-lock"  # of a role's connect policies


class _NotSo(Exception):
    pass


def table() -> DynamoDBClient:
    """DynamoDB's client, for calls that ``read`` and ``write_if`` do not make."""
    made: DynamoDBClient = client("dynamodb")
    return made


def key(owner: str, kind: ItemKind) -> dict[str, Any]:
    """``owner`` is a resource id, a role's ARN, or ``record.ALL``."""
    return {"database": {"S": owner}, "kind": {"S": kind}}


def read(name: str, owner: str, kind: ItemKind) -> dict[str, Any] | None:
    """The item as it is now, or None; ``name`` is the table's."""
    with errors_as():
        item = table().get_item(TableName=name, Key=key(owner, kind), ConsistentRead=True).get("Item")
    return None if item is None else dict(item)


def write_if(
    condition: str, name: str, owner: str, kind: ItemKind, update: str, values: Values
) -> Mapping[str, Any] | None:
    """Updates the item where the condition holds, in one step; its attributes afterwards, or None where it does not."""
    try:
        with errors_as({"ConditionalCheckFailedException": _NotSo}):
            answer = table().update_item(
                TableName=name,
                Key=key(owner, kind),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
            )
    except _NotSo:
        return None
    return answer["Attributes"]
