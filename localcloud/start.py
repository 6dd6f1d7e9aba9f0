"""`start`: an execution by hand from an event file, followed to its end."""

import datetime
import json
import time
from pathlib import Path
from typing import Any

import boto3

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
    print(f"{execution}\n\n  simulated    real     state")
    return _follow(states, execution, began)


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


def _follow(states: Any, execution: str, began: float) -> bool:
    shown, started = 0, None
    while True:
        described = states.describe_execution(executionArn=execution)
        pages = states.get_paginator("get_execution_history").paginate(executionArn=execution)
        events = [event for page in pages for event in page["events"]]
        for event in events[shown:]:
            started = started or event["timestamp"]
            if entered := event.get("stateEnteredEventDetails"):
                print(
                    f"  {_clock(event['timestamp'] - started)}  {time.monotonic() - began:6.2f} s   {entered['name']}",
                    flush=True,
                )
        shown = len(events)
        if described["status"] != "RUNNING":
            break
        time.sleep(0.1)
    print(f"\n{described['status']}")
    if "output" in described:
        print(json.dumps(json.loads(described["output"]), indent=2))
    for name in ("error", "cause"):
        if name in described:
            print(f"{name}: {described[name]}")
    return bool(described["status"] == "SUCCEEDED")


def _clock(span: datetime.timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _client(running: Running, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=running.endpoint,
        region_name=running.region,
        aws_access_key_id=running.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=running.environment["AWS_SECRET_ACCESS_KEY"],
    )
