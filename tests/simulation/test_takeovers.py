"""An execution is stopped, and its last function goes on: another one takes the claim over, and there is one effect."""

import pytest

from tests.simulation.conductor import Actor
from tests.simulation.executions import Execution
from tests.simulation.ledger import Ledger
from tests.simulation.moves import ONE_CHANGE, appears, at_work, changes, come_before, go_on, hold
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World

A_WHILE = 20  # seconds: no function of ours is given less

# function, and its call before which the execution is stopped: the fence is read, it is read no more
BEFORE_THE_FENCE = [
    ("associate-directory", "GetItem", 1),
    ("reboot-database", "GetItem", 1),
    ("create-logins", "GetItem", 1),
    ("create-logins", "GetItem", 2),
    ("publish-connection-kit", "GetItem", 1),
]
AFTER_THE_FENCE = [
    ("associate-directory", "UpdateItem", 1),
    ("associate-directory", "ModifyDBInstance", 1),
    ("reboot-database", "UpdateItem", 1),
    ("reboot-database", "RebootDBInstance", 1),
    ("create-logins", "CREATE USER", 1),
    ("create-logins", "GRANT SELECT", 1),
    ("create-logins", "GRANT SELECT", 2),
    ("create-logins", "ALTER USER", 1),
    ("publish-connection-kit", "PutObject", 1),
    ("publish-connection-kit", "PutObject", 3),
    ("report-outcome", "Publish", 1),
    ("report-outcome", "UpdateItem", 1),
    ("report-outcome", "UpdateItem", 2),
]


@pytest.fixture
def world(quick_world: World) -> World:
    """Of those whose calls take the shorter way."""
    return quick_world


def stopped_before(world: World, function: str, operation: str, number: int) -> tuple[Execution, Actor]:
    """The execution of a new database, stopped, and its function, which others overtake for a while."""
    execution = appears(world)
    come_before(world, function, operation, number)
    world.executions.stop(execution)
    hold(world, at_work(world, execution), A_WHILE)
    return execution, at_work(world, execution)


@pytest.mark.parametrize(("function", "operation", "number"), BEFORE_THE_FENCE)
def test_the_fence_stops_a_function_whose_claim_was_taken_over(
    world: World, function: str, operation: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the claim is taken over at once; as deployed it is once the function's time is up."""
    arn = world.functions.arns["claim-database"]
    monkeypatch.setitem(
        world.functions.environments, arn, {**world.functions.environments[arn], "SIGNON_LONGEST_TIMEOUT": "0"}
    )
    ledger = Ledger(world, WANTED)
    stopped, left_at_work = stopped_before(world, function, operation, number)
    before = changes(world, stopped)
    other = world.start(ORDERS)
    go_on(world, lambda: "Look inside" in other.run.states)
    while not left_at_work.ended:
        left_at_work.step()
    assert changes(world, stopped) == before
    world.conductor.run()
    assert other.end == "Onboarded"
    assert changes(world, stopped, other) == ONE_CHANGE
    ledger.settled(ORDERS)


@pytest.mark.parametrize(("function", "operation", "number"), [*BEFORE_THE_FENCE, *AFTER_THE_FENCE])
def test_as_deployed_a_claim_is_taken_over_when_the_function_has_come_to_its_end(
    world: World, function: str, operation: str, number: int
) -> None:
    """The function goes on for a while, and does what it was about to do; what it has done is not done again."""
    ledger = Ledger(world, WANTED)
    stopped, _ = stopped_before(world, function, operation, number)
    other = world.start(ORDERS)
    world.conductor.run()
    assert other.end == "Onboarded"
    assert changes(world, stopped, other) == ONE_CHANGE
    ledger.settled(ORDERS)
