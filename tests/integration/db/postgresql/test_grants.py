"""What the profile's roles are granted: by name, nothing more, as soon as it is there, by a role that may grant it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import psycopg2
import pytest

from signon.db import postgresql_logins
from signon.domain.finding import Remark
from signon.domain.logins.login import Proof
from signon.domain.profile.presets import Preset
from signon.domain.profile.profile import DirectoryLogin, Profile, Role, Schemas
from signon.errors import PlanOutdated, SignonError, StatementRefused, TemporaryFailure
from tests.builders import a_profile
from tests.notebook import NOTEBOOK

from .conftest import HOST, SQL, Create, Operator, SignIn, Verify

ALICE, BOB = "alice@CORP.EXAMPLE.COM", "bob@CORP.EXAMPLE.COM"
READ, WRITE = "signon.payments.read", "signon.payments.write"
APP = ("app", "App-Passw0rd")
NO_DATABASE = "payments: there is no such database"


def reading(database: str, *schemas: str) -> Profile:
    """Alice may read these schemas."""
    roles = {"read": Role(Preset.READ, postgresql=Schemas(database, schemas))}
    return a_profile(roles=roles, logins=(DirectoryLogin("alice", ("read",)),))


def attempt(operator: Operator, user: str, statement: str, database: str = "payments") -> str:
    """What becomes of a statement of somebody's: "" or PostgreSQL's error code."""
    with closing(operator.connect(user, database)) as connection, connection.cursor() as cursor:
        try:
            cursor.execute(statement)
        except psycopg2.Error as error:
            return str(error.pgcode)
        return ""


# ---- what a role may do


def test_readers_read_and_writers_write(payments: Operator, create: Create) -> None:
    create(a_profile())
    for statement, of_alice, of_bob in (
        ("SELECT * FROM core.invoices", "", ""),
        ("SELECT * FROM core.amounts", "", ""),
        ("INSERT INTO core.invoices (amount) VALUES (7)", "42501", ""),  # takes the next number of the sequence
        ("UPDATE core.invoices SET amount = 8", "42501", ""),
        ("DELETE FROM core.invoices", "42501", ""),
        ("TRUNCATE core.invoices", "42501", "42501"),
        ("CREATE TABLE core.mine ()", "42501", "42501"),
        ("DROP TABLE core.invoices", "42501", "42501"),
        ("CREATE TABLE public.mine ()", *(["42501"] * 2 if payments.version >= 150000 else ["", ""])),
        ("CREATE ROLE evil", "42501", "42501"),
        (f'GRANT "{WRITE}" TO "{ALICE}"', "42501", "42501"),
    ):
        assert (attempt(payments, ALICE, statement), attempt(payments, BOB, statement)) == (of_alice, of_bob), statement


def test_what_the_master_makes_later_is_theirs_at_once(payments: Operator, create: Create, verify: Verify) -> None:
    create(a_profile())
    payments.run("SET SESSION AUTHORIZATION dbadmin", "CREATE TABLE core.later (id serial)", database="payments")
    assert attempt(payments, ALICE, "SELECT * FROM core.later") == ""
    assert attempt(payments, BOB, "INSERT INTO core.later DEFAULT VALUES") == ""
    assert create(a_profile()) == 0
    assert verify(a_profile()) == Proof(2, ())


def test_a_schema_that_the_profile_does_not_name_stays_closed(payments: Operator, create: Create) -> None:
    payments.run(
        "SET SESSION AUTHORIZATION dbadmin", "CREATE SCHEMA audit", "CREATE TABLE audit.trail ()", database="payments"
    )
    create(a_profile())
    assert attempt(payments, BOB, "SELECT * FROM audit.trail") == "42501"


def test_a_grant_that_somebody_took_away_waits_for_the_next_run(
    payments: Operator, create: Create, verify: Verify
) -> None:
    create(a_profile())
    payments.run(f'REVOKE UPDATE ON core.invoices FROM "{WRITE}"', database="payments")
    assert verify(a_profile()).waiting == (f"not done yet: In payments grant UPDATE on TABLE core.invoices: {WRITE}",)
    assert create(a_profile()) == 1
    assert verify(a_profile()) == Proof(2, ())


def test_a_group_role_may_sign_in_to_a_database_that_is_closed_to_others(payments: Operator, create: Create) -> None:
    payments.run("REVOKE CONNECT ON DATABASE payments FROM PUBLIC")
    create(a_profile())
    may = "SELECT has_database_privilege(%s, 'payments', 'CONNECT')"
    assert payments.run(may % f"'{ALICE}'") == [(True,)]
    assert payments.run(may % "'rds_superuser'") == [(False,)]


def test_what_the_profile_gave_once_stays_and_is_told(payments: Operator, create: Create, verify: Verify) -> None:
    create(a_profile())
    fewer = a_profile(logins=tuple(replace(login, roles=("read",)) for login in a_profile().logins))
    assert create(fewer) == 0
    assert attempt(payments, BOB, "DELETE FROM core.invoices") == ""
    assert verify(fewer) == Proof(2, (), excess=(f"{BOB}: membership of {WRITE}",))
    reading = a_profile(roles={name: replace(role, preset=Preset.READ) for name, role in a_profile().roles.items()})
    assert create(reading) == 0
    kinds = {line.partition(" on ")[2].split(" payments")[0] for line in verify(reading).excess}
    assert kinds == {"TABLE", "SEQUENCE", "new TABLES", "new SEQUENCES"}
    payments.run(f'GRANT CREATE, USAGE ON SCHEMA core TO "{READ}"', database="payments")
    assert f"{READ}: CREATE on SCHEMA payments.core" in verify(a_profile()).excess


# ---- what is not there yet


def test_a_database_that_does_not_exist_yet_locks_nobody_out_and_waits(
    operator: Operator, create: Create, verify: Verify
) -> None:
    assert create(a_profile()) > 0
    assert operator.opened() == [ALICE, BOB]
    assert verify(a_profile()) == Proof(2, (), waiting=(NO_DATABASE,))
    assert create(a_profile()) == 0
    operator.run("CREATE DATABASE payments OWNER dbadmin")
    assert create(a_profile()) == 2  # CONNECT, for either group role
    assert verify(a_profile()) == Proof(2, (), waiting=("payments.core: there is no such schema",))
    operator.run("SET SESSION AUTHORIZATION dbadmin", "CREATE SCHEMA core", database="payments")
    assert create(a_profile()) == 5
    assert verify(a_profile()) == Proof(2, ())


# ---- what is not the master's to grant


@pytest.fixture
def of_others(payments: Operator) -> Operator:
    """A table and a schema of an application's own role."""
    payments.run("CREATE ROLE app")
    payments.run(
        "CREATE TABLE core.ledger (id serial)",
        "ALTER TABLE core.ledger OWNER TO app",
        "CREATE SCHEMA apps AUTHORIZATION app",
        "CREATE TABLE apps.secrets ()",
        database="payments",
    )
    return payments


