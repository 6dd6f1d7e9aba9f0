"""What bears our mark is ours where we remember having made it; else a person is asked, once."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.simulation.executions import Execution
from tests.simulation.moves import go_on
from tests.simulation.servers import WarmMySQL
from tests.simulation.world import ORDERS, World

GRANTED = "SHOW GRANTS FOR 'app1'@'%'"
STATE = "SELECT plugin, account_locked, User_attributes FROM mysql.user WHERE User LIKE 'app%'"

Rows = Sequence[tuple[Any, ...]]


@pytest.fixture
def server(quick_world: World) -> WarmMySQL:
    """Onboarded for two applications, who come with tokens."""
    quick_world.rds.on_event = lambda event: None
    quick_world.create(ORDERS, "orders")
    go_on(quick_world, lambda: quick_world.rds.is_available(ORDERS))
    (found,) = quick_world.servers.warm
    assert isinstance(found, WarmMySQL)
    publish(quick_world, "app1", "app2")
    assert run(quick_world).end == "Onboarded"
    return found


def publish(world: World, *applications: str, preset: str = "read") -> None:
    logins = [{"iam": name, "used_by": [world.role], "roles": [preset]} for name in applications]
    world.publish("orders", {}, methods={"mysql": ["iam"]}, logins=logins)


def run(world: World, **request: Any) -> Execution:
    execution = world.start(ORDERS, **request)
    go_on(world, lambda: execution.status != "RUNNING")
    return execution


def forget(world: World, kind: str) -> None:
    """That item of the table is lost."""
    key = {"database": {"S": world.rds.resource_id(ORDERS)}, "kind": {"S": kind}}
    world.client("dynamodb").delete_item(TableName=world.table, Key=key)


@pytest.mark.parametrize("lost", [("made",), ("made", "record")], ids=["what was made", "everything"])
def test_where_it_is_not_remembered_nothing_is_granted_and_one_approval_takes_it_over(
    quick_world: World, server: WarmMySQL, lost: Sequence[str]
) -> None:
    for kind in lost:
        forget(quick_world, kind)
    publish(quick_world, "app1", "app2", preset="write")
    before = server.run(GRANTED)
    asked = run(quick_world)
    assert asked.end == "Needs a person"
    assert "app1: it bears our mark, and we do not remember having made it" in str(
        asked.run.data["proof"]["left_alone"]
    )
    assert server.run(GRANTED) == before
    plan = run(quick_world, dry_run=True).run.data["plan"]
    assert plan["verdict"] == "GO"  # it keeps nothing else from being done
    assert [finding["problem"].partition(" (dispute")[0] for finding in plan["findings"]] == [
        "These bear our mark, and we do not remember having made them: app1, app2"
    ]
    assert run(quick_world, approve={"plan": plan["checksum"]}, reason="a copy").end == "Onboarded"
    assert server.run(GRANTED) != before
    assert run(quick_world, dry_run=True).run.data["plan"]["findings"] == []


def test_logins_that_lack_nothing_are_taken_over_as_well(quick_world: World, server: WarmMySQL) -> None:
    """As of a restored copy: there is nothing to do but to remember them."""
    forget(quick_world, "made")
    before = server.run(STATE)
    assert run(quick_world).end == "Needs a person"
    plan = run(quick_world, dry_run=True).run.data["plan"]
    assert plan["says"] == "No changes, unless the plan is approved; the policies of its IAM roles are checked"
    assert run(quick_world, approve={"plan": plan["checksum"]}, reason="a copy").end == "Onboarded"
    assert set(quick_world.item(ORDERS, "made")["made"]) == {"app1", "app2"}
    assert run(quick_world).end == "Onboarded"
    assert server.run(STATE) == before


def test_a_leaver_is_locked_while_the_question_is_open(quick_world: World, server: WarmMySQL) -> None:
    forget(quick_world, "made")
    publish(quick_world, "app1")
    assert run(quick_world).end == "Needs a person"
    locked = server.run("SELECT User FROM mysql.user WHERE account_locked = 'Y' AND User LIKE 'app%'")
    assert locked == (("app2",),)


def test_a_database_of_the_former_version_keeps_its_logins_and_asks_nobody(
    quick_world: World, server: WarmMySQL
) -> None:
    forget(quick_world, "made")
    record = quick_world.item(ORDERS, "record")
    assert record.pop("remembers") == "logins"
    quick_world.remember(ORDERS, {name: value for name, value in record.items() if isinstance(value, str)})
    before = server.run(STATE)
    assert run(quick_world).end == "Onboarded"
    assert server.run(STATE) == before
    assert set(quick_world.item(ORDERS, "made")["made"]) == {"app1", "app2"}
    forget(quick_world, "made")
    assert run(quick_world).end == "Needs a person"  # it was trusted once
