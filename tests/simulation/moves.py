"""An execution that comes to a step that changes something, and what may have moved since its plan was made."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from signon.domain.request.request import TAG
from tests.simulation.conductor import Actor
from tests.simulation.executions import Execution
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World

CHANGING = ("Associate directory", "Reboot database", "Create logins", "Publish connection kit")

# What one undisturbed run of a MySQL database changes, and what it changes and tells people and machines
ONE_CHANGE = Counter(
    {
        "ModifyDBInstance": 1, "RebootDBInstance": 1, "CREATE USER": 1, "GRANT SELECT": 2, "ALTER USER": 1,
        "PutObject": 4,
    }
)  # fmt: skip
ONE_EFFECT = ONE_CHANGE + Counter({"Publish": 1, "PutEvents": 1})


def effects(world: World, *executions: Execution) -> Counter[str]:
    """What these executions have changed and told, together."""
    return _of(ONE_EFFECT, world, *executions)


def changes(world: World, *executions: Execution) -> Counter[str]:
    """What these executions have changed, together."""
    return _of(ONE_CHANGE, world, *executions)


def _of(operations: Iterable[str], world: World, *executions: Execution) -> Counter[str]:
    """A look that keeps the plan's document changes nothing."""
    arns = {execution.arn for execution in executions}
    calls = [made.call for made in world.calls.of(*operations) if made.by in arns]
    return Counter(call.operation for call in calls if call.function != "look-inside")


def appears(world: World) -> Execution:
    """A database appears, and its event starts this execution; RDS's later events start nothing."""
    world.publish("orders", WANTED)
    world.create(ORDERS, "orders")
    go_on(world, lambda: bool(world.executions.all))
    world.rds.on_event = lambda event: None
    (execution,) = world.executions.all.values()
    return execution


def go_on(world: World, until: Callable[[], bool]) -> None:
    """Everybody, by single steps, until it is so."""
    while not until():
        if awake := world.conductor.awake:
            awake[0].step()
        else:
            assert world.conductor.jump(), "nobody does anything any more, and it is not so"


def come_to(world: World, execution: Execution, state: str) -> None:
    """Until the execution is about to make the first call of that state's function."""
    go_on(world, lambda: execution.run.state == state and execution.run.states[-1] == state)


def come_before(world: World, function: str, operation: str, number: int) -> None:
    """Until the function is about to make that call, for the ``number``-th time in its run."""
    met: list[tuple[str, str, int]] = []
    world.calls.before_each = lambda call: met.append((call.function, call.operation, call.number))
    go_on(world, lambda: (function, operation, number) in met)
    world.calls.before_each = lambda call: None


def at_work(world: World, execution: Execution) -> Actor:
    """Who does the execution's steps; after it was stopped, those of the function that it left at work."""
    (actor,) = (one for one in world.conductor.actors if one.name.endswith(execution.arn.rpartition(":")[2][:8]))
    return actor


def hold(world: World, actor: Actor, seconds: float) -> None:
    """Others go first for so long."""
    actor.wakes_at = world.conductor.elapsed() + seconds


# ---- what may have moved ---------------------------------------------------------------------------------------------


def _is_made_again(world: World) -> None:
    """Under the same name. An execution that works on it meanwhile is kept waiting."""
    for actor in world.conductor.actors:
        hold(world, actor, 3600)
    world.delete(ORDERS)
    world.conductor.pass_by(1700)
    world.create(ORDERS, "orders")
    world.conductor.pass_by(1700)


def _loses_its_tag(world: World) -> None:
    arn = world.rds.backend.databases[ORDERS].db_instance_arn
    world.client("rds").remove_tags_from_resource(ResourceName=arn, TagKeys=[TAG])


def _is_admitted_no_longer(world: World) -> None:
    world.publish("orders", WANTED, admits={"engines": ["mysql"], "names": ["others-*"]})


def _is_claimed_anew(world: World) -> None:
    """By an execution that nobody here knows."""
    world.client("dynamodb").update_item(
        TableName=world.table,
        Key={"database": {"S": world.rds.resource_id(ORDERS)}, "kind": {"S": "claim"}},
        UpdateExpression="SET holder = :other ADD fence :one",
        ExpressionAttributeValues={":other": {"S": f"{world.executions.machine}:other"}, ":one": {"N": "1"}},
    )


def _takes_iam(world: World) -> None:
    """Neither tag nor profile have moved, but a plan that switches it off again wants approval."""
    world.rds.backend.databases[ORDERS].enable_iam_database_authentication = True


@dataclass(frozen=True)
class Move:
    """``end`` is where an execution ends that finds it moved."""

    make: Callable[[World], None]
    end: str


MOVES: Mapping[str, Move] = {
    "resource id": Move(_is_made_again, "Not ours"),
    "tag": Move(_loses_its_tag, "Needs a person"),
    "profile": Move(_is_admitted_no_longer, "Needs a person"),
    "fence": Move(_is_claimed_anew, "Already in progress"),
    "plan": Move(_takes_iam, "Needs a person"),
}


def told(world: World) -> str:
    """The last message to people."""
    return str(world.calls.of("Publish")[-1].parameters["Message"])


def has_logins(world: World) -> set[str]:
    """Whom the server lets in by the directory."""
    (server,) = world.servers.warm
    rows = server.run("SELECT User FROM mysql.user WHERE plugin = 'auth_pam' AND account_locked = 'N'")
    return {json.loads(f'"{user}"') for (user,) in rows}
