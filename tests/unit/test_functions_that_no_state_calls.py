"""The two functions that no state calls, on a table, a topic and a state machine that are kept in memory."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from signon.aws import claims, executions, notifications, profiles, rds, records
from signon.domain.memory.claim import Claim
from signon.domain.memory.record import ALL, Known, Record
from signon.domain.outcome.ending import Execution
from signon.domain.rds.database import Database
from tests.builders import (
    EXECUTION,
    NOW,
    a_database,
    a_database_id,
    a_reported_record,
    an_execution,
    at,
)
from tests.unit.handlers import context_of, handler_of

SWEEP, ENDING = handler_of("sweep_databases"), handler_of("report_ending")


class World:
    """What the functions find, and what they did."""

    def __init__(self) -> None:
        self.databases: list[Database] = []
        self.records: dict[str, Record] = {}
        self.execution: Execution | None = an_execution()
        self.claim: Claim | None = None
        self.running = 0
        self.paused = False
        self.started: list[tuple[str, Mapping[str, Any]]] = []
        self.told: list[str] = []
        self.announced: list[Mapping[str, Any]] = []
        self.released: list[Claim] = []

    def note(self, _: str, database: str, facts: Mapping[str, str]) -> None:
        known = {name: value or None for name, value in facts.items() if name in Record.__dataclass_fields__}
        noted = vars(Record.of_facts(known))
        self.records[database] = replace(self.records.get(database, Record()), **{name: noted[name] for name in known})

    def start(self, _: str, name: str, document: Mapping[str, Any]) -> bool:
        is_new = name not in dict(self.started)
        self.started += [(name, document)] if is_new else []
        return is_new

    def sweep(self, **later: float) -> dict[str, int]:
        event = {"now": at(**later).isoformat()}
        answer: dict[str, int] = SWEEP.handler(event, context_of("sweep-databases"))
        return answer

    def end(self) -> dict[str, bool]:
        event = {"time": NOW.isoformat(), "detail": {"executionArn": EXECUTION}}
        answer: dict[str, bool] = ENDING.handler(event, context_of("report-ending"))
        return answer


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    for name in ("TABLE", "TOPIC", "PROFILES", "STATE_MACHINE"):
        monkeypatch.setenv(f"SIGNON_{name}", name.lower())
    replaced: dict[Any, dict[str, Any]] = {
        rds: {
            "every_database": lambda: iter(world.databases),
            "find_made": lambda request: next((one for one in world.databases if one.id.name == request.name), None),
        },
        records: {
            "read_all": lambda _, databases: {one: Known(world.records.get(one)) for one in databases},
            "read": lambda _, database: world.records.get(database),
            "note": world.note,
            "is_paused": lambda _: world.paused,
        },
        profiles: {"newest_version": lambda _, __: "v1"},
        executions: {
            "running": lambda _, __: world.running,
            "start": world.start,
            "describe": lambda _: world.execution,
        },
        claims: {"held_by": lambda *_: world.claim, "abandon": lambda _, claim: world.released.append(claim)},
        notifications: {
            "tell": lambda _, subject, __: world.told.append(subject),
            "announce": lambda _, detail: world.announced.append(detail),
        },
    }
    for module, functions in replaced.items():
        for name, function in functions.items():
            monkeypatch.setattr(module, name, function)
    return world


def databases(count: int) -> list[Database]:
    """So many, each an hour older than the one before."""
    return [
        a_database(id=a_database_id(name=f"payments-{age}", resource_id=f"db-{age}"), created_at=at(hours=-age))
        for age in range(count)
    ]


# ---- the sweep


def test_of_a_thousand_lost_ones_five_at_once_are_started_the_oldest_first(world: World) -> None:
    world.databases = databases(1000)
    assert world.sweep() == {"looked_at": 1000, "due": 1000, "started": 5, "held_back": 995}
    assert [document["database"]["instance"] for _, document in world.started] == [
        f"payments-{number}" for number in (999, 998, 997, 996, 995)
    ]


def test_what_others_have_started_counts(world: World) -> None:
    world.databases, world.running = databases(9), 4
    assert world.sweep() == {"looked_at": 9, "due": 9, "started": 1, "held_back": 8}


def test_the_same_sweep_twice_starts_nothing_twice(world: World) -> None:
    world.databases = databases(1)
    assert [world.sweep()["started"], world.sweep()["started"]] == [1, 0]


def test_while_paused_the_sweep_only_looks(world: World) -> None:
    world.databases, world.paused = databases(2), True
    assert world.sweep() == {"looked_at": 2, "due": 2, "started": 0, "held_back": 2}


def test_the_version_that_a_database_was_started_for_is_remembered(world: World) -> None:
    world.databases = databases(1)
    world.sweep()
    assert world.records["db-0"].swept_version == "v1"


def test_strangers_are_looked_at_and_no_more(world: World) -> None:
    world.databases = [a_database(tags={})]
    assert world.sweep() == {"looked_at": 1, "due": 0, "started": 0, "held_back": 0}


def test_a_stop_is_told_once_and_again_only_when_it_was_lifted(world: World) -> None:
    world.databases = databases(4)
    bad = a_reported_record(end="Failed", error="KeyError")
    world.records = {f"db-{number}": bad for number in range(3)}
    assert [world.sweep(hours=hour)["started"] for hour in range(3)] == [0, 0, 0]
    assert world.told == ["The sweep has stopped: 3 runs in a row ended in Failed: KeyError"]

    world.records["db-0"] = a_reported_record(reported_at=NOW)
    assert world.sweep(hours=3)["started"] == 1
    assert world.records[ALL].told is None

    world.records["db-0"] = bad
    world.sweep(hours=4)
    assert len(world.told) == 2


def test_the_line_that_says_how_a_sweep_went_is_a_metric_of_the_oldest_unfinished_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.databases, log = databases(3), io.StringIO()
    monkeypatch.setattr(SWEEP.logger.registered_handler, "stream", log)
    world.sweep()
    line = json.loads(log.getvalue().splitlines()[-1])
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (line["OldestUnfinished"], line["unfinished"]) == (2 * 3600, "payments-2")
    assert directive == {
        "Namespace": "RDS Sign-on",
        "Dimensions": [["function_name"]],
        "Metrics": [{"Name": "OldestUnfinished", "Unit": "Seconds"}],
    }
    assert line["function_name"] == "sweep-databases"
    assert line["_aws"]["Timestamp"] == NOW.timestamp() * 1000


# ---- endings


def test_a_stopped_execution_is_reported_once_and_its_claim_left_to_settle(world: World) -> None:
    world.databases = [a_database()]
    world.claim = Claim(a_database_id().resource_id, EXECUTION, 1)
    assert world.end() == {"reported": True, "released": False}
    assert world.told == ["payments-orders: the execution was stopped by somebody"]
    assert [detail["end"] for detail in world.announced] == ["Failed"]
    world.end()  # EventBridge delivers at least once
    assert len(world.told) == len(world.announced) == 1
    assert world.released == []


@pytest.mark.parametrize(
    ("status", "error", "recorded"),
    [
        ("ABORTED", "", "Aborted"),
        ("TIMED_OUT", "States.Timeout", "TimedOut"),
        ("FAILED", "States.Runtime", "States.Runtime"),
        ("FAILED", "States.DataLimitExceeded", "States.DataLimitExceeded"),
    ],
)
@pytest.mark.parametrize("holds", [True, False])
def test_whatever_no_catch_saw_is_told_once_however_often_it_is_delivered(
    world: World, status: str, error: str, recorded: str, holds: bool
) -> None:
    world.databases, world.execution = [a_database()], an_execution(status, error=error)
    world.claim = Claim(a_database_id().resource_id, EXECUTION, 1) if holds else None
    assert world.end()["reported"]
    world.end()
    world.claim = None  # it was released, or somebody has taken it over
    world.end()
    assert (len(world.told), len(world.announced)) == (1, 1)
    assert world.records[a_database_id().resource_id].error == recorded


def test_a_failure_that_could_not_report_is_reported_and_its_claim_released(world: World) -> None:
    world.databases, world.execution = [a_database()], an_execution("FAILED", error="States.DataLimitExceeded")
    world.claim = Claim(a_database_id().resource_id, EXECUTION, 1)
    assert world.end() == {"reported": True, "released": True}
    assert world.released == [world.claim]


@pytest.mark.parametrize(
    ("execution", "found"),
    [
        (None, [a_database()]),
        (an_execution("RUNNING"), [a_database()]),  # somebody has redriven it meanwhile
        (an_execution(input={"surprise": 1}), [a_database()]),
        (an_execution(), []),
        (an_execution(), [a_database(tags={})]),
    ],
)
def test_what_names_no_database_of_ours_is_silent(
    world: World, execution: Execution | None, found: list[Database]
) -> None:
    world.execution, world.databases = execution, found
    assert world.end() == {"reported": False, "released": False}
    assert world.told == []
    assert world.records == {}