def test_tables_that_the_master_may_not_grant_are_named(of_others: Operator, create: Create, verify: Verify) -> None:
    create(a_profile())
    assert of_others.opened() == [ALICE, BOB]
    assert verify(a_profile()) == Proof(
        2,
        (),
        not_ours=(
            Remark("payments.core.ledger of app: the master user may not grant SELECT, INSERT, UPDATE, DELETE"),
            Remark("payments.core.ledger_id_seq of app: the master user may not grant USAGE"),
        ),
    )
    assert create(a_profile()) == 0


def test_a_schema_that_the_master_may_not_grant_is_named(of_others: Operator, create: Create, verify: Verify) -> None:
    create(reading("payments", "apps"))
    assert verify(reading("payments", "apps")).not_ours == (
        Remark("payments.apps of app: the master user may not grant USAGE"),
        Remark("payments.apps.secrets of rdsadmin: the master user may not grant SELECT"),
    )


def test_what_everybody_may_already_needs_no_grant(of_others: Operator, create: Create, verify: Verify) -> None:
    of_others.run("GRANT SELECT ON core.ledger TO PUBLIC", database="payments")
    create(reading("payments", "core"))
    assert verify(reading("payments", "core")) == Proof(1, ())


def test_a_master_who_is_a_member_of_the_owner_grants_its_tables(
    of_others: Operator, create: Create, verify: Verify
) -> None:
    of_others.run("GRANT app TO dbadmin")
    create(a_profile())
    assert verify(a_profile()) == Proof(2, ())
    assert attempt(of_others, BOB, "INSERT INTO core.ledger DEFAULT VALUES") == ""


