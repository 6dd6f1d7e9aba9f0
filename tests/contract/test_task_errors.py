"""What the state machine makes of each error is what errors.py says, and every error is somebody's."""

from __future__ import annotations

import math

import pytest

from signon import errors
from signon.db.connection import CONNECT_TRIES, RESUMES_WITHIN
from signon.errors import END_BY_ERROR, NeedsPerson
from tests.contract.project import (
    ERRORS,
    FOLDERS,
    FUNCTIONS,
    MACHINE,
    PLATFORM,
    STATES,
    TASKS,
    code_of,
    each_task,
    end_of,
    folder_of,
    logical_id_of,
    names_in,
    timeout_of,
    waits_of,
)
from tests.contract.reach import ROOT, calls_of, errors_of
from tests.unit.handlers import handler_of


@each_task
def test_the_platform_is_given_three_minutes_to_recover_and_hardly_ever_less(task: str) -> None:
    """Of full jitter half of the longest waits is to be expected; less by two deviations is one case in 40."""
    first = TASKS[task]["Retry"][0]
    assert set(first["ErrorEquals"]) == PLATFORM
    waits = list(waits_of(first))
    deviation = math.sqrt(sum(longest**2 / 12 for longest in waits))
    assert sum(waits) / 2 >= 3 * 60
    assert sum(waits) / 2 - 2 * deviation >= 2.9 * 60


@each_task
def test_executions_that_fail_together_do_not_retry_together(task: str) -> None:
    assert {retry["JitterStrategy"] for retry in TASKS[task]["Retry"]} == {"FULL"}


