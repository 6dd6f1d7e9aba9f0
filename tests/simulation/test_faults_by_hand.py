"""Every fault that the demo shows ends as its row says, and what it interrupted is done once."""

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.cloud import Cloud
from localcloud.demo.fault_target import FaultTarget
from localcloud.demo.faults import FAULTS, NOT_OURS, ONBOARDED, PARKED, Fault
from tests.simulation import calls
from tests.simulation.executions import Execution
from tests.simulation.moves import go_on, has_logins
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, REGION, World


@pytest.fixture
def target(quick_world: World, cloud: Cloud) -> FaultTarget:
    """A database that is not made yet; what befalls it does so at the moments that the local cloud knows."""
    world, doomed = quick_world, set[str]()
    faults, stack = world.rds.faults, cloud.stack.name

    def invoked(function: str) -> None:
        faults.reached(f"invoke:{stack}-{function}")
        if faults.take(f"invoke:{stack}-{function}") == "kill":
            doomed.add(function)

    def plan(call: calls.Call) -> calls.Fault | None:
        if call.function not in doomed:
            return None
        doomed.remove(call.function)
        return calls.Fault.CRASH_BEFORE

    def at(moment: str, call: calls.Call) -> None:
        faults.reached(f"{moment}:{stack}-{call.function}:{call.service}:{call.operation}")

    world.functions.before_each, world.calls.plan = invoked, plan
    world.calls.before_each, world.calls.after_each = (
        (lambda call: at("call", call)),
        (lambda call: at("answered", call)),
    )
    world.publish("orders", WANTED)
    where: Any = SimpleNamespace(
        faults=faults,
        stack=cloud.stack,
        client=world.client,
        account=cloud.account,
        region=REGION,
        directory_id=cloud.directory_id,
        physical=cloud.physical,
    )
    return FaultTarget(where, ORDERS, clustered=False, create=lambda: world.create(ORDERS, "orders"), tell=print)


def ended(world: World, number: int) -> Execution:
    """The execution of this number, from 0; after one that was parked it is the sweep's."""
    go_on(world, lambda: len(world.executions.all) > number)
    execution = list(world.executions.all.values())[number]
    go_on(world, lambda: execution.status != "RUNNING")
    return execution


def sweep_when_it_is_time(world: World) -> None:
    left = datetime.fromisoformat(world.item(ORDERS, "record")["next_look"]) - world.conductor.now()
    world.conductor.pass_by(left.total_seconds() + 1)
    world.sweep()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_what_goes_wrong_ends_as_its_row_says(quick_world: World, target: FaultTarget, fault: Fault) -> None:
    world, ends = quick_world, list[str]()
    with target.undo:
        fault.prepare(target)
        target.create()
        for number, _ in enumerate(fault.ends):
            if ends and ends[-1] == PARKED:
                sweep_when_it_is_time(world)
            ends.append(ended(world, number).end)
    assert tuple(ends) == fault.ends
    messages = messages_to_people(world)
    assert bool(messages) == any(end != NOT_OURS for end in fault.ends)
    assert [word for word in fault.told if word not in messages[0]] == []
    if fault.ends[-1] == ONBOARDED:
        assert world.rds.restarts[ORDERS] == 1
        assert has_logins(world) == set(WANTED)
    else:
        assert not world.calls.of("RebootDBInstance", "CREATE USER")


def messages_to_people(world: World) -> Sequence[str]:
    return [str(made.parameters["Message"]) for made in world.calls.of("Publish")]
