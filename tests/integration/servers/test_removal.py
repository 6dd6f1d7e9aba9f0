"""The statements of docs/deploying.md that take our logins out of a server, each unchanged.

Which they are, what we remember says, and not the mark that they bear.
"""

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
    table = PAGE.split("| server | remove one |", 1)[1].split("\n\n", 1)[0]
    rows = re.split(r"^\| (\w+) \|", table, flags=re.MULTILINE)
    return re.findall(r"`([A-Z]{4,}[^`]*)`", rows[rows.index(server) + 1])


def is_ours(name: str, oid: str) -> str:
    """Whether PostgreSQL has the role that we remember, as the page has it typed."""
    (said,) = re.findall(r"`(SELECT rolname FROM pg_roles [^`]*)`", PAGE)
    return said.replace("NAME", name).replace("OID", oid)


def test_mysql_drops_a_login_of_ours(world: World, database: MySQL) -> None:
    (drop,) = statements("MySQL")
    ours = "SELECT user FROM information_schema.user_attributes WHERE attribute->'$.signon' IS NOT NULL"
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


def test_mariadb_drops_a_login_of_ours_with_its_mark(world: World, mariadb: MariaDB) -> None:
    (drop,) = statements("MariaDB")
    ours = "SELECT User FROM mysql.user WHERE User = 'walburga' OR User LIKE 'signon.%'"
    made = [
        "CREATE ROLE 'signon.payments.walburga'",
        "CREATE USER 'walburga'@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL",
        "CREATE ROLE 'signon.payments'",
        "GRANT 'signon.payments' TO 'walburga'@'%'",
    ]
    found = sign_in(world, mariadb, *MASTER, *made, ours)
    assert (len(found.rows), found.error) == (3, "")
    typed = drop.replace("PROFILE", "payments").replace("NAME", "walburga").split("; ")
    left = sign_in(world, mariadb, *MASTER, *typed, "DROP ROLE 'signon.payments'", ours)
    assert (left.rows, left.error) == ([], "")


def test_postgresql_drops_people_before_what_they_were_granted_and_finds_no_role_of_somebody_elses(
    world: World, cluster: Cluster
) -> None:
    of_people, of_groups = statements("PostgreSQL")
    ours = "SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') LIKE '{\"signon\":%'"
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
    (oid,) = as_master(world, cluster.writer, f"SELECT oid FROM pg_roles WHERE rolname = '{PERSON}'").rows[0]
    assert as_master(world, cluster.writer, is_ours(PERSON, oid)).rows == [[PERSON]]
    assert as_master(world, cluster.writer, is_ours(PERSON, "1")).rows == []  # made by somebody else, mark or not
    left = as_master(world, cluster.writer, of_people.replace("NAME", PERSON), of_groups.replace("NAME", GROUP), ours)
    assert (left.rows, left.error) == ([], "")
    assert as_master(world, cluster.writer, "DROP TABLE core.orders", "DROP SCHEMA core").error == ""
