"""The look inside before anything is changed, and what errors say."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import Any

import pymysql
import pytest

from localcloud.servers import MySQL
from signon.db import mysql_logins
from signon.domain.logins.login import Statement
from signon.domain.plan.inside import Inside
from signon.domain.rds.database import Database
from signon.errors import DatabaseBusy, PluginNotLoaded, SignonError, StatementRefused, TemporaryFailure
from tests.builders import a_profile
from tests.notebook import NOTEBOOK

from .conftest import MASTER, RDSADMIN, SQL, Operator, SignIn, as_user, load_plugin


def looked_inside(as_master: SignIn, database: Database) -> Inside:
    with as_master() as session:
        return mysql_logins.look_inside(session, SQL)


# ---- the look inside


def test_a_joined_and_rebooted_database_that_nobody_uses_is_ready(as_master: SignIn, database: Database) -> None:
    assert looked_inside(as_master, database) == Inside(plugin_loaded=True, read_only=False, other_sessions=0)


def test_a_look_inside_sees_that_the_plugin_is_not_loaded(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    load_plugin(operator, loaded=False)
    assert not looked_inside(as_master, database).plugin_loaded


def test_a_look_inside_sees_that_the_server_is_read_only(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    operator.run("SET GLOBAL read_only = ON")
    assert looked_inside(as_master, database).read_only


def test_other_peoples_sessions_are_counted_and_so_are_other_sessions_of_the_master(
    as_master: SignIn, database: Database, operator: Operator, server: MySQL
) -> None:
    operator.run("CREATE USER 'app'@'%' IDENTIFIED BY 'App-Passw0rd'")
    with ExitStack() as signed_in:
        for user, password in (("app", "App-Passw0rd"), ("app", "App-Passw0rd"), MASTER):
            signed_in.enter_context(as_user(server.address, user, password))
        assert looked_inside(as_master, database).other_sessions == 3


def test_sessions_of_rds_itself_are_not_counted(as_master: SignIn, database: Database, server: MySQL) -> None:
    with as_user(server.address, *RDSADMIN), as_user(server.address, *RDSADMIN):
        assert looked_inside(as_master, database).other_sessions == 0


# ---- round trips


def test_every_question_to_the_server_is_counted(as_master: SignIn, database: Database) -> None:
    with as_master() as session:
        mysql_logins.look_inside(session, SQL)
        mysql_logins.create(session, SQL, a_profile(), before_change=lambda _: None, **NOTEBOOK.of_a_run())
        ((_, counted_by_server),) = session.query("Ask", "SHOW SESSION STATUS LIKE 'Questions'")
        assert session.round_trips == int(counted_by_server)


def test_probing_takes_two_round_trips_after_those_of_signing_in(as_master: SignIn, database: Database) -> None:
    with as_master() as session:
        before = session.round_trips
        mysql_logins.look_inside(session, SQL)
        assert session.round_trips - before == 2


def test_a_look_at_complete_logins_takes_three_round_trips_after_those_of_signing_in(
    as_master: SignIn, database: Database
) -> None:
    with as_master() as session:
        mysql_logins.create(session, SQL, a_profile(), before_change=lambda _: None, **NOTEBOOK.of_a_run())
    with as_master() as session:
        before = session.round_trips
        mysql_logins.create(session, SQL, a_profile(), before_change=lambda _: None, **NOTEBOOK.of_a_run())
        assert session.round_trips - before == 3


# ---- errors


def refusal(as_master: SignIn, sql: str, *values: str) -> SignonError:
    with as_master() as session, pytest.raises(SignonError) as refused:
        session.run([Statement("Try", sql, values)])
    return refused.value


def test_before_the_reboot_a_login_is_refused_because_the_plugin_is_not_loaded(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    load_plugin(operator, loaded=False)
    with as_master() as session, pytest.raises(PluginNotLoaded, match="1524"):
        mysql_logins.create(session, SQL, a_profile(), before_change=lambda _: None, **NOTEBOOK.of_a_run())
    assert operator.run("SELECT COUNT(*) FROM mysql.user WHERE User IN ('alice', 'bob')") == ((0,),)


def test_a_server_that_became_read_only_is_waited_for(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    operator.run("SET GLOBAL read_only = ON")
    with as_master() as session, pytest.raises(DatabaseBusy, match="1290"):
        mysql_logins.create(session, SQL, a_profile(), before_change=lambda _: None, **NOTEBOOK.of_a_run())


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("CREATE USER %s@%s IDENTIFIED BY %s REQUIRE NONSENSE", ("carol.secretive", "%", "Hunter2-Passw0rd")),
        ("CREATE USER %s@%s IDENTIFIED WITH 'no_such_plugin' BY %s", ("carol.secretive", "%", "Hunter2-Passw0rd")),
        ("ALTER USER %s@%s IDENTIFIED BY %s", ("carol.secretive", "%", "Hunter2-Passw0rd")),
        ("GRANT SELECT ON `no_such_table_privilege`.`t` TO %s@%s /* %s */", ("carol.secretive", "%", "Hunter2")),
        ("SELECT * FROM `carol.secretive`.`Hunter2` WHERE a = %s", ("Hunter2",)),
    ],
)
def test_an_error_says_its_code_and_nothing_of_the_statement(
    as_master: SignIn, sql: str, values: tuple[str, ...]
) -> None:
    refused = refusal(as_master, sql, *values)
    assert "MySQL error " in str(refused)
    assert "Hunter2" not in str(refused)
    assert "carol" not in str(refused)
    assert refused.__suppress_context__


def test_a_refused_statement_is_for_a_person(as_master: SignIn) -> None:
    refused = refusal(as_master, "GRANT SUPER ON *.* TO %s@%s", "admin", "%")
    assert isinstance(refused, StatementRefused)
    assert refused.problem.startswith("'admin'@'%' lacks SUPER on *.*, or may not grant it (MySQL error ")


def test_a_connection_that_the_server_ends_is_tried_again(as_master: SignIn, operator: Operator) -> None:
    with as_master() as session:
        ((own,),) = session.query("Ask", "SELECT CONNECTION_ID()")
        operator.run(f"KILL {own}")
        with pytest.raises(TemporaryFailure):
            session.query("Ask", "SELECT 1")


def test_waiting_in_vain_for_somebody_elses_lock_is_tried_again(as_master: SignIn, operator: Operator) -> None:
    operator.run("CREATE DATABASE payments", "CREATE TABLE payments.t (a INT)", "LOCK TABLES payments.t WRITE")
    with as_master() as session:
        session.query("Be impatient", "SET SESSION lock_wait_timeout = 1")
        with pytest.raises(TemporaryFailure, match="1205"):
            session.query("Ask", "SELECT * FROM payments.t")
    operator.run("UNLOCK TABLES")


def test_every_statement_is_logged_as_the_server_gets_it(
    as_master: SignIn, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "signon"), as_master() as session:
        mysql_logins.create(session, SQL, a_profile(), before_change=lambda _: None, **NOTEBOOK.of_a_run())
    said: list[Any] = [getattr(record, "sql", "") for record in caplog.records]
    assert "GRANT SELECT, SHOW VIEW ON `payments`.* TO 'alice'@'%'" in said
    assert not any(MASTER[1] in f"{record.__dict__}" for record in caplog.records)
    assert pymysql.converters.escape_string(MASTER[1]) not in caplog.text
