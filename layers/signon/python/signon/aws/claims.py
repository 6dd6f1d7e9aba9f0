"""Claims in the table: one conditional write decides who works on a database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.domain.memory.claim import Claim, is_abandoned
from signon.errors import AlreadyInProgress, ClaimLost, ClaimSettling

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_stepfunctions import SFNClient


class _Held(Exception):
    pass


def take(
    table: str, database: str, execution: str, now: datetime, longest_timeout: timedelta, *, purpose: str, by_hand: bool
) -> Claim:
    """Claims the database (its resource id) for the execution (its ARN); its own claim it may take again.

    ``purpose`` is what it comes for: equal for two executions by the same version of the same profile.
    Raises AlreadyInProgress: another execution is working on it; where that came for something else, or a person asks
    now, it has been told to plan again before it ends. ClaimSettling: its last holder stopped less than
    ``longest_timeout`` ago.
    """
    values = {":purpose": {"S": purpose}}
    try:
        return _write(table, database, execution, now, "attribute_not_exists(holder) OR holder = :execution", values)
    except _Held:
        held = _read(table, database)
    holder, fence = held.get("holder", {}).get("S"), held.get("fence", {}).get("N", "0")
    if holder is None:
        raise ClaimSettling(f"The claim on {database} was released just now")
    stopped_at = _stopped_at(holder)
    if stopped_at is None:
        if by_hand or held.get("purpose", {}).get("S") != purpose:
            _mark_again(table, database, holder)
        raise AlreadyInProgress(f"{database} is held by {holder}")
    if not is_abandoned(stopped_at, longest_timeout, now):
        raise ClaimSettling(f"{holder} stopped at {stopped_at.isoformat()}; one of its functions may still run")
    try:
        return _write(
            table,
            database,
            execution,
            now,
            "holder = :holder AND fence = :fence",
            {**values, ":holder": {"S": holder}, ":fence": {"N": fence}},
        )
    except _Held:
        raise AlreadyInProgress(f"{database} was taken over by another execution") from None


def confirm(table: str, claim: Claim) -> None:
    """To be called before every change. Raises ClaimLost: another execution has taken over."""
    held = _read(table, claim.database)
    if held.get("holder", {}).get("S") != claim.execution or int(held.get("fence", {}).get("N", "0")) != claim.fence:
        raise ClaimLost(f"{claim.execution} holds the claim on {claim.database} no longer")


def is_overtaken(table: str, claim: Claim) -> bool:
    """Whether another execution has claimed the database since; who has only released it was not."""
    return int(_read(table, claim.database).get("fence", {}).get("N", "0")) > claim.fence


def held_by(table: str, database: str, execution: str) -> Claim | None:
    """The claim on the database, where this execution holds it."""
    held = _read(table, database)
    if held.get("holder", {}).get("S") != execution:
        return None
    return Claim(database, execution, int(held["fence"]["N"]))


def release(table: str, claim: Claim, now: str) -> bool:
    """Ends the claim. True: not ended, because somebody asked for another run meanwhile; the mark is taken off.

    ``now`` is the same for every try of one state, so that a second try gives the first one's answer.
    """
    ours: dict[str, Any] = {":execution": {"S": claim.execution}, ":fence": {"N": str(claim.fence)}}
    at: dict[str, Any] = {":now": {"S": now}}
    table_and_key: dict[str, Any] = {"TableName": table, "Key": _key(claim.database)}
    try:
        with errors_as({"ConditionalCheckFailedException": _Held}):
            _table().update_item(
                **table_and_key,
                UpdateExpression="REMOVE holder, again",
                ConditionExpression="holder = :execution AND fence = :fence AND attribute_not_exists(again)"
                " AND (attribute_not_exists(answered) OR answered <> :now)",
                ExpressionAttributeValues={**ours, **at},
            )
        return False
    except _Held:
        pass
    try:
        with errors_as({"ConditionalCheckFailedException": _Held}):
            _table().update_item(
                **table_and_key,
                UpdateExpression="SET answered = :now REMOVE again",
                ConditionExpression="holder = :execution AND fence = :fence"
                " AND (attribute_exists(again) OR answered = :now)",
                ExpressionAttributeValues={**ours, **at},
            )
        return True
    except _Held:
        return False  # released by an earlier try of this very call, or taken over


def abandon(table: str, claim: Claim) -> None:
    """Ends the claim of an execution that is over and will not plan again, whatever was asked for meanwhile."""
    try:
        with errors_as({"ConditionalCheckFailedException": _Held}):
            _table().update_item(
                TableName=table,
                Key=_key(claim.database),
                UpdateExpression="REMOVE holder, again",
                ConditionExpression="holder = :execution AND fence = :fence",
                ExpressionAttributeValues={":execution": {"S": claim.execution}, ":fence": {"N": str(claim.fence)}},
            )
    except _Held:
        return  # ended already, or taken over


def _write(table: str, database: str, execution: str, now: datetime, condition: str, values: dict[str, Any]) -> Claim:
    with errors_as({"ConditionalCheckFailedException": _Held}):
        answer = _table().update_item(
            TableName=table,
            Key=_key(database),
            UpdateExpression="SET holder = :execution, claimed_at = :now, purpose = :purpose,"
            " fence = if_not_exists(fence, :zero) + :one REMOVE again",
            ConditionExpression=condition,
            ExpressionAttributeValues={
                ":execution": {"S": execution},
                ":now": {"S": now.isoformat()},
                ":zero": {"N": "0"},
                ":one": {"N": "1"},
                **values,
            },
            ReturnValues="ALL_NEW",
        )
    return Claim(database, execution, int(answer["Attributes"]["fence"]["N"]))


def _read(table: str, database: str) -> dict[str, Any]:
    with errors_as():
        return dict(_table().get_item(TableName=table, Key=_key(database), ConsistentRead=True).get("Item", {}))


def _mark_again(table: str, database: str, holder: str) -> None:
    try:
        with errors_as({"ConditionalCheckFailedException": _Held}):
            _table().update_item(
                TableName=table,
                Key=_key(database),
                UpdateExpression="SET again = :yes",
                ConditionExpression="holder = :holder",
                ExpressionAttributeValues={":yes": {"BOOL": True}, ":holder": {"S": holder}},
            )
    except _Held:
        raise ClaimSettling(f"The claim on {database} was released just now") from None


def _stopped_at(execution: str) -> datetime | None:
    """When the execution stopped; None while it runs.

    One that Step Functions has forgotten (after 90 days) stopped long ago.
    """
    states: SFNClient = client("stepfunctions")
    try:
        with errors_as({"ExecutionDoesNotExist": _Held}):
            answer = states.describe_execution(executionArn=execution)
    except _Held:
        return datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return None if answer["status"] == "RUNNING" else answer.get("stopDate")


def _table() -> DynamoDBClient:
    made: DynamoDBClient = client("dynamodb")
    return made


def _key(database: str) -> dict[str, Any]:
    return {"database": {"S": database}, "kind": {"S": "claim"}}
