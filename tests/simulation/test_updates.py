"""Executions that run while the stack is updated: their state machine stays the older one, their functions are new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from tests.builders import a_plan
from tests.simulation.executions import Execution
from tests.simulation.moves import appears, go_on, has_logins
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World

# Of the definition before plans were finished inside: what *Make plan* was given, and what followed it.
OLDER_CHOICE = {
    "Type": "Choice",
    "Choices": [{"Variable": "$.plan.verdict", "StringEquals": "GO", "Next": "Claim database"}],
    "Default": "Report outcome",
}

# Of the definition before the step that locks: its states that were others then. It had no *Lock leavers*.
BEFORE_LOCKS: Mapping[str, Any] = {
    "Look inside?": {
        "Type": "Choice",
        "Choices": [
            {
                "And": [
                    {"Variable": "$.plan.verdict", "StringEquals": "LOOK"},
                    {"Variable": "$.request.dry_run", "BooleanEquals": True},
                ],
                "Next": "Look inside",
            },
            {"Variable": "$.plan.verdict", "StringEquals": "LOOK", "Next": "Claim database"},
            {"Variable": "$.request.dry_run", "BooleanEquals": True, "Next": "Planned"},
        ],
        "Default": "Report outcome",
    },
    "Plan?": {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$.request.dry_run", "BooleanEquals": True, "Next": "Planned"},
            {"Variable": "$.plan.verdict", "StringEquals": "GO", "Next": "Next step"},
        ],
        "Default": "Report outcome",
    },
}
OLDER_STEPS = ("associate", "reboot", "logins", "verify", "publish", "report")  # without a digest of their changes


@contextmanager
def of_before_the_update(world: World) -> Iterator[None]:
    """Executions that are started meanwhile have the older definition."""
    states: Mapping[str, Any] = world.executions.definition["States"]
    given = {key: path for key, path in states["Make plan"]["Parameters"].items() if key != "reboot.$"}
    make_plan = {**states["Make plan"], "Parameters": given, "Next": "Older plan?"}
    older = {**states, "Make plan": make_plan, "Older plan?": OLDER_CHOICE}
    with mock.patch.object(world.executions, "definition", {**world.executions.definition, "States": older}):
        yield


@contextmanager
def of_before_the_step_that_locks(world: World) -> Iterator[None]:
    """The same: the whole definition of the version before it."""
    states: Mapping[str, Any] = world.executions.definition["States"]
    ways = [way for way in states["Step?"]["Choices"] if way.get("StringEquals") not in ("lock", None)]
    older = {**states, **BEFORE_LOCKS, "Step?": {**states["Step?"], "Choices": ways}}
    del older["Lock leavers"]
    with mock.patch.object(world.executions, "definition", {**world.executions.definition, "States": older}):
        yield


def ended(world: World) -> Execution:
    go_on(world, lambda: bool(world.executions.all) and not world.executions.running())
    return list(world.executions.all.values())[-1]


def test_an_execution_that_plans_after_the_update_is_parked_and_the_sweep_starts_the_database_again(
    quick_world: World,
) -> None:
    quick_world.publish("orders", WANTED)
    with of_before_the_update(quick_world):
        quick_world.create(ORDERS, "orders")
        parked = ended(quick_world)
    assert (parked.end, parked.run.data["plan"]["verdict"]) == ("Parked", "LOOK")
    assert "the stack was updated" in quick_world.item(ORDERS, "record")["headline"]
    quick_world.conductor.pass_by(2 * 3600)
    quick_world.sweep()
    quick_world.conductor.run()
    assert ended(quick_world).end == "Onboarded"


def test_a_plan_that_names_no_change_is_made_anew_before_logins_are_made(quick_world: World) -> None:
    """It was made by a version whose plans had no document, and has joined and rebooted the database since."""
    states: Mapping[str, Any] = quick_world.executions.definition["States"]
    first = {"Variable": "$.replans", "NumericLessThan": 1, "Next": "Plan of the last version"}
    with_older_plan = {
        **states,
        "Look inside": {**states["Look inside"], "Next": "First plan?"},
        "First plan?": {"Type": "Choice", "Choices": [first], "Default": "Plan?"},
        "Plan of the last version": {
            "Type": "Pass",
            "Parameters": {
                **{f"{field}.$": f"$.plan.{field}" for field in a_plan().to_json() if field != "steps"},
                "steps": [{"kind": kind, "action": "Do it", "reason": "so"} for kind in OLDER_STEPS],
            },
            "ResultPath": "$.plan",
            "Next": "Plan?",
        },
    }
    definition = {**quick_world.executions.definition, "States": with_older_plan}
    with mock.patch.object(quick_world.executions, "definition", definition):
        execution = appears(quick_world)
        quick_world.conductor.run()
    assert execution.end == "Onboarded"
    assert execution.run.states.count("Plan again") == 1
    assert execution.run.states.count("Reboot database") == 1
    assert has_logins(quick_world) == set(WANTED)


def test_an_execution_of_the_version_before_goes_on_with_the_functions_of_this_one(quick_world: World) -> None:
    with of_before_the_step_that_locks(quick_world):
        execution = appears(quick_world)
        quick_world.conductor.run()
    assert execution.end == "Onboarded"
    assert has_logins(quick_world) == set(WANTED)


def test_where_the_version_before_knows_no_step_that_locks_it_is_parked_and_the_sweep_locks(quick_world: World) -> None:
    appears(quick_world)
    quick_world.conductor.run()
    quick_world.publish("orders", {"alice": ["read"]})
    with of_before_the_step_that_locks(quick_world):
        execution = quick_world.start(ORDERS)
        quick_world.conductor.run()
    assert execution.end == "Parked"
    assert "the stack was updated" in quick_world.item(ORDERS, "record")["headline"]
    assert has_logins(quick_world) == set(WANTED)
    quick_world.conductor.pass_by(2 * 3600)
    quick_world.sweep()
    quick_world.conductor.run()
    assert ended(quick_world).end == "Onboarded"
    assert has_logins(quick_world) == {"alice"}
