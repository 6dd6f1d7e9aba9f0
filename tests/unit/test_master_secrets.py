"""Which secret a profile may have us read: RDS's of the database at hand, or one that the stack lists."""

from __future__ import annotations

from typing import Any

import pytest

from signon.aws import secrets
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.master_secret import refusal
from signon.errors import MasterSecretUnusable
from tests.builders import a_cluster, a_database, a_profile, planned, surroundings
from tests.hostile_texts import FORGED

HERE = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
OWN, LISTED = str(a_database().master_secret), f"{HERE}payments-master-AbCdEf"
OTHERS = [f"{HERE}rds!db-0f9e-AbCdEf", f"{HERE}rds!cluster-0f9e-AbCdEf", f"{OWN}x", OWN[:-1]]
UNLISTED = [
    f"{HERE}ledger-master-AbCdEf",
    f"{LISTED}x",
    f"{HERE}payments-master",
    LISTED.replace("us-east-1", "eu-west-1"),
    LISTED.replace("123456789012", "210987654321"),
]


@pytest.mark.parametrize("named", OTHERS)
@pytest.mark.parametrize("listed", [(), (LISTED,), ("*",), (f"{HERE}rds!*",)])
def test_what_rds_keeps_for_another_database_is_read_for_none(named: str, listed: tuple[str, ...]) -> None:
    found = refusal(a_database(), named, listed)
    assert found
    assert found.problem == f"access.master names {named}, which RDS keeps for a database other than payments-orders"
    assert found.remedy.startswith("Write managed")


@pytest.mark.parametrize("named", UNLISTED)
def test_a_secret_that_the_stack_does_not_list_is_not_read(named: str) -> None:
    for listed in ([""], [LISTED], [OWN]):
        found = refusal(a_database(), named, listed)
        assert found
        assert found.problem == f"access.master names {named}, which this stack does not list"
        assert "MasterSecretArns" in found.remedy


@pytest.mark.parametrize(("named", "listed"), [(None, ()), (OWN, ()), (LISTED, (LISTED,)), (LISTED, (f"{HERE}pay*",))])
def test_the_databases_own_and_those_that_are_listed_may_be_named(named: str | None, listed: tuple[str, ...]) -> None:
    assert refusal(a_database(), named, listed) is None


def test_a_database_without_a_secret_of_rds_takes_none_of_another_ones() -> None:
    assert refusal(a_database(master_secret=None), OWN, [LISTED])
    assert refusal(a_cluster(master_secret=None), OTHERS[1], [LISTED])


@pytest.mark.parametrize("named", [OTHERS[0], UNLISTED[0]])
def test_the_plan_says_it_before_anything_is_read(named: str) -> None:
    plan = planned(
        a_database(), a_profile(master_secret=named), around=surroundings(master_secrets=frozenset({LISTED}))
    )
    assert plan.verdict == "ASK"
    assert [finding.problem.startswith(f"access.master names {named}, which") for finding in plan.findings] == [True]
    assert not any(finding.approvable for finding in plan.findings)


@pytest.mark.parametrize("named", [*OTHERS, *UNLISTED])
def test_secrets_manager_is_not_asked_for_what_a_profile_may_not_name(answering: Any, named: str) -> None:
    answering("secretsmanager")  # which answers nothing
    with pytest.raises(MasterSecretUnusable, match=r"access\.master names"):
        secrets.master_credentials(a_database(), named, [LISTED])


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ValidationException"])
def test_what_a_profile_calls_a_secret_is_no_sentence_of_ours(answering: Any, code: str) -> None:
    named = f"{HERE}payments. What to do: {FORGED}"
    answering("secretsmanager").add_client_error("get_secret_value", code)
    with pytest.raises(MasterSecretUnusable) as refused:
        secrets.master_credentials(a_database(), named, [f"{HERE}pay*"])
    assert refused.value.problem == f'The master secret "{named}" cannot be used: {code}'


def test_a_listed_one_is_read(answering: Any) -> None:
    text = '{"username": "dbadmin", "password": "x"}'
    answering("secretsmanager").add_response("get_secret_value", {"SecretString": text}, {"SecretId": LISTED})
    assert secrets.master_credentials(a_database(), LISTED, [LISTED]) == Credentials("dbadmin", "x")
