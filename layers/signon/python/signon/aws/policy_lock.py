"""One execution at a time writes the policies of an IAM role: they speak of many databases, and IAM has no conditional
write.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.errors import TemporaryFailure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class _Held(Exception):
    pass


@contextmanager
def held(table: str, role: str, execution: str, now: datetime, longest: timedelta) -> Iterator[None]:
    """Holds the lock on the role (its ARN); whoever was killed with it loses it after ``longest``.

    Raises TemporaryFailure: another execution holds it.
    """
    dynamodb: DynamoDBClient = client("dynamodb")
    item: dict[str, Any] = {"TableName": table, "Key": {"database": {"S": role}, "kind": {"S": "policy-lock"}}}
    ours = {":execution": {"S": execution}}
    try:
        with errors_as({"ConditionalCheckFailedException": _Held}):
            dynamodb.update_item(
                **item,
                UpdateExpression="SET holder = :execution, lapses_at = :later",
                ConditionExpression="attribute_not_exists(holder) OR holder = :execution OR lapses_at < :now",
                ExpressionAttributeValues={
                    **ours,
                    ":now": {"S": now.isoformat()},
                    ":later": {"S": (now + longest).isoformat()},
                },
            )
    except _Held:
        raise TemporaryFailure(f"Another execution writes the policies of {role}") from None
    try:
        yield
    finally:
        try:
            with errors_as({"ConditionalCheckFailedException": _Held}):
                dynamodb.update_item(
                    **item,
                    UpdateExpression="REMOVE holder",
                    ConditionExpression="holder = :execution",
                    ExpressionAttributeValues=ours,
                )
        except _Held:
            pass  # it has lapsed
