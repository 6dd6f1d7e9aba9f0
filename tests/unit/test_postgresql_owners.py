"""Who else owns what people are given: told of, and asked about where something of theirs would run as those people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signon.domain.finding import Verdict
from signon.domain.logins.login import Name
from signon.domain.logins.postgresql import Group
from signon.domain.logins.postgresql_grants import Object
from signon.domain.logins.postgresql_owners import MOST_OWNERS, strange_owners
from signon.domain.logins.postgresql_roles import PresentRole, Roles
from signon.domain.plan.inside import Seen
from signon.domain.profile.presets import GrantKind, Preset
from signon.domain.profile.profile import Schemas
from tests.builders import a_difference, a_member, a_record_of_a_finished_one, a_request, an_inside, planned

TENANTS = [f"tenant{number}" for number in range(MOST_OWNERS + 2)]
ROLES = Roles(
    "dbadmin",
    {
        name: PresentRole(name, powers=("SUPERUSER",) if name == "postgres" else ())
        for name in ("dbadmin", "owner", "rdsadmin", "rds_superuser", "postgres", "pg_database_owner", *TENANTS)
    },
    master_user="owner",
)
GROUP = Group("signon.payments.read", "read", Preset.READ, Schemas("payments", ("core",)))


def a_database(owner: str = "dbadmin") -> Object:
    return Object(GrantKind.DATABASE, Name("payments"), owner)


def a_schema(owner: str = "dbadmin", name: str = "core") -> Object:
    return Object(GrantKind.SCHEMA, Name(name), owner)


def a_table(owner: str = "dbadmin", name: str = "orders", *, runs_code: bool = False) -> Object:
    return Object(GrantKind.TABLES, Name(name, "core"), owner, runs_code=runs_code)


@pytest.mark.parametrize("owner", ["dbadmin", "owner", "rdsadmin", "rds_superuser", "postgres"])
def test_the_masters_superusers_and_rds_are_no_strangers(owner: str) -> None:
    found = strange_owners(a_database(owner), [GROUP], [a_schema(owner), a_table(owner, runs_code=True)], ROLES)
    assert (found.advice, found.asked) == ((), ())


def test_a_stranger_who_owns_something_is_told_of_and_not_asked_about() -> None:
    found = strange_owners(a_database("tenant0"), [GROUP], [a_schema("tenant0"), a_table("tenant0")], ROLES)
    (told,) = found.advice
    assert told.problem.startswith("tenant0 owns database payments, in payments schema core, in payments 1 table, can")
    assert "name them under postgresql.owners" in told.remedy
    assert found.asked == ()


def test_a_stranger_whose_triggers_would_run_is_asked_about() -> None:
    tables = [a_table("tenant0", runs_code=True), a_table("tenant0", "quiet"), a_table(name="ours", runs_code=True)]
    found = strange_owners(a_database(), [GROUP], [a_schema(), *tables], ROLES)
    (asked,) = found.asked
    assert asked.approvable
    assert asked.problem.endswith("policies of tenant0 that run with the rights of whoever uses the table: core.orders")


def test_whom_the_profile_names_is_trusted() -> None:
    group = replace(GROUP, schemas=replace(GROUP.schemas, owners=("tenant0",)))
    found = strange_owners(a_database("tenant0"), [group], [a_table("tenant0", runs_code=True)], ROLES)
    assert (found.advice, found.asked) == ((), ())


def test_the_schema_public_is_the_database_owners() -> None:
    public = a_schema("pg_database_owner", "public")
    assert strange_owners(a_database(), [GROUP], [public], ROLES).advice == ()
    (told,) = strange_owners(a_database("tenant0"), [GROUP], [public], ROLES).advice
    assert "schema public" in told.problem


def test_of_many_owners_some_are_named_and_the_others_counted() -> None:
    found = strange_owners(a_database(), [GROUP], [a_table(owner, owner) for owner in TENANTS], ROLES)
    assert len(found.advice) == MOST_OWNERS + 1
    assert found.advice[-1].problem == "In database payments there are 2 more such owners"


def test_a_plan_that_gives_something_asks_about_owners_once_and_one_that_gives_nothing_does_not() -> None:
    found = strange_owners(a_database(), [GROUP], [a_table("tenant0", runs_code=True)], ROLES)
    seen = Seen(an_inside(), difference=replace(a_difference(), advice=found.advice, asked=found.asked))
    asking = planned(seen=seen)
    assert (asking.verdict, asking.findings) == (Verdict.ASK, found.asked)
    assert found.advice[0] in asking.advice
    approved = planned(seen=seen, request=a_request(approve=asking.checksum))
    assert planned(seen=seen, begun=approved).verdict is Verdict.GO
    nothing = Seen(an_inside(), difference=replace(seen.difference, changes=type(seen.difference.changes)()))
    finished = planned(a_member(), record=a_record_of_a_finished_one(), seen=nothing)
    assert (finished.findings, finished.advice[-1:]) == ((), found.advice)
