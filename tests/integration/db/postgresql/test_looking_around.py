"""The look inside before anything is changed, and what errors say."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import psycopg2
import pytest

from localcloud.servers import World
from localcloud.servers.postgresql import PostgreSQL
from signon.db import postgresql_logins, signed_in
from signon.db.session import sign_in
from signon.domain.logins.login import Name, Proof, Statement
from signon.domain.plan.inside import Inside
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database
from signon.errors import DatabaseBusy, SignonError, StatementRefused, TemporaryFailure
from tests.builders import a_profile
from tests.notebook import NOTEBOOK

from .conftest import HOST, MASTER, SQL, Create, Operator, SignIn, Verify


def as_user(user: str, password: str) -> psycopg2.extensions.connection:
    """A session of somebody: who it is needs no proof here."""
    return psycopg2.connect(host=HOST, user=user, password=password, dbname="postgres", sslmode="require")


def looked_inside(as_master: SignIn) -> Inside:
    with as_master() as session:
        return postgresql_logins.look_inside(session, SQL)


# ---- the look inside


def test_a_look_inside_does_not_tell_whether_the_server_knows_the_directory(as_master: SignIn) -> None:
    assert looked_inside(as_master) == Inside(plugin_loaded=None, read_only=False, other_sessions=0)


def test_logins_with_our_mark_prove_no_restart(as_master: SignIn, operator: Operator) -> None:
    """Neither those of somebody inside nor ours: whoever may create a role can copy them."""
    operator.run(
        "CREATE ROLE tenant LOGIN CREATEROLE",
        "SET SESSION AUTHORIZATION tenant",
        'CREATE ROLE "x@y" LOGIN',
        """COMMENT ON ROLE "x@y" IS '{"signon": {"complete": true}}'""",
    )
    assert looked_inside(as_master).plugin_loaded is None


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        ("DATABASE postgres", "for database postgres"),
        ("ROLE dbadmin", "for the master user"),
        ("ROLE dbadmin IN DATABASE postgres", "for the master user in database postgres"),
        ("SYSTEM", "by a parameter"),
    ],
)
def test_a_look_inside_sees_that_the_server_is_read_only_and_by_which_setting(
    whose: str, said: str, as_master: SignIn, operator: Operator
) -> None:
    operator.run(f"ALTER {whose} SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    try:
        found = looked_inside(as_master)
    finally:
        operator.run("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()")
    assert found.read_only
    assert not found.follows
    assert found.set_by == f"default_transaction_read_only is on {said}"


def test_other_peoples_sessions_are_counted_and_so_are_other_sessions_of_the_master(
    as_master: SignIn, operator: Operator
) -> None:
    operator.run("CREATE ROLE app LOGIN PASSWORD 'App-Passw0rd'")
    with ExitStack() as signed_in:
        for user, password in (("app", "App-Passw0rd"), ("app", "App-Passw0rd"), MASTER):
            signed_in.enter_context(closing(as_user(user, password)))
        assert looked_inside(as_master).other_sessions == 3


def test_sessions_of_rds_itself_are_not_counted(as_master: SignIn, operator: Operator) -> None:
    with closing(operator.connect()), closing(operator.connect()):
        assert looked_inside(as_master).other_sessions == 0


def test_sessions_are_counted_by_a_master_who_may_not_see_what_they_do(as_master: SignIn, operator: Operator) -> None:
    operator.run("CREATE ROLE app LOGIN PASSWORD 'App-Passw0rd'", "REVOKE pg_monitor FROM rds_superuser")
    try:
        with closing(as_user("app", "App-Passw0rd")):
            assert looked_inside(as_master).other_sessions == 1
    finally:
        operator.run("GRANT pg_monitor TO rds_superuser WITH ADMIN OPTION")


def test_probing_takes_two_round_trips(as_master: SignIn) -> None:
    with as_master() as session:
        postgresql_logins.look_inside(session, SQL)
        assert session.round_trips == 2


READER = "payments-reader.cabc123def45.us-east-1.rds.amazonaws.com"


@pytest.fixture
def reader(
    world: World, server: PostgreSQL, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PostgreSQL]:
    reader = world.postgresql_replica("payments-reader", [READER], server)
    monkeypatch.setenv("PGHOSTADDR", reader.address)
    yield reader
    reader.delete()


def test_a_reader_has_sessions_of_its_own_and_takes_no_logins(
    reader: PostgreSQL, operator: Operator, database: Database, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sign_in(database, lambda: Credentials(*MASTER), bundle, host=READER) as session:
        assert signed_in.of_others_in_postgresql(session) == 0
        assert postgresql_logins.look_inside(session, SQL).follows
        with pytest.raises(DatabaseBusy, match="PostgreSQL error 25006"):
            session.query("Write", "CREATE TABLE t ()")
        with closing(as_user(*MASTER)):
            assert signed_in.of_others_in_postgresql(session) == 1


# ---- errors


def refusal(as_master: SignIn, sql: str, *values: str | Name) -> SignonError:
    with as_master() as session, pytest.raises(SignonError) as refused:
        session.run([Statement("Try", sql, values)])
    return refused.value


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("CREATE ROLE {} PASSWORD {} NONSENSE", (Name("carol.secretive"), "Hunter2-Passw0rd")),
        ("CREATE ROLE {} SUPERUSER PASSWORD {}", (Name("carol.secretive"), "Hunter2-Passw0rd")),
        ("ALTER ROLE {} PASSWORD {}", (Name("carol.secretive"), "Hunter2-Passw0rd")),
        ("GRANT SELECT ON {} TO {}", (Name("Hunter2"), Name("carol.secretive"))),
        ("SELECT * FROM {} WHERE a = {}", (Name("Hunter2", schema="carol.secretive"), "Hunter2")),
        ("DO {}", ("BEGIN RAISE EXCEPTION 'Hunter2 of carol'; END",)),
    ],
)
def test_an_error_says_its_code_and_nothing_of_the_statement(
    as_master: SignIn, sql: str, values: tuple[str | Name, ...]
) -> None:
    refused = refusal(as_master, sql, *values)
    assert "PostgreSQL error " in str(refused)
    assert "Hunter2" not in str(refused)
    assert "carol" not in str(refused)
    assert refused.__suppress_context__


def test_a_refused_statement_is_for_a_person(as_master: SignIn) -> None:
    refused = refusal(as_master, "CREATE ROLE {} SUPERUSER", Name("carol"))
    assert isinstance(refused, StatementRefused)
    assert refused.problem == "The master user lacks a privilege that a statement needs (PostgreSQL error 42501)"
    assert "give the master user the privilege" in refused.remedy


def test_an_unknown_code_is_reported_with_its_page_and_the_statement(as_master: SignIn) -> None:
    refused = refusal(as_master, "CREATE ROLE {} NONSENSE", Name("carol"))
    assert isinstance(refused, StatementRefused)
    assert refused.problem == "The database refused a statement (PostgreSQL error 42601)"
    assert refused.remedy == (
        "Look 42601 up at https://www.postgresql.org/docs/current/errcodes-appendix.html;"
        " the log of this function has the statement"
    )


@pytest.mark.parametrize(
    ("code", "sql", "values"),
    [
        ("42P01", "GRANT SELECT ON TABLE {} TO {}", (Name("gone", "public"), Name("rds_ad"))),
        ("3F000", "GRANT USAGE ON SCHEMA {} TO {}", (Name("gone"), Name("rds_ad"))),
        ("3D000", "GRANT CONNECT ON DATABASE {} TO {}", (Name("gone"), Name("rds_ad"))),
        ("42704", "GRANT {} TO {}", (Name("rds_ad"), Name("gone"))),
        ("42704", "COMMENT ON ROLE {} IS {}", (Name("gone"), "mark")),
        ("40001", "DO {}", ("BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END",)),
        ("40P01", "DO {}", ("BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END",)),
        ("XX000", "DO {}", ("BEGIN RAISE 'tuple concurrently deleted' USING ERRCODE = 'XX000'; END",)),
        ("XX000", "DO {}", ("BEGIN RAISE 'cache lookup failed for relation 7' USING ERRCODE = 'XX000'; END",)),
    ],
)
def test_what_is_dropped_between_the_look_and_the_statement_is_looked_for_again(
    code: str, sql: str, values: tuple[str | Name, ...], as_master: SignIn
) -> None:
    refused = refusal(as_master, sql, *values)
    assert isinstance(refused, TemporaryFailure)
    why = str(refused).removeprefix(f"PostgreSQL error {code}: ")
    assert why.startswith(("somebody", "the transaction of somebody"))


def test_an_internal_error_of_another_kind_is_for_a_person(as_master: SignIn) -> None:
    refused = refusal(as_master, "DO {}", "BEGIN RAISE 'pages are torn' USING ERRCODE = 'XX000'; END")
    assert isinstance(refused, StatementRefused)


def test_a_connection_that_the_server_ends_is_tried_again(as_master: SignIn, operator: Operator) -> None:
    with as_master() as session:
        ((own,),) = session.query("Ask", "SELECT pg_backend_pid()")
        operator.run(f"SELECT pg_terminate_backend({own})")
        for _ in range(2):  # 57P01, then a connection that is no more
            with pytest.raises(TemporaryFailure):
                session.query("Ask", "SELECT 1")


def test_waiting_in_vain_for_somebody_elses_lock_is_tried_again(as_master: SignIn, operator: Operator) -> None:
    operator.run("SET SESSION AUTHORIZATION dbadmin", "CREATE TABLE public.t ()")
    with closing(operator.connect()) as other, other.cursor() as cursor, as_master() as session:
        cursor.execute("BEGIN; LOCK TABLE public.t")
        session.query("Be impatient", "SET lock_timeout = 100")
        with pytest.raises(TemporaryFailure, match="PostgreSQL error 55P03"):
            session.query("Ask", "SELECT * FROM public.t")
    operator.run("DROP TABLE public.t")


def test_a_statement_that_takes_too_long_is_tried_again(as_master: SignIn) -> None:
    with as_master() as session:
        session.query("Be impatient", "SET statement_timeout = 50")
        with pytest.raises(TemporaryFailure, match="PostgreSQL error 57014"):
            session.query("Wait", "SELECT pg_sleep(10)")


def test_a_name_that_somebody_has_just_made_is_tried_again(as_master: SignIn, operator: Operator) -> None:
    operator.run("CREATE ROLE carol")
    assert isinstance(refusal(as_master, "CREATE ROLE {}", Name("carol")), TemporaryFailure)


def test_two_changes_of_the_same_row_are_tried_again(as_master: SignIn, operator: Operator) -> None:
    """PostgreSQL gives "tuple concurrently updated" the code of an internal error."""
    with closing(operator.connect()) as other, other.cursor() as cursor, as_master() as session:
        cursor.execute("BEGIN; GRANT TEMPORARY ON DATABASE postgres TO rds_superuser")
        failed: list[Exception] = []

        def grant() -> None:
            try:
                session.query("Grant", "GRANT TEMPORARY ON DATABASE postgres TO pg_monitor")
            except SignonError as error:
                failed.append(error)

        granting = threading.Thread(target=grant)
        granting.start()
        waits = "SELECT 1 FROM pg_stat_activity WHERE usename = 'dbadmin' AND wait_event_type = 'Lock'"
        while granting.is_alive() and not operator.run(waits):
            pass
        cursor.execute("COMMIT")
        granting.join()
    operator.run("REVOKE TEMPORARY ON DATABASE postgres FROM rds_superuser, pg_monitor")
    assert [type(error) for error in failed] in ([TemporaryFailure], [])


def test_every_statement_is_logged_as_the_server_gets_it(
    payments: Operator, as_master: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "signon"), as_master() as session:
        postgresql_logins.create(session, SQL, a_profile(), before_change=lambda _: None, **NOTEBOOK.of_a_run())
    said: list[Any] = [getattr(record, "sql", "") for record in caplog.records]
    assert 'GRANT "rds_ad", "signon.payments.read" TO "alice@CORP.EXAMPLE.COM"' in said
    assert 'GRANT USAGE ON SCHEMA "core" TO "signon.payments.read"' in said
    assert not any(MASTER[1] in f"{record.__dict__}" for record in caplog.records)


def test_names_and_texts_are_quoted_each_by_its_kind(as_master: SignIn) -> None:
    hostile = "a\"b'c\\d%s{}é"
    with as_master() as session:
        ((text, ident),) = session.query("Ask", "SELECT {}, quote_ident({})", (hostile, hostile))
        assert text == hostile
        assert ident == '"' + hostile.replace('"', '""') + '"'
        assert session.query("Ask", "SELECT x FROM (SELECT 1) AS t ({})".replace("x", "{}"), (Name(hostile),) * 2) == (
            (1,),
        )


# What somebody sets for the master user, for the database, or for either in the other; and what our sessions keep.
SET_BY_OTHERS = {
    "role": ("shop_owner", "none"),
    "search_path": ("public", "pg_catalog,pg_temp"),
    "client_encoding": ("LATIN1", "UTF8"),
    "default_transaction_isolation": ("serializable", "read committed"),
    "default_transaction_deferrable": ("on", "off"),
    "transform_null_equals": ("on", "off"),
    "quote_all_identifiers": ("on", "off"),
    "row_security": ("off", "on"),
    "synchronous_commit": ("off", "on"),
    "datestyle": ("SQL, DMY", "ISO, MDY"),
    "timezone": ("Asia/Kolkata", "UTC"),
    "statement_timeout": ("0", "1min"),
    "lock_timeout": ("0", "30s"),
    "idle_in_transaction_session_timeout": ("0", "1min"),
    "idle_session_timeout": ("1s", "10min"),
}
STANDARD_STRINGS = {"standard_conforming_strings": ("off", "on")}  # from 19 on there is no other


@pytest.mark.parametrize("whose", ["ROLE dbadmin", "DATABASE postgres", "ROLE dbadmin IN DATABASE postgres"])
def test_the_settings_of_a_session_are_ours_whatever_the_server_says(
    whose: str, as_master: SignIn, operator: Operator
) -> None:
    operator.run("CREATE ROLE shop_owner", "GRANT shop_owner TO dbadmin")
    changed = SET_BY_OTHERS | (STANDARD_STRINGS if operator.version < 190000 else {})
    for name, (theirs, _) in changed.items():
        operator.run(f"ALTER {whose} SET {name} = '{theirs}'")
    with as_master() as session:
        found = {name: session.query("Ask", f"SHOW {name}")[0][0] for name in changed}
        assert session.query("Ask", "SELECT current_user::text, session_user::text") == (("dbadmin", "dbadmin"),)
        assert session.query("Ask", "SELECT {}", ("a'b\\c",)) == (("a'b\\c",),)
    assert found == {name: ours for name, (_, ours) in changed.items()}


# What is not pinned, because no statement of ours depends on it.
NOT_PINNED = {
    "array_nulls": "off",
    "backslash_quote": "off",
    "bytea_output": "escape",
    "check_function_bodies": "off",
    "client_min_messages": "error",
    "default_statistics_target": "1",
    "default_table_access_method": "nonsense",
    "default_tablespace": "nonsense",
    "default_toast_compression": "pglz",
    "enable_indexscan": "off",
    "enable_nestloop": "off",
    "escape_string_warning": "off",
    "extra_float_digits": "-15",
    "from_collapse_limit": "1",
    "geqo_threshold": "2",
    "hash_mem_multiplier": "1",
    "intervalstyle": "sql_standard",
    "jit_above_cost": "0",
    "join_collapse_limit": "1",
    "password_encryption": "md5",
    "plan_cache_mode": "force_generic_plan",
    "temp_tablespaces": "nonsense",
    "work_mem": "64kB",
    "xmloption": "document",
}


def test_whatever_else_others_set_changes_nothing_either(payments: Operator, create: Create, verify: Verify) -> None:
    for name, theirs in NOT_PINNED.items():
        payments.run(f"ALTER ROLE dbadmin SET {name} = '{theirs}'")
    assert create(a_profile()) > 0
    assert verify(a_profile()) == Proof(2, ())
    assert create(a_profile()) == 0


def test_nothing_that_others_set_changes_what_a_run_does(payments: Operator, create: Create, verify: Verify) -> None:
    payments.run("CREATE ROLE shop_owner", "GRANT shop_owner TO dbadmin")
    for name, (theirs, _) in SET_BY_OTHERS.items():
        payments.run(f"ALTER ROLE dbadmin SET {name} = '{theirs}'")
    if payments.version >= 170000:
        payments.run("ALTER ROLE dbadmin SET transaction_timeout = '1s'")
    assert create(a_profile()) > 0
    assert verify(a_profile()) == Proof(2, ())
    assert create(a_profile()) == 0


def test_a_transaction_of_many_statements_is_not_ended_by_its_time(payments: Operator, as_master: SignIn) -> None:
    if payments.version < 170000:
        pytest.skip("transaction_timeout came with PostgreSQL 17")
    payments.run("ALTER ROLE dbadmin SET transaction_timeout = '300ms'")
    with as_master() as session, postgresql_logins._alone(session):
        session.query("Wait", "SELECT pg_sleep(0.5)")


def test_what_only_a_superuser_may_set_makes_no_difference(payments: Operator, create: Create, verify: Verify) -> None:
    """Not an option of our session: the master user could not sign in with it."""
    for setting in ("session_replication_role = replica", "lo_compat_privileges = on", "lc_messages = 'C'"):
        payments.run(f"ALTER ROLE dbadmin SET {setting}")
    create(a_profile())
    assert verify(a_profile()) == Proof(2, ())
