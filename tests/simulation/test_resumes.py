"""What the sweep resumes, and what a person approved, is looked at again before every change."""

from collections.abc import Callable, Mapping

import pytest

from tests.simulation.executions import Execution
from tests.simulation.moves import CHANGING, MOVES, ONE_EFFECT, changes, come_to, effects, go_on, told
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World

A_DAY = 24 * 3600


@pytest.fixture
def world(quick_world: World) -> World:
    """Of those whose calls take the shorter way."""
    return quick_world


def _is_resumed(world: World) -> Execution:
    """A run was parked, and the sweep starts another one."""
    world.publish("orders", WANTED)
    world.create(ORDERS, "orders")
    world.conductor.run()
    parked = {"end": "Parked", "profile": "orders", "next_look": world.conductor.now().isoformat()}
    world.remember(ORDERS, {**parked, "profile_version": world.newest_version("orders")})
    world.sweep()
    go_on(world, lambda: bool(world.executions.all))
    (execution,) = world.executions.all.values()
    return execution


def _is_approved(world: World) -> Execution:
    """It is older than a day, and a person has approved its plan."""
    return world.start(ORDERS, approve={"plan": asked_for(world)})


def asked_for(world: World) -> str:
    """The checksum of the plan that a person is asked to approve."""
    world.publish("orders", WANTED)
    world.create(ORDERS, "orders")
    world.conductor.pass_by(2 * A_DAY)
    asking = world.start(ORDERS)
    world.conductor.run()
    assert asking.end == "Needs a person"
    return str(asking.run.data["plan"]["checksum"])


BEGINNINGS: Mapping[str, Callable[[World], Execution]] = {"resumed": _is_resumed, "approved": _is_approved}
MOVES_ON_THE_WAY = [moved for moved in MOVES if moved != "plan"]  # the plan is made when the execution begins


@pytest.fixture(autouse=True)
def _no_event(world: World) -> None:
    """RDS's are lost."""
    world.rds.on_event = lambda event: None


@pytest.mark.parametrize("state", CHANGING)
@pytest.mark.parametrize("moved", MOVES_ON_THE_WAY)
@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_it_gives_way_where_something_moves_before_a_change(
    world: World, beginning: str, moved: str, state: str
) -> None:
    execution = BEGINNINGS[beginning](world)
    come_to(world, execution, state)
    before = changes(world, execution)
    MOVES[moved].make(world)
    world.conductor.run()
    assert execution.end == MOVES[moved].end
    assert changes(world, execution) == before


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_where_nothing_changes_it_takes_effect_once(world: World, beginning: str) -> None:
    execution = BEGINNINGS[beginning](world)
    world.conductor.run()
    assert execution.end == "Onboarded"
    assert effects(world, execution) == ONE_EFFECT


@pytest.mark.parametrize("moved", ["profile", "plan"])
def test_an_approval_of_a_plan_that_has_moved_since_is_not_obeyed(world: World, moved: str) -> None:
    checksum = asked_for(world)
    MOVES[moved].make(world)
    approved = world.start(ORDERS, approve={"plan": checksum})
    world.conductor.run()
    assert approved.end == "Needs a person"
    assert not changes(world, *world.executions.all.values())
    assert f"Plan {checksum} was approved, but the plan is" in told(world)
