from __future__ import annotations

import pytest

from signon.domain.engines import ENGINES, Engine, Family, Method, MySqlLogins, PostgreSqlLogins, RebootRule, Scope

ROWS = pytest.mark.parametrize("engine", ENGINES.values(), ids=lambda engine: engine.name)


@ROWS
def test_a_row_is_found_under_its_name(engine: Engine) -> None:
    assert ENGINES[engine.name] is engine


MYSQL_LOGINS = [sql for engine in ENGINES.values() for sql in engine.logins.values() if isinstance(sql, MySqlLogins)]
POSTGRESQL_LOGINS = [
    sql for engine in ENGINES.values() for sql in engine.logins.values() if isinstance(sql, PostgreSqlLogins)
]


@pytest.mark.parametrize("sql", MYSQL_LOGINS)
def test_a_mysql_login_is_made_locked_and_only_over_tls(sql: MySqlLogins) -> None:
    assert "REQUIRE SSL" in sql.create
    assert "ACCOUNT LOCK" in sql.create
    assert "UNLOCK" not in sql.create + sql.lock
    assert "ACCOUNT UNLOCK" in sql.open


@pytest.mark.parametrize("sql", MYSQL_LOGINS)
def test_mysql_statements_take_accounts_and_mark_as_parameters(sql: MySqlLogins) -> None:
    for statement in (sql.create, sql.open, sql.lock):
        assert statement.count("{accounts}") == 1
        assert statement.replace("{accounts}", "").count("%s") == 1
    assert sql.account.count("%s") == 2
    assert f"'{sql.plugin}'" in sql.account


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


def test_mysql_offers_the_directory() -> None:
    assert set(ENGINES["mysql"].logins) == {Method.KERBEROS}


def test_aurora_postgresql_offers_the_directory_on_a_cluster_of_which_every_instance_is_rebooted() -> None:
    engine = ENGINES["aurora-postgresql"]
    assert (engine.family, engine.scope, engine.reboots) == (
        Family.POSTGRESQL,
        Scope.CLUSTER,
        RebootRule.EVERY_INSTANCE,
    )
    assert set(engine.logins) == {Method.KERBEROS}


@pytest.mark.parametrize(("version", "served"), [("13.20", False), ("14", True), ("14.5", True), ("17.4", True)])
def test_aurora_postgresql_is_served_from_14_on(version: str, served: bool) -> None:
    assert ENGINES["aurora-postgresql"].serves(version) is served


def test_aws_offers_no_directory_for_mariadb() -> None:
    assert ENGINES["mariadb"].logins == {}
