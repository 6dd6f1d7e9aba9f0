"""What the simulation takes for Step Functions is what the local cloud has: executions of here, run again there."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from tests.e2e.scene import Ended, Scene
from tests.simulation.state_machine import Run, StateFailed

History = Sequence[Mapping[str, Any]]
NAME = "alike-1"


@pytest.fixture(scope="module")
def onboarded(scene: Scene) -> Ended:
    """A database of these tests alone: some of their executions end badly, and the next one tells of it."""
    scene.publish_profile("alike", {"alice": ["read"]})
    scene.create_database(NAME, "alike")
    return scene.onboarded_by_event(NAME)


def _a_run_on_what_bears_no_tag(scene: Scene) -> Ended:
    scene.show_copy(NAME, f"{NAME}-untagged", {})
    return scene.run(f"{NAME}-untagged")


def _a_run_that_meets(function: str, *faults: str) -> Callable[[Scene], Ended]:
    def run(scene: Scene) -> Ended:
        scene.cloud.faults.script(f"invoke:signon-{function}", *faults)
        return scene.run(NAME)

    return run


EXECUTIONS: Mapping[str, Callable[[Scene], Ended]] = {
    "dry run": lambda scene: scene.run(NAME, dry_run=True),
    "second run": lambda scene: scene.run(NAME),
    "not ours": _a_run_on_what_bears_no_tag,
    "no such database": lambda scene: scene.run("nobody-1"),
    "retried": _a_run_that_meets("make-plan", "ServiceException", "ServiceException"),
    "killed": _a_run_that_meets("read-membership", "kill"),
    "caught": _a_run_that_meets("look-inside", "Unheard"),
}


def _history(scene: Scene, arn: str) -> History:
    pages = scene.cloud.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def _details(history: History, *kinds: str) -> list[Mapping[str, Any]]:
    """Of the events of these kinds, in their order."""
    return [
        value for event in history for name, value in event.items() if name in {f"{kind}EventDetails" for kind in kinds}
    ]


def run_again(history: History, definition: Mapping[str, Any], arn: str) -> Run:
    """Whatever a function is asked must be what it was asked, and it answers as it did."""
    asked = [json.loads(each["input"]) for each in _details(history, "lambdaFunctionScheduled")]
    answers = _details(history, "lambdaFunctionSucceeded", "lambdaFunctionFailed")
    assert len(asked) == len(answers)
    turns = iter(zip(asked, answers, strict=True))

    def invoke(function: str, payload: Any) -> Any:
        expected, answer = next(turns)
        assert {**payload, "now": None} == {**expected, "now": None}
        if "error" in answer:
            raise StateFailed(answer["error"], answer["cause"])
        return json.loads(answer["output"])

    document = json.loads(_details(history, "executionStarted")[0]["input"])
    run = Run(
        definition,
        {"Id": arn, "Input": document, "RedriveCount": 0},
        now=lambda: "",
        invoke=invoke,
        sleep=lambda _: None,
        data=document,
    )
    ended = [(each["error"], each["cause"]) for each in _details(history, "executionFailed")]
    assert [(failed.error, failed.cause) for failed in _failures(run)] == ended
    assert not list(turns)
    return run


def _failures(run: Run) -> Iterator[StateFailed]:
    """Runs it to its end; one, or none."""
    try:
        run.go()
    except StateFailed as failed:
        yield failed


@pytest.mark.parametrize("how", [None, *EXECUTIONS])
def test_an_execution_goes_through_the_same_states_with_the_same_events_to_the_same_output(
    scene: Scene, onboarded: Ended, how: str | None
) -> None:
    ended = EXECUTIONS[how](scene) if how else onboarded
    story = scene.cloud.client("stepfunctions").describe_state_machine(stateMachineArn=scene.machine)
    history = _history(scene, ended.arn)
    run = run_again(history, json.loads(story["definition"]), ended.arn)
    assert run.states == ended.states
    assert run.history_events == len(history)
    assert ended.status == "FAILED" or run.data == ended.dossier
