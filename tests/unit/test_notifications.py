"""What machines are told."""

from __future__ import annotations

import json

import pytest

from signon.aws import notifications
from signon.errors import TemporaryFailure
from tests.unit.conftest import Answering

ENTRY = {
    "Source": "signon",
    "DetailType": "RDS Sign-on Outcome",
    "Resources": ["arn:x"],
    "Detail": json.dumps({"end": "Onboarded"}),
}


def test_an_outcome_is_one_event_on_the_default_bus(answering: Answering) -> None:
    stub = answering("events")
    stub.add_response("put_events", {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}, {"Entries": [ENTRY]})
    notifications.announce("arn:x", {"end": "Onboarded"})
    stub.assert_no_pending_responses()


def test_an_event_that_the_bus_did_not_take_is_told_again(answering: Answering) -> None:
    """PutEvents succeeds although an entry did not."""
    failed = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "x"}]}
    answering("events").add_response("put_events", failed)
    with pytest.raises(TemporaryFailure, match="PutEvents: InternalFailure"):
        notifications.announce("arn:x", {"end": "Onboarded"})
