"""`start`: an execution by hand from an event file, followed to its end."""

import json
import time
from pathlib import Path
from typing import Any

import boto3

from localcloud.narration import HEADING, Narration
from localcloud.running import Running

STARTS_WITHIN = 30  # seconds of real time: an event that no rule matches starts nothing


class NothingStarted(RuntimeError):
    """No rule matched the event, or its target did not start."""


def start(event_file: Path) -> bool:
    """Start an execution with the file as input, or put it on the bus if it is an event; print each state as it is
    entered.

    Answers whether the execution succeeded. Raises NotRunning and NothingStarted.
    """
    running = Running.get()
    machine = running.outputs["StateMachineArn"]
    states = _client(running, "stepfunctions")
    content = json.loads(event_file.read_text())
    began = time.monotonic()
    if "detail-type" in content:
        execution = _started_by_event(running, states, machine, content)
    else:
        execution = states.start_execution(stateMachineArn=machine, input=json.dumps(content))["executionArn"]
    print(f"{execution}\n\n{HEADING}")
    told = Narration(lambda service: _client(running, service), running.endpoint, execution, began).follow()
    print(f"\n{told.end}")
    print(told.error or json.dumps(told.dossier.get("outcome") or told.dossier.get("plan") or {}, indent=2))
    return told.status == "SUCCEEDED"


def _started_by_event(running: Running, states: Any, machine: str, event: dict[str, Any]) -> str:
    def known() -> set[str]:
        return {each["executionArn"] for each in states.list_executions(stateMachineArn=machine)["executions"]}

    before = known()
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Resources": event.get("resources", []),
    }
    _client(running, "events").put_events(Entries=[entry])
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if new := known() - before:
            return new.pop()
        time.sleep(0.1)
    raise NothingStarted(f"the event started no execution within {STARTS_WITHIN} seconds: does a rule match it?")


def _client(running: Running, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=running.endpoint,
        region_name=running.region,
        aws_access_key_id=running.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=running.environment["AWS_SECRET_ACCESS_KEY"],
    )
