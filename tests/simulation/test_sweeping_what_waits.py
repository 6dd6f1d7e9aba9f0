"""What the sweep finds later: a tag that is added, and what was parked for a pause or a freeze."""

from __future__ import annotations

import datetime

import pytest

from tests.simulation.executions import Execution
from tests.simulation.moves import go_on
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World

ASK_FIRST = {"reboot": "ask"}  # its plan ends in "Needs a person" at once


@pytest.fixture
def world(quick_world: World) -> World:
    """Of those whose calls take the shorter way."""
    return quick_world


def newest(world: World) -> Execution:
    """The newest execution, when everybody has come to an end."""
    go_on(world, lambda: bool(world.executions.all) and not world.executions.running())
    return list(world.executions.all.values())[-1]


def swept(world: World, now: str = "") -> tuple[int, int]:
    """How many databases are due in a sweep of this moment, or of ``now``, and how many executions it starts."""
    moment = now or world.conductor.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = world.functions.invoke(world.functions.arns["sweep-databases"], {"now": moment})
    return answer["due"], answer["started"]


def test_a_tag_that_is_added_later_is_found_and_nothing_is_started_while_paused(world: World) -> None:
    world.publish("orders", WANTED, change=ASK_FIRST)
    world.create(ORDERS, None)
    assert newest(world).end == "Not ours"
    arn = world.rds.backend.databases[ORDERS].db_instance_arn
    tag = [{"Key": "signon:profile", "Value": "orders"}]
    world.client("rds").add_tags_to_resource(ResourceName=arn, Tags=tag)
    switch = {"database": {"S": "*"}, "kind": {"S": "pause"}}
    world.client("dynamodb").put_item(TableName=world.table, Item=switch)
    assert swept(world) == (1, 0)
    world.start(ORDERS)
    assert newest(world).end == "Parked"
    world.client("dynamodb").delete_item(TableName=world.table, Key=switch)
    world.conductor.pass_by(2 * 3600)  # the pause parked it for an hour
    assert swept(world) == (1, 1)
    assert newest(world).end == "Needs a person"
    assert swept(world) == (0, 0)  # it waits for its person, not for the sweep


def test_what_a_freeze_has_parked_is_resumed_when_the_freeze_is_over(world: World) -> None:
    today = world.conductor.now().date()
    world.publish("orders", WANTED, change={"not_during": [f"{today}/{today + datetime.timedelta(days=3)}"]})
    world.create(ORDERS, "orders")
    assert newest(world).end == "Parked"
    assert swept(world) == (0, 0)

    assert swept(world, world.item(ORDERS, "record")["next_look"]) == (1, 1)
    looked = newest(world)
    assert "time to look again" in looked.run.data["request"]["reason"]
    assert looked.end == "Parked"  # the sweep was told that it is that day; the plan knows better

    world.publish("orders", WANTED, change=ASK_FIRST)
    assert swept(world) == (1, 1)
    resumed = newest(world)
    assert "profile orders has changed" in resumed.run.data["request"]["reason"]
    assert resumed.end == "Needs a person"
