"""A MariaDB server is what RDS for MariaDB has: a weak master user, TLS, and tokens while they are switched on."""

from collections.abc import Iterator

import pytest

from localcloud.servers import MariaDB, World
from localcloud.servers.tokens import TokenRefused

from .accounts import MASTER
from .sign_in import sign_in

HOST = "wiki.cabc123def45.us-east-1.rds.amazonaws.com"
LOGIN = "CREATE USER 'app'@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"
NOT_LOADED = "1524 Plugin 'AWSAuthenticationPlugin' is not loaded"


@pytest.fixture(scope="module")
def wiki(world: World) -> Iterator[MariaDB]:
    server = world.mariadb("wiki", HOST, *MASTER)
    yield server
    server.delete()


def test_it_is_a_mariadb_without_a_root_account(world: World, wiki: MariaDB) -> None:
    asked = "SELECT VERSION(), GROUP_CONCAT(User, '@', Host ORDER BY User) FROM mysql.user"
    ((version, accounts),) = sign_in(world, wiki, *MASTER, asked).rows
    assert "MariaDB" in version
    assert accounts == "admin@%,mariadb.sys@localhost,rdsadmin@localhost"
    assert sign_in(world, wiki, "rdsadmin", "").error.startswith("1045 ")
    assert wiki.log.parent.stat().st_mode & 0o077 == 0


def test_its_temporary_tables_lie_where_no_other_server_deletes_them(world: World, wiki: MariaDB) -> None:
    ((place,),) = sign_in(world, wiki, *MASTER, "SELECT @@tmpdir").rows
    assert place == str(wiki.log.parent)


@pytest.mark.parametrize(
    "statement",
    [
        "SET GLOBAL max_connections = 5",
        "GRANT SUPER ON *.* TO 'admin'@'%'",
        "SELECT 1 INTO OUTFILE '/tmp/out'",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE mysql.user",
        "SHUTDOWN",
    ],
)
def test_the_master_user_may_not(world: World, wiki: MariaDB, statement: str) -> None:
    assert sign_in(world, wiki, *MASTER, statement).error.startswith(("1045 ", "1227 "))


def test_the_master_user_may_what_administration_needs(world: World, wiki: MariaDB) -> None:
    outcome = sign_in(
        world,
        wiki,
        *MASTER,
        "CREATE DATABASE pages",
        "CREATE USER 'reader'@'%' IDENTIFIED BY 'R3ader.Passw0rd' REQUIRE SSL ACCOUNT LOCK",
        "GRANT SELECT ON pages.* TO 'reader'@'%'",
        "ALTER USER 'reader'@'%' ACCOUNT UNLOCK",
        "DROP USER 'reader'@'%'",
        "DROP DATABASE pages",
    )
    assert outcome.error == ""


def test_its_certificate_is_for_its_name_only(world: World, wiki: MariaDB) -> None:
    assert "IP address mismatch" in sign_in(world, wiki, *MASTER, host=wiki.address).error


def test_tokens_are_asked_for_while_they_are_switched_on(world: World, wiki: MariaDB) -> None:
    asked = []

    def check(user: str, token: str) -> None:
        asked.append((user, token))
        if token != "a token":
            raise TokenRefused("it is another one")

    wiki.tokens.check = check
    assert sign_in(world, wiki, *MASTER, LOGIN).error == NOT_LOADED
    wiki.switch_iam(on=True)
    assert sign_in(world, wiki, *MASTER, LOGIN).error == ""
    wiki.restart()
    assert sign_in(world, wiki, "app", "a token", "SELECT CURRENT_USER()").rows == [["app@%"]]
    assert sign_in(world, wiki, "app", "another").error.startswith("1045 Access denied")
    assert asked == [("app", "a token"), ("app", "another")]
    assert sign_in(world, wiki, "app", "a token", tls=False).error.startswith("1045 Access denied")
    assert "it is another one" in wiki.log.read_text(errors="replace")

    wiki.switch_iam(on=False)
    assert NOT_LOADED in sign_in(world, wiki, "app", "a token").error
    wiki.restart()
    assert NOT_LOADED in sign_in(world, wiki, "app", "a token").error


def test_accounts_and_marks_that_differ_in_capitals_alone_are_different_ones(world: World, wiki: MariaDB) -> None:
    wiki.switch_iam(on=True)
    names = ("App", "APP", "A" * 32)
    made = [
        statement
        for name in names
        for statement in (f"CREATE ROLE 'signon.payments.{name}'", LOGIN.replace("'app'", f"'{name}'"))
    ]
    asked = "SELECT GROUP_CONCAT(User ORDER BY BINARY User) FROM mysql.user WHERE LOWER(User) RLIKE 'app|aaaa'"
    ((found,),) = sign_in(world, wiki, *MASTER, "CREATE ROLE 'signon.payments.app'", *made, asked).rows
    roles = [f"signon.payments.{name}" for name in (*names, "app")]
    assert sorted({*found.split(",")} - {"app"}) == sorted([*names, *roles])
    wiki.switch_iam(on=False)


def test_what_is_committed_is_there_after_a_crash(world: World, wiki: MariaDB) -> None:
    wiki.create_database("kept")
    wiki.crash()
    wiki.restart()
    assert sign_in(world, wiki, *MASTER, "SHOW DATABASES LIKE 'kept'").rows == [["kept"]]


def test_the_master_users_password_is_changed(world: World, wiki: MariaDB) -> None:
    other = "An'other.Passw0rd"
    wiki.change_password(MASTER[0], MASTER[1], other)
    assert sign_in(world, wiki, *MASTER).error.startswith("1045 ")
    wiki.change_password(MASTER[0], other, MASTER[1])
    assert sign_in(world, wiki, *MASTER, "SELECT 1").rows == [[1]]
