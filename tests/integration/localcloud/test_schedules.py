"""Schedules and rules reach functions: by the simulated clock, again where it fails, and at last as a dead letter."""

import datetime
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localcloud.clock import Clock
from localcloud.cloud import Cloud
from localcloud.deploy.cloudformation import DeploymentError
from localcloud.deploy.comparison import ALLOWED
from localcloud.deploy.deploy import DeployedStack
from localcloud.services.scheduler import checked_period
from tests.conftest import Eventually

from .letters import letter

TEMPLATES = Path(__file__).parent / "templates"

Given = Callable[[], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def timed(cloud: Cloud) -> DeployedStack:
    """The stack of templates/timed.yaml."""
    allowed = {finding: why for finding, why in ALLOWED.items() if finding[0] == "AWS::StepFunctions::StateMachine"}
    return cloud.deploy(TEMPLATES / "timed.yaml", "timed", allowed)


@pytest.fixture
def given(cloud: Cloud, timed: DeployedStack) -> Given:
    """All that the function was given, oldest first."""

    def given() -> list[dict[str, Any]]:
        logs = cloud.client("logs")
        if not logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/noting")["logGroups"]:
            return []
        lines = [event["message"] for event in logs.filter_log_events(logGroupName="/aws/lambda/noting")["events"]]
        return [json.loads(line.split("given ", 1)[1]) for line in lines if line.startswith("given ")]

    return given


def put(cloud: Cloud, **detail: Any) -> None:
    entry = {"Source": "test.noted", "DetailType": "Test", "Detail": json.dumps(detail)}
    cloud.client("events").put_events(Entries=[entry])


def switch(cloud: Cloud, name: str, state: str, **changes: Any) -> None:
    scheduler = cloud.client("scheduler")
    kept = scheduler.get_schedule(Name=name)
    target = kept["Target"] | changes.pop("Target", {})
    scheduler.update_schedule(
        Name=name,
        State=state,
        FlexibleTimeWindow=kept["FlexibleTimeWindow"],
        Target=target,
        **{"ScheduleExpression": kept["ScheduleExpression"], **changes},
    )


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def test_an_event_reaches_a_function_with_the_input_that_its_target_asks_for(
    cloud: Cloud, given: Given, eventually: Eventually
) -> None:
    put(cloud, mark="by the rule")
    assert eventually(lambda: {"mark": "by the rule"} in given())


def test_a_delivery_to_a_function_that_fails_twice_succeeds_the_third_time(
    cloud: Cloud, timed: DeployedStack, given: Given, eventually: Eventually
) -> None:
    switch(cloud, timed.physical["NotingEveryTenMinutes"], "DISABLED")
    cloud.faults.script("deliver:noting", "throttled", "throttled")
    put(cloud, mark="the third time")
    assert eventually(lambda: {"mark": "the third time"} in given())
    assert letter(cloud, timed.physical["Undelivered"], "the third time") is None


def test_what_no_function_could_be_given_lies_in_the_rules_dead_letter_queue(
    cloud: Cloud, timed: DeployedStack, given: Given, eventually: Eventually
) -> None:
    switch(cloud, timed.physical["NotingEveryTenMinutes"], "DISABLED")
    cloud.faults.script("deliver:noting", *["throttled"] * 3)
    put(cloud, mark="undelivered")
    said = eventually(lambda: letter(cloud, timed.physical["Undelivered"], "undelivered")).said
    assert (said["ERROR_MESSAGE"], said["RETRY_ATTEMPTS"]) == ("throttled", "2")
    assert said["TARGET_ARN"].endswith(":noting")
    assert {"mark": "undelivered"} not in given()


def test_a_function_that_fails_is_run_three_times_and_its_own_queue_has_the_event(
    cloud: Cloud, timed: DeployedStack, given: Given, eventually: Eventually
) -> None:
    put(cloud, mark="failing", fails=True)
    found = eventually(lambda: letter(cloud, timed.physical["Failed"], "failing"))
    assert found.body == {"mark": "failing", "fails": True}
    assert "as it was told to" in found.said["ErrorMessage"]
    assert given().count({"mark": "failing", "fails": True}) == 3
    assert letter(cloud, timed.physical["Undelivered"], "failing") is None  # it was delivered


def test_a_schedule_invokes_its_function_once_a_period_and_the_disabled_one_never_does(
    cloud: Cloud, timed: DeployedStack, given: Given, eventually: Eventually
) -> None:
    switch(cloud, timed.physical["NotingEveryTenMinutes"], "ENABLED")
    arn = cloud.client("scheduler").get_schedule(Name=timed.physical["NotingEveryTenMinutes"])["Arn"]
    began = cloud.clock.now()

    def moments() -> list[datetime.datetime]:
        said = [datetime.datetime.fromisoformat(each["at"]) for each in given() if each.get("by") == arn]
        return [moment for moment in said if moment > began]

    first, second = eventually(lambda: len(found := moments()) >= 2 and found[:2])
    # its period begins anew where it is changed; the clock's steps are a few simulated minutes wide when it is busy
    assert first - began >= datetime.timedelta(minutes=9)
    assert second > first
    assert not [each for each in given() if each.get("by") == "Never"]


def test_a_schedule_starts_executions_with_an_empty_object_where_it_has_no_input(
    cloud: Cloud, timed: DeployedStack, eventually: Eventually
) -> None:
    states, arn = cloud.client("stepfunctions"), timed.physical["Passing"]
    first = eventually(lambda: states.list_executions(stateMachineArn=arn)["executions"])[0]
    switch(cloud, timed.physical["PassingHourly"], "DISABLED")
    assert states.describe_execution(executionArn=first["executionArn"])["input"] == "{}"


def test_what_a_schedule_could_not_deliver_lies_in_its_dead_letter_queue(
    cloud: Cloud, timed: DeployedStack, eventually: Eventually
) -> None:
    name = timed.physical["NotingEveryTenMinutes"]
    cloud.faults.script("deliver:noting", "throttled", "throttled")
    switch(cloud, name, "ENABLED")
    try:
        said = eventually(lambda: letter(cloud, timed.physical["Undelivered"], "aws:scheduler")).said
    finally:
        switch(cloud, name, "DISABLED")
    assert said["SCHEDULE_ARN"].endswith(name)
    assert (said["ERROR_MESSAGE"], said["RETRY_ATTEMPTS"]) == ("throttled", "1")


def test_a_deleted_schedule_fires_no_more(cloud: Cloud, timed: DeployedStack, eventually: Eventually) -> None:
    scheduler = cloud.client("scheduler")
    target = scheduler.get_schedule(Name=timed.physical["PassingHourly"])["Target"]
    asked = {"ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}
    scheduler.create_schedule(Name="short-lived", **asked)
    assert "schedule short-lived" in threads()
    scheduler.delete_schedule(Name="short-lived")
    assert eventually(lambda: "schedule short-lived" not in threads())


@pytest.mark.parametrize("expression", ["cron(0 3 * * ? *)", "at(2026-11-20T10:00:00)", "rate(0 hours)"])
def test_a_schedule_that_would_never_fire_here_fails_the_deployment_by_name(
    cloud: Cloud, tmp_path: Path, expression: str
) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        f"""
        AWSTemplateFormatVersion: "2010-09-09"
        Resources:
          Nightly:
            Type: AWS::Scheduler::Schedule
            Properties:
              ScheduleExpression: {expression}
              FlexibleTimeWindow: {{Mode: "OFF"}}
              Target: {{Arn: "arn:aws:lambda:us-east-1:123456789012:function:x", RoleArn: "arn:aws:iam::1:role/x"}}
        """
    )
    why = rf"Nightly \(AWS::Scheduler::Schedule\): .*rate\(n minutes\|hours\|days\) here, not {re.escape(expression)}"
    with pytest.raises(DeploymentError, match=why):
        cloud.deploy(file, re.sub(r"\W", "-", expression))


@pytest.mark.parametrize(
    ("expression", "seconds"), [("rate(1 minute)", 60), ("rate(5 hours)", 18000), ("rate(2 days)", 172800)]
)
def test_a_rate_is_so_many_simulated_seconds(expression: str, seconds: float) -> None:
    asked = {"schedule_expression": expression, "target": {"Arn": "arn:aws:lambda:us-east-1:123456789012:function:x"}}
    assert checked_period(asked) == seconds


def test_the_end_of_time_ends_a_wait_for_a_moment() -> None:
    clock = Clock(1)
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(clock.reach(3600)))
    waiting.start()
    clock.stop()
    waiting.join(240)
    assert answers == [False]
