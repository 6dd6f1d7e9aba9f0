"""The rules for the stack: the template keeps each of them, and each sees a template that does not."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest

from lint import rules
from lint.rules.delivery import nothing_depends_on_itself_by_a_detour
from lint.rules.grants import EVERYWHERE
from lint.stack import Stack, of_cloudformation, of_template
from tests.contract.template_rules import alarms, delivery, grants, keeping
from tests.contract.template_rules.breaking import Broken

CASES = (*grants.CASES, *delivery.CASES, *alarms.CASES, *keeping.CASES)


@cache
def ours(conditions: bool) -> Stack:
    return of_template(conditions=conditions)


@pytest.mark.parametrize("conditions", [True, False], ids=["every condition true", "every condition false"])
@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_the_rule(rule: rules.Rule, conditions: bool) -> None:
    assert list(rule(ours(conditions))) == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_rule_sees_a_template_that_breaks_it(case: Broken) -> None:
    resources: dict[str, Any] = copy.deepcopy(dict(ours(True).resources))
    case.change(resources)
    assert set(case.rule(Stack(resources, ours(True).references))) == {case.seen, *case.also}


def test_every_rule_is_shown_to_see_something() -> None:
    assert {case.rule for case in CASES} | {nothing_depends_on_itself_by_a_detour} == set(rules.RULES)


def test_an_action_is_listed_for_every_resource_only_where_a_policy_needs_it() -> None:
    roles = [policy for policy in ours(True).policies() if policy.kind == "inline"]
    allowing = [statement for policy in roles for statement in policy.allowing]
    everywhere = [statement["Action"] for statement in allowing if statement.get("Resource") == "*"]
    needed = {action for actions in everywhere for action in ([actions] if isinstance(actions, str) else actions)}
    assert needed == set(EVERYWHERE)


# ---- circles, which only a real deployment refuses

QUEUE = "AWS::SQS::Queue"


def circles(**resources: Any) -> list[str]:
    stack = of_cloudformation({"Resources": {name: {"Type": QUEUE, **said} for name, said in resources.items()}})
    return list(nothing_depends_on_itself_by_a_detour(stack))


@pytest.mark.parametrize(
    "back",
    [
        {"Properties": {"RedrivePolicy": {"Ref": "A"}}},
        {"Properties": {"RedrivePolicy": {"deep": [{"Fn::GetAtt": ["A", "Arn"]}]}}},
        {"Properties": {"RedrivePolicy": {"Fn::GetAtt": "A.Arn"}}},
        {"Properties": {"RedrivePolicy": {"Fn::Sub": "x/${A.Arn}"}}},
        {"Properties": {"RedrivePolicy": {"Fn::Sub": ["x/${it}", {"it": {"Ref": "A"}}]}}},
        {"DependsOn": "A"},
        {"DependsOn": ["A"]},
    ],
    ids=str,
)
def test_a_circle_is_seen_however_it_is_closed(back: dict[str, Any]) -> None:
    assert circles(A={"DependsOn": "B"}, B={"DependsOn": "C"}, C=back) == ["A > B > C > A"]


def test_a_circle_is_seen_behind_resources_that_are_in_none() -> None:
    assert circles(Z={"DependsOn": "A"}, A={"DependsOn": ["B", "D"]}, B={}, D={"DependsOn": "A"}) == ["A > D > A"]
    assert circles(A={"DependsOn": "A"}) == ["A > A"]


def test_two_ways_to_the_same_resource_are_no_circle() -> None:
    assert circles(A={"DependsOn": ["B", "C"]}, B={"DependsOn": "D"}, C={"DependsOn": "D"}, D={}) == []


# ---- what the rules look at


def test_no_intrinsic_function_is_left_for_a_checker_to_stumble_over() -> None:
    text = str(ours(True).resources)
    assert "Fn::" not in text
    assert "'Ref'" not in text
    assert "AWS::NoValue" not in text


def test_a_condition_decides_what_a_policy_allows() -> None:
    def secrets(conditions: bool) -> int:
        policies = [policy for policy in ours(conditions).policies() if policy.owner == "CreateLoginsRole"]
        actions = [statement.get("Action") for policy in policies for statement in policy.allowing]
        return actions.count("secretsmanager:GetSecretValue")

    assert (secrets(True), secrets(False)) == (2, 1)


def test_an_unknown_function_is_reported() -> None:
    with pytest.raises(LookupError, match="Fn::Cidr is unknown"):
        of_cloudformation({"Resources": {"A": {"Type": QUEUE, "Properties": {"X": {"Fn::Cidr": ["10.0.0.0/8"]}}}}})
    with pytest.raises(LookupError, match="Colour: add it to AWS::SQS::Queue"):
        of_cloudformation({"Resources": {"A": {"Type": QUEUE, "Properties": {"X": {"Fn::GetAtt": "A.Colour"}}}}})
