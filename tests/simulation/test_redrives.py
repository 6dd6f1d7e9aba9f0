"""Somebody presses Redrive: the execution goes on where it was stopped, and looks at everything anew before it changes
anything.
"""

import pytest

from tests.simulation.calls import Fault
from tests.simulation.executions import Execution
from tests.simulation.moves import CHANGING, MOVES, ONE_EFFECT, appears, at_work, changes, come_to, effects, hold, told
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World


@pytest.fixture
def world(quick_world: World) -> World:
    """Of those whose calls take the shorter way."""
    return quick_world


def stopped_before(world: World, execution: Execution, state: str) -> None:
    """Somebody stops it when it has entered the state; its function is killed before its first call."""
    come_to(world, execution, state)
    world.executions.stop(execution)
    world.calls.plan = lambda call: Fault.CRASH_BEFORE if call.function == state.lower().replace(" ", "-") else None
    world.conductor.pass_by(600)
    world.calls.plan = lambda call: None


@pytest.mark.parametrize("state", CHANGING)
@pytest.mark.parametrize("moved", MOVES)
def test_a_redriven_execution_changes_nothing_where_something_has_moved(world: World, state: str, moved: str) -> None:
    execution = appears(world)
    stopped_before(world, execution, state)
    before = changes(world, execution)
    MOVES[moved].make(world)
    world.executions.redrive(execution)
    world.conductor.run()
    assert execution.end == MOVES[moved].end
    assert changes(world, execution) == before


@pytest.mark.parametrize("state", CHANGING)
def test_where_nothing_has_changed_a_redriven_execution_takes_effect_once(world: World, state: str) -> None:
    execution = appears(world)
    stopped_before(world, execution, state)
    world.executions.redrive(execution)
    world.conductor.run()
    assert execution.end == "Onboarded"
    assert effects(world, execution) == ONE_EFFECT


@pytest.mark.parametrize("state", CHANGING)
def test_the_function_that_a_stopped_execution_left_at_work_is_overtaken_by_the_redrive(
    world: World, state: str
) -> None:
    """It lives on under the same claim, and the redriven execution claims the database again before it changes it."""
    execution = appears(world)
    come_to(world, execution, state)
    world.executions.stop(execution)
    hold(world, at_work(world, execution), 5)
    world.executions.redrive(execution)
    world.conductor.run()
    assert execution.end == "Onboarded"
    assert effects(world, execution) == ONE_EFFECT


def test_a_redriven_execution_asks_again_for_what_was_approved_before_it_was_stopped(world: World) -> None:
    """A person approved a plan, and days later somebody redrives the execution."""
    world.publish("orders", WANTED, change={"existing": "ask"})
    world.rds.on_event = lambda event: None
    world.create(ORDERS, "orders")
    world.conductor.pass_by(25 * 3600)
    asking = world.start(ORDERS)
    world.conductor.run()
    checksum = asking.run.data["plan"]["checksum"]
    approved = world.start(ORDERS, approve={"plan": checksum})
    stopped_before(world, approved, "Associate directory")
    world.conductor.pass_by(5 * 24 * 3600)
    world.executions.redrive(approved)
    world.conductor.run()
    assert approved.end == "Needs a person"
    assert not changes(world, asking, approved)
    assert f'"approve": {{"plan": "{checksum}"}}' in told(world)


def test_an_execution_overtaken_before_its_report_reports_nothing_when_redriven(world: World) -> None:
    overtaken = appears(world)
    come_to(world, overtaken, "Report outcome")
    world.executions.stop(overtaken)
    hold(world, at_work(world, overtaken), 60)  # its time is up by then
    other = world.start(ORDERS)
    world.conductor.run()
    record, messages = world.item(ORDERS, "record"), len(world.calls.of("Publish"))
    assert record["execution"] == other.arn
    world.executions.redrive(overtaken)
    world.conductor.run()
    assert (world.item(ORDERS, "record"), len(world.calls.of("Publish"))) == (record, messages)


def test_an_execution_that_came_to_its_end_fails_again_and_does_nothing(world: World) -> None:
    """Step Functions enters the Fail state again, and nothing before it."""
    world.calls.plan = lambda call: Fault.NOT_FOUND if call.operation == "ListAttachedRolePolicies" else None
    execution = world.executions.start({"database": {}})
    world.conductor.run()
    assert execution.status == "FAILED"
    before = len(world.calls.made)
    world.executions.redrive(execution)
    world.conductor.run()
    assert (execution.status, execution.end) == ("FAILED", "Failed")
    assert [made for made in world.calls.made[before:] if made.by == execution.arn] == []
