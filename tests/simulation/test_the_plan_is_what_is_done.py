"""The Tasks that an execution enters are those of its plan's steps, in that order, in every story."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import pytest

from signon.domain.plan.step import StepKind
from tests.simulation.executions import Execution
from tests.simulation.stories import STORIES
from tests.simulation.world import World

DOES: Mapping[str, StepKind] = {  # the Tasks that only a step leads to; those that look and count come with them
    "Leave directory": StepKind.LEAVE_DIRECTORY,
    "Switch IAM authentication": StepKind.SWITCH_IAM,
    "Associate directory": StepKind.ASSOCIATE,
    "Reboot database": StepKind.REBOOT,
    "Ensure connect policy": StepKind.CONNECT_POLICY,
    "Create logins": StepKind.LOGINS,
    "Verify logins": StepKind.VERIFY,
    "Publish connection kit": StepKind.PUBLISH,
    "Report outcome": StepKind.REPORT,
}


def done(execution: Execution) -> list[StepKind]:
    """What was done by the execution's last plan; visits of one step count once."""
    states = execution.run.states
    planned = max(number for number, state in enumerate(states) if state == "Plan?")
    return [kind for kind, _ in groupby(DOES[state] for state in states[planned:] if state in DOES)]


@pytest.mark.parametrize("story", STORIES)
def test_what_is_done_is_what_the_plan_says_and_nothing_else(quick_world: World, story: str) -> None:
    STORIES[story].run(quick_world)
    executions = [each for each in quick_world.executions.all.values() if "Plan?" in each.run.states]
    assert executions
    for execution in executions:
        steps = [StepKind(step["kind"]) for step in execution.run.data["plan"]["steps"]]
        what = done(execution)
        if execution.end == "Onboarded":
            assert what == steps
        elif execution.status == "ABORTED":
            assert what == steps[: len(what)]
        else:
            assert what == [*steps[: len(what) - 1], StepKind.REPORT]


def test_each_kind_of_step_is_in_a_story(quick_world: World) -> None:
    """Otherwise the test above would not see it."""
    seen = set[StepKind]()
    for story in STORIES.values():
        quick_world.reset()
        story.run(quick_world)
        for execution in quick_world.executions.all.values():
            if "Plan?" in execution.run.states:
                seen |= {*done(execution)}
    assert seen == set(StepKind)
