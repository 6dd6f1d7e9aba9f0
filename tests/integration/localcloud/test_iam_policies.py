"""IAM's policy language: what a statement allows, denies, and what the local cloud does not claim to know."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from localcloud.deploy.grants import Grant, Use, unused
from localcloud.iam.policies import Need, NotModelled, PolicyDecision, judge, statements
from tests.unused_grants import verdict

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/records"


def judged(need: Need, *written: dict[str, Any]) -> PolicyDecision:
    return judge(statements(json.dumps({"Version": "2012-10-17", "Statement": list(written)})), need)


def a_statement(**changes: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE, **changes}


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, True),
        ({"Action": "dynamodb:PutItem"}, False),
        ({"Action": ["dynamodb:PutItem", "dynamodb:getitem"]}, True),  # actions know no case
        ({"Action": "dynamodb:Get*"}, True),
        ({"Action": "dynamodb:GetIte?"}, True),
        ({"Action": "dynamodb:GetIte?m"}, False),
        ({"Action": "*"}, True),
        ({"Resource": "*"}, True),
        ({"Resource": f"{TABLE}/index/*"}, False),
        ({"Resource": TABLE.upper()}, False),  # resources do
        ({"Resource": TABLE.replace("records", "rec*")}, True),
        ({"Resource": "arn:aws:dynamodb:*:123456789012:table/records"}, True),
        ({"Resource": "arn:aws:dynamodb:us-east-1:*/records"}, False),  # a wildcard stays in its part
        ({"Resource": ["arn:aws:s3:::x", TABLE]}, True),
    ],
)
def test_a_need_is_allowed_where_action_and_resource_fit(changes: dict[str, Any], allowed: bool) -> None:
    assert judged(Need("dynamodb:GetItem", TABLE), a_statement(**changes)).allowed is allowed


def test_an_action_that_no_statement_names_is_not_allowed() -> None:
    assert judged(Need("dynamodb:GetItem", TABLE)) == PolicyDecision(False)


@pytest.mark.parametrize("order", [1, -1])
def test_a_deny_wins_wherever_it_is_written(order: int) -> None:
    allow, deny = a_statement(), a_statement(Effect="Deny", Action="dynamodb:*")
    decided = judged(Need("dynamodb:GetItem", TABLE), *[allow, deny][::order])
    assert (decided.allowed, decided.by is not None) == (False, True)


def test_it_says_by_which_action_and_resource_it_was_allowed() -> None:
    decided = judged(Need("dynamodb:GetItem", TABLE), a_statement(Action=["s3:*", "dynamodb:Get*"], Resource="*"))
    assert decided.matched == ("dynamodb:Get*", "*")


@pytest.mark.parametrize(
    ("condition", "said", "allowed"),
    [
        ({"StringEquals": {"a:k": "x"}}, ("x",), True),
        ({"StringEquals": {"a:k": ["y", "x"]}}, ("x",), True),
        ({"StringEquals": {"A:K": "x"}}, ("x",), True),
        ({"StringEquals": {"a:k": "x"}}, ("X",), False),
        ({"StringEquals": {"a:k": "x"}}, (), False),
        ({"StringEquals": {"a:k": "x*"}}, ("xy",), False),
        ({"StringEqualsIfExists": {"a:k": "x"}}, (), True),
        ({"StringEqualsIfExists": {"a:k": "x"}}, ("y",), False),
        ({"ForAllValues:StringEquals": {"a:k": ["x", "y"]}}, ("x", "y"), True),
        ({"ForAllValues:StringEquals": {"a:k": ["x", "y"]}}, ("x", "z"), False),
        ({"ForAllValues:StringEquals": {"a:k": ["x", "y"]}}, (), True),
        ({"StringNotEquals": {"a:k": "x"}}, ("y",), True),
        ({"StringNotEquals": {"a:k": "x"}}, ("x",), False),
        ({"StringNotEquals": {"a:k": "x"}}, (), True),
        ({"StringLike": {"a:k": "x*"}}, ("xy",), True),
        ({"StringNotLike": {"a:k": "x*"}}, ("xy",), False),
        ({"ArnEquals": {"a:k": "arn:aws:events:*:1:rule/*"}}, ("arn:aws:events:us-east-1:1:rule/x",), True),
        ({"ArnLike": {"a:k": "arn:aws:events:*:rule/*"}}, ("arn:aws:events:us-east-1:1:rule/x",), False),
        ({"ArnNotLike": {"a:k": "arn:aws:events:*:1:rule/*"}}, ("arn:aws:events:us-east-1:1:rule/x",), False),
        ({"Bool": {"a:k": True}}, ("true",), True),
        ({"Bool": {"a:k": "false"}}, ("true",), False),
        ({"Null": {"a:k": "true"}}, (), True),
        ({"Null": {"a:k": "true"}}, ("x",), False),
        ({"Null": {"a:k": False}}, ("x",), True),
        ({"StringEquals": {"a:k": "x"}, "StringLike": {"a:k": "y*"}}, ("x",), False),  # all must be met
    ],
)
def test_a_statement_speaks_only_where_its_conditions_are_met(
    condition: dict[str, Any], said: tuple[str, ...], allowed: bool
) -> None:
    need = Need("dynamodb:GetItem", TABLE, {"a:k": said})
    assert judged(need, a_statement(Condition=condition)).allowed is allowed


@pytest.mark.parametrize(("team", "allowed"), [("orders", True), ("payments", False)])
def test_a_tag_that_the_resource_lacks_is_known_to_be_absent(team: str, allowed: bool) -> None:
    need = Need("dynamodb:GetItem", TABLE, {"aws:ResourceTag/team": (team,), "aws:ResourceTag/*": ()})
    tagged = {"StringEquals": {"aws:ResourceTag/team": "orders"}}
    assert judged(need, a_statement(Condition=tagged)).allowed is allowed
    assert not judged(need, a_statement(Condition={"StringEquals": {"aws:ResourceTag/other": "x"}})).allowed


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, "operator IpAddress"),
        ({"Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "x"}}}, "operator ForAnyValue:StringEquals"),
        ({"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}, "key aws:SourceVpc"),
        ({"Resource": "arn:aws:s3:::${aws:username}"}, "variables"),
        ({"NotAction": "dynamodb:GetItem"}, "NotAction"),
        ({"NotResource": TABLE}, "NotResource"),
    ],
)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_what_is_not_known_fails_and_never_passes(changes: dict[str, Any], what: str, effect: str) -> None:
    with pytest.raises(NotModelled, match=what):
        judged(Need("dynamodb:GetItem", TABLE), a_statement(Effect=effect, **changes))


def test_a_decision_takes_far_less_than_a_millisecond() -> None:
    document = json.dumps({"Statement": [a_statement(Action=f"s3:Get{n}", Resource=f"{TABLE}{n}") for n in range(15)]})
    need = Need("dynamodb:GetItem", TABLE)
    judge(statements(document), need)
    began = time.thread_time()
    for _ in range(1000):
        judge(statements(document), need)
    assert time.thread_time() - began < 0.5  # seconds of the processor, for a thousand


# ---- grants that nothing uses

GRANT = Grant("MakePlanRole", ("s3:GetObject", "s3:PutObject"), ("{Profiles}/*", "{Kits}/*"), "")


def use(action: str, resource: str, when: str = "", role: str = "MakePlanRole") -> Use:
    return Use(role, action, resource, when)


@pytest.mark.parametrize(
    ("uses", "left"),
    [
        ([use("s3:GetObject", "{Profiles}/*"), use("s3:PutObject", "{Kits}/*")], []),
        (
            [use("s3:GetObject", "{Profiles}/*"), use("s3:GetObject", "{Kits}/*")],
            ["s3:PutObject on {Profiles}/*, {Kits}/*"],
        ),
        (
            [use("s3:GetObject", "{Kits}/*"), use("s3:PutObject", "{Kits}/*")],
            ["s3:GetObject, s3:PutObject on {Profiles}/*"],
        ),
        (
            [
                use("s3:GetObject", "{Kits}/*", role="Another"),
                use("s3:PutObject", "{Kits}/*", when="StringEquals a b"),
                use("s3:GetObject", "{Elsewhere}"),
            ],
            ["s3:GetObject on {Profiles}/*, {Kits}/*", "s3:PutObject on {Profiles}/*, {Kits}/*"],
        ),
    ],
)
def test_each_action_and_each_resource_of_a_grant_must_be_used(uses: list[Use], left: list[str]) -> None:
    assert list(unused([GRANT], uses)) == [("MakePlanRole", what) for what in left]


TELLING = Grant("SweepRole", ("sns:Publish",), ("{Outcomes}",), "")


def test_a_grant_that_no_test_uses_is_named() -> None:
    assert verdict({TELLING}, set(), {}) == ["SweepRole is granted what no test uses: sns:Publish on {Outcomes}"]


def test_an_excuse_is_taken_and_one_that_is_not_needed_is_named() -> None:
    excused = {("SweepRole", "sns:Publish on {Outcomes}"): "a reason"}
    assert verdict({TELLING}, set(), excused) == []
    assert verdict(set(), set(), excused) == ["Excused, and used or not granted: SweepRole, sns:Publish on {Outcomes}"]
