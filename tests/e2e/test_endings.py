"""Endings that no Catch sees are reported by the status-change rule, once, and hold up nobody."""

import json
from functools import partial

from tests.e2e.conftest import Told
from tests.e2e.scene import Ended, Scene
from tests.whole import only_in_test_all

ONE_LOGIN = {"alice": ["read"]}
GROUP = "/aws/lambda/signon-report-ending"
ENDED = "Step Functions Execution Status Change"
# what breaks an execution off where no Catch sees it
WAITS = {"Type": "Wait", "Seconds": 86400, "End": True}
MISREADS = {"Type": "Pass", "InputPath": "$.nothing", "End": True}
OVERFLOWS = {"Type": "Pass", "Result": 300_000 * "x", "End": True}  # more than 256 KiB


def subjects(told: Told, name: str) -> list[str]:
    return [message["Subject"] for message in told(name)]


def looks_at(scene: Scene, execution: str) -> int:
    """How often the rule's function has looked at this execution's end, and said what it thinks of it."""
    pages = scene.cloud.client("logs").get_paginator("filter_log_events")
    lines = [event["message"] for page in pages.paginate(logGroupName=GROUP) for event in page["events"]]
    said = ('"message":"Ending"', "Nothing to report")
    return sum(execution in line and any(each in line for each in said) for line in lines)


def reported(scene: Scene, name: str) -> dict[str, str] | None:
    """The record, once it says how a run ended; people are told just before."""
    record = scene.record(name)
    return record if record and "end" in record else None


@only_in_test_all
def test_an_execution_that_is_stopped_is_told_of_once_and_the_next_run_goes_on(scene: Scene, told: Told) -> None:
    scene.publish_profile("stopped", ONE_LOGIN)
    scene.create_database("stopped-1", "stopped")
    (execution,) = scene.until(lambda: scene.executions_about("stopped-1"))
    scene.until(lambda: scene.database("stopped-1")["DomainMemberships"])
    scene.cloud.client("stepfunctions").stop_execution(executionArn=execution, cause="a test")
    record = scene.until(lambda: reported(scene, "stopped-1"))
    assert (record["end"], record["error"], record["execution"]) == ("Failed", "Aborted", execution)

    ended = scene.run("stopped-1")
    assert ended.end == "Onboarded"
    assert scene.cloud.counter.calls(ended.arn)["rds", "ModifyDBInstance"] == 0  # the first one's join was not lost
    assert "holder" not in scene.claim("stopped-1")
    assert subjects(told, "stopped-1") == [
        "stopped-1: the execution was stopped by somebody",
        ended.dossier["outcome"]["headline"],
    ]


def test_a_failure_that_has_reported_itself_is_not_reported_again(scene: Scene, told: Told) -> None:
    scene.cloud.faults.script("invoke:signon-check-directory-role", "Unheard")
    scene.publish_profile("itself", ONE_LOGIN)
    scene.create_database("itself-1", "itself")
    ended = scene.onboarded_by_event("itself-1")
    assert (ended.status, ended.end) == ("FAILED", "Failed")
    record, claim = scene.record("itself-1"), scene.claim("itself-1")
    scene.until(lambda: looks_at(scene, ended.arn) == 1)
    assert len(told("itself-1")) == 1
    assert "holder" not in claim
    assert (scene.record("itself-1"), scene.claim("itself-1")) == (record, claim)


def test_a_failure_about_a_cluster_that_is_not_there_is_told_of_once(scene: Scene, told: Told) -> None:
    told("nowhere-1")
    ended = scene.run_with({"database": {"cluster": "nowhere-1"}})
    assert (ended.status, ended.error) == ("FAILED", "Reported.InvalidRequest")
    scene.until(lambda: looks_at(scene, ended.arn) == 1)
    assert len(told("nowhere-1")) == 1


def test_a_failure_that_could_not_report_itself_is_reported(scene: Scene, told: Told) -> None:
    scene.cloud.faults.script("invoke:signon-report-outcome", "Unheard")
    scene.publish_profile("silent", ONE_LOGIN, change={"reboot": "ask"})
    scene.create_database("silent-1", "silent")
    ended = scene.onboarded_by_event("silent-1")
    assert (ended.status, ended.states[-2:]) == ("FAILED", ["Report outcome", "Failed"])
    record = scene.until(lambda: reported(scene, "silent-1"))
    assert (record["end"], record["execution"]) == ("Failed", ended.arn)
    assert subjects(told, "silent-1") == ["silent-1: the execution ended without a report"]


def test_however_an_execution_breaks_off_it_is_told_of_once_even_if_the_event_comes_again(
    scene: Scene, told: Told
) -> None:
    with scene.events_lost():
        scene.create_database("broken-1", "broken")
        scene.available("broken-1")
    for number, (first, more, status, recorded) in enumerate(
        [
            (WAITS, {"TimeoutSeconds": 600}, "TIMED_OUT", ("Parked", "TimedOut")),
            (MISREADS, {}, "FAILED", ("Failed", "States.Runtime")),
            (OVERFLOWS, {}, "FAILED", ("Failed", "States.DataLimitExceeded")),
        ],
        start=1,
    ):
        with scene.another_story(first, **more):
            ended = scene.run("broken-1")
        record = scene.until(partial(reported_by, scene, "broken-1", ended.arn))
        assert (ended.status, (record["end"], record["error"])) == (status, recorded)
        again(scene, ended)
        assert len(told("broken-1")) == number
        assert scene.record("broken-1") == record


def reported_by(scene: Scene, name: str, execution: str) -> dict[str, str] | None:
    record = reported(scene, name)
    return record if record and record["execution"] == execution else None


def again(scene: Scene, ended: Ended) -> None:
    """Its event comes twice more, and all three are dealt with: EventBridge delivers at least once."""
    detail = {"executionArn": ended.arn, "stateMachineArn": scene.machine, "status": ended.status}
    event = {"Source": "aws.states", "DetailType": ENDED, "Detail": json.dumps(detail)}
    scene.cloud.client("events").put_events(Entries=[event, event])
    scene.until(lambda: looks_at(scene, ended.arn) >= 3)
