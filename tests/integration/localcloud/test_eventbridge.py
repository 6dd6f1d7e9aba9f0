"""Rules reach state machines, as their targets say, and what cannot be delivered is not lost."""

import json
from typing import Any

import pytest

from localcloud.cloud import Cloud
from localcloud.deploy.deploy import DeployedStack
from localcloud.services.eventbridge import target_input
from tests.conftest import Eventually

from .letters import letter

EVENT = {"source": "aws.rds", "detail-type": "RDS", "detail": {"name": "orders", "tags": {"a": 'say "x"'}, "count": 3}}


def put(cloud: Cloud, detail: dict[str, Any]) -> None:
    entry = {"Source": "test.asked", "DetailType": "Test", "Detail": json.dumps(detail)}
    cloud.client("events").put_events(Entries=[entry])


def test_an_event_starts_an_execution_with_the_input_that_its_target_asks_for(
    cloud: Cloud, probe: DeployedStack, eventually: Eventually
) -> None:
    states, detail = cloud.client("stepfunctions"), {"function": "probe", "how": "look", "mark": "by the rule"}
    put(cloud, detail)

    def inputs() -> list[Any]:
        executions = states.list_executions(stateMachineArn=probe.physical["Ask"])["executions"]
        told = [states.describe_execution(executionArn=each["executionArn"]) for each in executions]
        return [json.loads(each["input"]) for each in told]

    assert eventually(lambda: detail in inputs())


def test_a_delivery_that_fails_twice_succeeds_the_third_time(
    cloud: Cloud, probe: DeployedStack, eventually: Eventually
) -> None:
    states = cloud.client("stepfunctions")
    before = len(states.list_executions(stateMachineArn=probe.physical["Ask"])["executions"])
    cloud.faults.script("start_execution", "throttled", "throttled")
    put(cloud, {"function": "probe", "how": "look"})
    eventually(lambda: len(states.list_executions(stateMachineArn=probe.physical["Ask"])["executions"]) == before + 1)


def test_what_cannot_be_delivered_lies_in_the_dead_letter_queue_with_its_reason(
    cloud: Cloud, probe: DeployedStack, eventually: Eventually
) -> None:
    cloud.faults.script("start_execution", *["throttled"] * 3)
    put(cloud, {"function": "probe", "how": "look", "mark": "lost"})
    found = eventually(lambda: letter(cloud, probe.physical["Lost"], '"mark": "lost"'))
    assert (found.body["detail"]["mark"], found.said["ERROR_MESSAGE"]) == ("lost", "throttled")


@pytest.mark.parametrize(
    ("target", "given"),
    [
        ({}, EVENT),
        ({"Input": '{"fixed": true}'}, {"fixed": True}),
        ({"InputPath": "$.detail.name"}, "orders"),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"name": "$.detail.name", "type": "$.detail-type", "tags": "$.detail.tags"},
                    "InputTemplate": '{"database": {"instance": <name>}, "type": "of <type>", "tags": <tags>}',
                }
            },
            {"database": {"instance": "orders"}, "type": "of RDS", "tags": {"a": 'say "x"'}},
        ),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"count": "$.detail.count", "absent": "$.detail.absent"},
                    "InputTemplate": '{"count": <count>, "absent": <absent>, "event": <aws.events.event>}',
                }
            },
            {"count": 3, "absent": None, "event": EVENT},
        ),
    ],
)
def test_a_target_is_given_what_it_asks_for(target: dict[str, Any], given: Any) -> None:
    assert json.loads(target_input(target, EVENT)) == given
