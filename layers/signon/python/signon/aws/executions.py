"""Executions of our state machine: what became of one, how many run, and starting one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.aws.pages import every
from signon.domain.outcome.ending import Execution, Status

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class _NoSuchExecution(Exception):
    pass


class _Started(Exception):
    pass


def describe(execution: str) -> Execution | None:
    """The execution as Step Functions describes it, or None where it has forgotten it."""
    try:
        with errors_as({"ExecutionDoesNotExist": _NoSuchExecution}):
            answer = _states().describe_execution(executionArn=execution)
    except _NoSuchExecution:
        return None
    return Execution(
        arn=execution,
        status=Status(answer["status"]),
        input=json.loads(answer.get("input", "null")),
        error=answer.get("error") or None,
        cause=answer.get("cause") or None,
        started_at=answer["startDate"],
        stopped_at=answer.get("stopDate"),
    )


def running(machine: str, at_most: int) -> int:
    """How many executions of the state machine (its ARN) run; counts no further than ``at_most``."""
    found = every(
        "executions",
        lambda page: _states().list_executions(
            stateMachineArn=machine, statusFilter="RUNNING", maxResults=at_most, **page
        ),
    )
    return sum(1 for _ in islice(found, at_most))


def start(machine: str, name: str, document: Mapping[str, Any]) -> bool:
    """Starts an execution; False where one of that name was started before."""
    try:
        with errors_as({"ExecutionAlreadyExists": _Started}):
            _states().start_execution(stateMachineArn=machine, name=name, input=json.dumps(document))
        return True
    except _Started:
        return False


def _states() -> SFNClient:
    made: SFNClient = client("stepfunctions")
    return made
