from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain import sweep
from signon.domain.engines import Scope
from signon.domain.memory.record import Record
from signon.domain.rds.database import Database
from signon.domain.request.request import read_request
from signon.domain.sweep import Candidate, Stop, Unfinished
from signon.errors import End
from tests.builders import (
    ACCOUNT,
    NOW,
    REGION,
    a_candidate,
    a_cluster,
    a_cluster_candidate,
    a_cluster_id,
    a_database,
    a_database_id,
    a_record,
    a_reported_record,
    an_instance,
    at,
)

NEWEST = {"payments": "v1"}


def reasons(*candidates: Candidate, newest: dict[str, str | None] | None = None) -> list[str]:
    return [one.reason for one in sweep.due(candidates, NEWEST if newest is None else newest, NOW)]


# ---- who is considered


@pytest.mark.parametrize(
    ("database", "considered"),
    [
        (a_database(), True),
        (a_database(status="backing-up"), True),
        (a_database(tags={}), False),
        (a_database(tags={"signon:profile": ""}), False),
        (a_database(id=a_database_id(engine="oracle-ee")), False),
        (a_database(id=a_database_id(engine="mariadb")), True),  # so that its report can say what AWS does not offer
        (a_cluster(), True),
        (a_cluster(id=a_cluster_id(engine="docdb")), False),
        (a_cluster(instances=(an_instance(status="rebooting"),)), False),
        (a_database(status="modifying"), False),
        (a_database(status="stopped"), False),
        (a_database(status="deleting"), False),
    ],
)
def test_a_candidate_bears_the_tag_is_served_and_usable(database: Database, considered: bool) -> None:
    assert sweep.is_candidate(database) is considered


def test_a_profile_is_asked_for_once_and_only_by_a_name_that_can_be_one() -> None:
    tags = ["payments", "Not A Name", "orders", "payments", "../x"]
    assert sweep.profiles(a_candidate(tags={"signon:profile": tag}) for tag in tags) == ["orders", "payments"]


# ---- who is due


FAILED = a_reported_record(end="Failed", error="KeyError")
WAITS = a_reported_record(end="Needs a person", error="DatabaseInUse")
PARKED = a_reported_record(end="Parked", error="StillWaiting", next_look=NOW)
UNUSABLE = a_reported_record(end="Needs a person", error="ProfileUnusable", profile_version=None)


@pytest.mark.parametrize(
    ("record", "newest", "reason"),
    [
        (None, "v1", "no record"),
        (a_record(associated_at=NOW), "v1", "left no report"),
        (a_reported_record(), "v1", None),
        (a_reported_record(), "v2", "profile payments has changed"),
        (a_reported_record(), None, None),  # the profile was taken away
        (a_reported_record(profile="orders"), "v1", "another profile than orders"),
        (FAILED, "v1", None),
        (FAILED, "v2", "has changed"),
        (WAITS, "v1", None),
        (WAITS, "v2", "has changed"),
        (PARKED, "v1", "time to look again"),
        (a_reported_record(end="Parked", next_look=at(seconds=1)), "v1", None),
        # no plan was made, and so no version is known
        (UNUSABLE, None, None),
        (UNUSABLE, "v1", "has changed"),
        (a_reported_record(end="Failed", error="Aborted", profile_version=None), "v1", None),
    ],
)
def test_a_database_is_due_for_a_reason(record: Record | None, newest: str | None, reason: str | None) -> None:
    found = reasons(a_candidate(record), newest={"payments": newest})
    assert len(found) == (reason is not None)
    assert reason is None or reason in found[0]


@pytest.mark.parametrize("record", [a_reported_record(swept_version="v2"), UNUSABLE])
def test_a_version_is_swept_for_once(record: Record) -> None:
    swept = a_candidate(Record(**{**vars(record), "swept_version": "v2"}))
    assert reasons(swept, newest={"payments": "v2"}) == []
    assert len(reasons(swept, newest={"payments": "v3"})) == 1


@pytest.mark.parametrize("record", [None, PARKED, a_reported_record(profile="orders")])
def test_a_database_being_worked_on_is_left_alone(record: Record | None) -> None:
    assert reasons(a_candidate(record, at(minutes=-1))) == []
    assert reasons(a_candidate(record, at(hours=-5, minutes=-59))) == []


