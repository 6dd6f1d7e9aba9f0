"""A new version of the profile arrives while an execution works: it is not lost, whenever it arrives."""

import pytest

from tests.simulation.calls import Fault
from tests.simulation.ledger import Ledger
from tests.simulation.moves import appears, at_work, come_before, go_on, has_logins, hold
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World

EVERYBODY = {**WANTED, "carol": ["read"]}

# The call before which the new version is there, and somebody has started another execution for it
BEFORE = [
    ("read-membership", "DescribeDBInstances", 1),
    ("create-logins", "GetObject", 1),
    ("create-logins", "ALTER USER", 1),
    ("publish-connection-kit", "PutObject", 1),
    ("report-outcome", "Publish", 1),
    ("report-outcome", "UpdateItem", 1),
    ("report-outcome", "UpdateItem", 2),  # the release
]


@pytest.fixture
def world(quick_world: World) -> World:
    """Of those whose calls take the shorter way."""
    return quick_world


@pytest.mark.parametrize(("function", "operation", "number"), BEFORE)
def test_the_newest_version_is_what_is_there_at_the_end(
    world: World, function: str, operation: str, number: int
) -> None:
    ledger = Ledger(world, WANTED)
    change_before(world, function, operation, number)
    world.conductor.run()
    check(world, ledger)


@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.TIMEOUT, Fault.SERVER_ERROR])
@pytest.mark.parametrize("number", [2, 3])
def test_a_release_that_is_tried_again_does_not_lose_it(world: World, fault: Fault, number: int) -> None:
    """The second write finds the mark and does not release; the third takes the mark off."""
    ledger = Ledger(world, WANTED)
    world.calls.plan = lambda call: (
        fault
        if (call.function, call.operation, call.number, call.visit) == ("report-outcome", "UpdateItem", number, 1)
        else None
    )
    change_before(world, "report-outcome", "UpdateItem", 2)
    world.conductor.run()
    check(world, ledger)


def change_before(world: World, function: str, operation: str, number: int) -> None:
    """The execution is overtaken by the change, and by another execution that comes for it."""
    execution = appears(world)
    come_before(world, function, operation, number)
    hold(world, at_work(world, execution), 10)
    world.publish("orders", EVERYBODY)
    second = world.start(ORDERS)
    go_on(world, lambda: second.status != "RUNNING")
    assert second.end == "Already in progress"


def check(world: World, ledger: Ledger) -> None:
    assert world.item(ORDERS, "record")["profile_version"] == world.newest_version("orders")
    assert has_logins(world) == set(EVERYBODY)
    ledger.wanted = EVERYBODY
    ledger.settled(ORDERS)
