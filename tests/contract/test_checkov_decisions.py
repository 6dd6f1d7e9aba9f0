"""What is decided about checkov's checks: few, needed, none about IAM, each with its reason."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from lint import checkov

DECIDED: dict[str, str] = yaml.load((checkov.ROOT / "lint/checkov.yaml").read_text(), yaml.CSafeLoader)
LAMBDA = "checkov.cloudformation.checks.resource.aws.LambdaInVPC"


def failed(
    check_id: str, check_class: str = LAMBDA, resource: str = "AWS::Lambda::Function.MakePlan"
) -> dict[str, Any]:
    return {"check_id": check_id, "check_class": check_class, "resource": resource, "check_name": "x"}


def test_at_most_eight_are_decided_each_with_a_reason() -> None:
    assert len(DECIDED) <= 8
    assert all(len(reason) > 80 for reason in DECIDED.values())


def test_what_fails_is_a_finding_unless_it_is_decided() -> None:
    assert list(checkov.undecided([failed("A"), failed("B")], {"A": "why"})) == ["B x: AWS::Lambda::Function.MakePlan"]


def test_a_decision_that_is_not_needed_is_a_finding() -> None:
    assert list(checkov.unfounded([failed("A")], {"A": "why", "B": "why"})) == [
        "B no longer fails: remove its row from checkov.yaml"
    ]


@pytest.mark.parametrize(
    "check",
    [
        failed("A", check_class=LAMBDA.replace("LambdaInVPC", "IAMWriteAccess")),
        failed("A", resource="AWS::IAM::Role.X"),
    ],
)
def test_no_check_about_iam_is_skipped(check: dict[str, Any]) -> None:
    (said,) = checkov.unfounded([check], {"A": "why"})
    assert said == "A is about IAM, and none of those is skipped: fix the template instead"


def test_nine_decisions_are_too_many() -> None:
    ids = [f"A{number}" for number in range(9)]
    (said,) = checkov.unfounded([failed(check_id) for check_id in ids], dict.fromkeys(ids, "why"))
    assert said == "checkov.yaml skips 9 checks, more than 8: fix the template instead"


def test_a_role_is_checked_for_everything_that_our_own_rule_does_not_decide() -> None:
    decided: dict[str, Any] = {
        "Effect": "Allow",
        "Action": ["ec2:CreateNetworkInterface", "ec2:DescribeSubnets"],
        "Resource": "*",
    }
    left: list[dict[str, Any]] = [
        {**decided, "Action": ["ec2:CreateNetworkInterface", "ec2:RunInstances"]},
        {**decided, "Resource": "arn:aws:ec2:us-east-1:111122223333:subnet/*"},
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
    ]

    def role(statements: list[dict[str, Any]]) -> dict[str, Any]:
        policy = {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}
        return {"Type": "AWS::IAM::Role", "Properties": {"Path": "/", "Policies": [policy]}}

    assert checkov.asked_about(role([decided, *left])) == role(left)
    assert checkov.asked_about({"Type": "AWS::SQS::Queue"}) == {"Type": "AWS::SQS::Queue"}
