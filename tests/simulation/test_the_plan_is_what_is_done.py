"""The Tasks that an execution enters are those of its plan's steps, in that order, in every story."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import pytest

from signon.aws.items import ItemKind
from signon.domain.memory.record import ALL
from signon.domain.plan.step import StepKind
from tests.simulation.calls import Fault
from tests.simulation.executions import Execution
from tests.simulation.moves import come_before, effects, has_logins, told
from tests.simulation.servers import WarmMySQL
from tests.simulation.stories import STORIES, WANTED
from tests.simulation.world import ORDERS, World

DOES: Mapping[str, StepKind] = {  # the Tasks that only a step leads to; those that look and count come with them
    "Lock leavers": StepKind.LOCK,
    "Leave directory": StepKind.LEAVE_DIRECTORY,
    "Switch IAM authentication": StepKind.SWITCH_IAM,
    "Associate directory": StepKind.ASSOCIATE,
    "Reboot database": StepKind.REBOOT,
    "Ensure connect policy": StepKind.CONNECT_POLICY,
    "Create logins": StepKind.LOGINS,
    "Verify logins": StepKind.VERIFY,
    "Publish connection kit": StepKind.PUBLISH,
    "Report outcome": StepKind.REPORT,
}


def done(execution: Execution) -> list[StepKind]:
    """What was done by the execution's last plan; visits of one step count once."""
    states = execution.run.states
    planned = max(number for number, state in enumerate(states) if state == "Plan?")
    return [kind for kind, _ in groupby(DOES[state] for state in states[planned:] if state in DOES)]


@pytest.mark.parametrize("story", STORIES)
def test_what_is_done_is_what_the_plan_says_and_nothing_else(quick_world: World, story: str) -> None:
    STORIES[story].run(quick_world)
    executions = [each for each in quick_world.executions.all.values() if "Plan?" in each.run.states]
    assert executions
    for execution in executions:
        steps = [StepKind(step["kind"]) for step in execution.run.data["plan"]["steps"]]
        what = done(execution)
        if execution.end == "Onboarded":
            assert what == steps
        elif execution.status == "ABORTED":
            assert what == steps[: len(what)]
        else:
            assert what == [*steps[: len(what) - 1], StepKind.REPORT]


def test_each_kind_of_step_is_in_a_story(quick_world: World) -> None:
    """Otherwise the test above would not see it."""
    seen = set[StepKind]()
    for story in STORIES.values():
        quick_world.reset()
        story.run(quick_world)
        for execution in quick_world.executions.all.values():
            if "Plan?" in execution.run.states:
                seen |= {*done(execution)}
    assert seen == set(StepKind)


def onboarded(world: World, people: Mapping[str, list[str]] = WANTED) -> None:
    world.publish("orders", people)
    world.create(ORDERS, "orders")
    world.conductor.run()
    assert {each.end for each in world.executions.all.values()} == {"Onboarded"}


def run(world: World, **asked: object) -> Execution:
    execution = world.start(ORDERS, **asked)
    world.conductor.run()
    return execution


def of_mysql(world: World) -> WarmMySQL:
    (server,) = (each for each in world.servers.warm if isinstance(each, WarmMySQL))
    return server


def test_of_a_finished_database_the_plan_says_no_changes_and_nothing_is_done(quick_world: World) -> None:
    onboarded(quick_world)
    execution = run(quick_world)
    assert execution.end == "Onboarded"
    assert execution.run.data["plan"]["says"] == "No changes"
    assert done(execution) == ["verify", "publish", "report"]
    assert not effects(quick_world, execution)


