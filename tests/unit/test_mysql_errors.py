"""What the numbers of MySQL's errors mean: which pass, and which say what to do."""

from __future__ import annotations

import pytest

from signon.db.mysql_errors import at_sign_in, in_statement
from signon.errors import (
    ConnectionRefused,
    DatabaseBusy,
    NeedsPerson,
    PluginNotLoaded,
    StatementRefused,
    TemporaryFailure,
)

HOST = "orders.example.com"
MASTER = ("admin", "%")
GRANT = "GRANT SELECT, SHOW VIEW ON `pay\\_%%`.* TO %s@%s"


def said(code: int, message: str = "", sql: str = GRANT, signed_in_as: tuple[str, str] | None = MASTER) -> Exception:
    return in_statement(code, message, sql, MASTER, signed_in_as)


@pytest.mark.parametrize("code", [1040, 1203, 1226, 1041, 1205, 1213, 2006, 2013, 3168, 1927, 4031, 3024, 1969])
def test_what_passes_is_looked_at_again_and_says_what_it_was(code: int) -> None:
    for error in (at_sign_in(HOST, code), said(code)):
        assert isinstance(error, TemporaryFailure)
        number, _, words = str(error).partition(": ")
        assert number == f"MySQL error {code}"
        assert " " in words


@pytest.mark.parametrize("code", [1133, 1396, 1410, 1962])
def test_a_login_that_somebody_has_made_or_dropped_meanwhile_is_looked_at_again(code: int) -> None:
    assert isinstance(said(code), TemporaryFailure)


@pytest.mark.parametrize("code", [1290, 1836])
def test_a_read_only_server_fails_over(code: int) -> None:
    assert isinstance(said(code), DatabaseBusy)


@pytest.mark.parametrize(
    ("code", "problem", "typed"),
    [
        (1045, "does not let the master user in", "SELECT User, Host FROM mysql.user WHERE Host <> '%'"),
        (1698, "does not let the master user in", "SELECT User, Host FROM mysql.user WHERE Host <> '%'"),
        (1129, "has blocked the addresses of this stack", "TRUNCATE TABLE performance_schema.host_cache"),
        (1130, "has no account of the master user's", "RENAME USER 'NAME'@'HOST' TO 'NAME'@'%'"),
        (1184, "its init_connect fails", "Correct init_connect"),
        (1862, "password has expired", "PASSWORD EXPIRE NEVER"),
        (1820, "password has expired", "PASSWORD EXPIRE NEVER"),
        (3118, "account is locked", "ALTER USER 'NAME'@'%' ACCOUNT UNLOCK"),
        (4151, "account is locked", "ALTER USER 'NAME'@'%' ACCOUNT UNLOCK"),
        (1524, "a plugin that it has not loaded", "SELECT User, Host, plugin FROM mysql.user"),
        (2059, "that this stack does not have", "SELECT User, Host, plugin FROM mysql.user"),
        (4242, "does not let the master user in (MySQL error 4242)", "Look 4242 up"),
    ],
)
def test_each_reason_for_which_the_master_is_refused_has_its_own_words(code: int, problem: str, typed: str) -> None:
    error = at_sign_in(HOST, code)
    assert isinstance(error, ConnectionRefused)
    assert problem in error.problem
    assert HOST in error.problem
    assert typed in error.remedy
    assert "the log of this function" not in error.remedy, "no statement was run"


def test_a_plugin_that_is_missing_in_a_statement_is_waited_for_or_needs_a_reboot() -> None:
    assert isinstance(said(1524, "Plugin 'AWSAuthenticationPlugin' is not loaded"), DatabaseBusy)
    assert isinstance(said(1524, "Plugin 'auth_pam' is not loaded"), PluginNotLoaded)


NEEDS = "Access denied; you need (at least one of) the {} privilege(s) for this operation"