def test_a_claim_older_than_any_execution_blocks_nothing() -> None:
    assert len(reasons(a_candidate(None, at(hours=-6)))) == 1


def test_a_tag_that_is_no_profiles_name_is_tried_once() -> None:
    tag = {"signon:profile": "Not A Name"}
    assert len(reasons(a_candidate(tags=tag))) == 1
    assert reasons(a_candidate(a_reported_record(profile="Not A Name", profile_version=None), tags=tag)) == []


def test_the_oldest_database_comes_first() -> None:
    ages = {"b": 1, "c": 3, "a": 1}
    candidates = [a_candidate(id=a_database_id(name=name), created_at=at(hours=-age)) for name, age in ages.items()]
    assert [one.database.name for one in sweep.due(candidates, NEWEST, NOW)] == ["c", "a", "b"]


def test_the_sweeps_request_is_one_that_the_story_understands() -> None:
    (one,) = sweep.due([a_candidate()], NEWEST, NOW)
    request = read_request(one.request, ACCOUNT, REGION)
    assert (request.scope, request.name, request.profile) == (Scope.INSTANCE, "payments-orders", None)
    assert request.reason == "sweep: no record: its event was lost, or it was tagged later"
    assert one.version == "v1"


def test_a_cluster_is_asked_for_as_one() -> None:
    (one,) = sweep.due([a_cluster_candidate()], NEWEST, NOW)
    assert one.request["database"] == {"cluster": "payments-ledger"}
    assert read_request(one.request, ACCOUNT, REGION).scope is Scope.CLUSTER


def test_a_schedule_that_fires_twice_names_the_same_execution() -> None:
    (one,) = sweep.due([a_candidate()], NEWEST, NOW)
    assert one.execution_name(NOW) == "sweep-db-ORDERS0000000000000000001-20261120T123000Z"
    assert len(one.execution_name(NOW)) <= 80


a_known = st.sampled_from([None, a_reported_record(), FAILED, WAITS, PARKED, UNUSABLE, a_record()])
a_holding = st.sampled_from([None, at(minutes=-1), at(days=-1)])


@given(st.lists(st.tuples(a_known, a_holding), max_size=40), st.sampled_from([None, "v1", "v2"]))
def test_whatever_is_known_nobody_who_is_worked_on_is_due_and_everybody_unknown_is(
    known: list[tuple[Record | None, datetime | None]], newest: str | None
) -> None:
    candidates = [
        a_candidate(record, since, id=a_database_id(name=f"db-{number}"))
        for number, (record, since) in enumerate(known)
    ]
    found = {one.database.name for one in sweep.due(candidates, {"payments": newest}, NOW)}
    for candidate in candidates:
        held = candidate.known.held_since == at(minutes=-1)
        if held or candidate.known.record is None:
            assert (candidate.database.id.name in found) is not held


def test_a_thousand_lost_events_are_all_found() -> None:
    lost = [a_candidate(id=a_database_id(name=f"payments-{number}")) for number in range(1000)]
    assert len(sweep.due(lost, NEWEST, NOW)) == 1000


# ---- who is unfinished longest


AN_HOUR_AGO, A_DAY_AGO = at(hours=-1), at(days=-1)
NEVER_IN = {"onboarded_at": None, "unfinished_since": AN_HOUR_AGO}