def test_a_grant_option_is_used_and_never_given(of_others: Operator, create: Create) -> None:
    of_others.run("GRANT SELECT ON core.ledger TO dbadmin WITH GRANT OPTION", database="payments")
    create(a_profile())
    assert attempt(of_others, ALICE, "SELECT * FROM core.ledger") == ""
    given_on = (
        "SELECT 1 FROM pg_class, aclexplode(relacl) x JOIN pg_roles r ON r.oid = x.grantee"
        " WHERE r.rolname LIKE 'signon.%' AND x.is_grantable"
    )
    assert of_others.run(given_on, database="payments") == []


def test_a_database_that_the_master_may_not_enter_is_named(payments: Operator, create: Create, verify: Verify) -> None:
    payments.run("ALTER DATABASE payments OWNER TO rdsadmin", "REVOKE CONNECT ON DATABASE payments FROM PUBLIC")
    create(a_profile())
    assert payments.opened() == [ALICE, BOB]
    assert verify(a_profile()) == Proof(
        2, (), not_ours=(Remark("payments of rdsadmin: the master user may not connect to it"),)
    )


def test_a_database_that_takes_no_connections_is_named(payments: Operator, create: Create, verify: Verify) -> None:
    payments.run("ALTER DATABASE payments ALLOW_CONNECTIONS false")
    create(a_profile())
    assert payments.opened() == [ALICE, BOB]
    shut = Remark("payments of dbadmin: it takes no connections (ALLOW_CONNECTIONS false)")
    assert verify(a_profile()).not_ours == (shut,)


def test_a_database_whose_drop_was_interrupted_is_named(payments: Operator, create: Create, verify: Verify) -> None:
    payments.run("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'payments'")
    try:
        create(a_profile())
        assert payments.opened() == [ALICE, BOB]
        assert verify(a_profile()).not_ours == (
            Remark("payments of dbadmin: it is half dropped, because its DROP DATABASE was interrupted: drop it again"),
        )
    finally:
        payments.run("UPDATE pg_database SET datconnlimit = -1 WHERE datname = 'payments'")


# ---- one database of several: it waits, or is named, and everybody else gets in


@pytest.fixture
def shops(payments: Operator) -> Operator:
    """A second database besides payments, with a schema and a table of the master user's."""
    payments.run("CREATE DATABASE shops OWNER dbadmin")
    payments.run(
        "SET SESSION AUTHORIZATION dbadmin", "CREATE SCHEMA core", "CREATE TABLE core.orders ()", database="shops"
    )
    return payments


OF_BOTH = a_profile(
    roles={
        "payments": Role(Preset.READ, postgresql=Schemas("payments", ("core",))),
        "shops": Role(Preset.READ, postgresql=Schemas("shops", ("core",))),
    },
    logins=(DirectoryLogin("alice", ("payments",)), DirectoryLogin("bob", ("shops",))),
)


def test_a_database_that_accepts_no_connections_waits_by_name(shops: Operator, create: Create, verify: Verify) -> None:
    shops.run("ALTER DATABASE payments CONNECTION LIMIT 0")
    assert create(OF_BOTH) > 0
    assert shops.opened() == [ALICE, BOB]
    assert attempt(shops, BOB, "SELECT * FROM core.orders", database="shops") == ""
    assert verify(OF_BOTH) == Proof(2, (), waiting=("payments: nobody may connect to it now (CONNECTION LIMIT 0)",))
    assert create(OF_BOTH) == 0
    shops.run("ALTER DATABASE payments CONNECTION LIMIT -1")
    assert create(OF_BOTH) > 0
    assert verify(OF_BOTH) == Proof(2, ())


def test_a_database_that_is_full_waits_by_name(shops: Operator, create: Create, verify: Verify) -> None:
    shops.run("ALTER DATABASE payments CONNECTION LIMIT 1", f"CREATE ROLE {APP[0]} LOGIN PASSWORD '{APP[1]}'")
    with closing(psycopg2.connect(host=HOST, user=APP[0], password=APP[1], dbname="payments")):
        assert create(OF_BOTH) > 0
        assert shops.opened() == [ALICE, "app", BOB]
        assert verify(OF_BOTH) == Proof(2, (), waiting=("payments: it has no connection left",))
    assert attempt(shops, BOB, "SELECT * FROM core.orders", database="shops") == ""


