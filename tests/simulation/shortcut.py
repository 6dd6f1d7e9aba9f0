"""The functions' calls to AWS where thousands of runs are wanted: what is asked goes to the same moto, past botocore.

Nothing is signed, sent and parsed. Errors are botocore's own. Most stories go the whole way, by `transport`.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError
from moto.dynamodb.comparisons import create_condition_expression_parser
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.s3.models import s3_backends

from tests.simulation.answers import MAY_BE_STALE, REFUSALS, refusal
from tests.simulation.calls import Calls, Fault
from tests.simulation.shown import Shown, Version

Answer = dict[str, Any]


class Shortcut:
    """``plain`` makes clients for what has no shorter way; ``answerers`` answer whole services."""

    def __init__(
        self,
        calls: Calls,
        account: str,
        region: str,
        plain: Callable[[str], Any],
        answerers: Mapping[str, Callable[[str, Mapping[str, Any]], Answer]],
        versions: Mapping[str, Version],
    ) -> None:
        self._calls, self._plain, self._answerers = calls, plain, answerers
        self._table, self._s3 = dynamodb_backends[account][region], s3_backends[account]["aws"]
        self._shown = Shown[Answer](versions)

    def client(self, service: str, config: Any = None) -> _Client:
        """As boto3 makes one."""
        return _Client(self, service, self._plain(service))

    def reset(self) -> None:
        self._shown.reset()

    def call(self, service: str, operation: str, real: Callable[..., Answer], asked: Mapping[str, Any]) -> Answer:
        """Raises ClientError, ReadTimeoutError, Killed."""
        call, fault = self._calls.begin(service, operation, asked)
        if fault in REFUSALS:
            code, status = refusal(call, fault)
            raise _error(operation, code or ("403" if operation == "HeadObject" else "AccessDenied"), status)
        try:
            answer = self._answer(service, operation, real, asked)
        finally:
            self._calls.end(call, fault)
        if fault is Fault.TIMEOUT:
            raise ReadTimeoutError(endpoint_url=service)
        if fault is Fault.STALE and operation in MAY_BE_STALE:
            return self._shown.before(service, operation, asked, answer)
        return answer

    def _answer(self, service: str, operation: str, real: Callable[..., Answer], asked: Mapping[str, Any]) -> Answer:
        if answerer := self._answerers.get(service):
            said = answerer(operation, asked)
            if code := said.pop("__type", None):
                raise _error(operation, code, 400)
            return said
        if way := _WAYS.get((service, operation)):
            return way(self, asked)
        return self._shown.see(service, operation, asked, lambda: real(**asked))

    # ---- shorter ways ------------------------------------------------------------------------------------------------

    def _get_item(self, asked: Mapping[str, Any]) -> Answer:
        item = self._table.get_item(asked["TableName"], asked["Key"])
        return {"Item": item.to_json()["Attributes"]} if item else {}

    def _update_item(self, asked: Mapping[str, Any]) -> Answer:
        """The condition by moto; the changes by ourselves: moto's way to them takes half of all time."""
        table, key = self._table.get_table(asked["TableName"]), asked["Key"]
        names, values = asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {})
        item = self._table.get_item(asked["TableName"], key)
        condition = create_condition_expression_parser(asked.get("ConditionExpression"), names, values).parse()
        if not condition.expr(item):
            raise _error("UpdateItem", "ConditionalCheckFailedException", 400)
        if item is None:
            table.put_item(dict(key))
            item = self._table.get_item(asked["TableName"], key)
            assert item is not None
        for name, change in changes(asked["UpdateExpression"]):
            change(item.attrs, names.get(name, name), values)
        return {"Attributes": item.to_json()["Attributes"]}

    def _head_object(self, asked: Mapping[str, Any]) -> Answer:
        found = self._s3.head_object(asked["Bucket"], asked["Key"])
        if found is None:
            raise _error("HeadObject", "404", 404)
        return {"VersionId": found.version_id}

    def _get_object(self, asked: Mapping[str, Any]) -> Answer:
        found = self._s3.get_object(asked["Bucket"], asked["Key"], version_id=asked.get("VersionId"))
        if found is None:
            raise _error("GetObject", "NoSuchKey", 404)
        return {"VersionId": found.version_id, "Body": io.BytesIO(found.value)}

    def _put_object(self, asked: Mapping[str, Any]) -> Answer:
        made = self._s3.put_object(asked["Bucket"], asked["Key"], asked["Body"])
        return {"VersionId": made.version_id, "ETag": made.etag}

    def _list_objects(self, asked: Mapping[str, Any]) -> Answer:
        """Those right in the folder, which is all that is ever asked for."""
        bucket, folder = self._s3.get_bucket(asked["Bucket"]), asked["Prefix"]
        keys = [name for name in bucket.keys if name.startswith(folder) and "/" not in name.removeprefix(folder)]
        return {"Contents": [{"Key": name, "ETag": bucket.keys[name].etag} for name in sorted(keys)]}

    def _publish(self, asked: Mapping[str, Any]) -> Answer:
        return {"MessageId": "simulated"}

    def _put_events(self, asked: Mapping[str, Any]) -> Answer:
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "simulated"} for _ in asked["Entries"]]}


