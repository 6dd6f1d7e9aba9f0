"""What connect policies say: exact logins of exact databases, packed into policies whose names stay."""

from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.logins.connect_policies import (
    LONGEST_DOCUMENT,
    MOST_POLICIES,
    Present,
    advice,
    dbuser,
    document,
    findings,
    is_listed,
    packed,
    policy_arn,
    policy_name,
    roles_of,
    users_in,
    wanted,
)
from signon.domain.profile.profile import IamLogin
from tests.builders import a_cluster_id, a_database_id, a_profile

ROLE = "arn:aws:iam::123456789012:role/teams/payments-api"
OTHER = "arn:aws:iam::123456789012:role/reports"
PREFIX = "signon-us-east-1"
DATABASE = a_database_id()
PROFILE = a_profile(
    logins=(
        IamLogin("payments_app", ("read",), used_by=(ROLE,)),
        IamLogin("reporter", ("read",), used_by=(ROLE, OTHER)),
    )
)


def test_a_policy_names_the_resource_id_and_the_login() -> None:
    assert dbuser(DATABASE, "payments_app") == (
        "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-ORDERS0000000000000000001/payments_app"
    )
    assert dbuser(a_cluster_id(), "app").endswith(":dbuser:cluster-LEDGER000000000000000001/app")
    china = a_database_id(arn="arn:aws-cn:rds:cn-north-1:123456789012:db:x")
    assert dbuser(china, "app").startswith("arn:aws-cn:rds-db:cn-north-1:123456789012:dbuser:")


def test_each_role_may_sign_in_with_the_logins_that_name_it() -> None:
    assert roles_of(PROFILE) == (OTHER, ROLE)
    assert wanted(DATABASE, PROFILE, ROLE) == {dbuser(DATABASE, "payments_app"), dbuser(DATABASE, "reporter")}
    assert wanted(DATABASE, PROFILE, OTHER) == {dbuser(DATABASE, "reporter")}
    assert wanted(DATABASE, a_profile(), ROLE) == frozenset()


def test_a_policy_has_the_name_of_its_role_and_lies_in_our_path() -> None:
    assert policy_name(PREFIX, ROLE, 2) == "signon-us-east-1-payments-api-2"
    assert policy_arn(PREFIX, ROLE, 1) == (
        "arn:aws:iam::123456789012:policy/signon/connect/signon-us-east-1-payments-api-1"
    )


def test_a_document_allows_one_action_and_no_wildcard() -> None:
    users = wanted(DATABASE, PROFILE, ROLE)
    (statement,) = json.loads(document(ROLE, users))["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "rds-db:connect")
    assert not any("*" in resource for resource in statement["Resource"])
    assert users_in(json.loads(document(ROLE, users))) == users


@pytest.mark.parametrize(
    ("listed", "attached"),
    [
        ({"arn:aws:iam::123456789012:role/databases/orders"}, True),
        ({"arn:aws:iam::123456789012:role/databases/*"}, True),
        ({"arn:aws:iam::123456789012:role/other/*", "arn:aws:iam::123456789012:role/database?/orders"}, True),
        ({"arn:aws:iam::999999999999:role/databases/*"}, False),
        ({"arn:aws:iam::123456789012:role/databases"}, False),
        ({""}, False),
        (set(), False),
    ],
)
def test_a_role_is_listed_by_its_arn_or_a_pattern(listed: set[str], attached: bool) -> None:
    assert is_listed("arn:aws:iam::123456789012:role/databases/orders", listed) is attached


def test_a_document_without_logins_is_valid_and_allows_nothing() -> None:
    (statement,) = json.loads(document(ROLE, frozenset()))["Statement"]
    assert (statement["Effect"], statement["Resource"]) == (
        "Deny",
        ["arn:aws:rds-db:*:123456789012:dbuser:none/none"],
    )
    china = document("arn:aws-cn:iam::123456789012:role/api", frozenset())
    assert json.loads(china)["Statement"][0]["Resource"][0].startswith("arn:aws-cn:rds-db:")
    assert users_in(json.loads(document(ROLE, frozenset()))) == frozenset()


def some(count: int, database: str = "db-OTHER") -> frozenset[str]:
    return frozenset(dbuser(a_database_id(resource_id=database), f"login_{number:03}") for number in range(count))


def test_logins_stay_in_their_policy_and_new_ones_fill_the_first_gap() -> None:
    first, second = some(50, "db-A"), some(3, "db-B")
    ours = frozenset({dbuser(DATABASE, "payments_app")})
    assert packed([first, second], ROLE, DATABASE, ours) == [first | ours, second]


def test_a_full_policy_gets_a_neighbour() -> None:
    policies = packed([], ROLE, DATABASE, frozenset(dbuser(DATABASE, f"login_{number:03}") for number in range(160)))
    assert len(policies) == 3
    assert all(len(document(ROLE, policy)) <= LONGEST_DOCUMENT for policy in policies)
    assert min(map(len, policies[:-1])) > 50


def test_retired_logins_and_databases_that_are_no_more_leave() -> None:
    retired, gone = dbuser(DATABASE, "former_app"), some(2, "db-GONE")
    ours = frozenset({dbuser(DATABASE, "payments_app")})
    assert packed([ours | gone | {retired}], ROLE, DATABASE, ours, frozenset({"db-GONE"})) == [ours]
    assert packed([ours | gone | {retired}], ROLE, DATABASE, ours) == [ours | gone]


NAMES = st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True), max_size=90, unique=True)