def test_who_is_taken_out_of_the_profile_is_a_line_of_the_plan_and_the_first_to_be_seen_to(quick_world: World) -> None:
    onboarded(quick_world)
    quick_world.publish("orders", {"alice": ["read"]})
    plan = run(quick_world, dry_run=True).run.data["plan"]
    step = plan["steps"][0]
    assert (step["kind"], step["action"]) == ("lock", "Lock 1 login")
    assert step["details"] == ["lock login bob, which the profile no longer lists"]
    assert has_logins(quick_world) == {"alice", "bob"}
    execution = run(quick_world)
    assert done(execution) == ["lock", "verify", "publish", "report"]
    assert has_logins(quick_world) == {"alice"}


HELD_UP: Mapping[str, tuple[Mapping[str, object], str]] = {
    "a person must approve": ({"change": {"reboot": "ask"}}, "Needs a person"),
    "a freeze": ({"change": {"not_during": ["2000-01-01/2100-01-01"]}}, "Parked"),
    "something must be fixed": ({"directory": {"id": "d-9367999999", "realm": "CORP.EXAMPLE.COM"}}, "Needs a person"),
}


@pytest.mark.parametrize("held_up", HELD_UP)
def test_who_has_left_is_locked_whatever_holds_up_the_rest(quick_world: World, held_up: str) -> None:
    profile, end = HELD_UP[held_up]
    onboarded(quick_world)
    world_of_rds = quick_world.client("rds")
    world_of_rds.modify_db_instance(DBInstanceIdentifier=ORDERS, Domain="none", ApplyImmediately=True)
    quick_world.conductor.pass_by(3600)
    quick_world.publish("orders", {"alice": ["read"], "carol": ["read"]}, **profile)
    execution = run(quick_world)
    assert (execution.end, done(execution)) == (end, ["lock", "report"])
    assert has_logins(quick_world) == {"alice"}
    assert "locked 1 login removed from the profile" in told(quick_world)
    again = run(quick_world)
    assert done(again) == ["report"]
    assert again.run.data["plan"]["checksum"] == execution.run.data["plan"]["checksum"]


def test_the_pause_switch_holds_up_everything(quick_world: World) -> None:
    onboarded(quick_world)
    quick_world.publish("orders", {"alice": ["read"]})
    pause = {"database": {"S": ALL}, "kind": {"S": ItemKind.PAUSE}}
    quick_world.client("dynamodb").put_item(TableName=quick_world.table, Item=pause)
    execution = run(quick_world)
    assert (execution.end, "Look inside" in execution.run.states) == ("Parked", False)
    assert has_logins(quick_world) == {"alice", "bob"}


def test_a_login_that_somebody_dropped_after_the_look_inside_makes_a_new_plan(quick_world: World) -> None:
    onboarded(quick_world)
    quick_world.publish("orders", {**WANTED, "carol": ["read"]})
    execution = quick_world.start(ORDERS)
    come_before(quick_world, "create-logins", "GetObject", 1)
    of_mysql(quick_world).run("DROP USER 'alice'@'%'")
    quick_world.conductor.run()
    assert execution.end == "Onboarded"
    assert execution.run.states.count("Plan again") == 1
    assert has_logins(quick_world) == {"alice", "bob", "carol"}


def test_a_function_that_is_killed_after_some_of_its_changes_goes_on_by_the_same_plan(quick_world: World) -> None:
    quick_world.calls.plan = lambda call: (
        Fault.CRASH_AFTER
        if (call.function, call.operation, call.visit) == ("create-logins", "CREATE USER", 1)
        else None
    )
    onboarded(quick_world)
    (execution,) = (each for each in quick_world.executions.all.values() if "Create logins" in each.run.states)
    assert "Plan again" not in execution.run.states


def test_a_document_that_is_gone_is_written_by_a_new_plan(quick_world: World) -> None:
    quick_world.calls.plan = lambda call: (
        Fault.NOT_FOUND
        if (call.function, call.operation, call.number, call.visit) == ("create-logins", "GetObject", 2, 1)
        else None
    )
    onboarded(quick_world)
    (execution,) = (each for each in quick_world.executions.all.values() if "Create logins" in each.run.states)
    assert execution.run.states.count("Plan again") == 1
