"""What the log of a cloud tells people: one entry for what happens, in their words."""

import json
import sys
from collections.abc import Mapping
from typing import Any
from unittest.mock import Mock, call

import pytest

from localcloud.people.event_log import of_event, of_message, write_out

RDS = {"EventID": "RDS-EVENT-0005", "SourceIdentifier": "payments-orders", "Message": "DB instance created"}
BY_HAND = {"database": {"instance": "payments-orders"}, "reason": "a second run"}
OUTCOME = {"outcome": {"end": "Parked", "headline": "payments-orders: everything is paused"}}
ALARM = {"AlarmName": "signon-event-lost", "AlarmDescription": "Look into the queue.", "NewStateReason": "1 datapoint"}


def told(source: str, detail: Mapping[str, Any]) -> list[str]:
    return list(of_event({"Source": source, "Detail": json.dumps(detail)}))


def execution(**detail: Any) -> str:
    (text,) = told("aws.states", {"name": "e1", **detail})
    return text


def test_an_event_of_rds() -> None:
    assert told("aws.rds", RDS) == ["RDS-EVENT-0005  payments-orders: DB instance created"]


@pytest.mark.parametrize("detail", ["[]", "5", "{", "null"])
def test_what_is_no_detail_of_an_event_is_left_out(detail: str) -> None:
    assert list(of_event({"Source": "aws.rds", "Detail": detail})) == []


def test_events_of_the_stack_itself_are_left_out_for_its_messages_say_the_same() -> None:
    assert told("signon", {}) == []


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({"detail": RDS}, "payments-orders, by RDS-EVENT-0005"),
        (BY_HAND, "payments-orders, a second run"),
        ({"database": {"cluster": "payments-ledger"}}, "payments-ledger, by hand"),
        ([], "by hand"),
        ({}, "no database, by hand"),
    ],
)
def test_what_an_execution_was_started_by(given: object, asked: str) -> None:
    assert execution(status="RUNNING", input=json.dumps(given)) == f"execution e1 started: {asked}"


@pytest.mark.parametrize(
    ("detail", "ended"),
    [
        (
            {"status": "SUCCEEDED", "output": json.dumps(OUTCOME)},
            "Parked: payments-orders: everything is paused",
        ),
        ({"status": "SUCCEEDED", "output": json.dumps({"plan": {}})}, "Planned"),
        (
            {"status": "SUCCEEDED", "output": json.dumps({"plan": {}, "error": {"Error": "AlreadyInProgress"}})},
            "Already in progress",
        ),
        ({"status": "SUCCEEDED", "output": json.dumps({"Error": "NotOurs", "Cause": "{}"})}, "Not ours"),
        (
            {"status": "FAILED", "error": "InvalidRequest", "cause": "No such database"},
            "FAILED: InvalidRequest No such database",
        ),
        ({"status": "ABORTED", "error": None, "cause": None}, "ABORTED"),
    ],
)
def test_how_an_execution_ended(detail: Mapping[str, Any], ended: str) -> None:
    assert execution(**detail) == f"execution e1 ended, {ended}"


def test_a_message_with_its_text() -> None:
    assert of_message("payments: failed", "Line 1\nLine 2\n") == (
        "message to people: payments: failed\n    Line 1\n    Line 2"
    )


@pytest.mark.parametrize(("state", "text"), [("ALARM", "Look into the queue."), ("OK", "1 datapoint")])
def test_of_an_alarm_what_it_says_to_people(state: str, text: str) -> None:
    said = json.dumps({**ALARM, "NewStateValue": state})
    assert of_message("an alarm", said) == f"message to people: an alarm\n    {text}"


def test_an_entry_is_written_in_one_piece_so_that_those_of_two_threads_are_not_mixed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = Mock()
    monkeypatch.setattr(sys, "stdout", out)
    write_out("message to people: one\n    line")
    assert out.mock_calls == [call.write("message to people: one\n    line\n"), call.flush()]
