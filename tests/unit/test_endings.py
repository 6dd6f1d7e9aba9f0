from __future__ import annotations

from typing import Any

import pytest

from signon.domain.memory.record import Record
from signon.domain.outcome import ending
from signon.domain.outcome.ending import Execution
from signon.domain.outcome.report import event_detail, facts
from signon.domain.rds.database import Database
from tests.builders import (
    ACCOUNT,
    EXECUTION,
    NOW,
    REGION,
    a_cluster,
    a_cluster_id,
    a_database,
    a_database_id,
    a_reported_record,
    a_request,
    an_event,
    an_execution,
    at,
)

OTHER = EXECUTION + "2"
LONG_AGO = at(hours=-1)


@pytest.mark.parametrize(
    ("document", "instance"),
    [
        ({"database": {"instance": "payments-orders"}}, "payments-orders"),
        (an_event(), "payments-orders"),
        ({"database": {"instance": "payments-orders"}, "dry_run": True}, None),
        ({"database": {"instance": "payments-orders"}, "surprise": 1}, None),
        (None, None),
        ("x", None),
        ([], None),
    ],
)
def test_what_an_execution_was_asked_for_is_read_from_its_input(document: Any, instance: str | None) -> None:
    asked = ending.asked_for(an_execution(input=document), ACCOUNT, REGION)
    assert (asked.name if asked else None) == instance


@pytest.mark.parametrize(
    ("status", "badly"),
    [("RUNNING", False), ("SUCCEEDED", False), ("ABORTED", True), ("TIMED_OUT", True), ("FAILED", True)],
)
def test_an_end_is_looked_at_where_it_is_a_bad_one(status: str, badly: bool) -> None:
    assert an_execution(status).has_ended_badly is badly


def test_a_claim_outlives_an_execution_whose_function_may_still_be_at_work() -> None:
    assert [status for status in ("ABORTED", "TIMED_OUT", "FAILED") if an_execution(status).may_still_write] == [
        "ABORTED",
        "TIMED_OUT",
    ]


def unreported(
    execution: Execution, record: Record | None = None, database: Database | None = None, *, holds: bool = False
) -> bool:
    return ending.is_unreported(execution, a_request(profile=None), database or a_database(), record, holds=holds)


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT", "FAILED"])
@pytest.mark.parametrize("holds", [True, False])
@pytest.mark.parametrize("record", [None, a_reported_record(execution=OTHER, reported_at=LONG_AGO)])
def test_an_end_that_nobody_reported_is_reported(status: str, holds: bool, record: Record | None) -> None:
    assert unreported(an_execution(status), record, holds=holds)


def test_an_execution_that_has_reported_is_left_alone() -> None:
    for status in ("ABORTED", "TIMED_OUT", "FAILED"):
        assert not unreported(an_execution(status), a_reported_record(reported_at=LONG_AGO))


def test_one_that_reported_and_was_stopped_while_it_planned_again_is_reported() -> None:
    assert unreported(an_execution("ABORTED"), a_reported_record(reported_at=LONG_AGO), holds=True)


def test_one_that_reported_and_could_not_release_its_claim_is_not_reported_twice() -> None:
    assert not unreported(an_execution("FAILED"), a_reported_record(reported_at=LONG_AGO), holds=True)


def test_a_failure_that_was_reported_before_there_was_a_record_is_left_alone() -> None:
    assert not unreported(an_execution("FAILED", error="Reported.KeyError"))
    assert unreported(an_execution("FAILED", error="TemporaryFailure", cause="x"))


def test_what_a_later_run_has_written_is_kept() -> None:
    assert not unreported(an_execution(), a_reported_record(execution=OTHER, reported_at=at(seconds=1)))


@pytest.mark.parametrize(
    "database",
    [
        a_database(tags={}),
        a_database(id=a_database_id(engine="oracle-ee")),
        a_cluster(id=a_cluster_id(engine="docdb")),
        a_database(created_at=at(minutes=-1)),  # made again under the same name
    ],
)
def test_a_database_that_is_not_ours_is_not_reported(database: Database) -> None:
    assert not unreported(an_execution(), None, database)
    assert unreported(an_execution(), None, database, holds=True)


@pytest.mark.parametrize(
    ("status", "error", "kind", "what"),
    [
        ("ABORTED", "", "Aborted", "was stopped by somebody"),
        ("FAILED", "States.DataLimitExceeded", "States.DataLimitExceeded", "ended without a report"),
        ("FAILED", "", "Unknown", "ended without a report"),
    ],
)
def test_people_are_told_how_it_ended_and_what_to_do(status: str, error: str, kind: str, what: str) -> None:
    ended = ending.outcome(an_execution(status, error=error), "payments-orders")
    assert (ended.end, ended.error) == ("Failed", kind)
    assert ended.headline == f"payments-orders: the execution {what}"
    ((problem, remedy),) = ended.problems
    assert error in problem
    assert remedy


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        ("FAILED", "TemporaryFailure", "TemporaryFailure"),
        ("FAILED", "Lambda.ResourceConflictException", "Lambda.ResourceConflictException"),
        ("TIMED_OUT", "States.Timeout", "TimedOut"),
    ],
)
def test_one_that_waited_too_long_or_met_no_answer_is_worth_another_look(status: str, error: str, kind: str) -> None:
    ended = ending.outcome(an_execution(status, error=error), "payments-orders")
    assert (ended.end, ended.error) == ("Parked", kind)
    dossier = ending.dossier(a_request(profile=None), a_database(), None)
    assert facts(ended, dossier, None, EXECUTION, NOW.isoformat())["next_look"] == at(hours=1).isoformat()


def noted(record: Record | None) -> dict[str, Any]:
    execution = an_execution()
    dossier = ending.dossier(a_request(profile=None), a_database(), record)
    ended = ending.outcome(execution, "payments-orders")
    assert event_detail(ended, dossier, execution.arn)["resource_id"] == a_database_id().resource_id
    return dict(facts(ended, dossier, record, execution.arn, NOW.isoformat()))


def test_the_record_keeps_the_plan_and_profile_that_it_knows() -> None:
    remembered = noted(a_reported_record())
    assert (remembered["end"], remembered["error"], remembered["execution"]) == ("Failed", "Aborted", EXECUTION)
    assert (remembered["plan"], remembered["profile"], remembered["profile_version"]) == (
        "0123456789abcdef",
        "payments",
        "v1",
    )
    assert remembered["next_look"] == ""


def test_a_first_run_that_was_stopped_is_remembered_by_its_tag() -> None:
    remembered = noted(None)
    assert (remembered["profile"], remembered["profile_version"]) == ("payments", "")
    assert all(isinstance(value, str) for value in remembered.values())