Change = Callable[[dict[str, DynamoType], str, Mapping[str, Any]], object]


@functools.cache
def changes(expression: str) -> Sequence[tuple[str, Change]]:
    """What an update expression changes, by attribute; as much of the language as the functions use.

    Raises ValueError: there is something else in it.
    """
    sets, _, removes = f" {expression}".partition(" REMOVE ")
    found: list[tuple[str, Change]] = [(name, _remove) for name in filter(None, removes.split(", "))]
    for assignment in filter(None, re.split(r", (?![^(]*\))", sets.removeprefix(" SET "))):
        if plain := re.fullmatch(r"(#?\w+) = (:\w+)", assignment):
            found.append((plain[1], functools.partial(_set, plain[2])))
        elif counted := re.fullmatch(r"(\w+) = if_not_exists\(\1, (:\w+)\) \+ (:\w+)", assignment):
            found.append((counted[1], functools.partial(_count, counted[2], counted[3])))
        else:
            raise ValueError(expression)
    return found


def _remove(attributes: dict[str, DynamoType], name: str, values: Mapping[str, Any]) -> None:
    attributes.pop(name, None)


def _set(value: str, attributes: dict[str, DynamoType], name: str, values: Mapping[str, Any]) -> None:
    attributes[name] = DynamoType(values[value])


def _count(first: str, more: str, attributes: dict[str, DynamoType], name: str, values: Mapping[str, Any]) -> None:
    present = attributes[name].value if name in attributes else values[first]["N"]
    attributes[name] = DynamoType({"N": str(int(present) + int(values[more]["N"]))})


_WAYS: Mapping[tuple[str, str], Callable[[Shortcut, Mapping[str, Any]], Answer]] = {
    ("dynamodb", "GetItem"): Shortcut._get_item,
    ("dynamodb", "UpdateItem"): Shortcut._update_item,
    ("s3", "HeadObject"): Shortcut._head_object,
    ("s3", "GetObject"): Shortcut._get_object,
    ("s3", "PutObject"): Shortcut._put_object,
    ("s3", "ListObjectsV2"): Shortcut._list_objects,
    ("sns", "Publish"): Shortcut._publish,
    ("events", "PutEvents"): Shortcut._put_events,
}


class _Client:
    def __init__(self, shortcut: Shortcut, service: str, real: Any) -> None:
        self._shortcut, self._service, self._real = shortcut, service, real

    def __getattr__(self, method: str) -> Callable[..., Answer]:
        operation = self._real.meta.method_to_api_mapping[method]
        real = getattr(self._real, method)
        return lambda **asked: self._shortcut.call(self._service, operation, real, asked)


def _error(operation: str, code: str, status: int) -> ClientError:
    said: Any = {"Error": {"Code": code, "Message": "scripted"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(said, operation)
