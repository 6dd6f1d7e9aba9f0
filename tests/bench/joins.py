"""One join by the simulation's clock, as long as it is told to be: what it costs, counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest import mock

from localcloud.examples.example_data import create_cluster
from tests.simulation.executions import Execution
from tests.simulation.statements import is_about
from tests.simulation.world import LEDGER, ORDERS, World

Roles = Mapping[str, Sequence[str]]  # of each person

NEVER = timedelta(days=365)
PEOPLE: Roles = {"alice": ["read"], "bob": ["read", "write"]}
THOUSAND: Roles = {f"person-{number}": ["read", "write"] for number in range(1000)}

# What one writes first: wait 30 seconds, look, choose. Everything else is as deployed.
NAIVE = {"Wait for the membership": {"Type": "Wait", "Seconds": 30, "Next": "Read membership"}}


@dataclass(frozen=True)
class Kind:
    """A kind of database: who makes one, of which name."""

    title: str
    name: str
    create: Callable[[World], None]


def a_cluster(readers: int) -> Kind:
    title = f"Aurora PostgreSQL, a writer and {readers} reader{'s' if readers > 1 else ''}"
    return Kind(title, LEDGER, lambda world: create_cluster(world, LEDGER, "ledger", readers))


MYSQL = Kind("RDS for MySQL", ORDERS, lambda world: world.create(ORDERS, "orders"))


@dataclass(frozen=True)
class Figures:
    """What the execution that worked on the database did. ``largest_payload`` is in bytes, ``seconds`` are real."""

    end: str
    looks: int
    transitions: int
    history_events: int
    aws_calls: int
    sql_round_trips: int
    largest_payload: int
    seconds: float


def join(world: World, kind: Kind, takes: timedelta, people: Roles = PEOPLE, *, naive: bool = False) -> Figures:
    """A new database whose join takes so long, from RDS's event to the execution's end."""
    began = time.monotonic()
    world.rds.join_takes = takes
    with _deployed(world, NAIVE if naive else {}):
        world.publish(kind.name.partition("-")[0], people)
        kind.create(world)
        world.conductor.run()
    # the events of a cluster and its instances start one execution each, and all but one leave it to that one
    execution = max(world.executions.all.values(), key=lambda each: len(each.run.states))
    return _figures(world, execution, time.monotonic() - began)


def _figures(world: World, execution: Execution, seconds: float) -> Figures:
    made = [each.call for each in world.calls.made if each.by == execution.arn]
    statements = sum(map(is_about, made))
    return Figures(
        end=execution.end,
        looks=execution.run.states.count("Read membership"),
        transitions=len(execution.run.states),
        history_events=execution.run.history_events,
        aws_calls=len(made) - statements,
        sql_round_trips=statements,
        largest_payload=execution.run.largest_payload,
        seconds=seconds,
    )


@contextmanager
def _deployed(world: World, changed: Mapping[str, Any]) -> Iterator[None]:
    """Meanwhile the state machine has these states instead of its own of that name."""
    definition = world.executions.definition
    states = {**definition["States"], **changed}
    with mock.patch.object(world.executions, "definition", {**definition, "States": states}):
        yield
