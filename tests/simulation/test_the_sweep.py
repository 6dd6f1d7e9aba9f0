"""The sweep over many databases: every lost event is found at once, and the databases get their turns."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.simulation.executions import Execution
from tests.simulation.world import ORDERS, World

LOST = 20  # databases, all of them


class Starts:
    """In the place of the executions that the sweep starts: they run until they are told how they end."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.running: list[Execution] = []

    def start(self, document: Any, name: str) -> Execution:
        made = Execution(f"{self._world.executions.machine}:{name}", document, self._world.conductor.now())
        self._world.executions.all[made.arn] = made
        self.running.append(made)
        return made

    def end_as(self, end: str, error: str = "") -> Sequence[str]:
        """All that run have reported this end; answers the names of their databases."""
        names = [each.document["database"]["instance"] for each in self.running]
        known = {
            "end": end,
            "profile": "orders",
            "profile_version": self._world.newest_version("orders"),
            "reported_at": self._world.conductor.now().isoformat(),
            **({"error": error} if error else {}),
        }
        for each, name in zip(self.running, names, strict=True):
            each.status = "SUCCEEDED"
            self._world.remember(name, known)
        self.running.clear()
        return names


@pytest.fixture
def starts(quick_world: World, monkeypatch: pytest.MonkeyPatch) -> Starts:
    """There are databases of a profile, and RDS's events about all of them were lost."""
    quick_world.rds.on_event = lambda event: None
    quick_world.publish("orders", {"alice": ["read"]})
    quick_world.create(ORDERS, "orders")
    quick_world.conductor.run()
    quick_world.rds.show_copies(ORDERS, LOST - 1)
    starts = Starts(quick_world)
    monkeypatch.setattr(quick_world.executions, "start", starts.start)
    return starts


def swept(world: World) -> Mapping[str, int]:
    """What the sweep of the next hour answers."""
    world.conductor.pass_by(3600)
    now = world.conductor.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    answer: Mapping[str, int] = world.functions.invoke(world.functions.arns["sweep-databases"], {"now": now})
    return answer


def test_a_thousand_lost_events_are_found_by_one_sweep_with_eleven_describe_calls(
    quick_world: World, starts: Starts
) -> None:
    quick_world.rds.show_copies(ORDERS, 999)
    assert swept(quick_world) == {"looked_at": 1000, "due": 1000, "started": 5, "held_back": 995}
    assert len(quick_world.calls.of("DescribeDBInstances")) == 10
    assert len(quick_world.calls.of("DescribeDBClusters")) == 1
    assert len(quick_world.calls.of("BatchGetItem")) == 20
    assert {made.parameters["MaxRecords"] for made in quick_world.calls.of("DescribeDBInstances")} == {100}
    asked = [made for made in quick_world.calls.made if made.call.service in ("rds", "dynamodb")]
    assert 35 <= len(asked) <= 45, len(asked)  # "about 40", says the page of operations


def test_at_most_five_run_at_once_and_the_next_sweeps_go_on_with_the_rest(quick_world: World, starts: Starts) -> None:
    began: list[str] = []
    for left in (LOST, LOST - 5, LOST - 10):
        assert swept(quick_world)["due"] == left
        assert swept(quick_world)["started"] == 0  # five run
        began += starts.end_as("Onboarded")
    assert len(set(began)) == 15


def test_three_equal_failures_in_a_row_stop_it_and_people_are_told_once(quick_world: World, starts: Starts) -> None:
    swept(quick_world)
    starts.end_as("Needs a person", "ConnectionRefused")
    assert [swept(quick_world)["started"] for _ in range(2)] == [0, 0]
    (told,) = quick_world.calls.of("Publish")
    assert "3 runs in a row ended in Needs a person: ConnectionRefused" in str(told.parameters)


def test_it_obeys_the_pause_switch(quick_world: World, starts: Starts) -> None:
    table = quick_world.client("dynamodb")
    switch = {"database": {"S": "*"}, "kind": {"S": "pause"}}
    table.put_item(TableName=quick_world.table, Item=switch)
    assert swept(quick_world) == {"looked_at": LOST, "due": LOST, "started": 0, "held_back": LOST}
    table.delete_item(TableName=quick_world.table, Key=switch)
    assert swept(quick_world)["started"] == 5
