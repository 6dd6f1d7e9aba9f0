"""What the SAM CLI answers, and what it is given, as Lambda and the state machine would have it."""

from __future__ import annotations

import json

import pytest

from localcloud.sam.events import filled, folder_of
from localcloud.sam.start_lambda import as_lambda_answers


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        (b'{"verdict": "GO"}', False),
        (b"null", False),
        (b'["errorType", "errorMessage"]', False),
        (b'{"errorType": "DatabaseBusy", "errorMessage": "it is", "requestId": "1", "stackTrace": []}', True),
    ],
)
def test_a_function_that_raised_is_answered_with_200(body: bytes, failed: bool) -> None:
    assert as_lambda_answers(body, 30).failed is failed


def test_a_function_that_took_too_long_is_answered_with_nothing() -> None:
    reply = as_lambda_answers(b"", 30)
    assert reply.failed
    assert json.loads(reply.payload)["errorType"] == "Sandbox.Timedout"


def test_an_event_is_what_the_states_parameters_say() -> None:
    parameters = {"plan.$": "$.plan", "by": "hand", "id.$": "$$.Execution.Id", "all.$": "$", "missing.$": "$.probe.on"}
    dossier = {"plan": {"verdict": "GO"}}
    event = filled(parameters, dossier, {"Execution": {"Id": "arn"}})
    assert event == {"plan": {"verdict": "GO"}, "by": "hand", "id": "arn", "all": dossier, "missing": None}


def test_a_function_has_the_folder_of_its_name() -> None:
    assert folder_of("SwitchIamAuthentication") == "switch_iam_authentication"
