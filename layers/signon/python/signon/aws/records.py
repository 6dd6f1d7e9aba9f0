"""What we know of a database between executions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.domain.record import Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def read(table: str, database: str) -> Record | None:
    """The record of a database (its resource id), or None."""
    with errors_as():
        item = _table().get_item(TableName=table, Key=_key(database), ConsistentRead=True).get("Item")
    return (
        None
        if item is None
        else Record(**{field: item.get(field, {}).get("S") for field in Record.__dataclass_fields__})
    )


def note(table: str, database: str, facts: Mapping[str, str]) -> None:
    """Writes facts into the record; a fact that is "" is taken out."""
    kept, gone = (
        {name: value for name, value in facts.items() if value},
        [name for name, value in facts.items() if not value],
    )
    changes = [f"#{name} = :{name}" for name in kept]
    expression = " ".join(
        filter(
            None,
            [
                "SET " + ", ".join(changes) if changes else "",
                "REMOVE " + ", ".join(f"#{name}" for name in gone) if gone else "",
            ],
        )
    )
    values = {f":{name}": {"S": value} for name, value in kept.items()}
    with_values: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}  # it must not be empty
    with errors_as():
        _table().update_item(
            TableName=table,
            Key=_key(database),
            UpdateExpression=expression,
            ExpressionAttributeNames={f"#{name}": name for name in facts},
            **with_values,
        )


def _table() -> DynamoDBClient:
    return client("dynamodb")  # type: ignore[no-any-return]


def _key(database: str) -> dict[str, Any]:
    return {"database": {"S": database}, "kind": {"S": "record"}}
