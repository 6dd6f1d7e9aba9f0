"""The statements of docs/deploying.md that find our logins in a server and take them away, each as it stands there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.servers import MariaDB, MySQL, World

from .accounts import MASTER
from .conftest import Cluster
from .psql import as_master
from .sign_in import sign_in

PAGE = (Path(__file__).parents[3] / "docs/deploying.md").read_text()
MARK = '{"signon": {"profile": "payments", "complete": true}}'
PERSON, GROUP = "grace@CORP.EXAMPLE.COM", "signon.payments.read"


def statements(server: str) -> list[str]:
    """The SQL in the rows of a kind of server; the second row of one bears no name."""
    table = PAGE.split("| server | our logins |", 1)[1].split("\n\n", 1)[0]
    rows = re.split(r"^\| (\w+) \|", table, flags=re.MULTILINE)
    return re.findall(r"`([A-Z]{4,}[^`]*)`", rows[rows.index(server) + 1])


def test_mysql_lists_our_logins_and_drops_one(world: World, database: MySQL) -> None:
    ours, drop = statements("MySQL")
    made = f"CREATE USER 'walburga'@'%' IDENTIFIED WITH 'auth_pam' REQUIRE SSL ATTRIBUTE '{MARK}'"
    found = sign_in(world, database, *MASTER, made, ours)
    assert (found.rows, found.error) == ([["walburga"]], "")
    left = sign_in(world, database, *MASTER, drop.replace("NAME", "walburga"), ours)
    assert (left.rows, left.error) == ([], "")


@pytest.fixture
def mariadb(world: World) -> Iterator[MariaDB]:
    server = world.mariadb("left", "left.cabc123def45.us-east-1.rds.amazonaws.com", *MASTER)
    server.switch_iam(on=True)
    yield server
    server.delete()


def test_mariadb_lists_our_logins_by_their_marks_and_drops_one_with_its_mark(world: World, mariadb: MariaDB) -> None:
    ours, drop = statements("MariaDB")
    made = [
        "CREATE ROLE 'signon.payments.walburga'",
        "CREATE USER 'walburga'@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL",
        "CREATE ROLE 'signon.payments'",
        "GRANT 'signon.payments' TO 'walburga'@'%'",
    ]
    found = sign_in(world, mariadb, *MASTER, *made, ours)
    assert (found.rows, found.error) == ([["signon.payments.walburga"]], "")
    typed = drop.replace("PROFILE", "payments").replace("NAME", "walburga").split("; ")
    left = sign_in(world, mariadb, *MASTER, *typed, "DROP ROLE 'signon.payments'", ours)
    assert (left.rows, left.error) == ([], "")


def test_postgresql_lists_our_logins_and_drops_people_before_what_they_were_granted(
    world: World, cluster: Cluster
) -> None:
    ours, of_people, of_groups = statements("PostgreSQL")
    made = as_master(
        world,
        cluster.writer,
        "CREATE SCHEMA core",
        "CREATE TABLE core.orders ()",
        f'CREATE ROLE "{GROUP}" NOLOGIN; COMMENT ON ROLE "{GROUP}" IS \'{MARK}\'',
        f'CREATE ROLE "{PERSON}" NOLOGIN; COMMENT ON ROLE "{PERSON}" IS \'{MARK}\'',
        f'GRANT CONNECT ON DATABASE postgres TO "{GROUP}"',
        f'GRANT USAGE ON SCHEMA core TO "{GROUP}"',
        f'GRANT SELECT ON TABLE core.orders TO "{GROUP}"',
        f'ALTER DEFAULT PRIVILEGES IN SCHEMA core GRANT SELECT ON TABLES TO "{GROUP}"',
        f'GRANT rds_ad, "{GROUP}" TO "{PERSON}"',
        f'ALTER ROLE "{PERSON}" LOGIN',
        f"{ours} ORDER BY rolname",
    )
    assert (made.rows, made.error) == ([[PERSON], [GROUP]], "")
    left = as_master(world, cluster.writer, of_people.replace("NAME", PERSON), of_groups.replace("NAME", GROUP), ours)
    assert (left.rows, left.error) == ([], "")
    assert as_master(world, cluster.writer, "DROP TABLE core.orders", "DROP SCHEMA core").error == ""
