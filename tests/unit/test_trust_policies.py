"""Trust policies are read as IAM reads them: who may take the role that leads RDS to the directory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from signon.domain.directory.trust_policy import trusted_services
from tests.builders import ACCOUNT

RDS, DIRECTORIES = "rds.amazonaws.com", "directoryservice.rds.amazonaws.com"
OTHER_ACCOUNT = "999988887777"


def a_statement(**changes: Any) -> dict[str, Any]:
    """RDS may take the role; what is None is left out."""
    usual = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [RDS, DIRECTORIES]}, **changes}
    return {name: value for name, value in usual.items() if value is not None}


def trusted(*statements: Mapping[str, Any]) -> set[str]:
    return set(trusted_services({"Version": "2012-10-17", "Statement": list(statements)}, ACCOUNT))


def when(operator: str, **keys: Any) -> dict[str, Any]:
    """A condition on the source: ``account`` and ``arn``."""
    return {operator: {f"aws:Source{key.title()}": value for key, value in keys.items()}}


def test_a_single_statement_may_stand_without_a_list() -> None:
    assert trusted_services({"Statement": a_statement()}, ACCOUNT) == {RDS, DIRECTORIES}
    assert trusted_services({}, ACCOUNT) == set()


@pytest.mark.parametrize(
    "action",
    ["sts:AssumeRole", "STS:AssumeRole", "sts:assumerole", "sts:*", "STS:Assume*", "*", "sts:Assume????", ["a:b", "*"]],
)
def test_actions_have_wildcards_and_any_case(action: Any) -> None:
    assert trusted(a_statement(Action=action)) == {RDS, DIRECTORIES}


@pytest.mark.parametrize(
    "action", ["sts:TagSession", "sts:AssumeRoleWithSAML", "sts:AssumeRole?", "sts:[A]ssumeRole", "", [], None]
)
def test_another_action_grants_no_access(action: Any) -> None:
    assert trusted(a_statement(Action=action)) == set()


@pytest.mark.parametrize(("action", "lets_in"), [("sts:TagSession", True), ("sts:*", False), ("STS:AssumeRole", False)])
def test_all_actions_but_some_may_be_named(action: str, lets_in: bool) -> None:
    assert bool(trusted(a_statement(Action=None, NotAction=action))) is lets_in


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, None])
def test_a_service_is_trusted_only_by_its_exact_name(principal: Any) -> None:
    assert trusted(a_statement(Principal=principal)) == set()


@pytest.mark.parametrize(
    ("deny", "left"),
    [
        ({"Principal": {"Service": RDS}}, {DIRECTORIES}),
        ({"Principal": {"Service": RDS}, "Action": "STS:*"}, {DIRECTORIES}),
        ({"Principal": "*"}, set()),
        ({"Principal": {"AWS": "*"}}, set()),
        ({"Principal": {"AWS": ["*"]}}, set()),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}, {RDS, DIRECTORIES}),
        ({"Principal": None, "NotPrincipal": {"Service": RDS}}, {RDS}),
        ({"Principal": {"Service": RDS}, "Action": "sts:TagSession"}, {RDS, DIRECTORIES}),
        ({"Condition": when("StringNotEquals", account=ACCOUNT)}, {RDS, DIRECTORIES}),
        ({"Condition": when("StringNotEquals", account=OTHER_ACCOUNT)}, set()),
        ({"Condition": when("ArnNotLike", arn=f"arn:aws:rds:*:{OTHER_ACCOUNT}:db:*")}, set()),
        ({"Condition": when("ArnNotLike", arn=f"arn:aws:rds:*:{ACCOUNT}:db:*")}, {RDS, DIRECTORIES}),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, {RDS, DIRECTORIES}),
    ],
)
def test_a_deny_wins_where_it_holds(deny: dict[str, Any], left: set[str]) -> None:
    assert trusted(a_statement(), a_statement(Effect="Deny", **deny)) == left


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (when("StringEquals", account=ACCOUNT), True),
        (when("StringEquals", account=[OTHER_ACCOUNT, ACCOUNT]), True),
        (when("StringEquals", account=OTHER_ACCOUNT), False),
        (when("StringEquals", account="*"), False),
        (when("StringLike", account="1234*"), True),
        (when("StringEqualsIfExists", account=OTHER_ACCOUNT), False),
        (when("StringNotEquals", account=ACCOUNT), False),
        (when("StringNotEquals", account=OTHER_ACCOUNT), True),
        (when("ArnLike", arn=f"arn:aws:rds:us-east-1:{ACCOUNT}:db:*"), True),
        (when("ArnLike", arn="arn:aws:rds:*"), True),
        (when("StringLike", arn=f"arn:aws:rds:*:{OTHER_ACCOUNT}:*"), False),
        (when("ArnEquals", arn=f"arn:aws:rds:us-east-1:{OTHER_ACCOUNT}:db:payments"), False),
        ({"StringEquals": {"AWS:sourceaccount": OTHER_ACCOUNT}}, False),
        (when("StringEquals", account=ACCOUNT, arn=f"arn:aws:rds:us-east-1:{OTHER_ACCOUNT}:db:x"), False),
        ({"StringEquals": {"aws:SourceOrgID": "o-1"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:SourceAccount": OTHER_ACCOUNT}}, True),
    ],
)
def test_a_condition_about_another_account_grants_no_access(condition: dict[str, Any], holds: bool) -> None:
    assert bool(trusted(a_statement(Condition=condition))) is holds
