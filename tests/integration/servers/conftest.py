"""One world for all of these tests: a directory with alice, bob and carol, and a database that knows auth_pam."""

from collections.abc import Iterator

import pytest

from localcloud.machine import Machine
from localcloud.servers import Directory, MySQL, World

from .accounts import ALICE, BOB, CAROL, DOMAIN, HOST, MASTER
from .sign_in import sign_in


@pytest.fixture(scope="session")
def machine() -> Machine:
    return Machine.read()


@pytest.fixture(scope="session")
def world(machine: Machine) -> Iterator[World]:
    with World(machine) as world:
        yield world


@pytest.fixture(scope="session")
def directory(world: World) -> Directory:
    """alice and bob may sign in; carol's account is disabled."""
    directory = world.start_directory(DOMAIN)
    for name, password in (ALICE, BOB, CAROL):
        directory.add_user(name, password)
    directory.disable_user(CAROL[0])
    return directory


@pytest.fixture(scope="session")
def database(world: World, directory: Directory) -> MySQL:
    """A database with auth_pam and the logins alice, carol and dave, who is not in the directory; bob has no login."""
    database = world.mysql("payments", HOST, *MASTER)
    database.restart(["kerberos"])
    logins = [f"CREATE USER '{name}'@'%' IDENTIFIED WITH 'auth_pam' REQUIRE SSL" for name in ("alice", "carol", "dave")]
    outcome = sign_in(world, database, *MASTER, *logins)
    assert outcome.error == ""
    return database
