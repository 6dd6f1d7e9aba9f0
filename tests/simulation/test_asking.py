"""What a profile does not allow by itself, and what is somebody else's, is left to a person."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
import pytest

from tests.simulation.executions import Execution
from tests.simulation.moves import changes, come_to, go_on, has_logins
from tests.simulation.servers import WarmMySQL
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World

JOINED = {"ModifyDBInstance": 1}
CUT_OFF = f"Others are signed in to {ORDERS}, and a reboot would end their sessions"


@pytest.fixture
def world(quick_world: World) -> World:
    """A profile's database, and RDS's events about it are lost."""
    quick_world.rds.on_event = lambda event: None
    quick_world.publish("orders", WANTED)
    quick_world.create(ORDERS, "orders")
    go_on(quick_world, lambda: quick_world.rds.is_available(ORDERS))
    return quick_world


def server(world: World) -> WarmMySQL:
    (found,) = world.servers.warm
    assert isinstance(found, WarmMySQL)
    return found


def ran(world: World) -> Execution:
    """One that is started by hand, when it has ended."""
    execution = world.start(ORDERS)
    go_on(world, lambda: execution.status != "RUNNING")
    return execution


def asked(execution: Execution) -> list[str]:
    """What a person is asked."""
    return [finding["problem"] for finding in execution.run.data["plan"]["findings"]]


@contextmanager
def signed_in_as_master(world: World) -> Iterator[None]:
    """Somebody else's session is open meanwhile."""
    arn = world.rds.backend.databases[ORDERS].master_user_secret.secret_arn
    secret = world.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    tls = ssl.create_default_context(cafile=str(world.servers.authority.bundle))
    tls.check_hostname = False  # reached by its address: this process does not resolve the cloud's names
    with pymysql.connect(host=server(world).address, user="admin", password=json.loads(secret)["password"], ssl=tls):
        yield


def test_a_person_is_told_once_and_not_again_when_nothing_is_new(world: World) -> None:
    world.publish("orders", WANTED, change={"reboot": "ask"})
    assert [ran(world).end, len(world.calls.of("Publish", "PutEvents"))] == ["Needs a person", 2]
    assert [ran(world).end, len(world.calls.of("Publish", "PutEvents"))] == ["Needs a person", 2]
    assert not changes(world, *world.executions.all.values())


FORGED = {
    "a plan that nobody made": {"begun": "f" * 16},
    "no checksum": {"begun": "../x"},
    "of a former version": {"allowed": "{sha256}", "approved": "{lines}"},
    "the plan that only asks": {"begun": "{checksum}"},
}


@pytest.mark.parametrize("forged", FORGED)
def test_who_can_write_the_table_alone_approves_nothing(world: World, forged: str) -> None:
    world.publish("orders", WANTED, change={"reboot": "ask"})
    plan = ran(world).run.data["plan"]
    said = {"sha256": plan["profile"]["sha256"], "lines": " ".join(plan["approved"]), "checksum": plan["checksum"]}
    world.remember(ORDERS, {name: value.format(**said) for name, value in FORGED[forged].items()})
    again = ran(world)
    assert (again.end, asked(again)) == (
        "Needs a person",
        [f"{ORDERS} must be rebooted and the profile says reboot: ask"],
    )
    assert not changes(world, *world.executions.all.values())


def test_other_peoples_sessions_are_not_cut_off_by_a_reboot(world: World) -> None:
    with signed_in_as_master(world):
        ended = ran(world)
    assert (ended.end, asked(ended)) == ("Needs a person", [CUT_OFF])
    assert not changes(world, ended)


def test_they_are_once_a_person_has_approved_that(world: World) -> None:
    with signed_in_as_master(world):
        approved = world.start(ORDERS, approve={"plan": ran(world).run.data["plan"]["checksum"]})
        go_on(world, lambda: approved.status != "RUNNING")
    assert approved.end == "Onboarded"
    assert changes(world, approved)["RebootDBInstance"] == 1


def test_a_session_opened_during_the_join_is_not_cut_off_by_the_reboot(world: World) -> None:
    execution = world.start(ORDERS)
    come_to(world, execution, "Read membership")
    with signed_in_as_master(world):
        go_on(world, lambda: execution.status != "RUNNING")
    assert (execution.end, asked(execution)) == ("Needs a person", [CUT_OFF])
    assert execution.run.states.count("Plan again") == 1
    assert changes(world, execution) == JOINED
    assert ran(world).end == "Onboarded"


def test_a_login_that_somebody_else_made_is_left_alone(world: World) -> None:
    server(world).run("CREATE USER 'alice'@'%' IDENTIFIED BY 'Hand-Made-1'")
    ended = ran(world)
    assert ended.end == "Needs a person"
    problem = "alice: made by somebody else (plugin caching_sha2_password)"
    assert ended.run.data["proof"]["left_alone"] == [[problem]]
    assert server(world).run("SELECT plugin FROM mysql.user WHERE User = 'alice'") == (("caching_sha2_password",),)
    assert has_logins(world) == {"bob"}


def test_a_reboot_that_somebody_forgot_is_made_up_for(world: World) -> None:
    """Joined by hand, never rebooted, no record of ours: only a look inside can tell. It is in the plan."""
    world.join(ORDERS)
    ended = ran(world)
    assert ended.end == "Onboarded"
    assert "reboot" in [step["kind"] for step in ended.run.data["plan"]["steps"]]
    assert changes(world, ended)["ModifyDBInstance"] == 0
    assert changes(world, ended)["RebootDBInstance"] == 1


def test_a_database_made_again_under_the_same_name_is_not_touched_for_the_old_one(world: World) -> None:
    execution = world.start(ORDERS)
    come_to(world, execution, "Read membership")
    world.delete(ORDERS)
    world.create(ORDERS, None)
    go_on(world, lambda: execution.status != "RUNNING")
    assert execution.end == "Not ours"
    go_on(world, lambda: world.rds.is_available(ORDERS))
    assert world.rds.backend.databases[ORDERS].domain_memberships == []
