"""Somebody presses Redrive: the execution goes on where it was stopped, and looks at everything anew before it changes anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from signon.domain.request import TAG
from tests.simulation.calls import Fault, Made
from tests.simulation.executions import Execution
from tests.simulation.statements import MYSQL
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World

CHANGING = ("Associate directory", "Reboot database", "Create logins", "Publish connection kit")

# What changes a database, or what people see of it
CHANGES = ("ModifyDBInstance", "RebootDBInstance", "CREATE USER", "GRANT SELECT", "ALTER USER", "PutObject")


def changes(world: World, execution: Execution) -> list[Made]:
    """What the execution has changed."""
    return world.calls.of(*CHANGES, by=execution.arn)


def stop_before(world: World, execution: Execution, state: str) -> None:
    """When the state is entered the execution is stopped, and its function killed before its first call."""
    while execution.run.states[-1] != state:
        if awake := world.conductor.awake:
            awake[0].step()
        else:
            assert world.conductor.jump(), f"{execution} does not come to {state}"
    world.executions.stop(execution)
    world.calls.plan = lambda call: Fault.CRASH_BEFORE if call.function == state.lower().replace(" ", "-") else None
    world.conductor.run()
    world.calls.plan = lambda call: None


def appear(world: World) -> Execution:
    """A database appears, and its event starts this execution. No event of RDS's starts another one."""
    world.publish("orders", WANTED)
    world.create(ORDERS, "orders")
    while not world.executions.all:
        world.conductor.run_awake()
        world.conductor.jump()
    world.rds.on_event = lambda event: None
    (execution,) = world.executions.all.values()
    return execution


# ---- what may have moved meanwhile


def _is_made_again(world: World) -> None:
    world.client("rds").delete_db_instance(DBInstanceIdentifier=ORDERS, SkipFinalSnapshot=True)
    world.conductor.run()
    world.create(ORDERS, "orders")
    world.conductor.run()


def _loses_its_tag(world: World) -> None:
    arn = world.rds.backend.databases[ORDERS].db_instance_arn
    world.client("rds").remove_tags_from_resource(ResourceName=arn, TagKeys=[TAG])


def _is_admitted_no_longer(world: World) -> None:
    world.publish("orders", WANTED, admits={"engines": ["mysql"], "names": ["others-*"]})


def _was_taken_over(world: World) -> None:
    world.start(ORDERS)
    world.conductor.run()


def _needs_another_plan(world: World) -> None:
    """Neither tag nor profile have moved, but there is something now that no plan of ours goes past."""
    world.rds.backend.databases[ORDERS].enable_iam_database_authentication = True


@dataclass(frozen=True)
class Moved:
    what: Callable[[World], None]
    end: str


MOVED: Mapping[str, Moved] = {
    "resource id": Moved(_is_made_again, "Not ours"),
    "tag": Moved(_loses_its_tag, "Needs a person"),
    "profile": Moved(_is_admitted_no_longer, "Needs a person"),
    "fence": Moved(_was_taken_over, "Already in progress"),
    "plan": Moved(_needs_another_plan, "Needs a person"),
}


@pytest.mark.parametrize("state", CHANGING)
@pytest.mark.parametrize("moved", MOVED)
def test_a_redriven_execution_changes_nothing_where_something_has_moved(world: World, state: str, moved: str) -> None:
    execution = appear(world)
    stop_before(world, execution, state)
    before = changes(world, execution)
    MOVED[moved].what(world)
    world.executions.redrive(execution)
    world.conductor.run()
    assert execution.end == MOVED[moved].end
    assert changes(world, execution) == before


@pytest.mark.parametrize("state", CHANGING)
def test_where_nothing_has_moved_a_redriven_execution_ends_as_if_nobody_had_stopped_it(world: World, state: str) -> None:
    execution = appear(world)
    stop_before(world, execution, state)
    world.executions.redrive(execution)
    world.conductor.run()
    assert execution.end == "Onboarded"
    assert sorted(made.call.operation for made in changes(world, execution)) == sorted(
        ["ModifyDBInstance", "RebootDBInstance", "CREATE USER", *["GRANT SELECT"] * 2, "ALTER USER", *["PutObject"] * 3]
    )
    assert MYSQL
