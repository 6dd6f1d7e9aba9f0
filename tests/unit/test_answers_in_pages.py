"""AWS may end a page early, even an empty one: what is looked for is still found on the next one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from signon.aws import connect_policies, executions, iam
from signon.aws.pages import every
from signon.domain.logins.connect_policies import policy_arn, users_in
from tests.builders import NOW
from tests.unit.conftest import Answering

ROLE = "arn:aws:iam::123456789012:role/payments-api"


@pytest.mark.parametrize("token", ["Marker", "NextToken", "nextToken"])
def test_every_page_is_asked_for_by_the_token_of_the_one_before(token: str) -> None:
    pages: list[dict[str, Any]] = [
        {"Things": [{"is": 1}], token: "a"},
        {"Things": [], token: "b"},
        {"Things": [{"is": 2}], token: ""},
    ]
    asked: list[dict[str, Any]] = []

    def ask(page: dict[str, Any]) -> dict[str, Any]:
        asked.append(page)
        return pages[len(asked) - 1]

    assert [each["is"] for each in every("Things", ask)] == [1, 2]
    assert asked == [{}, {token: "a"}, {token: "b"}]


def test_a_role_that_has_its_policy_is_found_behind_a_hundred_others(answering: Answering) -> None:
    stub = answering("iam")
    others = {"PolicyRoles": [{"RoleName": f"role-{number}"} for number in range(100)], "Marker": "more"}
    stub.add_response("list_entities_for_policy", {**others, "IsTruncated": True})
    stub.add_response("list_entities_for_policy", {"PolicyRoles": [{"RoleName": "payments-api"}]})
    found = connect_policies.attach("signon", ROLE, 1, {ROLE}, lambda: pytest.fail("it has it"))
    assert (found.attached, found.done) == (True, False)


def test_a_policy_that_somebody_has_detached_is_attached_again(answering: Answering) -> None:
    stub = answering("iam")
    stub.add_response("list_entities_for_policy", {"PolicyRoles": []})
    arn = policy_arn("signon", ROLE, 1)
    stub.add_response("attach_role_policy", {}, {"RoleName": "payments-api", "PolicyArn": arn})
    asked_before = list[bool]()
    found = connect_policies.attach("signon", ROLE, 1, {ROLE}, lambda: asked_before.append(True))
    assert (found.attached, found.done, asked_before) == (True, True, [True])
    stub.assert_no_pending_responses()


def test_executions_are_counted_over_pages_and_no_further_than_asked(answering: Answering) -> None:
    stub = answering("stepfunctions")
    one = {"executionArn": "a:b:c:d:e:f:g:1", "stateMachineArn": "a:b:c:d:e:f:g", "name": "1", "status": "RUNNING"}
    for left in (True, False):
        more = {"nextToken": "more"} if left else {}
        stub.add_response("list_executions", {"executions": [{**one, "startDate": NOW}] * 2, **more})
    assert executions.running("a:b:c:d:e:f:g", 3) == 3


def test_a_trust_policy_and_a_connect_policy_may_have_one_statement_without_a_list(answering: Answering) -> None:
    trust = (
        '{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "rds.amazonaws.com"}}}'
    )
    role = {"Path": "/", "RoleName": "r", "RoleId": "A" * 20, "Arn": ROLE, "CreateDate": NOW - timedelta(days=1)}
    stub = answering("iam")
    stub.add_response("get_role", {"Role": {**role, "AssumeRolePolicyDocument": trust}})
    stub.add_response("list_attached_role_policies", {"AttachedPolicies": []})
    found = iam.directory_role("r")
    assert found is not None
    assert found.principals == {"rds.amazonaws.com"}
    assert users_in({"Statement": {"Effect": "Allow", "NotResource": "*"}}) == frozenset()
