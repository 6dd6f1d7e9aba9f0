"""Services that act in the name of a role, or as themselves, may do what its policies or the resource's own allow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from localcloud.cloud import Cloud
from localcloud.deploy.deploy import DeployedStack
from localcloud.iam.state_machine_roles import LOG_DELIVERY
from tests.conftest import Eventually

from .conftest import Ask
from .letters import letter


@contextmanager
def only(cloud: Cloud, role: str, *statements: dict[str, Any]) -> Iterator[None]:
    """The role's inline policies are these statements meanwhile."""
    iam = cloud.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    kept = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}
    for name in names:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
    try:
        yield
    finally:
        for name, document in kept.items():
            whole = {"Version": "2012-10-17", **document}  # SAM leaves it out, and moto wants it
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(whole))


def allow(*actions: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


def put(cloud: Cloud, mark: str) -> None:
    detail = json.dumps({"function": "probe", "how": "look", "mark": mark})
    cloud.client("events").put_events(Entries=[{"Source": "test.asked", "DetailType": "Test", "Detail": detail}])


# ---- Step Functions


def test_a_state_machine_invokes_no_function_that_its_role_does_not_name(
    cloud: Cloud, probe: DeployedStack, ask: Ask
) -> None:
    role = probe.physical["ProbeRole"]
    with only(cloud, role, allow("logs:*", "lambda:GetFunction")):
        ended = ask("look")
    assert (ended["status"], ended["error"]) == ("FAILED", "Lambda.AWSLambdaException")
    assert ended["cause"].startswith(f"User: arn:aws:sts::{cloud.account}:assumed-role/{role}/")
    on = f"arn:aws:lambda:{cloud.region}:{cloud.account}:function:probe"
    assert f"is not authorized to perform: lambda:InvokeFunction on resource: {on} because no" in ended["cause"]


def test_a_state_machine_with_logs_needs_a_role_that_may_deliver_them(cloud: Cloud, probe: DeployedStack) -> None:
    states, role = cloud.client("stepfunctions"), probe.physical["ProbeRole"]
    machine = {
        "definition": json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}),
        "roleArn": cloud.client("iam").get_role(RoleName=role)["Role"]["Arn"],
        "loggingConfiguration": {"level": "ERROR", "destinations": []},
    }
    with (
        only(cloud, role, allow(*(f"logs:{action}" for action in LOG_DELIVERY[1:]))),
        pytest.raises(states.exceptions.ClientError, match=r"AccessDenied.*logs:CreateLogDelivery"),
    ):
        states.create_state_machine(name="mute", **machine)
    with only(cloud, role, allow(*(f"logs:{action}" for action in LOG_DELIVERY))):
        states.delete_state_machine(
            stateMachineArn=states.create_state_machine(name="logged", **machine)["stateMachineArn"]
        )


# ---- rules and schedules


def test_a_rule_whose_role_may_not_start_executions_buries_the_event_at_once(
    cloud: Cloud, probe: DeployedStack, eventually: Eventually
) -> None:
    with only(cloud, probe.physical["AskAskedRole"], allow("states:StopExecution")):
        put(cloud, "not permitted")
        said = eventually(lambda: letter(cloud, probe.physical["Lost"], "not permitted")).said
    assert (said["ERROR_CODE"], said["RETRY_ATTEMPTS"]) == ("NO_PERMISSIONS", "0")
    assert "is not authorized to perform: states:StartExecution on resource:" in said["ERROR_MESSAGE"]


def test_a_queue_that_does_not_let_the_rule_in_gets_no_letter(
    cloud: Cloud, probe: DeployedStack, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    sqs, queue = cloud.client("sqs"), probe.physical["Lost"]
    kept = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]["Policy"]
    elsewhere = json.loads(kept)
    elsewhere["Statement"][0]["Condition"] = {"ArnEquals": {"aws:SourceArn": "arn:aws:events:us-east-1:1:rule/x"}}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(elsewhere)})
    try:
        cloud.faults.script("start_execution", *["throttled"] * 3)
        put(cloud, "nowhere to lie")
        eventually(lambda: "has lost an event: User: events.amazonaws.com is not authorized" in caplog.text)
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": kept})
    assert letter(cloud, queue, "nowhere to lie") is None


def test_a_rule_needs_the_functions_own_permission(cloud: Cloud, probe: DeployedStack, eventually: Eventually) -> None:
    events, queue = cloud.client("events"), probe.physical["Lost"]
    events.put_rule(Name="unasked", EventPattern=json.dumps({"source": ["test.unasked"]}))
    arn = f"arn:aws:lambda:{cloud.region}:{cloud.account}:function:probe"
    buried = {"Arn": cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])}
    buried = {"Arn": buried["Arn"]["Attributes"]["QueueArn"]}
    events.put_targets(Rule="unasked", Targets=[{"Id": "1", "Arn": arn, "DeadLetterConfig": buried}])
    entry = {"Source": "test.unasked", "DetailType": "Test", "Detail": json.dumps({"how": "look", "mark": "unasked"})}
    events.put_events(Entries=[entry])
    said = eventually(lambda: letter(cloud, queue, '"mark": "unasked"')).said
    assert said["ERROR_CODE"] == "NO_PERMISSIONS"
    assert said["ERROR_MESSAGE"] == (
        f"User: events.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: {arn}"
        " because no resource-based policy allows the lambda:InvokeFunction action"
    )


# ---- Lambda


def test_a_function_whose_role_may_not_write_logs_works_and_has_none(
    cloud: Cloud, probe: DeployedStack, caplog: pytest.LogCaptureFixture, eventually: Eventually
) -> None:
    aws = cloud.client("lambda")
    with only(cloud, probe.physical["ProbeRole"], allow("lambda:InvokeFunction")):
        answer = aws.invoke(FunctionName="probe", Payload=json.dumps({"how": "look", "mark": "unwritten"}))
        assert "FunctionError" not in answer
        eventually(lambda: "probe has no log: User: " in caplog.text)  # its lines are read separately from its answer
        assert "is not authorized to perform: logs:" in caplog.text