@each_task
def test_a_task_catches_whatever_is_left(task: str) -> None:
    assert TASKS[task]["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


@each_task
def test_the_names_of_errors_are_classes_of_ours_or_the_platforms(task: str) -> None:
    named = {error for rule in (*TASKS[task]["Retry"], *TASKS[task]["Catch"]) for error in rule["ErrorEquals"]}
    assert {error for error in named if "." not in error} <= ERRORS
    assert {error for error in named if "." in error} == {*PLATFORM, "States.ALL"}


@each_task
def test_a_task_retries_exactly_the_errors_of_its_function_that_pass_by_themselves(task: str) -> None:
    retried = {error for retry in TASKS[task]["Retry"][1:] for error in retry["ErrorEquals"]}
    passing = {"TemporaryFailure", "ServiceUnreachable", "DatabaseBusy"}
    assert retried == errors_of(folder_of(task)) & passing


@each_task
def test_a_task_names_no_error_that_its_function_cannot_raise(task: str) -> None:
    caught = {error for catch in TASKS[task]["Catch"][:-1] for error in catch["ErrorEquals"]}
    assert caught <= errors_of(folder_of(task))


@each_task
def test_every_error_of_a_function_ends_where_its_class_says(task: str) -> None:
    for error in errors_of(folder_of(task)) & set(END_BY_ERROR) - {"PlanOutdated", "PluginNotLoaded"}:
        assert end_of(task, error) in ("Report outcome", "Failed" if task == "Report outcome" else END_BY_ERROR[error])


@pytest.mark.parametrize("error", sorted(name for name in PLATFORM if name.startswith("Lambda.")))
def test_what_lambda_could_not_do_parks_once_its_retries_are_used_up(error: str) -> None:
    assert errors.end_of(error) == "Parked"


def test_errors_that_end_silently_before_a_claim_need_no_report() -> None:
    assert end_of("Describe database", "NotOurs") == "Not ours"
    assert end_of("Claim database", "AlreadyInProgress") == "Already in progress"


def test_an_execution_ends_when_it_finds_its_claim_lost() -> None:
    for task in TASKS:
        if "ClaimLost" in errors_of(folder_of(task)):
            assert end_of(task, "ClaimLost") == "Already in progress"


CHANGING = {
    "Leave directory",
    "Switch IAM authentication",
    "Associate directory",
    "Reboot database",
    "Ensure connect policy",
    "Lock leavers",
    "Create logins",
    "Publish connection kit",
}


def test_every_function_that_changes_something_first_checks_that_its_plan_still_holds() -> None:
    assert {task for task in TASKS if "newest_version" in calls_of(folder_of(task))} == CHANGING
    for task in CHANGING:
        assert "PlanOutdated" in errors_of(folder_of(task))
        assert {"observe", "confirm", "newest_version"} <= calls_of(folder_of(task))
        assert names_in(TASKS[task]["Parameters"]) >= {"request", "database", "plan", "claim", "redrives"}


def test_making_a_plan_and_following_it_count_the_same_redrives() -> None:
    for task in {"Make plan", *CHANGING}:
        assert TASKS[task]["Parameters"]["redrives.$"] == "$$.Execution.RedriveCount"


def test_an_outdated_plan_is_made_anew_three_times_at_most_and_then_parked() -> None:
    for task in {"Count sessions", *CHANGING}:
        (catch,) = (catch for catch in TASKS[task]["Catch"] if "PlanOutdated" in catch["ErrorEquals"])
        assert set(catch["ErrorEquals"]) == {"PlanOutdated", *(["PluginNotLoaded"] if task == "Create logins" else [])}
        assert (catch["Next"], catch["ResultPath"]) == ("Planned often?", "$.error")
    choice = STATES["Planned often?"]
    assert choice["Choices"] == [{"Variable": "$.replans", "NumericLessThan": 3, "Next": "Plan again"}]
    assert choice["Default"] == "Report outcome"
    assert STATES["Describe database"]["ResultSelector"]["replans"] == 0
    assert STATES["Plan again"]["Parameters"]["replans.$"] == "States.MathAdd($.replans, 1)"
    assert END_BY_ERROR["PlanOutdated"] == "Parked"


def test_a_lock_on_a_role_outlasts_every_try_of_the_state_that_takes_it() -> None:
    """All of them are told the same time, at which the state was entered."""
    waits = [seconds for retry in TASKS["Ensure connect policy"]["Retry"] for seconds in waits_of(retry)]
    tries = (1 + len(waits)) * timeout_of("EnsureConnectPolicy")
    assert sum(waits) + tries < handler_of("ensure_connect_policy").LOCK_LASTS.total_seconds()


def test_a_report_that_cannot_be_made_fails() -> None:
    assert end_of("Report outcome", "TemporaryFailure") == "Failed"


def test_reading_the_source_finds_the_errors_that_a_person_finds() -> None:
    assert errors_of("claim_database") == {
        "AlreadyInProgress",
        "ClaimSettling",
        "TemporaryFailure",
        "ServiceUnreachable",
        "PermissionMissing",
        "SettingMissing",
    }
    assert "PluginNotLoaded" in errors_of("create_logins")
    assert "LoginsIncomplete" in errors_of("verify_logins")
    assert "RebootDidNotHelp" in errors_of("look_inside")
    assert "modify_db_instance" in calls_of("associate_directory")


def test_a_claim_that_settles_is_tried_anew_by_entering_the_state_anew() -> None:
    """A Retry is given the time at which its state was entered first, and by that time the claim never settles."""
    assert {task for task in TASKS if "ClaimSettling" in errors_of(folder_of(task))} == {"Claim database"}
    wait = STATES[end_of("Claim database", "ClaimSettling")]
    assert (wait["Type"], wait["Next"]) == ("Wait", "Claim database")
    assert wait["Seconds"] * 60 < MACHINE["TimeoutSeconds"]


def test_a_claim_that_settles_is_remembered_as_no_error() -> None:
    """Whatever ends the execution later, ``$.error`` is about that."""
    (settling,) = (catch for catch in TASKS["Claim database"]["Catch"] if catch["ErrorEquals"] == ["ClaimSettling"])
    assert settling["ResultPath"] == "$.settling"


def test_a_busy_database_is_waited_for_about_an_hour() -> None:
    for task in TASKS.values():
        for retry in task["Retry"]:
            if "DatabaseBusy" in retry["ErrorEquals"]:
                assert 60 * 60 <= sum(waits_of(retry)) / 2 <= 90 * 60


@each_task
def test_a_task_waits_longer_than_its_function_runs(task: str) -> None:
    assert TASKS[task]["TimeoutSeconds"] > timeout_of(logical_id_of(task))


def test_a_function_is_inside_the_vpc_and_knows_it_or_neither() -> None:
    """Inside, whatever gets no connection to AWS is a missing way out, and needs a person."""
    inside = {function for function, value in FUNCTIONS.items() if "VpcConfig" in value}
    sources = {function: (ROOT / "functions" / code_of(function) / "app.py").read_text() for function in FUNCTIONS}
    assert inside == {function for function, source in sources.items() if "@inside_the_vpc()\ndef handler(" in source}


@pytest.mark.parametrize("function", [name for name, value in FUNCTIONS.items() if "VpcConfig" in value])
def test_a_function_that_signs_in_lives_longer_than_all_tries_to_connect(function: str) -> None:
    assert timeout_of(function) > CONNECT_TRIES * RESUMES_WITHIN + 30


def test_a_claim_outlives_the_longest_function() -> None:
    variables = FUNCTIONS["ClaimDatabase"]["Environment"]["Variables"]
    assert int(variables["SIGNON_LONGEST_TIMEOUT"]) == max(map(timeout_of, FUNCTIONS))


def test_every_error_that_needs_a_person_is_raised_somewhere() -> None:
    raised = frozenset[str]().union(*(errors_of(folder) for folder in FOLDERS))
    assert {error.__name__ for error in NeedsPerson.__subclasses__()} <= raised
    assert ERRORS - raised <= {"SignonError", "NeedsPerson", "SettingMissing"}
