"""The rules, the schedule and the samples: who starts what."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.builders import ACCOUNT, REGION
from tests.contract.project import (
    FUNCTIONS,
    RESOURCES,
    statements_of,
)
from tests.contract.reach import ROOT


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """EventBridge's rule for patterns of plain values, the only ones here."""
    return all(
        matches(wanted, event.get(field) or {}) if isinstance(wanted, Mapping) else event.get(field) in wanted
        for field, wanted in pattern.items()
    )


MACHINE_ARN = (
    "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}-onboard-database"
)
RULES = {
    "database appeared": RESOURCES["OnboardDatabase"]["Properties"]["Events"]["DatabaseAppeared"]["Properties"],
    "execution ended": FUNCTIONS["ReportEnding"]["Events"]["ExecutionEnded"]["Properties"],
}
each_rule = pytest.mark.parametrize("rule", RULES)


def pattern(rule: str = "database appeared") -> dict[str, Any]:
    """A rule's pattern, with what the template refers to put in for a stack named signon, as the local cloud's is."""
    text = json.dumps(RULES[rule]["Pattern"])
    ours = {
        '{"Ref": "AWS::AccountId"}': ACCOUNT,
        '{"Ref": "AWS::Region"}': REGION,
        json.dumps({"Fn::Sub": MACHINE_ARN}): f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:signon-onboard-database",
    }
    for reference, value in ours.items():
        text = text.replace(reference, json.dumps(value))
    found: dict[str, Any] = json.loads(text)
    return found


ROWS = re.findall(r"^\| `(\w+)\.json` \| (.+?) \| (.+?) \|$", (ROOT / "events/README.md").read_text(), re.MULTILINE)


def test_every_sample_has_a_row() -> None:
    assert {name for name, _, _ in ROWS} == {path.stem for path in (ROOT / "events").glob("*.json")}


@pytest.mark.parametrize(("name", "sender", "happens"), ROWS, ids=[row[0] for row in ROWS])
def test_the_rules_match_the_samples_as_their_rows_say(name: str, sender: str, happens: str) -> None:
    event = json.loads((ROOT / "events" / f"{name}.json").read_text())
    assert matches(pattern(), event) is (sender == "RDS" and happens == "starts an execution")
    assert not matches(pattern("execution ended"), event)


def test_the_rule_matches_no_event_of_another_account_region_or_kind() -> None:
    event = json.loads((ROOT / "events/rds_instance_created.json").read_text())
    assert matches(pattern(), event)
    for field, value in {"account": "999999999999", "region": "eu-west-1", "source": "x", "detail": None}.items():
        assert not matches(pattern(), {**event, field: value})
    snapshot = {**event["detail"], "SourceType": "SNAPSHOT", "EventID": "RDS-EVENT-0043"}
    assert not matches(pattern(), {**event, "detail": snapshot})


def test_the_rule_on_ends_matches_no_end_that_was_reported_and_no_other_machine() -> None:
    event = json.loads((ROOT / "events/functions/report_ending.json").read_text())
    assert matches(pattern("execution ended"), event)
    for field, value in {"status": "SUCCEEDED", "stateMachineArn": event["detail"]["stateMachineArn"] + "2"}.items():
        assert not matches(pattern("execution ended"), {**event, "detail": {**event["detail"], field: value}})
    assert not matches(pattern("execution ended"), {**event, "detail": {**event["detail"], "status": "RUNNING"}})


@each_rule
def test_a_rule_takes_events_that_aws_alone_can_send(rule: str) -> None:
    """A caller that may put events on the bus chooses their source, except that it cannot begin with "aws."."""
    (source,) = RULES[rule]["Pattern"]["source"]
    assert source.startswith("aws.")


@each_rule
def test_an_event_that_reaches_nobody_is_kept(rule: str) -> None:
    assert RULES[rule]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["LostEvents", "Arn"]}}
    assert RULES[rule]["RetryPolicy"] == {"MaximumRetryAttempts": 20, "MaximumEventAgeInSeconds": 7200}


def test_the_machines_arn_is_built_from_its_name_so_that_nothing_depends_on_it_in_a_circle() -> None:
    assert RESOURCES["OnboardDatabase"]["Properties"]["Name"] == {"Fn::Sub": "${AWS::StackName}-onboard-database"}
    assert FUNCTIONS["SweepDatabases"]["Environment"]["Variables"]["SIGNON_STATE_MACHINE"] == {"Fn::Sub": MACHINE_ARN}


def test_the_schedule_calls_the_sweep_each_hour_with_its_time_and_may_call_nothing_else() -> None:
    schedule = FUNCTIONS["SweepDatabases"]["Events"]["Hourly"]
    assert (schedule["Type"], schedule["Properties"]["ScheduleExpression"]) == ("ScheduleV2", "rate(1 hour)")
    assert json.loads(schedule["Properties"]["Input"]) == {"now": "<aws.scheduler.scheduled-time>"}
    (role,) = [schedule["Properties"]["RoleArn"]["Fn::GetAtt"][0]]
    assert [(statement["Action"], statement["Resource"]) for statement in statements_of(role)] == [
        ("lambda:InvokeFunction", {"Fn::GetAtt": ["SweepDatabases", "Arn"]}),
        ("sqs:SendMessage", {"Fn::GetAtt": ["LostEvents", "Arn"]}),
    ]
    (trust,) = RESOURCES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