@given(NAMES, NAMES, NAMES)
def test_of_this_database_exactly_what_is_wanted_is_said_and_of_others_what_was(
    before: list[str], after: list[str], others: list[str]
) -> None:
    elsewhere = frozenset(dbuser(a_cluster_id(), name) for name in others)
    first = packed(
        packed([], ROLE, a_cluster_id(), elsewhere), ROLE, DATABASE, frozenset(dbuser(DATABASE, n) for n in before)
    )
    users = frozenset(dbuser(DATABASE, name) for name in after)
    second = packed(first, ROLE, DATABASE, users)
    assert frozenset[str]().union(*second) == users | elsewhere
    assert sum(map(len, second)) == len(users | elsewhere)
    assert len(second) >= len(first)
    assert packed(second, ROLE, DATABASE, users) == second


def problems(
    *logins: IamLogin,
    prefix: str = PREFIX,
    missing: frozenset[str] = frozenset(),
    present: Present = MappingProxyType({}),
) -> list[tuple[str, bool]]:
    found = findings(DATABASE, a_profile(logins=logins), prefix, missing, present)
    return [(finding.problem, finding.approvable) for finding in found]


def test_a_role_with_several_personal_logins_is_a_finding_that_a_person_may_approve() -> None:
    people = [IamLogin(name, ("read",), used_by=(ROLE,), personal=True) for name in ("alice", "bob")]
    assert problems(*people) == [
        (
            (
                "The role payments-api may use 2 personal logins (alice, bob): anyone who has it can act as any of"
                " these people"
            ),
            True,
        )
    ]
    assert problems(people[0], IamLogin("payments_app", ("read",), used_by=(ROLE,))) == []


def test_of_many_personal_logins_some_are_named_and_the_others_counted() -> None:
    people = [IamLogin(f"person{number:03}", ("read",), used_by=(ROLE,), personal=True) for number in range(1_000)]
    (problem,) = (problem for problem, _ in problems(*people) if "personal" in problem)
    assert "may use 1000 personal logins (person000, person001, " in problem
    assert problem.endswith("person019, and 980 more): anyone who has it can act as any of these people")


@pytest.mark.parametrize(
    ("role", "prefix", "missing", "problem"),
    [
        (ROLE, PREFIX, {ROLE}, f"There is no IAM role {ROLE}"),
        (
            "arn:aws-cn:iam::123456789012:role/payments-api",
            PREFIX,
            {"arn:aws-cn:iam::123456789012:role/payments-api"},
            "The role arn:aws-cn:iam::123456789012:role/payments-api belongs to another partition than payments-orders",
        ),
        (
            "arn:aws:iam::999999999999:role/api",
            PREFIX,
            set(),
            "The role arn:aws:iam::999999999999:role/api belongs to another account than payments-orders",
        ),
        (
            ROLE,
            "s" * 120,
            set(),
            f"The name of the role payments-api is too long for the name of its policy, which begins with {'s' * 120}",
        ),
    ],
)
def test_what_no_policy_can_fix_is_found(role: str, prefix: str, missing: set[str], problem: str) -> None:
    login = IamLogin("payments_app", ("read",), used_by=(role,))
    assert problems(login, prefix=prefix, missing=frozenset(missing)) == [(problem, False)]


UNLESS = "that IAM attaches to a role unless its quota was raised"
APP = IamLogin("payments_app", ("read",), used_by=(ROLE,))


def test_a_role_that_would_need_more_policies_than_iam_attaches_is_found_before_anything_is_changed() -> None:
    assert problems(APP, present={ROLE: [frozenset({"x" * LONGEST_DOCUMENT})] * (MOST_POLICIES - 1)}) == []
    assert problems(APP, present={ROLE: [frozenset({"x" * LONGEST_DOCUMENT})] * MOST_POLICIES}) == [
        (f"With payments-orders the role payments-api needs more than the 10 managed policies {UNLESS}", True)
    ]


@pytest.mark.parametrize(("full", "told"), [(6, []), (7, [8]), (9, [10]), (10, [])])
def test_it_is_told_of_before_that(full: int, told: list[int]) -> None:
    present = {ROLE: [frozenset({"x" * LONGEST_DOCUMENT})] * full}
    said = [each.problem for each in advice(DATABASE, a_profile(logins=(APP,)), present, {})]
    assert said == [
        f"The role payments-api needs {needed} of the 10 managed policies that IAM attaches to a role, and policies"
        " of others count as well"
        for needed in told
    ]


def test_a_policy_has_room_for_about_sixty_databases_so_that_a_role_has_six_hundred() -> None:
    """As the page of operations says, of logins of a usual length."""
    lines = [dbuser(a_database_id(resource_id=f"db-{number:026}"), "payments_app") for number in range(100)]
    room = max(count for count in range(100) if len(document(ROLE, frozenset(lines[:count]))) <= LONGEST_DOCUMENT)
    assert 60 <= room <= 70
