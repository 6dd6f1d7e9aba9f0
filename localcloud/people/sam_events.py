"""An event for each function, in the terms of one cloud: what the state machine would hand over, and two schedules'."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from localcloud.checkout import CHECKOUT
from localcloud.examples import samples
from localcloud.people.running import Running
from localcloud.people.start import held_by

DEFINITION = CHECKOUT / "statemachines" / "onboard_database.asl.yaml"
CLAIM = "ClaimDatabase"
HELD = ("AlreadyInProgress", "ClaimSettling")
AT_FIRST: Mapping[str, Any] = {"leaving": None, "switching": None, "reboot": None}


class NoClaim(RuntimeError):
    """The events' claim could not be taken; the message says why."""


def write(running: Running, execution: str, folder: Path) -> None:
    """`<folder of the function>.json` for each, about the database of `execution`, which must have ended. They hold a
    claim on it that is taken here, so that each may change the database. Raises NoClaim.
    """
    said = running.client("stepfunctions").describe_execution(executionArn=execution)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    dossier = {**json.loads(said["output"]), **AT_FIRST}
    context = {
        "Execution": {"Id": execution, "Input": json.loads(said["input"]), "RedriveCount": 0},
        "State": {"EnteredTime": now},
    }
    tasks = {each["Resource"].strip("${}"): each["Parameters"] for each in _tasks()}
    _let_a_sample_go(running, dossier["database"]["resource_id"])
    dossier["claim"] = _claimed(running, dossier["database"], filled(tasks[CLAIM], dossier, context))
    events = {name: filled(parameters, dossier, context) for name, parameters in tasks.items()}
    events["SweepDatabases"] = {"now": now}
    events["ReportEnding"] = _ending(running, execution, now)
    folder.mkdir(exist_ok=True)
    for name, event in events.items():
        (folder / f"{folder_of(name)}.json").write_text(json.dumps(event, indent=2) + "\n")


def folder_of(function: str) -> str:
    """`describe_database` of DescribeDatabase: the function's folder."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in function).lstrip("_")


def filled(parameters: Mapping[str, Any], dossier: Mapping[str, Any], context: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a state with these Parameters hands over; what no state has written yet is null."""
    return {
        key.removesuffix(".$"): _at(path, dossier, context) if key.endswith(".$") else path
        for key, path in parameters.items()
    }


def _at(path: str, dossier: Mapping[str, Any], context: Mapping[str, Any]) -> Any:
    found: Any = context if path.startswith("$$") else dossier
    for name in path.lstrip("$").split(".")[1:]:
        found = found.get(name) if found else None
    return found


def _tasks() -> list[dict[str, Any]]:
    """A function that two states call has the first one's."""
    states = yaml.load(DEFINITION.read_text(), yaml.CSafeLoader)["States"].values()
    return [each for each in reversed(list(states)) if each["Type"] == "Task"]


def _let_a_sample_go(running: Running, resource_id: str) -> None:
    """The holder in events/functions/claim_database.json is an execution of another account, which nobody can ask."""
    key = {"database": {"S": resource_id}, "kind": {"S": "claim"}}
    with suppress(running.client("dynamodb").exceptions.ConditionalCheckFailedException):
        running.client("dynamodb").update_item(
            TableName=running.outputs["RecordsTable"],
            Key=key,
            UpdateExpression="REMOVE holder",
            ConditionExpression="contains(holder, :sample)",
            ExpressionAttributeValues={":sample": {"S": f":{samples.ACCOUNT}:"}},
        )


def _claimed(running: Running, database: Mapping[str, Any], event: Mapping[str, Any]) -> Any:
    name = f"{running.stack}-{folder_of(CLAIM).replace('_', '-')}"
    answer = running.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    said = json.loads(answer["Payload"].read())
    if "FunctionError" not in answer:
        return said
    if said.get("errorType") in HELD:
        raise NoClaim(f"The claim for the events cannot be taken now. {held_by(running, database)}")
    raise NoClaim(f"{name} did not take the claim for the events. {said.get('errorType')}: {said.get('errorMessage')}")


def _ending(running: Running, execution: str, now: str) -> Mapping[str, Any]:
    """What EventBridge tells of an execution that somebody has stopped."""
    machine, name = running.outputs["StateMachineArn"], execution.rpartition(":")[2]
    return {
        "version": "0",
        "id": "844e2571-85d4-695f-b930-0153b71dcb42",
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": running.account,
        "time": now,
        "region": running.region,
        "resources": [execution],
        "detail": {"executionArn": execution, "stateMachineArn": machine, "name": name, "status": "ABORTED"},
    }
