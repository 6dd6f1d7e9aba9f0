"""A login that somebody else made is reported and never touched, unless the profile adopts it by name."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pymysql
import pytest

from tests.simulation.executions import Execution
from tests.simulation.moves import go_on
from tests.simulation.servers import WarmMySQL
from tests.simulation.world import ORDERS, World

PASSWORD = "App.Passw0rd"
ACCOUNT = "SELECT plugin, ssl_type, account_locked FROM mysql.user WHERE User = 'app1'"
GRANTS = "SHOW GRANTS FOR 'app1'@'%'"

Rows = Sequence[tuple[Any, ...]]


@pytest.fixture
def server(quick_world: World) -> Iterator[WarmMySQL]:
    """With `app1`, which the team made before anything else happened."""
    quick_world.rds.on_event = lambda event: None
    quick_world.create(ORDERS, "orders")
    go_on(quick_world, lambda: quick_world.rds.is_available(ORDERS))
    (found,) = quick_world.servers.warm
    assert isinstance(found, WarmMySQL)
    found.run(
        "CREATE DATABASE app1_own",
        f"CREATE USER 'app1'@'%' IDENTIFIED BY '{PASSWORD}'",
        "GRANT SELECT, INSERT, CREATE ON app1_own.* TO 'app1'@'%'",
    )
    yield found
    found.run("DROP DATABASE app1_own")


@pytest.fixture
def theirs(server: WarmMySQL) -> Rows:
    """What `app1` is granted."""
    return server.run(GRANTS)


def run(world: World, *adopted: str) -> Execution:
    world.publish(
        "orders",
        {},
        methods={"mysql": ["iam"]},
        logins=[{"iam": "app1", "used_by": [world.role], "roles": ["read"]}],
        **({"access": {"adopt": list(adopted)}} if adopted else {}),
    )
    execution = world.start(ORDERS)
    go_on(world, lambda: execution.status != "RUNNING")
    return execution


@contextmanager
def signed_in_as_app1(world: World, server: WarmMySQL) -> Iterator[None]:
    tls = ssl.create_default_context(cafile=str(world.servers.authority.bundle))
    tls.check_hostname = False  # reached by its address: this process does not resolve the cloud's names
    with pymysql.connect(host=server.address, user="app1", password=PASSWORD, ssl=tls):
        yield


def test_without_adoption_it_is_reported_and_stays_as_it_is(
    quick_world: World, server: WarmMySQL, theirs: Rows
) -> None:
    ended = run(quick_world)
    assert ended.end == "Needs a person"
    assert "app1: made by somebody else" in str(ended.run.data["proof"]["left_alone"])
    assert server.run(ACCOUNT)[0][1:] == ("", "N")
    assert server.run(GRANTS) == theirs


def test_it_is_not_adopted_while_somebody_is_signed_in_with_it(quick_world: World, server: WarmMySQL) -> None:
    with signed_in_as_app1(quick_world, server):
        ended = run(quick_world, "app1")
        assert ended.end == "Parked"
        assert "app1 will be adopted once nobody is signed in with it" in ended.run.data["outcome"]["headline"]
        assert server.run(ACCOUNT)[0][1:] == ("", "N")


def test_adopted_it_is_altered_marked_and_keeps_its_grants(quick_world: World, server: WarmMySQL, theirs: Rows) -> None:
    ended = run(quick_world, "app1")
    assert ended.end == "Onboarded", ended.run.data["outcome"]
    assert server.run(ACCOUNT) == (("AWSAuthenticationPlugin", "ANY", "N"),)
    granted = [grant for (grant,) in server.run(GRANTS)]
    assert [grant for grant in granted if "app1_own" in grant] == [grant for (grant,) in theirs if "app1_own" in grant]
    assert any("SELECT, SHOW VIEW ON `payments`" in grant for grant in granted)
    marks = server.run("SELECT ATTRIBUTE FROM information_schema.user_attributes WHERE USER = 'app1'")
    assert '"profile": "orders"' in marks[0][0]
