"""A tenant made the profile's database first: what is theirs runs as the people of the profile, and is asked about."""

from __future__ import annotations

import pytest

from signon.db import postgresql_logins
from signon.domain.logins.difference import Difference
from signon.domain.profile.presets import Preset
from signon.domain.profile.profile import Role, Schemas
from tests.builders import a_profile
from tests.notebook import NOTEBOOK

from .conftest import SQL, Create, Operator, SignIn

BOB = "bob@CORP.EXAMPLE.COM"


@pytest.fixture
def tenants(operator: Operator) -> Operator:
    """The database is a tenant's, with a trigger that writes down who it runs as."""
    operator.run("CREATE ROLE tenant LOGIN CREATEDB", "CREATE DATABASE payments OWNER tenant")
    operator.run(
        "SET SESSION AUTHORIZATION tenant",
        "CREATE SCHEMA core",
        "CREATE TABLE core.orders (item text, ran_as text)",
        "CREATE FUNCTION core.who() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.ran_as := current_user; RETURN NEW; END $$",
        "CREATE TRIGGER who BEFORE INSERT ON core.orders FOR EACH ROW EXECUTE FUNCTION core.who()",
        "GRANT CONNECT ON DATABASE payments TO dbadmin WITH GRANT OPTION",
        "GRANT USAGE ON SCHEMA core TO dbadmin WITH GRANT OPTION",
        "GRANT ALL ON core.orders TO dbadmin WITH GRANT OPTION",
        database="payments",
    )
    return operator


def planned(as_master: SignIn, *owners: str) -> Difference:
    schemas = Schemas("payments", ("core",), owners)
    profile = a_profile(roles={name: Role(Preset(name), postgresql=schemas) for name in ("read", "write")})
    with as_master() as session:
        return postgresql_logins.difference(session, SQL, profile, memory=NOTEBOOK.memory)


def test_a_tenants_trigger_runs_as_the_people_who_write(tenants: Operator, create: Create) -> None:
    create(a_profile())
    tenants.run(f'SET SESSION AUTHORIZATION "{BOB}"', "INSERT INTO core.orders VALUES ('x')", database="payments")
    assert tenants.run("SELECT ran_as FROM core.orders", database="payments") == [(BOB,)]


def test_a_tenant_is_told_of_and_asked_about_unless_the_profile_names_them(
    tenants: Operator, as_master: SignIn
) -> None:
    found = planned(as_master)
    (told,) = found.advice
    assert told.problem.startswith("tenant owns database payments, in payments schema core, in payments 1 table")
    (asked,) = found.asked
    assert asked.problem.startswith("In database payments there are triggers or row policies of tenant that run")
    named = planned(as_master, "tenant")
    assert (named.advice, named.asked) == ((), ())


@pytest.mark.parametrize(
    "made",
    [
        ["ALTER TABLE core.orders ENABLE ROW LEVEL SECURITY", "CREATE POLICY odd ON core.orders USING (core.who2())"],
        [],
    ],
    ids=["a row policy", "nothing that runs"],
)
def test_row_policies_are_asked_about_as_well_and_tables_alone_are_not(
    tenants: Operator, as_master: SignIn, made: list[str]
) -> None:
    quiet = ["DROP TRIGGER who ON core.orders", "CREATE FUNCTION core.who2() RETURNS bool RETURN true"]
    tenants.run("SET SESSION AUTHORIZATION tenant", *quiet, *made, database="payments")
    assert bool(planned(as_master).asked) is bool(made)


def test_what_the_master_user_owns_is_nobody_elses(payments: Operator, as_master: SignIn) -> None:
    found = planned(as_master)
    assert (found.advice, found.asked) == ((), ())
