"""Sign-in with a token: the server passes on who signs in with what, and obeys. Whether a token is good, the local
cloud knows (tests/integration/localcloud/test_tokens.py); here a word is.
"""

import pytest

from localcloud.servers import MySQL, PostgreSQL, SambaDirectory, World
from localcloud.servers.tokens import TokenRefused

from .accounts import MASTER
from .psql import MASTER as POSTGRES
from .psql import as_master, psql
from .sign_in import sign_in

GOOD = (
    "a-host.rds.amazonaws.com:3306/?Action=connect&DBUser=app&X-Amz-Signature=" + 1500 * "g"
)  # as long as a session's
CREATE_APP = "CREATE USER 'app'@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"
HOST = "tokens.cabc123def45.us-east-1.rds.amazonaws.com"


def app_is_good(user: str, token: str) -> None:
    if (user, token) != ("app", GOOD):
        raise TokenRefused("it is not the word")


@pytest.fixture(scope="module")
def mysql(world: World) -> MySQL:
    server = world.mysql("tokens", HOST, *MASTER)
    server.tokens.check = app_is_good
    return server


@pytest.fixture(scope="module")
def postgresqls() -> dict[int, PostgreSQL]:
    return {}


@pytest.fixture
def postgresql(world: World, directory: SambaDirectory, major: int, postgresqls: dict[int, PostgreSQL]) -> PostgreSQL:
    """It takes tokens; app is a member of rds_iam."""
    if major not in postgresqls:
        server = world.postgresql(f"tokens-{major}", [f"tokens-{major}{HOST.removeprefix('tokens')}"], *POSTGRES, major)
        server.tokens.check = app_is_good
        made = as_master(world, server, "CREATE USER app WITH LOGIN PASSWORD 'App.Passw0rd'", "GRANT rds_iam TO app")
        assert made.error == ""
        postgresqls[major] = server
    server = postgresqls[major]
    server.switch_iam(True)
    return server


def test_mysql_has_the_plugin_while_it_is_switched_on_and_after_a_restart(world: World, mysql: MySQL) -> None:
    assert sign_in(world, mysql, *MASTER, CREATE_APP).error.startswith("1524 ")
    mysql.switch_iam(True)
    assert sign_in(world, mysql, *MASTER, CREATE_APP).error == ""
    assert sign_in(world, mysql, "app", GOOD, "SELECT CURRENT_USER()").rows == [["app@%"]]
    mysql.restart()
    assert sign_in(world, mysql, "app", GOOD, "SELECT CURRENT_USER()").rows == [["app@%"]]
    refused = {
        "another token": ("app", GOOD + "x", True),
        "no token": ("app", "", True),
        "no TLS": ("app", GOOD, False),
    }
    outcomes = {why: sign_in(world, mysql, user, token, tls=tls).error for why, (user, token, tls) in refused.items()}
    assert {error[:18] for error in outcomes.values()} == {"1045 Access denied"}
    mysql.switch_iam(False)
    assert "1524" in sign_in(world, mysql, "app", GOOD).error
    assert "iam refused app: NO it is not the word" in mysql.log.read_text(errors="replace")
    assert GOOD not in mysql.log.read_text(errors="replace")


def test_nobody_switches_mysql_but_the_cloud(world: World, mysql: MySQL) -> None:
    for user, password in (("rdsadmin", ""), ("root", "")):
        assert sign_in(world, mysql, user, password).error.startswith("1045 ")
    install = "INSTALL PLUGIN AWSAuthenticationPlugin SONAME 'rdsauth.so'"
    change = "ALTER USER 'rdsadmin'@'localhost' IDENTIFIED BY 'x'"
    for statement in (install, change):
        assert sign_in(world, mysql, *MASTER, statement).error.startswith(("1142 ", "1227 "))


def test_postgresql_takes_a_token_and_no_password(world: World, postgresql: PostgreSQL) -> None:
    outcome = psql(world, postgresql, "app", "SELECT current_user", password=GOOD)
    assert (outcome.rows, outcome.error) == ([["app"]], "")
    for word in (GOOD + "x", "App.Passw0rd"):
        refusal = psql(world, postgresql, "app", password=word).error
        assert 'PAM authentication failed for user "app"' in refusal  # as RDS says
    assert "iam refused app: NO it is not the word" in postgresql.log.read_text(errors="replace")
    assert GOOD not in postgresql.log.read_text(errors="replace")


def test_of_a_logins_limits_only_the_connection_limit_stops_a_token(world: World, postgresql: PostgreSQL) -> None:
    """VALID UNTIL ends a password, and a token is none to PostgreSQL."""
    for limit, rows, error in (
        ("CONNECTION LIMIT 0", [], 'too many connections for role "app"'),
        ("CONNECTION LIMIT -1", [["app"]], ""),
        ("VALID UNTIL '2020-01-01'", [["app"]], ""),
        ("VALID UNTIL 'infinity'", [["app"]], ""),
    ):
        assert as_master(world, postgresql, f"ALTER ROLE app {limit}").error == ""
        outcome = psql(world, postgresql, "app", "SELECT current_user", password=GOOD)
        assert outcome.rows == rows, limit
        assert error in outcome.error


def test_postgresql_takes_no_token_without_tls(world: World, postgresql: PostgreSQL) -> None:
    refusal = psql(world, postgresql, "app", password=GOOD, PGSSLMODE="disable").error
    assert "no pg_hba.conf entry" in refusal
    assert "no encryption" in refusal


def test_postgresql_takes_tokens_without_a_restart_and_no_longer(world: World, postgresql: PostgreSQL) -> None:
    started = "SELECT pg_postmaster_start_time()"
    before = as_master(world, postgresql, started).rows
    postgresql.switch_iam(False)
    assert "pg_hba.conf rejects connection" in psql(world, postgresql, "app", password=GOOD).error
    postgresql.switch_iam(True)
    assert psql(world, postgresql, "app", "SELECT 1", password=GOOD).rows == [["1"]]
    assert as_master(world, postgresql, started).rows == before
    postgresql.restart()
    assert psql(world, postgresql, "app", "SELECT 1", password=GOOD).rows == [["1"]]
