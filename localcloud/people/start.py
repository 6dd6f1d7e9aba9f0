"""`start`: an execution by hand from an event file, followed to its end."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import EndpointConnectionError

from localcloud.examples import samples
from localcloud.people.executions import IN_PROGRESS, Executions
from localcloud.people.narration import HEADING, Narration
from localcloud.people.printable import printable
from localcloud.people.running import NotRunning, Running

EVENT = {"source": str, "detail-type": str, "detail": dict, "resources": list}  # what it has, where it has it
KINDS = {str: "a string", dict: "an object", list: "an array"}
STARTS_WITHIN = 15  # seconds of real time: an event that no rule matches starts nothing


class NothingStarted(RuntimeError):
    """The file is not an input of the state machine, or no rule matched the event."""


def start(event_file: Path) -> bool:
    """Starts an execution with the file as input, or puts it on the bus if it is an RDS event; follows it to its end.

    Answers whether the execution succeeded. Raises NotRunning and NothingStarted.
    """
    content, running, began = _read(event_file), Running.get(), time.monotonic()
    content = json.loads(samples.of_account(json.dumps(content), running.account))
    try:
        execution = _started_by_event(running, content) if "detail-type" in content else _started(running, content)
        print(f"{printable(execution)}\n\n{HEADING}")
        told = Narration(running.client, running.endpoint, execution, began).follow()
        closing = held_by(running, told.dossier["database"]) if told.end == IN_PROGRESS else told.closing
    except EndpointConnectionError:
        raise NotRunning("The local cloud has stopped meanwhile. Start it again with `make up`") from None
    print(f"\n{told.end}. {closing}".rstrip())
    return told.status == "SUCCEEDED"


def _read(event_file: Path) -> dict[str, Any]:
    try:
        content = json.loads(event_file.read_text())
    except OSError as error:
        raise NothingStarted(f"{event_file} cannot be read ({error.strerror}). Samples are in events/") from None
    except ValueError as error:
        raise NothingStarted(f"{event_file} is not JSON ({error}). Samples are in events/") from None
    if not isinstance(content, dict):
        raise NothingStarted(f"{event_file} does not hold a JSON object. Samples are in events/")
    for name, kind in EVENT.items() if "detail-type" in content else ():
        if not isinstance(content.get(name, kind()), kind):
            raise NothingStarted(
                f"{event_file} is not a valid event: {name} must be {KINDS[kind]}. Samples are in events/"
            )
    if "now" in content or ("detail-type" in content and content.get("source") != "aws.rds"):
        raise NothingStarted(
            f"{event_file} is an event for a function, not an input of the state machine. Samples are in events/"
        )
    return content


def _started(running: Running, content: dict[str, Any]) -> str:
    machine = running.outputs["StateMachineArn"]
    started = running.client("stepfunctions").start_execution(stateMachineArn=machine, input=json.dumps(content))
    return str(started["executionArn"])


def _started_by_event(running: Running, event: dict[str, Any]) -> str:
    states, machine = running.client("stepfunctions"), running.outputs["StateMachineArn"]

    def known() -> set[str]:
        return {each["executionArn"] for each in states.list_executions(stateMachineArn=machine)["executions"]}

    def is_of_this_event(execution: str) -> bool:
        given = json.loads(states.describe_execution(executionArn=execution)["input"])
        return bool(given.get("detail") == event.get("detail"))

    before = known()
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event.get("detail", {})),
        "Resources": event.get("resources", []),
    }
    running.client("events").put_events(Entries=[entry])
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        for execution in known() - before:
            if is_of_this_event(execution):
                return execution
        time.sleep(0.2)
    raise NothingStarted(f"The event started no execution within {STARTS_WITHIN} seconds. No rule matches it")


def held_by(running: Running, database: Mapping[str, Any]) -> str:
    """Which execution works on the database (its name and resource id), and how to see it."""
    holder, name = Executions(running.client, running.outputs).at_work_on(database["resource_id"]), database["name"]
    if holder is None:
        return printable(f"Another execution was working on {name} and has ended meanwhile. Start again")
    return printable(f"Execution {holder} is working on {name}; `make watch NAME={name}` follows it")
