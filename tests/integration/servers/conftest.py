"""One world for all of these tests: a directory with people, a MySQL with auth_pam, clusters of PostgreSQL."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from localcloud.servers import AuroraMySQL, MySQL, PostgreSQL, SambaDirectory, World
from localcloud.servers.machine import Machine
from tests.whole import WHOLE

from . import psql
from .accounts import ALICE, BOB, CAROL, DOMAIN, FRANK, HOST, MASTER, REALM
from .sign_in import sign_in


@pytest.fixture(scope="session")
def machine() -> Machine:
    return Machine.read()


@pytest.fixture(scope="session")
def world(machine: Machine) -> Iterator[World]:
    with World(machine) as world:
        yield world


@pytest.fixture(scope="session")
def directory(world: World) -> SambaDirectory:
    """alice, bob and frank may sign in; carol's account is disabled."""
    directory = world.start_directory(DOMAIN)
    for name, password in (ALICE, BOB, CAROL, FRANK):
        directory.add_user(name, password)
    directory.disable_user(CAROL[0])
    return directory


@pytest.fixture(scope="session")
def database(world: World, directory: SambaDirectory) -> MySQL:
    """A database with auth_pam and the logins alice, carol and dave. The directory lacks dave; bob has no login."""
    database = world.mysql("payments", HOST, *MASTER)
    database.restart(["kerberos"])
    logins = [f"CREATE USER '{name}'@'%' IDENTIFIED WITH 'auth_pam' REQUIRE SSL" for name in ("alice", "carol", "dave")]
    outcome = sign_in(world, database, *MASTER, *logins)
    assert outcome.error == ""
    return database


REGION = "us-east-1.rds.amazonaws.com"


@dataclass(frozen=True)
class Cluster:
    """A writer and a reader that follows it."""

    writer: PostgreSQL
    reader: PostgreSQL

    @property
    def major(self) -> int:
        return self.writer.programs.major


def _majors() -> list[int]:
    """The newest version that this machine has for us, and the oldest one, which may be the same."""
    versions = [each.major for each in Machine.read().postgresql]
    return sorted({versions[0], versions[-1]}) if WHOLE else versions[-1:]


@pytest.fixture(scope="session", params=_majors(), ids=lambda major: f"PostgreSQL {major}")
def major(request: pytest.FixtureRequest) -> int:
    version: int = request.param
    return version


@pytest.fixture(scope="session")
def clusters() -> dict[int, Cluster]:
    """By major version; each is made once, whatever order the tests come in."""
    return {}


@pytest.fixture
def cluster(world: World, directory: SambaDirectory, major: int, clusters: dict[int, Cluster]) -> Cluster:
    """A cluster that has joined; alice is a member of rds_ad, frank has a login by password only, bob has none."""
    if major not in clusters:
        clusters[major] = _joined(world, major)
    return clusters[major]


def _joined(world: World, major: int) -> Cluster:
    first, second = (f"ledger-{major}-{number}.cabc123def45.{REGION}" for number in (1, 2))
    endpoint, reader_endpoint = (f"ledger-{major}.{kind}-cabc123def45.{REGION}" for kind in ("cluster", "cluster-ro"))
    writer = world.postgresql("writer", [first, endpoint], *psql.MASTER, version=major)
    reader = world.postgresql_replica("reader", [second, reader_endpoint], writer)
    logins = [
        f"CREATE USER \"alice@{REALM}\" WITH LOGIN PASSWORD '{ALICE[1]}'",
        f'GRANT rds_ad TO "alice@{REALM}"',
        f"CREATE USER \"frank@{REALM}\" WITH LOGIN PASSWORD '{FRANK[1]}'",
    ]
    assert psql.as_master(world, writer, *logins).error == ""
    for server in (reader, writer):
        server.restart(["kerberos"])
    return Cluster(writer, reader)


@dataclass(frozen=True)
class Aurora:
    """An Aurora MySQL cluster: a writer and a reader that follows it."""

    writer: AuroraMySQL
    reader: AuroraMySQL


@pytest.fixture(scope="session")
def aurora(world: World, directory: SambaDirectory) -> Aurora:
    """It has joined. alice has a login; frank too, and need not use TLS; bob's is of another realm."""
    first, second = (f"shop-{number}.cabc123def45.{REGION}" for number in (1, 2))
    endpoint, reader_endpoint = (f"shop.{kind}-cabc123def45.{REGION}" for kind in ("cluster", "cluster-ro"))
    writer = world.aurora_mysql("shop-1", [first, endpoint], *MASTER)
    reader = world.aurora_mysql_replica("shop-2", [second, reader_endpoint], writer)
    writer.take_tickets()
    login = "CREATE USER '{}'@'%' IDENTIFIED WITH 'authentication_kerberos' BY '{}'"
    logins = [
        f"{login.format('alice', REALM)} REQUIRE SSL",
        login.format("frank", REALM),
        login.format("bob", "OTHER.EXAMPLE.COM"),
    ]
    assert sign_in(world, writer, *MASTER, *logins).error == ""
    reader.restart(["kerberos"])
    return Aurora(writer, reader)


@pytest.fixture(scope="session")
def ticket(
    world: World, directory: SambaDirectory, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[tuple[str, str]], Path]:
    """Gets the ticket of an account, once."""
    folder = tmp_path_factory.mktemp("tickets")

    def get(account: tuple[str, str]) -> Path:
        path = folder / account[0]
        return path if path.exists() else psql.kinit(world, *account, path)

    return get
