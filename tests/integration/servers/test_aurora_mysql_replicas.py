"""A reader of Aurora MySQL follows its writer, is read only, has a gate of its own, and takes the writer's place."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from localcloud.servers import AuroraMySQL, SambaDirectory, World
from tests.whole import only_in_test_all

from .accounts import ALICE, MASTER, REALM
from .conftest import REGION, Aurora
from .mysql_tickets import anybody
from .sign_in import Outcome, sign_in

Ticket = Callable[[tuple[str, str]], Path]
Eventually = Callable[[Callable[[], object]], object]

ME = f"alice@%\talice@{REALM}"
LOGIN = f"CREATE USER 'alice'@'%' IDENTIFIED WITH 'authentication_kerberos' BY '{REALM}' REQUIRE SSL"


NUMBERS = count()  # of clusters: who has a ticket for a name keeps it, and another server of that name has another key


@pytest.fixture
def writer(world: World, directory: SambaDirectory) -> Iterator[AuroraMySQL]:
    name = f"books{next(NUMBERS)}"
    hosts = [f"{name}-1.cabc123def45.{REGION}", f"{name}.cluster-cabc123def45.{REGION}"]
    writer = world.aurora_mysql(name, hosts, *MASTER)
    yield writer
    writer.delete()


def a_reader(world: World, writer: AuroraMySQL, number: int) -> AuroraMySQL:
    hosts = [f"{writer.name}-{number}.cabc123def45.{REGION}", f"{writer.name}.cluster-ro-cabc123def45.{REGION}"]
    return world.aurora_mysql_replica(f"{writer.name}-{number}", hosts, writer)


@pytest.fixture
def reader(world: World, writer: AuroraMySQL) -> Iterator[AuroraMySQL]:
    reader = a_reader(world, writer, 2)
    yield reader
    reader.delete()


def as_master(world: World, server: AuroraMySQL, *statements: str) -> Outcome:
    return sign_in(world, server, *MASTER, *statements)


def shows(world: World, server: AuroraMySQL, database: str) -> bool:
    return as_master(world, server, f"SHOW DATABASES LIKE '{database}'").rows == [[database]]


@pytest.mark.parametrize(
    "statement", ["CREATE DATABASE d", "CREATE USER 'u'@'%' IDENTIFIED BY 'x'", "SET GLOBAL read_only = OFF"]
)
def test_a_reader_is_read_only(world: World, aurora: Aurora, statement: str) -> None:
    assert as_master(world, aurora.reader, statement).error.startswith(("1290 ", "1227 "))
    asked = "SELECT @@GLOBAL.read_only, @@GLOBAL.super_read_only"
    assert as_master(world, aurora.reader, asked).rows == [[1, 1]]
    assert as_master(world, aurora.writer, asked).rows == [[0, 0]]


@pytest.mark.parametrize("account", ["'rdsadmin'@'localhost'", "'rdsrepladmin'@'%'"])
def test_the_master_user_has_nothing_of_rdss_accounts(world: World, aurora: Aurora, account: str) -> None:
    for statement in (f"ALTER USER {account} IDENTIFIED BY 'x'", f"DROP USER {account}"):
        assert as_master(world, aurora.writer, statement).error.startswith("1227 ")
    assert as_master(world, aurora.reader, "SELECT User_password FROM mysql.slave_master_info").rows == [[""]]


def test_the_writer_takes_tickets_without_a_restart_and_a_reader_after_its_own(
    world: World, writer: AuroraMySQL, reader: AuroraMySQL, ticket: Ticket, eventually: Eventually
) -> None:
    assert as_master(world, writer, LOGIN).error == "1524 Plugin 'authentication_kerberos' is not loaded"
    writer.take_tickets()
    writer.take_tickets()
    assert as_master(world, writer, LOGIN, "CREATE DATABASE after_the_login").error == ""
    eventually(lambda: shows(world, reader, "after_the_login"))
    assert anybody(world, writer, "alice", ticket(ALICE)) == (ME, "")
    assert anybody(world, reader, "alice", ticket(ALICE))[0] == ""
    assert anybody(world, reader, "alice", ticket(ALICE), of=writer)[1].startswith("1045 ")
    assert "this server has no key of the directory" in (world.home / "verifier.log").read_text()

    for server in (reader, writer):
        server.restart(["kerberos"])
        assert anybody(world, server, "alice", ticket(ALICE)) == (ME, "")
    reader.restart()
    assert anybody(world, reader, "alice", ticket(ALICE))[0] == ""
    writer.restart()
    assert as_master(world, writer, LOGIN.replace("alice", "bob")).error.startswith("1524 ")


def test_a_reader_follows_across_restarts_and_crashes_of_either(
    world: World, writer: AuroraMySQL, reader: AuroraMySQL, eventually: Eventually
) -> None:
    for end in (writer, reader):
        end.crash()
        end.restart()
        assert as_master(world, writer, f"CREATE DATABASE `after_{end.name}`").error == ""
        eventually(lambda end=end: shows(world, reader, f"after_{end.name}"))  # type: ignore[misc]


def test_a_reader_that_could_not_follow_a_login_goes_on_once_it_has_its_plugin(
    world: World, writer: AuroraMySQL, reader: AuroraMySQL, eventually: Eventually
) -> None:
    writer.switch_iam(on=True)
    made = ("CREATE USER 'app'@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'", "CREATE DATABASE after_it")
    assert as_master(world, writer, *made).error == ""
    reader.switch_iam(on=True)
    eventually(lambda: shows(world, reader, "after_it"))
    assert as_master(world, reader, "SELECT @@GLOBAL.super_read_only").rows == [[1]]
    reader.restart()
    listed = "SELECT COUNT(*) FROM information_schema.plugins WHERE plugin_name = 'AWSAuthenticationPlugin'"
    assert as_master(world, reader, listed).rows == [[1]]
    reader.switch_iam(on=False)
    assert as_master(world, reader, listed).rows == [[0]]


@only_in_test_all
def test_a_reader_takes_the_writers_place_and_gives_it_back(
    world: World, writer: AuroraMySQL, reader: AuroraMySQL, ticket: Ticket, eventually: Eventually
) -> None:
    other = a_reader(world, writer, 3)
    cluster, readers = writer.hosts[1], reader.hosts[1]
    writer.take_tickets()
    assert as_master(world, writer, LOGIN).error == ""
    for round_, (new, old) in enumerate(((reader, writer), (writer, reader))):
        assert as_master(world, old, f"CREATE DATABASE before_{round_}").error == ""
        new.take_over(["kerberos"])
        other.follow(new, ["kerberos"])
        assert (new.hosts[1], old.hosts[1]) == (cluster, readers)
        assert shows(world, new, f"before_{round_}")
        assert as_master(world, new, f"CREATE DATABASE after_{round_}").error == ""
        assert as_master(world, old, "CREATE DATABASE d").error.startswith("1290 ")
        for server in (old, other):
            eventually(lambda server=server, round_=round_: shows(world, server, f"after_{round_}"))  # type: ignore[misc]
        for server, host in ((new, cluster), (new, new.host), (old, old.host), (other, other.host)):
            assert anybody(world, server, "alice", ticket(ALICE), host=host) == (ME, "")
    other.delete()
