"""What Lambda cannot run, and what a function in the VPC cannot reach: waited for, parked, or told to a person."""

import datetime
from itertools import pairwise

import pytest
from botocore.exceptions import ConnectTimeoutError

from signon.aws import secrets
from tests.simulation.executions import Execution
from tests.simulation.moves import go_on
from tests.simulation.state_machine import StateFailed
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World

PENDING = "Lambda.ResourceConflictException"


@pytest.fixture
def world(quick_world: World) -> World:
    """Of those whose calls take the shorter way."""
    quick_world.publish("orders", WANTED)
    return quick_world


def is_pending(world: World, *, minutes: float, error: str = PENDING) -> list[datetime.datetime]:
    """The function that looks inside is not run before it has been asked for so many minutes; when it was asked."""
    asked: list[datetime.datetime] = []

    def refuse(name: str) -> None:
        if name == "look-inside":
            asked.append(world.conductor.now())
            if asked[-1] - asked[0] < datetime.timedelta(minutes=minutes):
                raise StateFailed(error, "The operation cannot be performed at this time: the function is Pending")

    world.functions.before_each = refuse
    return asked


def ended(world: World) -> Execution:
    go_on(world, lambda: bool(world.executions.all) and not world.executions.running())
    return list(world.executions.all.values())[-1]


def test_a_function_that_is_pending_for_minutes_is_waited_for(world: World) -> None:
    asked = is_pending(world, minutes=2)
    world.create(ORDERS, "orders")
    assert ended(world).end == "Onboarded"
    pauses = [after - before for before, after in pairwise(asked[:6])]
    assert len(set(pauses)) == 5  # each as long as chance would have it


@pytest.mark.parametrize("error", [PENDING, "Lambda.AnErrorOfTheFuture"])
def test_one_that_is_not_run_at_all_parks_and_the_sweep_goes_on(world: World, error: str) -> None:
    is_pending(world, minutes=1000, error=error)
    world.create(ORDERS, "orders")
    assert ended(world).end == "Parked"
    assert world.item(ORDERS, "record")["error"] == error
    world.functions.before_each = lambda name: None
    world.conductor.pass_by(2 * 3600)
    world.sweep()
    world.conductor.run()
    assert ended(world).end == "Onboarded"


def test_a_service_that_is_not_reached_from_the_vpc_is_tried_for_minutes_and_needs_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def client(service: str) -> object:
        class Unreachable:
            def get_secret_value(self, **_: str) -> None:
                raise ConnectTimeoutError(endpoint_url=f"https://{service}.eu-west-1.amazonaws.com/")

        return Unreachable()

    monkeypatch.setattr(secrets, "client", client)
    world.create(ORDERS, "orders")
    execution = ended(world)
    assert execution.end == "Needs a person"
    assert execution.run.states.count("Look inside") == 1
    assert execution.run.data["error"]["Error"] == "ServiceUnreachable"
    (told,) = [made.parameters["Message"] for made in world.calls.made if made.call.operation == "Publish"]
    assert "Secrets Manager (secretsmanager.eu-west-1.amazonaws.com) cannot be reached" in told
    assert "NAT gateway, or an interface endpoint of Secrets Manager" in told
