"""Executions go by the simulated clock and answer as AWS's do."""

import datetime
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto.stepfunctions.parser import models as parser
from moto.stepfunctions.parser.asl.component.common.query_language import QueryLanguage
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

from localcloud.cloud import Cloud
from localcloud.deploy.deploy import DeployedStack
from tests.conftest import Eventually

from .conftest import Ask


def test_ten_minutes_of_waiting_are_ten_simulated_minutes(cloud: Cloud, ask: Ask) -> None:
    ended = ask("look")
    assert ended["stopDate"] - ended["startDate"] >= datetime.timedelta(minutes=10)


def test_a_state_tells_the_simulated_time_as_aws_writes_it(cloud: Cloud, ask: Ask) -> None:
    ended = ask("look")
    entered = json.loads(ended["output"])["said"]["entered"]
    assert datetime.datetime.strptime(entered, "%Y-%m-%dT%H:%M:%S.%f%z") >= ended["startDate"].replace(microsecond=0)
    assert entered.endswith("Z")


def test_executions_without_a_name_get_names_of_their_own(ask: Ask) -> None:
    assert ask("look")["name"] != ask("look")["name"]


def test_the_history_comes_in_pages_and_backwards(cloud: Cloud, ask: Ask) -> None:
    arn, states = ask("look")["executionArn"], cloud.client("stepfunctions")
    pages = list(
        states.get_paginator("get_execution_history").paginate(executionArn=arn, PaginationConfig={"PageSize": 3})
    )
    forwards = [event["id"] for page in pages for event in page["events"]]
    backwards = [event["id"] for event in states.get_execution_history(executionArn=arn, reverseOrder=True)["events"]]
    assert len(pages) > 1
    assert forwards == backwards[::-1] == sorted(forwards)


def test_a_stopped_execution_says_why(cloud: Cloud, probe: DeployedStack, eventually: Eventually) -> None:
    states = cloud.client("stepfunctions")
    ask = json.dumps({"function": "probe", "how": "look"})

    def stopped() -> Any:
        arn = states.start_execution(stateMachineArn=probe.physical["Ask"], input=ask)["executionArn"]
        states.stop_execution(executionArn=arn, error="Enough", cause="no longer wanted")
        return eventually(lambda: (said := states.describe_execution(executionArn=arn))["status"] != "RUNNING" and said)

    seen = next(said for said in (stopped() for _ in range(20)) if said["status"] == "ABORTED")  # others ended first
    assert (seen["error"], seen["cause"]) == ("Enough", "no longer wanted")
    listed = states.list_executions(stateMachineArn=probe.physical["Ask"], statusFilter="ABORTED")["executions"]
    assert seen["executionArn"] in {each["executionArn"] for each in listed}


Told = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def told(cloud: Cloud) -> Iterator[Told]:
    """What the events say that came so far of an execution."""
    sqs, events = cloud.client("sqs"), cloud.client("events")
    queue = sqs.create_queue(QueueName="statuses")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="statuses", EventPattern=json.dumps({"source": ["aws.states"]}))
    events.put_targets(Rule="statuses", Targets=[{"Id": "queue", "Arn": arn}])
    came: list[dict[str, Any]] = []

    def told(execution: str) -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=queue).get("Messages", [])
        came.extend(json.loads(each["Body"])["detail"] for each in messages)
        return [detail for detail in came if detail["executionArn"] == execution]

    yield told
    events.remove_targets(Rule="statuses", Ids=["queue"])
    sqs.delete_queue(QueueUrl=queue)


def test_the_beginning_and_the_end_of_an_execution_are_events(told: Told, ask: Ask, eventually: Eventually) -> None:
    execution = ask("raise")["executionArn"]
    eventually(lambda: len(told(execution)) == 2)
    errors = {detail["status"]: detail["error"] for detail in told(execution)}
    assert errors == {"RUNNING": None, "FAILED": "DatabaseBusy"}


def test_an_execution_that_ends_before_its_start_is_announced_has_both_events(
    cloud: Cloud, told: Told, ask: Ask, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = parser.StepFunctionsParserBackend
    at_once = backend.start_execution

    def slowly(*arguments: Any) -> Any:
        execution = at_once(*arguments)
        eventually(lambda: execution.status != "RUNNING")
        return execution

    monkeypatch.setattr(backend, "start_execution", slowly)
    execution = ask("raise")["executionArn"]
    eventually(lambda: len(told(execution)) == 2)
    begun, ended = sorted(told(execution), key=lambda detail: detail["status"], reverse=True)
    assert (begun["status"], begun["stopDate"], begun["error"]) == ("RUNNING", None, None)
    assert (ended["status"], ended["error"]) == ("FAILED", "DatabaseBusy")


def test_two_definitions_are_read_at_once(cloud: Cloud) -> None:
    """Each execution reads its own when it begins."""
    one, other = Preprocessor(), Preprocessor()
    one._query_language_per_scope.append(QueryLanguage())
    assert other._query_language_per_scope == []
