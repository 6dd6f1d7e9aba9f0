from __future__ import annotations

import re

import pytest

from signon.domain.engines import (
    ENGINES,
    Engine,
    Exclusive,
    Family,
    Marks,
    Method,
    MySqlLogins,
    PostgreSqlLogins,
    Scope,
)

ROWS = pytest.mark.parametrize("engine", ENGINES.values(), ids=lambda engine: engine.name)


@ROWS
def test_a_row_is_found_under_its_name(engine: Engine) -> None:
    assert ENGINES[engine.name] is engine


@pytest.mark.parametrize(
    ("engine", "version", "together"),
    [
        ("aurora-postgresql", "14.6", True),
        ("aurora-postgresql", "14.7", False),
        ("aurora-postgresql", "14.19", False),
        ("aurora-postgresql", "13.9", True),
        ("aurora-postgresql", "13.10", False),
        ("aurora-postgresql", "12.13", True),
        ("aurora-postgresql", "15.2", False),
        ("aurora-postgresql", "16.1", False),
        ("aurora-postgresql", "17.6", False),
        ("aurora-mysql", "8.0.mysql_aurora.3.04.0", False),
        ("postgres", "14.6", False),
        ("mysql", "8.4.5", False),
    ],
)
def test_the_readers_of_some_versions_restart_with_their_writer(engine: str, version: str, together: bool) -> None:
    assert ENGINES[engine].restarts_together(version) is together


MYSQL_LOGINS = [sql for engine in ENGINES.values() for sql in engine.logins.values() if isinstance(sql, MySqlLogins)]
POSTGRESQL_LOGINS = [
    sql for engine in ENGINES.values() for sql in engine.logins.values() if isinstance(sql, PostgreSqlLogins)
]


@pytest.mark.parametrize("sql", MYSQL_LOGINS)
def test_a_mysql_login_is_made_locked_and_over_tls_where_something_secret_travels(sql: MySqlLogins) -> None:
    assert ("REQUIRE SSL" in f"{sql.create}") is (sql.tls == "ANY")
    for statements in (sql.create, sql.alter, sql.lock):
        assert "ACCOUNT LOCK" in statements[-1]
        assert "UNLOCK" not in f"{statements}"
    assert "ACCOUNT UNLOCK" in f"{sql.open}"


@pytest.mark.parametrize("sql", MYSQL_LOGINS)
def test_mysql_statements_take_accounts_and_mark_as_parameters(sql: MySqlLogins) -> None:
    for statement in (*sql.create, *sql.alter, *sql.open, *sql.unmark, *sql.lock):
        assert "%s" not in statement
        assert re.findall(r"{(\w+)}", statement)
    assert sql.account.count("%s") == 2 + (sql.stored == "{realm}")
    assert sql.plugin in sql.account


@pytest.mark.parametrize("sql", MYSQL_LOGINS)
def test_a_mysql_login_bears_its_mark_before_it_is_open(sql: MySqlLogins) -> None:
    by_attribute = sql.marks is Marks.ATTRIBUTE
    assert ("ATTRIBUTE {mark}" if by_attribute else "{marks}") in sql.create[0]
    assert ("ATTRIBUTE {mark}" if by_attribute else "{marks}") in sql.alter[0]
    assert ("ATTRIBUTE {mark}" if by_attribute else "{complete}") in sql.open[-1]


@pytest.mark.parametrize("sql", POSTGRESQL_LOGINS)
def test_a_postgresql_login_is_made_without_login_and_given_it_at_the_end(sql: PostgreSqlLogins) -> None:
    assert "CREATE ROLE {login} NOLOGIN;" in sql.create
    assert "ALTER ROLE {login} LOGIN;" in sql.open
    assert "ALTER ROLE {login} NOLOGIN;" in sql.lock
    assert "ADMIN" not in sql.join


@pytest.mark.parametrize("sql", POSTGRESQL_LOGINS)
def test_postgresql_statements_mark_what_they_touch(sql: PostgreSqlLogins) -> None:
    for statement in (sql.create, sql.open, sql.lock):
        assert statement.endswith("; COMMENT ON ROLE {login} IS {mark}")
    assert {sql.role, sql.excludes} == {"rds_ad", "rds_iam"}


@ROWS
def test_no_statement_drops_anything(engine: Engine) -> None:
    for sql in engine.logins.values():
        assert "DROP" not in f"{sql.create}{sql.open}{sql.lock}".upper()


@pytest.mark.parametrize(
    ("version", "served"),
    [
        ("5.7.44", False), ("8.0.20", False), ("8.0.21", True), ("8.0.43", True), ("8.4.5", True),
        ("8.4.5-rds.1", True), ("9.1", True), ("", False),
    ],
)  # fmt: skip
def test_mysql_is_served_from_the_version_on_that_can_mark_a_login(version: str, served: bool) -> None:
    assert ENGINES["mysql"].serves(version) is served


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        ENGINES["oracle"] = ENGINES["mysql"]  # type: ignore[index]


@ROWS
def test_every_engine_offers_iam_and_all_but_mariadb_the_directory(engine: Engine) -> None:
    assert set(engine.logins) == {Method.IAM} | ({Method.KERBEROS} if engine.name != "mariadb" else set())


def test_a_cluster_is_joined_as_one_and_takes_both_methods_at_once() -> None:
    aurora, mysql = ENGINES["aurora-postgresql"], ENGINES["mysql"]
    assert (aurora.family, set(aurora.logins)) == (Family.POSTGRESQL, {Method.KERBEROS, Method.IAM})
    assert (aurora.scope, aurora.exclusive, aurora.longest_domain) == (Scope.CLUSTER, Exclusive.LOGIN, None)
    assert (mysql.scope, mysql.exclusive, mysql.longest_domain) == (Scope.INSTANCE, Exclusive.INSTANCE, 61)


@pytest.mark.parametrize(("version", "served"), [("13.18", False), ("14.0", True), ("17.6", True)])
def test_aurora_postgresql_is_served_in_its_supported_versions(version: str, served: bool) -> None:
    assert ENGINES["aurora-postgresql"].serves(version) is served


@ROWS
def test_a_row_says_why_in_words_that_people_read(engine: Engine) -> None:
    assert engine.why_oldest
    if Method.KERBEROS in engine.logins:
        assert engine.why_reboot.startswith(engine.name)
