"""A PostgreSQL server's life: logins created before the join can sign in after a restart; deleted, it is gone."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from localcloud.servers import PostgreSQL, SambaDirectory, World
from localcloud.servers.machine import Machine, PostgreSQLPrograms

from .accounts import ALICE, APP, REALM
from .psql import MASTER, as_master, kinit, psql

Ticket = Callable[[tuple[str, str]], Path]

HOST = "orders.cabc123def45.us-east-1.rds.amazonaws.com"
ME = f"alice@{REALM}"
LOGIN = (f'CREATE USER "{ME}" WITH LOGIN', f'GRANT rds_ad TO "{ME}"')
WHO = "SELECT current_user"


@pytest.fixture
def server(world: World, directory: SambaDirectory, major: int) -> Iterator[PostgreSQL]:
    server = world.postgresql("orders", [f"{major}-{HOST}"], *MASTER, version=major)
    yield server
    server.delete()


def test_a_login_is_created_before_the_restart_and_accepted_after_it(
    world: World, server: PostgreSQL, ticket: Ticket
) -> None:
    assert as_master(world, server, *LOGIN).error == ""
    outcome = psql(world, server, ME, WHO, ticket=ticket(ALICE))
    assert f'pg_hba.conf rejects connection for host "127.0.0.1", user "{ME}"' in outcome.error

    server.restart()
    assert "pg_hba.conf rejects" in psql(world, server, ME, WHO, ticket=ticket(ALICE)).error
    server.restart(["kerberos"])
    assert psql(world, server, ME, WHO, ticket=ticket(ALICE)).rows == [[ME]]
    server.restart(["kerberos"])
    assert psql(world, server, ME, WHO, ticket=ticket(ALICE)).rows == [[ME]]
    server.restart()
    assert "pg_hba.conf rejects" in psql(world, server, ME, WHO, ticket=ticket(ALICE)).error


def test_a_role_that_is_granted_rds_ad_can_no_longer_sign_in_with_its_password(
    world: World, server: PostgreSQL, ticket: Ticket
) -> None:
    """That holds for membership by another role as well, and before 16 for the master user (see pg_hba.py)."""
    as_master(
        world,
        server,
        f"CREATE ROLE app LOGIN PASSWORD '{APP[1]}'",
        "CREATE ROLE people",
        "GRANT rds_ad TO people",
    )
    server.restart(["kerberos"])
    assert psql(world, server, "app", WHO, password=APP[1]).rows == [["app"]]
    assert as_master(world, server, "GRANT people TO app").error == ""
    assert "GSSAPI" in psql(world, server, "app", WHO, password=APP[1]).error

    assert as_master(world, server, "GRANT rds_ad TO postgres").error == ""
    if server.programs.major < 16:
        assert "GSSAPI" in as_master(world, server, WHO).error
    else:
        assert as_master(world, server, WHO).rows == [["postgres"]]


def test_a_member_of_rds_iam_cannot_sign_in_with_anything_else(world: World, server: PostgreSQL) -> None:
    as_master(world, server, f"CREATE ROLE app LOGIN PASSWORD '{APP[1]}'", "GRANT rds_iam TO app")
    assert "pg_hba.conf rejects" in psql(world, server, "app", WHO, password=APP[1]).error


def test_a_stopped_server_starts_again_with_its_data_and_so_does_a_killed_one(world: World, server: PostgreSQL) -> None:
    assert as_master(world, server, "CREATE TABLE kept AS SELECT 7 AS seven").error == ""
    server.stop()
    assert "Connection refused" in as_master(world, server, "SELECT 1").error
    server.restart()
    assert as_master(world, server, "SELECT seven FROM kept").rows == [["7"]]
    assert as_master(world, server, "UPDATE kept SET seven = 8").error == ""
    server.crash()
    assert "Connection refused" in as_master(world, server, "SELECT 1").error
    server.restart()
    assert as_master(world, server, "SELECT seven FROM kept").rows == [["8"]]


def test_a_server_that_is_made_again_under_its_name_has_another_key(
    world: World, directory: SambaDirectory, major: int, tmp_path: Path
) -> None:
    host = f"again-{major}-{HOST}"
    before, after = (kinit(world, *ALICE, tmp_path / name) for name in ("before", "after"))

    def make() -> PostgreSQL:
        server = world.postgresql("again", [host], *MASTER, version=major)
        assert as_master(world, server, *LOGIN).error == ""
        server.restart(["kerberos"])
        return server

    first = make()
    assert psql(world, first, ME, WHO, ticket=before).rows == [[ME]]
    first.delete()
    assert "could not translate host name" in psql(world, first, ME, WHO, ticket=before).error

    second = make()
    assert "GSSAPI" in psql(world, second, ME, WHO, ticket=before).error
    assert psql(world, second, ME, WHO, ticket=after).rows == [[ME]]
    second.delete()


def test_the_oldest_version_that_is_not_older_than_wanted_is_taken(machine: Machine) -> None:
    some = replace(
        machine, postgresql=tuple(PostgreSQLPrograms(each, Path(each)) for each in ("15.18", "16.4", "18.6"))
    )
    taken = {wanted: some.postgresql_for(wanted).version for wanted in (14, 15, 16, 17, 18, 19, None)}
    assert taken == {14: "15.18", 15: "15.18", 16: "16.4", 17: "18.6", 18: "18.6", 19: "18.6", None: "18.6"}


def test_the_server_is_of_the_version_that_was_chosen(machine: Machine, world: World, server: PostgreSQL) -> None:
    assert server.programs in (machine.postgresql[0], machine.postgresql[-1])
    assert as_master(world, server, "SHOW server_version").rows[0][0].split()[0] == server.version
