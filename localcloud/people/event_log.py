"""What happens in a cloud, in short lines with the simulated time: RDS's events, executions, messages to people."""

import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.events.models import EventsBackend
from moto.sns.models import Topic

from localcloud.clock import Clock
from localcloud.moto_patches import patch
from localcloud.people.printable import printable, printable_lines

# How an execution ends that meets this error: it reports nothing.
WITHOUT_A_REPORT = {
    "AlreadyInProgress": "Already in progress",
    "ClaimLost": "Already in progress",
    "NotOurs": "Not ours",
}


def install(clock: Clock, write: Callable[[str], object]) -> None:
    """From now on `write` is given each entry, which may have several lines."""

    def enter(text: str) -> None:
        write(f"{clock.now():%Y-%m-%d %H:%M:%S}  {text}")

    put_events, publish = EventsBackend.put_events, Topic.publish

    def put_and_enter(backend: EventsBackend, events: list[dict[str, Any]]) -> Any:
        answer = put_events(backend, events)
        for event in events:
            for text in of_event(event):
                enter(text)
        return answer

    def publish_and_enter(topic: Topic, message: str, subject: str | None = None, **more: Any) -> Any:
        enter(of_message(subject, message))
        return publish(topic, message, subject, **more)

    patch(EventsBackend, put_events=put_and_enter)
    patch(Topic, publish=publish_and_enter)


def write_out(entry: str) -> None:
    """To standard output, in one piece: executions and services speak at the same time."""
    sys.stdout.write(f"{entry}\n")
    sys.stdout.flush()


def of_event(event: Mapping[str, Any]) -> Iterator[str]:
    """Of an event as PutEvents takes it; nothing of what is neither RDS's nor Step Functions'."""
    try:
        detail = json.loads(event["Detail"])
    except ValueError:
        return  # EventBridge refuses it
    if not isinstance(detail, dict):
        return
    if event["Source"] == "aws.rds":
        yield printable(f"{detail.get('EventID')}  {detail.get('SourceIdentifier')}: {detail.get('Message')}")
    elif event["Source"] == "aws.states":
        yield printable(f"execution {detail['name']} {_status(detail)}")


def of_message(subject: str | None, text: str) -> str:
    """Of a message to people; of an alarm's, which is made for programs too, what it says to people."""
    if text.startswith('{"AlarmName"'):
        alarm = json.loads(text)
        text = alarm["AlarmDescription"] if alarm["NewStateValue"] == "ALARM" else alarm["NewStateReason"]
    text = text.strip().removeprefix(subject or "").lstrip()  # its first line may be the subject
    return f"message to people: {printable(str(subject))}\n{textwrap.indent(printable_lines(text), '    ')}"


def _status(detail: Mapping[str, Any]) -> str:
    if detail["status"] == "RUNNING":
        return f"started: {_asked(json.loads(detail['input']))}"
    if detail["status"] != "SUCCEEDED":
        return f"ended, {detail['status']}: {detail.get('error') or ''} {detail.get('cause') or ''}".rstrip(" :")
    output = json.loads(detail["output"] or "{}")
    outcome, error = output.get("outcome") or {}, output.get("error") or output
    end = outcome.get("end") or WITHOUT_A_REPORT.get(error.get("Error", ""), "Planned")
    return f"ended, {end}: {outcome.get('headline', '')}".rstrip(" :")


def _asked(given: Any) -> str:
    """Who started it, and about which database."""
    if not isinstance(given, dict):
        return "by hand"
    if isinstance(event := given.get("detail"), dict):
        return f"{event.get('SourceIdentifier')}, by {event.get('EventID')}"
    database = given.get("database")
    names = database.values() if isinstance(database, dict) else ()
    return f"{', '.join(map(str, names)) or 'no database'}, {given.get('reason') or 'by hand'}"
