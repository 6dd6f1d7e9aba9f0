"""What others have asked RDS for, and waits for its window: no call of ours applies it along unasked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.simulation.executions import Execution
from tests.simulation.moves import go_on
from tests.simulation.stories import WANTED, approve
from tests.simulation.world import LEDGER, ORDERS, World

NEWER: Mapping[str, str] = {ORDERS: "8.4.99", LEDGER: "17.99"}
ASKED = "A pending change that others requested would be applied as well: EngineVersion"
MODIFIES = ("ModifyDBInstance", "ModifyDBCluster")
STEP = {"iam": "Switch IAM authentication", "kerberos": "Associate directory"}

each_database = pytest.mark.parametrize("name", [ORDERS, LEDGER])
each_method = pytest.mark.parametrize("method", STEP)


def appears(world: World, name: str, method: str) -> None:
    """It is there, and nothing has been started."""
    world.rds.on_event = lambda event: None
    methods = {"mysql": [method], "aurora-postgresql": [method]}
    by_iam = [{"iam": user, "used_by": [world.role], "roles": list(roles)} for user, roles in WANTED.items()]
    changes: dict[str, Any] = {"methods": methods, **({"logins": by_iam} if method == "iam" else {})}
    world.publish(name.partition("-")[0], WANTED, **changes)
    world.create(name, name.partition("-")[0])
    world.conductor.run()


def upgrade(world: World, name: str) -> None:
    """Somebody asks for a newer engine, in the window."""
    kind = "cluster" if name == LEDGER else "instance"
    modify = getattr(world.client("rds"), f"modify_db_{kind}")
    modify(**{f"DB{kind.title()}Identifier": name}, EngineVersion=NEWER[name], ApplyImmediately=False)


def ended(world: World, execution: Execution) -> Execution:
    go_on(world, lambda: execution.status != "RUNNING")
    return execution


def findings(execution: Execution) -> list[str]:
    return [finding["problem"] for finding in execution.run.data["plan"]["findings"]]


@each_method
@each_database
def test_a_change_that_waits_is_asked_about_and_applied_along_when_approved(
    quick_world: World, name: str, method: str
) -> None:
    appears(quick_world, name, method)
    upgrade(quick_world, name)
    asking = ended(quick_world, quick_world.start(name))
    assert (asking.end, findings(asking)) == ("Needs a person", [ASKED])
    assert quick_world.calls.of(*MODIFIES) == []
    approve(quick_world, name)
    *_, approved = quick_world.executions.all.values()
    assert ended(quick_world, approved).end == "Onboarded"


@each_method
@each_database
def test_a_change_that_comes_to_wait_after_the_plan_was_made_is_asked_about_too(
    quick_world: World, name: str, method: str
) -> None:
    appears(quick_world, name, method)
    execution = quick_world.start(name)
    go_on(quick_world, lambda: "Look inside" in execution.run.states)
    upgrade(quick_world, name)
    ended(quick_world, execution)
    assert STEP[method] in execution.run.states
    assert (execution.end, findings(execution)) == ("Needs a person", [ASKED])
    assert quick_world.calls.of(*MODIFIES) == []