@pytest.mark.parametrize(
    ("record", "held_since", "since"),
    [
        (None, None, A_DAY_AGO),  # its creation
        (None, AN_HOUR_AGO, AN_HOUR_AGO),  # somebody works on it since then
        (a_record(associated_at=AN_HOUR_AGO), None, A_DAY_AGO),
        (a_reported_record(end="Parked", **NEVER_IN), None, AN_HOUR_AGO),
        (a_reported_record(end="Parked", **NEVER_IN), NOW, AN_HOUR_AGO),  # looked at again
        (a_reported_record(end="Parked", onboarded_at=None, unfinished_since=at(days=3)), None, None),
        (a_reported_record(end="Parked", unfinished_since=AN_HOUR_AGO), None, None),  # people sign in
        (a_reported_record(end="Parked", onboarded_at=None), None, None),  # parked before this was remembered
        (a_reported_record(end="Needs a person", **NEVER_IN), None, None),  # they were told
        (a_reported_record(end="Failed", **NEVER_IN), None, None),
        (a_reported_record(), None, None),
    ],
)
def test_a_database_is_unfinished_while_people_can_neither_sign_in_nor_know_why(
    record: Record | None, held_since: datetime | None, since: datetime | None
) -> None:
    found = sweep.oldest_unfinished([a_candidate(record, held_since, created_at=A_DAY_AGO)], NOW)
    assert found == (
        Unfinished("payments-orders", int((NOW - since).total_seconds())) if since else Unfinished(None, 0)
    )


def test_of_several_unfinished_ones_the_oldest_counts() -> None:
    ages = {"b": 1, "c": 30, "a": 2}
    candidates = [a_candidate(id=a_database_id(name=name), created_at=at(hours=-age)) for name, age in ages.items()]
    assert sweep.oldest_unfinished(candidates, NOW) == Unfinished("c", 30 * 3600)
    assert sweep.oldest_unfinished([], NOW) == Unfinished(None, 0)


# ---- how many are started


@pytest.mark.parametrize(("running", "room"), [(0, 5), (3, 2), (5, 0), (9, 0)])
def test_at_most_five_run_at_once(running: int, room: int) -> None:
    assert sweep.room(running, paused=False, stopped=False) == room


@pytest.mark.parametrize("why", ["paused", "stopped"])
def test_nothing_is_started_while_paused_or_stopped(why: str) -> None:
    assert sweep.room(0, **{"paused": False, "stopped": False, why: True}) == 0


# ---- the stop


def ended(*ends: tuple[str, str | None], **changes: Any) -> list[Candidate]:
    """Databases whose last runs ended so, the newest first."""
    return [
        a_candidate(
            a_reported_record(end=end, error=error, reported_at=at(minutes=-age), **changes),
            id=a_database_id(name=f"db-{age}"),
        )
        for age, (end, error) in enumerate(ends)
    ]


BAD = ("Needs a person", "ConnectionRefused")
GOOD = ("Onboarded", None)


def test_three_equal_failures_in_a_row_stop_the_sweep() -> None:
    stop = sweep.stop(ended(BAD, BAD, BAD, GOOD))
    assert stop == Stop(End.NEEDS_A_PERSON, "ConnectionRefused", ("db-0", "db-1", "db-2"))
    assert "3 runs in a row ended in Needs a person: ConnectionRefused" in stop.headline
    assert "db-1" in stop.message
    assert "What to do" in stop.message


@pytest.mark.parametrize(
    "ends",
    [
        [],
        [BAD, BAD],
        [BAD, BAD, GOOD, BAD],
        [GOOD, BAD, BAD, BAD],
        [BAD, BAD, ("Needs a person", "DatabaseInUse")],
        [BAD, BAD, ("Failed", "ConnectionRefused")],
        [GOOD] * 3,
        [("Parked", "StillWaiting")] * 3,
        [("Needs a person", None)] * 3,  # plans that wait for their approval
    ],
)
def test_anything_else_does_not(ends: list[tuple[str, str | None]]) -> None:
    assert sweep.stop(ended(*ends)) is None


def test_databases_that_never_ended_count_for_nothing() -> None:
    assert sweep.stop([a_candidate(), a_candidate(a_record()), *ended(BAD, BAD, BAD)]) is not None


def test_a_stop_stays_the_same_when_another_database_joins_it() -> None:
    first, later = sweep.stop(ended(BAD, BAD, BAD)), sweep.stop(ended(BAD, BAD, BAD)[::-1][:1] + ended(BAD, BAD, BAD))
    assert first
    assert later
    assert first.digest == later.digest


def test_the_newest_is_found_however_its_time_is_written() -> None:
    written = ended(BAD, BAD, BAD)
    newest = a_candidate(a_reported_record(reported_at=at(seconds=1)), id=a_database_id(name="z"))
    assert sweep.stop([*written, newest]) is None
