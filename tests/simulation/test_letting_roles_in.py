"""One execution at a time writes a role's policies; the others wait for it, each for as long as chance has it."""

import pytest

from tests.simulation.moves import go_on
from tests.simulation.stories import STORIES, WANTED
from tests.simulation.world import ORDERS, World


@pytest.fixture
def world(quick_world: World) -> World:
    """Of those whose calls take the shorter way. The profile names tokens, and a role that uses its logins."""
    quick_world.publish("orders", WANTED)
    STORIES["it takes tokens"].before(quick_world)
    return quick_world


def hold(world: World, minutes: float) -> None:
    """Another execution writes the policies of the role."""
    key = {"database": {"S": world.role}, "kind": {"S": "policy-lock"}}
    lock = {**key, "holder": {"S": "another"}, "lapses_at": {"S": "2099-01-01T00:00:00+00:00"}}
    table = world.client("dynamodb")
    table.put_item(TableName=world.table, Item=lock)
    world.conductor.at(60 * minutes, lambda: table.delete_item(TableName=world.table, Key=key))


def test_an_execution_that_finds_a_roles_policies_locked_waits_for_minutes_and_lists_no_database_meanwhile(
    world: World,
) -> None:
    world.create(ORDERS, "orders")
    go_on(world, lambda: any("Ensure connect policy" in one.run.states for one in world.executions.all.values()))
    hold(world, minutes=2)
    go_on(world, lambda: not world.executions.running())
    (execution,) = world.executions.all.values()
    assert execution.end == "Onboarded"
    tries = [made for made in world.calls.made if made.call.function == "ensure-connect-policy"]
    assert max(made.call.visit for made in tries) > 4
    listed = [made for made in tries if made.call.operation == "DescribeDBClusters"]
    assert not listed
