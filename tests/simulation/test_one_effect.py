"""However many events and people ask for a database, and however their calls interleave: one effect.

The copies go on call by call, in an order that a seed draws. The real MySQL server is behind one database; where there
are a hundred, the SQL of the others is answered by what it has answered before (`recorded.py`), and RDS, the table, the
buckets and the topic are the local AWS's as everywhere.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.simulation import calls
from tests.simulation.executions import Execution
from tests.simulation.moves import ONE_EFFECT, effects
from tests.simulation.recorded import RecordedServers
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World
from tests.whole import WHOLE

SEED = 20260105
DATABASES = int(os.environ.get("DATABASES") or (15 if WHOLE else 5))  # make soak: 100
COPIES = int(os.environ.get("COPIES") or (1000 if WHOLE else 50))


@pytest.fixture
def world(quick_world: World) -> World:
    """Of those whose calls take the shorter way."""
    return quick_world


def events_of(world: World, *names: str) -> list[dict[str, object]]:
    """The events of databases that are made now; they start nothing by themselves."""
    told: list[dict[str, object]] = []
    start, world.rds.on_event = world.rds.on_event, lambda event: told.append(dict(event))
    world.publish("orders", WANTED)
    for name in names:
        world.create(name, "orders")
    world.conductor.run()
    world.rds.on_event = start
    return [event for event in told if world.starts(event)]


def interleave(world: World, draw: random.Random) -> None:
    """Everybody runs to the end, one call after the other; which one is next is drawn."""
    while True:
        while awake := world.conductor.awake:
            draw.choice(awake).step()
        if not world.conductor.jump():
            return


def ends(world: World) -> Counter[str]:
    return Counter(execution.end for execution in world.executions.all.values())


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What so many executions call at once takes together as long as one call."""
    monkeypatch.setattr(calls, "CALL", calls.CALL / 1000)


@contextmanager
def seeded(seed: int) -> Iterator[random.Random]:
    """A failure says how to have the same order again."""
    try:
        yield random.Random(seed)  # noqa: S311  an order, no secret
    except BaseException as error:
        error.add_note(f"SEED = {seed}")
        raise


@pytest.mark.usefixtures("at_once")
def test_of_all_copies_of_one_event_one_has_an_effect(world: World) -> None:
    (event,) = events_of(world, ORDERS)
    with seeded(SEED) as draw:
        for _ in range(COPIES):
            world.executions.start(event)
        interleave(world, draw)
        assert effects(world, *world.executions.all.values()) == ONE_EFFECT
        assert ends(world) == {"Onboarded": 1, "Already in progress": COPIES - 1}
        assert world.rds.restarts == {ORDERS: 1}
        assert world.item(ORDERS, "claim").keys().isdisjoint({"holder", "again"})


@pytest.mark.usefixtures("at_once")
def test_of_ten_shuffled_events_of_each_of_many_databases_one_has_an_effect(world: World) -> None:
    names = [f"orders-{number}" for number in range(2, 2 + DATABASES)]
    with RecordedServers(world).installed(), seeded(SEED) as draw:
        (recorded,) = events_of(world, ORDERS)
        world.executions.start(recorded)
        world.conductor.run()
        events = events_of(world, *names) * 10
        assert len(events) == 10 * DATABASES
        draw.shuffle(events)
        mine: dict[str, list[Execution]] = {name: [] for name in names}
        for event in events:
            mine[event["detail"]["SourceIdentifier"]].append(world.executions.start(event))  # type: ignore[index]
        interleave(world, draw)
        for name, executions in mine.items():
            assert effects(world, *executions) == ONE_EFFECT, name
            assert Counter(execution.end for execution in executions) == {"Onboarded": 1, "Already in progress": 9}
            assert world.rds.restarts[name] == 1


@pytest.mark.parametrize("seed", range(SEED, SEED + 20))
def test_two_executions_on_one_database_have_one_effect_wherever_they_meet(world: World, seed: int) -> None:
    """One by the event, one by hand: who comes second leaves the first one the mark to go through everything again."""
    (event,) = events_of(world, ORDERS)
    starts: list[Callable[[], Execution]] = [lambda: world.executions.start(event), lambda: world.start(ORDERS)]
    with seeded(seed) as draw:
        for start in draw.sample(starts, 2):
            start()
            for _ in range(draw.randrange(60)):
                if awake := world.conductor.awake:
                    draw.choice(awake).step()
                elif not world.conductor.jump():
                    break
        interleave(world, draw)
        assert effects(world, *world.executions.all.values()) == ONE_EFFECT
        assert set(ends(world)) <= {"Onboarded", "Already in progress"}
        assert ends(world)["Onboarded"] >= 1
