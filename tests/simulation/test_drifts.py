"""What a window, a tool or a person changed of a finished database is found by the sweep, and set right."""

import pytest

from tests.simulation.executions import Execution
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World


@pytest.fixture
def world(quick_world: World) -> World:
    """Of those whose calls take the shorter way. A database is finished."""
    quick_world.publish("orders", WANTED)
    quick_world.create(ORDERS, "orders")
    quick_world.conductor.run()
    assert ended(quick_world).end == "Onboarded"
    return quick_world


def ended(world: World) -> Execution:
    """The last one."""
    return list(world.executions.all.values())[-1]


def swept(world: World) -> list[Execution]:
    """What a sweep starts, at its end."""
    before = len(world.executions.all)
    world.sweep()
    world.conductor.run()
    return list(world.executions.all.values())[before:]


def take_out(world: World) -> None:
    """Somebody lets it leave the directory."""
    world.client("rds").modify_db_instance(DBInstanceIdentifier=ORDERS, Domain="none", ApplyImmediately=True)
    world.conductor.pass_by(3600)


def test_after_an_upgrade_rds_for_mysql_leaves_its_directory_joins_it_anew_and_is_rebooted_once(world: World) -> None:
    assert swept(world) == []
    upgraded = world.rds.backend.databases[ORDERS]
    was, upgraded.engine_version = upgraded.engine_version, "8.4.99"
    (run,) = swept(world)
    assert run.document["reason"] == f"sweep: its engine version was {was} and is now 8.4.99"
    assert run.end == "Onboarded"
    way = [state for state in run.run.states if "directory" in state.lower() or state == "Reboot database"]
    assert list(dict.fromkeys(way)) == [
        "Leave directory",
        "Check directory role",
        "Associate directory",
        "Reboot database",
    ]
    assert (world.rds.joins[ORDERS], world.rds.restarts[ORDERS]) == (2, 2)
    assert swept(world) == []


def test_a_membership_that_somebody_took_away_is_made_again_and_the_reason_is_told(world: World) -> None:
    take_out(world)
    (run,) = swept(world)
    assert run.document["reason"] == "sweep: it is no longer a member of any directory"
    assert run.end == "Onboarded"
    *_, told = [made.parameters["Message"] for made in world.calls.made if made.call.operation == "Publish"]
    assert "Why it was started: sweep: it is no longer a member of any directory" in told
    assert swept(world) == []


def test_people_are_asked_once_however_often_the_sweep_runs(world: World) -> None:
    world.conductor.pass_by(2 * 24 * 3600)
    take_out(world)
    assert [run.end for run in swept(world)] == ["Needs a person"]
    assert swept(world) == []


def test_what_somebody_set_right_and_undid_again_is_asked_about_anew(world: World) -> None:
    world.conductor.pass_by(2 * 24 * 3600)
    rds = world.client("rds")
    (was,) = rds.describe_db_instances(DBInstanceIdentifier=ORDERS)["DBInstances"][0]["DomainMemberships"]
    take_out(world)
    assert [run.end for run in swept(world)] == ["Needs a person"]
    again = {"Domain": was["Domain"], "DomainIAMRoleName": was["IAMRoleName"]}
    rds.modify_db_instance(DBInstanceIdentifier=ORDERS, ApplyImmediately=True, **again)
    world.conductor.pass_by(3600)
    assert swept(world) == []
    take_out(world)
    assert [run.end for run in swept(world)] == ["Needs a person"]