@pytest.mark.parametrize(
    "setting",
    [
        "ALTER DATABASE payments SET default_transaction_read_only = on",
        "ALTER ROLE dbadmin IN DATABASE payments SET default_transaction_read_only = 'yes'",
    ],
)
def test_a_database_that_is_set_to_be_read_only_is_named_and_left_as_it_is(
    setting: str, shops: Operator, create: Create, verify: Verify
) -> None:
    shops.run(setting)
    assert create(OF_BOTH) > 0
    assert shops.opened() == [ALICE, BOB]
    assert attempt(shops, ALICE, "SELECT * FROM core.invoices") == "42501"
    assert attempt(shops, BOB, "SELECT * FROM core.orders", database="shops") == ""
    assert verify(OF_BOTH) == Proof(
        2,
        (),
        not_ours=(
            Remark(
                "payments: it is read only (default_transaction_read_only is on for it), and its roles lack grants"
                " there"
            ),
        ),
    )
    assert create(OF_BOTH) == 0


def test_a_read_only_database_that_lacks_nothing_is_not_reported(
    shops: Operator, create: Create, verify: Verify
) -> None:
    create(OF_BOTH)
    shops.run("ALTER DATABASE payments SET default_transaction_read_only = on")
    assert verify(OF_BOTH) == Proof(2, ())


def test_what_is_set_for_the_master_user_there_takes_precedence(
    shops: Operator, create: Create, verify: Verify
) -> None:
    shops.run(
        "ALTER DATABASE payments SET default_transaction_read_only = on",
        "ALTER ROLE dbadmin IN DATABASE payments SET default_transaction_read_only = off",
    )
    create(OF_BOTH)
    assert verify(OF_BOTH) == Proof(2, ())


@pytest.mark.parametrize(
    ("trouble", "error", "said"),
    [
        (
            "RAISE EXCEPTION 'not here'",
            StatementRefused,
            "In database payments: A trigger of the database's own",
        ),
        (
            "RAISE EXCEPTION 'later' USING ERRCODE = '55P03'",
            TemporaryFailure,
            "In database payments: PostgreSQL error 55P03",
        ),
    ],
)
def test_a_statement_that_one_database_refuses_blocks_nobody_elsewhere_and_is_reported_with_its_name(
    trouble: str, error: type[SignonError], said: str, shops: Operator, create: Create
) -> None:
    shops.run(
        f"CREATE FUNCTION public.no() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN {trouble}; END $$",
        "CREATE EVENT TRIGGER no ON ddl_command_start WHEN TAG IN ('GRANT') EXECUTE FUNCTION public.no()",
        database="payments",
    )
    with pytest.raises(error, match=said):
        create(OF_BOTH)
    assert shops.opened() == [ALICE, BOB]
    assert attempt(shops, BOB, "SELECT * FROM core.orders", database="shops") == ""


def test_an_execution_outdated_in_one_database_does_nothing_more(shops: Operator, as_master: SignIn) -> None:
    """That is no matter of the database's."""
    looks: list[None] = []

    def before_change(_: object) -> None:
        looks.append(None)
        if len(looks) == 2:  # the first is for the roles, the second within payments
            raise PlanOutdated

    with as_master() as session, pytest.raises(PlanOutdated):
        postgresql_logins.create(session, SQL, OF_BOTH, before_change=before_change, **NOTEBOOK.of_a_run())
    assert len(looks) == 2
    assert shops.opened() == []


# ---- what belongs to an extension


@pytest.mark.parametrize("extension", ["pg_stat_statements", "pg_buffercache"])  # each makes a view of its name
def test_what_an_extension_has_made_is_neither_granted_nor_complained_of(
    extension: str, payments: Operator, create: Create, verify: Verify
) -> None:
    payments.run(f"CREATE EXTENSION {extension} SCHEMA core", database="payments")
    create(a_profile())
    assert verify(a_profile()) == Proof(2, ())
    may_delete = f"SELECT has_table_privilege('{BOB}', 'core.{extension}', 'DELETE')"
    assert payments.run(may_delete, database="payments") == [(False,)]


