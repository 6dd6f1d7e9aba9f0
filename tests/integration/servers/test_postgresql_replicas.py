"""A reader follows its writer, is read only, and has a gate of its own."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from localcloud.servers import PostgreSQL, SambaDirectory, ServerFailed, World

from .accounts import ALICE, REALM
from .conftest import Cluster
from .psql import MASTER, as_master, psql

Ticket = Callable[[tuple[str, str]], Path]
Eventually = Callable[[Callable[[], object]], object]

HOST = "cabc123def45.us-east-1.rds.amazonaws.com"
ME = f"alice@{REALM}"
LOGIN = (f'CREATE USER "{ME}" WITH LOGIN', f'GRANT rds_ad TO "{ME}"')
WHO = "SELECT current_user"


@pytest.fixture
def writer(world: World, directory: SambaDirectory, major: int) -> Iterator[PostgreSQL]:
    writer = world.postgresql("writer", [f"reports-{major}-1.{HOST}"], *MASTER, version=major)
    yield writer
    writer.delete()


def has_the_login(world: World, server: PostgreSQL) -> bool:
    return as_master(world, server, f"SELECT pg_has_role('{ME}', 'rds_ad', 'USAGE')").rows == [["t"]]


def a_reader(world: World, writer: PostgreSQL, number: int) -> PostgreSQL:
    major = writer.programs.major
    hosts = [f"reports-{major}-{number}.{HOST}", f"reports-{major}.cluster-ro-{HOST}"]
    return world.postgresql_replica(f"reader-{number}", hosts, writer)


@pytest.fixture
def reader(world: World, writer: PostgreSQL) -> Iterator[PostgreSQL]:
    reader = a_reader(world, writer, 2)
    yield reader
    reader.delete()


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE t ()", "CREATE ROLE r", f'GRANT rds_ad TO "{ME}"', "SET transaction_read_only = off"]
)
def test_a_reader_is_read_only(world: World, cluster: Cluster, statement: str) -> None:
    error = as_master(world, cluster.reader, statement).error
    assert "read-only transaction" in error or "during recovery" in error
    known = "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')"
    assert as_master(world, cluster.reader, known).rows == [["t", "on"]]
    assert as_master(world, cluster.writer, known).rows == [["f", "off"]]


def test_the_reader_accepts_a_login_created_on_the_writer_after_its_own_restart(
    world: World, writer: PostgreSQL, reader: PostgreSQL, ticket: Ticket, eventually: Eventually
) -> None:
    assert as_master(world, writer, *LOGIN).error == ""
    eventually(partial(has_the_login, world, reader))

    def refused() -> list[bool]:
        outcomes = [psql(world, server, ME, WHO, ticket=ticket(ALICE)) for server in (writer, reader)]
        return ["pg_hba.conf rejects" in outcome.error for outcome in outcomes]

    assert refused() == [True, True]
    writer.restart(["kerberos"])
    assert refused() == [False, True]
    reader.restart(["kerberos"])
    assert refused() == [False, False]
    assert psql(world, reader, ME, WHO, ticket=ticket(ALICE)).rows == [[ME]]


def test_a_reader_follows_across_restarts_of_either(
    world: World, writer: PostgreSQL, reader: PostgreSQL, eventually: Eventually
) -> None:
    count = "SELECT count(*) FROM kept"
    assert as_master(world, writer, "CREATE TABLE kept AS SELECT 1").error == ""
    writer.restart()
    assert as_master(world, writer, "INSERT INTO kept SELECT 2").error == ""
    eventually(lambda: as_master(world, reader, count).rows == [["2"]])

    reader.stop()
    assert as_master(world, writer, "INSERT INTO kept SELECT generate_series(3, 300000)").error == ""
    writer.restart()
    reader.restart()
    eventually(lambda: as_master(world, reader, count).rows == [["300000"]])


def test_readers_share_the_name_of_the_reader_endpoint(
    world: World, writer: PostgreSQL, reader: PostgreSQL, ticket: Ticket, eventually: Eventually
) -> None:
    other = a_reader(world, writer, 3)
    assert as_master(world, writer, *LOGIN).error == ""
    shared = reader.hosts[1]
    for server in (reader, other):
        server.restart(["kerberos"])
    for server in (reader, other, reader):
        where = {"host": shared, "PGHOSTADDR": server.address}
        eventually(partial(has_the_login, world, server))
        outcome = psql(world, server, ME, "SELECT inet_server_addr()", ticket=ticket(ALICE), **where)
        assert (outcome.rows, outcome.error) == ([[server.address]], "")
    other.delete()
    assert psql(world, reader, ME, WHO, ticket=ticket(ALICE), host=shared).rows == [[ME]]


def test_a_writer_that_is_stopped_has_no_new_readers(world: World, writer: PostgreSQL) -> None:
    writer.stop()
    with pytest.raises(ServerFailed, match="pg_basebackup"):
        a_reader(world, writer, 2)


def test_a_reader_takes_the_writers_place_and_all_others_follow_it(
    world: World, writer: PostgreSQL, reader: PostgreSQL, eventually: Eventually
) -> None:
    other = a_reader(world, writer, 3)
    readers = reader.hosts[1]
    count = "SELECT count(*) FROM kept"
    assert as_master(world, writer, "CREATE TABLE kept ()").error == ""
    reader.take_over()
    other.follow(reader)
    assert (reader.hosts, writer.hosts) == ((reader.host,), (writer.host, readers))
    assert as_master(world, reader, count).rows == [["0"]]
    assert as_master(world, reader, "INSERT INTO kept DEFAULT VALUES").error == ""
    assert "read-only transaction" in as_master(world, writer, "CREATE TABLE t ()").error
    for server in (writer, other):
        eventually(lambda server=server: as_master(world, server, count).rows == [["1"]])  # type: ignore[misc]
    other.delete()
