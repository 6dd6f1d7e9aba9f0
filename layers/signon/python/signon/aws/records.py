"""What we know of a database between executions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from signon.aws import items
from signon.aws.clients import errors_as
from signon.aws.items import ItemKind
from signon.domain.memory.record import ALL, Known, Record
from signon.domain.times import moment
from signon.errors import TemporaryFailure

# "A single operation can retrieve up to 16 MB of data, which can contain as many as 100 items."
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
_AT_ONCE = 100
_TRIES = 8
_MAPS = ("reboot_intents", "connected_roles", "left_as", "joined_as")


def read(table: str, database: str) -> Record | None:
    """The record of a database (its resource id), or None."""
    item = items.read(table, database, ItemKind.RECORD)
    return None if item is None else _record(item)


def made(table: str, database: str) -> Mapping[str, str] | None:
    """The names of what we have made in the database, each with its oid; None where nothing was ever remembered."""
    item = items.read(table, database, ItemKind.MADE)
    return None if item is None else _map(item, "made")


def read_all(table: str, databases: Sequence[str]) -> Mapping[str, Known]:
    """What is known of each of these databases (their resource ids).

    Raises TemporaryFailure: DynamoDB did not answer in full.
    """
    keys = [items.key(database, kind) for database in databases for kind in (ItemKind.RECORD, ItemKind.CLAIM)]
    records: dict[str, Record] = {}
    held: dict[str, datetime] = {}
    for first in range(0, len(keys), _AT_ONCE):
        for item in _batch(table, keys[first : first + _AT_ONCE]):
            database = item["database"]["S"]
            if item["kind"]["S"] == ItemKind.RECORD:
                records[database] = _record(item)
            elif "holder" in item:
                held[database] = moment(item["claimed_at"]["S"], "claimed_at")
    return {database: Known(records.get(database), held.get(database)) for database in databases}


def is_paused(table: str) -> bool:
    """Whether a person has created the item that pauses everything."""
    return items.read(table, ALL, ItemKind.PAUSE) is not None


def note(
    table: str, database: str, facts: Mapping[str, str | Mapping[str, str]], *, kind: ItemKind = ItemKind.RECORD
) -> None:
    """Writes facts into the record, or another item of the database; a fact that is "" is removed."""
    kept, gone = (
        {name: value for name, value in facts.items() if value != ""},
        [name for name, value in facts.items() if value == ""],
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
    values = {f":{name}": _attribute(value) for name, value in kept.items()}
    with_values: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}  # it must not be empty
    with errors_as():
        items.table().update_item(
            TableName=table,
            Key=items.key(database, kind),
            UpdateExpression=expression,
            ExpressionAttributeNames={f"#{name}": name for name in facts},
            **with_values,
        )


def _attribute(value: str | Mapping[str, str]) -> dict[str, Any]:
    return {"S": value} if isinstance(value, str) else {"M": {key: {"S": text} for key, text in value.items()}}


def _batch(table: str, keys: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The items of at most 100 keys. What DynamoDB leaves unprocessed is asked for again."""
    for tries in range(_TRIES):
        with errors_as():
            answer = items.table().batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
        yield from answer["Responses"].get(table, [])
        left = answer.get("UnprocessedKeys", {}).get(table)
        if not left:
            return
        keys = [dict(key) for key in left["Keys"]]
        time.sleep(0.05 * 2**tries)
    raise TemporaryFailure(f"BatchGetItem: {len(keys)} keys were left unprocessed {_TRIES} times")


def _record(item: Mapping[str, Any]) -> Record:
    texts = {field: item.get(field, {}).get("S") or None for field in Record.__dataclass_fields__}
    return Record.of_facts({**texts, **{name: _map(item, name) for name in _MAPS}})


def _map(item: Mapping[str, Any], name: str) -> dict[str, str]:
    return {key: text["S"] for key, text in item.get(name, {}).get("M", {}).items()}