@pytest.mark.parametrize(
    ("code", "message", "sql", "lacks"),
    [
        (1044, "Access denied for user", GRANT, r"SELECT, SHOW VIEW on `pay\_%`.*"),
        (1142, "SELECT command denied", "SELECT u.User FROM mysql.user u", "SELECT on mysql.*"),
        (1142, "SELECT command denied", "WITH RECURSIVE makers (User, Host) AS ( SELECT", "SELECT on mysql.*"),
        (1227, NEEDS.format("CREATE USER"), "CREATE USER %s@%s", "CREATE USER on *.*"),
        (1227, "Kein Zugriff. Hierfuer wird die Berechtigung CREATE USER", "ALTER USER %s@%s", "CREATE USER on *.*"),
    ],
)
def test_what_the_master_user_lacks_is_named_with_what_to_run(code: int, message: str, sql: str, lacks: str) -> None:
    error = said(code, message, sql)
    assert isinstance(error, StatementRefused)
    assert error.problem == f"'admin'@'%' lacks {lacks}, or may not grant it (MySQL error {code})"
    assert f"run GRANT {lacks.replace(' on ', ' ON ')} TO 'admin'@'%' WITH GRANT OPTION" in error.remedy


@pytest.mark.parametrize(("code", "sql"), [(1370, "CALL x()"), (1698, "GRANT %s TO %s@%s"), (1227, "KILL 1")])
def test_a_privilege_that_nothing_names_is_said_to_be_one(code: int, sql: str) -> None:
    error = said(code, "no words that we know", sql)
    assert isinstance(error, StatementRefused)
    assert "lacks a privilege that a statement needs" in error.problem
    assert "RDS then gives the master user its privileges back" in error.remedy


def test_a_system_account_is_no_matter_of_the_master_users_privileges() -> None:
    error = said(1227, NEEDS.format("SYSTEM_USER"), "ALTER USER %s@%s ACCOUNT LOCK")
    assert isinstance(error, StatementRefused)
    assert "is a system account" in error.problem
    assert "REVOKE SYSTEM_USER ON *.*" in error.remedy


def test_a_person_taken_for_somebody_else_is_told_for_whom() -> None:
    error = said(1142, signed_in_as=("", "10.%"))
    assert isinstance(error, StatementRefused)
    assert "takes the master user for the account ''@'10.%', which comes before 'admin'@'%'" in error.problem
    assert "DROP USER ''@'10.%'" in error.remedy


@pytest.mark.parametrize("code", [1044, 1142, 1227, 1064, 1524, 1226])
def test_nothing_of_a_servers_text_goes_further(code: int) -> None:
    error = said(code, "Hunter2 said alice at `secret`.`table`", "SELECT 1")
    assert not any(part in str(error) for part in ("Hunter2", "alice", "secret", "table`"))
    assert not isinstance(error, NeedsPerson) or error.remedy


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("CREATE USER %s@%s IDENTIFIED", "CREATE USER"),
        (GRANT, "GRANT SELECT"),
        ("SELECT u.User, x", "SELECT"),
        ("?", "a statement"),
    ],
)
def test_an_error_that_nobody_foresaw_says_what_was_refused_and_where_to_look(sql: str, what: str) -> None:
    error = said(1064, sql=sql)
    assert isinstance(error, StatementRefused)
    assert error.problem == f"The database refused {what} (MySQL error 1064)"
    assert error.remedy.endswith("the log of this function has the statement")


@pytest.mark.parametrize(
    ("code", "page"), [(6, "global"), (20, "global"), (999, "global"), (1000, "server"), (4242, "server")]
)
def test_an_error_is_looked_up_on_the_page_that_has_it(code: int, page: str) -> None:
    for error in (said(code), at_sign_in(HOST, code)):
        assert isinstance(error, NeedsPerson)
        assert f"Look {code} up at https://dev.mysql.com/doc/mysql-errors/8.4/en/{page}-error" in error.remedy


@pytest.mark.parametrize(
    ("code", "message", "parameter"),
    [
        (1153, "", "max_allowed_packet"),
        (1301, "", "max_allowed_packet"),
        (1267, "", "default_collation_for_utf8mb4"),
        (1290, "running with the --max-session-mem-used=8192 option", "max_session_mem_used"),
    ],
)
def test_a_parameter_that_leaves_no_room_is_named(code: int, message: str, parameter: str) -> None:
    error = said(code, message, "SELECT 1")
    assert isinstance(error, StatementRefused)
    assert error.problem.startswith(f"The database's parameter {parameter} is ")
    assert "Reset that parameter to its default" in error.remedy