def test_a_table_and_a_sequence_that_join_an_extension_are_left_out_and_what_leaves_it_is_granted(
    payments: Operator, create: Create, verify: Verify
) -> None:
    """Of extensions with tables of their own, as pg_cron and PostGIS have them."""
    payments.run(
        "CREATE EXTENSION lo SCHEMA core",
        "CREATE TABLE core.jobs (id serial)",
        "ALTER EXTENSION lo ADD TABLE core.jobs",
        "ALTER EXTENSION lo ADD SEQUENCE core.jobs_id_seq",
        database="payments",
    )
    create(a_profile())
    assert verify(a_profile()) == Proof(2, ())
    assert attempt(payments, ALICE, "SELECT * FROM core.jobs") == "42501"
    payments.run(
        "ALTER EXTENSION lo DROP TABLE core.jobs",
        "ALTER EXTENSION lo DROP SEQUENCE core.jobs_id_seq",
        "ALTER TABLE core.jobs OWNER TO dbadmin",
        database="payments",
    )
    create(a_profile())
    assert verify(a_profile()) == Proof(2, ())
    assert attempt(payments, ALICE, "SELECT * FROM core.jobs") == ""


# ---- names of the second order: they come from the catalogue, and anyone who may make a table chooses them

HOSTILE = [
    'x"; DROP TABLE core.invoices; --', "x'; DROP ROLE rds_ad; --", '"', '""', "'", "\\", "a b", "{}", "{0}", "%s", "%",
    "$1", "--", "/*", ";", "SELECT", "Core.Invoices", "a.b", "é", "日本", "\u202e", "\n", "\t", "\x01", "a" * 63,
    "pg_class",
]  # fmt: skip


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def test_tables_with_hostile_names_are_granted_and_nothing_else_happens(
    payments: Operator, create: Create, verify: Verify
) -> None:
    payments.run(
        "SET SESSION AUTHORIZATION dbadmin",
        *(f"CREATE TABLE core.{quoted(name)} ()" for name in HOSTILE),
        *(f"CREATE SEQUENCE core.{quoted('s' + name[:60])}" for name in HOSTILE),
        database="payments",
    )
    before = payments.run("SELECT count(*) FROM pg_class", database="payments")
    create(a_profile())
    assert verify(a_profile()) == Proof(2, ())
    assert create(a_profile()) == 0
    for name in HOSTILE:
        assert attempt(payments, ALICE, f"SELECT * FROM core.{quoted(name)}") == ""
        assert attempt(payments, ALICE, f"DELETE FROM core.{quoted(name)}") == "42501"
        assert attempt(payments, BOB, f"DELETE FROM core.{quoted(name)}") == ""
    assert payments.run("SELECT count(*) FROM pg_class", database="payments") == before
    assert "rds_ad" in [name for (name,) in payments.run("SELECT rolname FROM pg_roles")]


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "pg_class"])
def test_databases_and_schemas_with_hostile_names_are_one_name(
    name: str, operator: Operator, create: Create, verify: Verify
) -> None:
    """The profile refuses such names; should one get here, it is still only a name."""
    operator.run(f"CREATE DATABASE {quoted(name)} OWNER dbadmin")
    operator.run(
        "SET SESSION AUTHORIZATION dbadmin",
        f"CREATE SCHEMA {quoted(name)}",
        f"CREATE TABLE {quoted(name)}.t ()",
        database=name,
    )
    profile = reading(name, name)
    assert create(profile) > 0
    assert verify(profile) == Proof(1, ())
    assert attempt(operator, ALICE, f"SELECT * FROM {quoted(name)}.t", database=name) == ""


def test_nobody_comes_between_us_and_the_catalogue(payments: Operator, create: Create, verify: Verify) -> None:
    """Functions and views of a tenant's, under the names of the catalogue's, in schemas that a session might search."""
    payments.run(
        "CREATE TABLE public.called ()",
        "CREATE FUNCTION public.aclexplode(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE VIEW public.pg_namespace AS SELECT 'evil'::text AS nspname",
        "CREATE FUNCTION public.has_table_privilege(oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "ALTER DATABASE payments SET search_path = public, pg_catalog",
        database="payments",
    )
    payments.run("ALTER ROLE dbadmin SET search_path = public, pg_catalog")
    create(a_profile())
    assert verify(a_profile()) == Proof(2, ())


def test_thousands_of_tables_take_a_statement_for_a_hundred(payments: Operator, create: Create, verify: Verify) -> None:
    payments.run(
        "SET SESSION AUTHORIZATION dbadmin",
        "DO $$ BEGIN FOR n IN 1..1000 LOOP EXECUTE format('CREATE TABLE core.t%s ()', n); END LOOP; END $$",
        database="payments",
    )
    # group role, CONNECT; USAGE, on what is new, eleven for 1,003 tables; made, joined, opened
    assert create(reading("payments", "core")) == 2 + 2 + 11 + 3
    assert verify(reading("payments", "core")) == Proof(1, ())
