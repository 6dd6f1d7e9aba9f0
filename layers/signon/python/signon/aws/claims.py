"""Claims in the table: one conditional write decides who works on a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.aws.items import ItemKind, Values, read, write_if
from signon.domain.memory.claim import Claim, is_abandoned
from signon.domain.times import in_iso
from signon.errors import AlreadyInProgress, ClaimLost, ClaimSettling

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class _Forgotten(Exception):
    pass


def take(
    table: str, database: str, execution: str, now: datetime, longest_timeout: timedelta, *, purpose: str, by_hand: bool
) -> Claim:
    """Claims the database (its resource id) for the execution (its ARN), which may take its own claim again.

    ``purpose`` is what it is for: equal for two executions that use the same version of the same profile.
    Raises AlreadyInProgress: another execution is working on it; if that one has another purpose, or a person
    is asking now, it has been told to plan again before it ends. ClaimSettling: its last holder stopped less than
    ``longest_timeout`` ago.
    """
    values: Values = {":purpose": {"S": purpose}}
    free = "attribute_not_exists(holder) OR holder = :execution"
    if claim := _write(table, database, execution, now, free, values):
        return claim
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
        raise ClaimSettling(f"{holder} stopped at {in_iso(stopped_at)}; one of its functions may still run")
    values = {**values, ":holder": {"S": holder}, ":fence": {"N": fence}}
    if claim := _write(table, database, execution, now, "holder = :holder AND fence = :fence", values):
        return claim
    raise AlreadyInProgress(f"{database} was taken over by another execution")


def confirm(table: str, claim: Claim) -> None:
    """To be called before every change. Raises ClaimLost: another execution has taken over."""
    held = _read(table, claim.database)
    if held.get("holder", {}).get("S") != claim.execution or int(held.get("fence", {}).get("N", "0")) != claim.fence:
        raise ClaimLost(f"{claim.execution} no longer holds the claim on {claim.database}")


def is_overtaken(table: str, claim: Claim) -> bool:
    """Whether another execution has claimed the database since; releasing the claim is not being overtaken."""
    return int(_read(table, claim.database).get("fence", {}).get("N", "0")) > claim.fence


def held_by(table: str, database: str, execution: str) -> Claim | None:
    """The claim on the database, where this execution holds it."""
    held = _read(table, database)
    if held.get("holder", {}).get("S") != execution:
        return None
    return Claim(database, execution, int(held["fence"]["N"]))


def release(table: str, claim: Claim, now: str) -> bool:
    """Ends the claim. True: not ended, because somebody asked for another run meanwhile; the mark is removed.

    ``now`` is the same for every attempt of a state, so a second attempt gives the first one's answer.
    """
    ours: Values = {":execution": {"S": claim.execution}, ":fence": {"N": str(claim.fence)}, ":now": {"S": now}}
    nobody_asked = (
        "holder = :execution AND fence = :fence AND attribute_not_exists(again)"
        " AND (attribute_not_exists(answered) OR answered <> :now)"
    )
    if write_if(nobody_asked, table, claim.database, ItemKind.CLAIM, "REMOVE holder, again", ours) is not None:
        return False
    somebody_asked = "holder = :execution AND fence = :fence AND (attribute_exists(again) OR answered = :now)"
    mark_removed = "SET answered = :now REMOVE again"
    # otherwise it was released by an earlier attempt of this very call, or taken over
    return write_if(somebody_asked, table, claim.database, ItemKind.CLAIM, mark_removed, ours) is not None


def abandon(table: str, claim: Claim) -> None:
    """Ends the claim of an execution that is over and will not plan again, whatever was asked for meanwhile."""
    ours: Values = {":execution": {"S": claim.execution}, ":fence": {"N": str(claim.fence)}}
    condition = "holder = :execution AND fence = :fence"  # else it is ended already, or taken over
    write_if(condition, table, claim.database, ItemKind.CLAIM, "REMOVE holder, again", ours)


def _write(table: str, database: str, execution: str, now: datetime, condition: str, values: Values) -> Claim | None:
    """The claim, with the next fence; None where the condition does not hold."""
    claimed = write_if(
        condition,
        table,
        database,
        ItemKind.CLAIM,
        "SET holder = :execution, claimed_at = :now, purpose = :purpose,"
        " fence = if_not_exists(fence, :zero) + :one REMOVE again",
        {
            ":execution": {"S": execution},
            ":now": {"S": in_iso(now)},
            ":zero": {"N": "0"},
            ":one": {"N": "1"},
            **values,
        },
    )
    return Claim(database, execution, int(claimed["fence"]["N"])) if claimed else None


def _read(table: str, database: str) -> dict[str, Any]:
    return read(table, database, ItemKind.CLAIM) or {}


def _mark_again(table: str, database: str, holder: str) -> None:
    values: Values = {":yes": {"BOOL": True}, ":holder": {"S": holder}}
    if not write_if("holder = :holder", table, database, ItemKind.CLAIM, "SET again = :yes", values):
        raise ClaimSettling(f"The claim on {database} was released just now")


def _stopped_at(execution: str) -> datetime | None:
    """When the execution stopped; None while it runs.

    One that Step Functions has forgotten (after 90 days) stopped long ago.
    """
    states: SFNClient = client("stepfunctions")
    try:
        with errors_as({"ExecutionDoesNotExist": _Forgotten}):
            answer = states.describe_execution(executionArn=execution)
    except _Forgotten:
        return datetime.fromtimestamp(0, UTC)
    return None if answer["status"] == "RUNNING" else answer.get("stopDate")
