"""The state machine's states, and the folders and functions of their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from signon.domain import sweep
from signon.domain.plan.step import StepKind
from signon.domain.request.request import Request
from signon.errors import END_BY_ERROR
from tests.contract.project import (
    CALLED_BY_NO_STATE,
    DEFAULTS,
    ENDS,
    FOLDERS,
    FUNCTIONS,
    MACHINE,
    RESOURCES,
    SOURCE,
    STATES,
    TASKS,
    code_of,
    each_task,
    folder_of,
    logical_id_of,
    names_in,
    statements_of,
)
from tests.contract.reach import ROOT


def test_every_function_is_a_folder_and_the_reverse() -> None:
    assert {code_of(function) for function in FUNCTIONS} == FOLDERS


def test_every_task_is_a_function_of_its_name_and_the_reverse() -> None:
    assert {logical_id_of(task) for task in TASKS} == set(FUNCTIONS) - set(CALLED_BY_NO_STATE)


@pytest.mark.parametrize("function", CALLED_BY_NO_STATE)
def test_a_function_that_no_state_calls_has_its_name_and_one_trigger(function: str) -> None:
    assert "".join(word.capitalize() for word in code_of(function).split("_")) == function
    assert len(FUNCTIONS[function]["Events"]) == 1


def test_a_function_of_a_task_has_no_other_trigger() -> None:
    assert {function for function, value in FUNCTIONS.items() if "Events" in value} == set(CALLED_BY_NO_STATE)


@each_task
def test_a_task_calls_the_function_of_its_name(task: str) -> None:
    assert TASKS[task]["Resource"] == f"${{{logical_id_of(task)}}}"
    assert FUNCTIONS[logical_id_of(task)]["CodeUri"] == f"functions/{folder_of(task)}"


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_a_folder_holds_the_handler_and_says_its_state(folder: str) -> None:
    source = (ROOT / "functions" / folder / "app.py").read_text()
    assert DEFAULTS["Handler"] == "app.handler"
    assert "\ndef handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:\n" in source
    assert source.lower().startswith(f'"""{folder.replace("_", " ")}: ')


def test_what_the_state_machine_names_is_what_the_template_substitutes() -> None:
    given = RESOURCES["OnboardDatabase"]["Properties"]["DefinitionSubstitutions"]
    assert set(re.findall(r"\$\{(\w+)\}", SOURCE)) == set(given)
    assert all(value == {"Fn::GetAtt": [name, "Arn"]} for name, value in given.items())


def test_the_state_machine_may_call_its_functions_and_nothing_else() -> None:
    allowed = [
        resource["Fn::GetAtt"][0]
        for statement in statements_of("OnboardDatabaseRole")
        if statement["Action"] == "lambda:InvokeFunction"
        for resource in statement["Resource"]
    ]
    assert sorted(allowed) == sorted(set(FUNCTIONS) - set(CALLED_BY_NO_STATE))


def followers(state: Mapping[str, Any]) -> Iterator[str]:
    for way in (state, *state.get("Choices", []), *state.get("Catch", [])):
        yield from (way[key] for key in ("Next", "Default") if key in way)


def test_every_state_is_reached() -> None:
    reached, waiting = set[str](), [MACHINE["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += followers(STATES[name])
    assert reached == set(STATES)


def test_the_ends_are_the_seven() -> None:
    assert {name for name, state in STATES.items() if state["Type"] in ("Succeed", "Fail")} == ENDS
    assert not [name for name, state in STATES.items() if state.get("End")]
    assert set(END_BY_ERROR.values()) <= ENDS


def test_no_execution_lives_longer_than_six_hours() -> None:
    assert MACHINE["TimeoutSeconds"] == 6 * 60 * 60


def test_names_of_states_fit() -> None:
    assert all(len(name) <= 80 for name in STATES)


def test_every_page_that_a_state_reads_is_one_that_another_writes() -> None:
    written = {state["ResultPath"].split(".")[1] for state in TASKS.values() if state.get("ResultPath", "$") != "$"}
    written |= {key.removesuffix(".$") for key in STATES["Describe database"]["ResultSelector"]}
    caught = (catch["ResultPath"] for state in TASKS.values() for catch in state["Catch"] if "ResultPath" in catch)
    written |= {path.split(".")[1] for path in caught}
    read = set(re.findall(r"(?<![$\w])\$\.(\w+)", SOURCE.split("States:", 1)[1]))
    assert read <= written


def test_planning_again_keeps_the_claim_and_what_was_rebooted_and_forgets_what_else_was_done() -> None:
    again = STATES["Plan again"]
    opened = STATES["Describe database"]["ResultSelector"]
    assert names_in(again["Parameters"]) == names_in(opened) | {"claim"}
    request = again["Parameters"]["request"]
    assert names_in(request) == set(Request.__dataclass_fields__)
    assert request["approve"] is None  # it was for the plan that has been carried out
    assert again["Parameters"]["reboot.$"] == "$.reboot"
    assert "ResultPath" not in again  # the whole dossier is replaced
    assert again["Next"] == STATES["Describe database"]["Next"] == "Make plan"


def test_an_execution_plans_again_before_it_ends_in_any_way() -> None:
    first = STATES["Outcome?"]["Choices"][0]
    assert first == {"Variable": "$.outcome.again", "BooleanEquals": True, "Next": "Plan again"}


def test_a_dry_run_claims_nothing_and_ends_before_anything_is_done() -> None:
    looks, claims, *_ = STATES["Look inside?"]["Choices"]
    assert looks == {
        "And": [
            {"Variable": "$.plan.looks_inside", "BooleanEquals": True},
            {"Variable": "$.request.dry_run", "BooleanEquals": True},
        ],
        "Next": "Look inside",
    }
    assert claims["Next"] == "Claim database"
    (first,) = STATES["Plan?"]["Choices"]
    assert first == {"Variable": "$.request.dry_run", "BooleanEquals": True, "Next": "Planned"}


def test_of_a_plan_that_is_not_to_be_done_who_has_left_is_locked_and_nothing_else() -> None:
    lock, held_up, *others = STATES["Step?"]["Choices"]
    assert lock["StringEquals"] == "lock"
    assert held_up == {"Not": {"Variable": "$.plan.verdict", "StringEquals": "GO"}, "Next": "Report outcome"}
    assert {way["Variable"] for way in others} == {"$.at.step.kind"}


def ways_of_steps() -> dict[str, str]:
    """Where each kind of step leads."""
    choice = STATES["Step?"]
    ways = {way["StringEquals"]: way["Next"] for way in choice["Choices"] if "StringEquals" in way}
    return {**ways, "report": choice["Default"]}


def test_each_kind_of_step_has_its_way_and_each_way_leads_back_to_the_next_step() -> None:
    """What a way leads to besides: another plan, and the ends that an execution has anywhere."""
    ways = ways_of_steps()
    assert set(ways) == set(StepKind)
    assert ways.pop("report") == "Report outcome"
    beyond = {"Next step", "Planned often?", "Already in progress", "Report outcome"}
    own = {kind: reached_from(way, beyond) for kind, way in ways.items()}
    assert all("Next step" in states for states in own.values())
    for kind, states in own.items():
        others = set[str]().union(*(found for other, found in own.items() if other != kind))
        assert not (states - beyond) & others, f"{kind} shares states with another kind"
    assert set[str]().union(*own.values()) - beyond == set(STATES) - beyond - BEFORE_THE_STEPS - ENDS


BEFORE_THE_STEPS = {
    "Describe database", "Make plan", "Look inside?", "Claim database", "Wait for the claim", "Look inside", "Plan?",
    "Step?", "Outcome?", "Plan again",
}  # fmt: skip


def reached_from(first: str, beyond: set[str]) -> set[str]:
    """The states that are reached without going on from any of those ``beyond``, these included."""
    reached, waiting = set[str](), [first]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [] if name in beyond else followers(STATES[name])
    return reached


def test_the_next_step_is_the_one_behind_the_last_and_the_first_one_comes_first() -> None:
    state = STATES["Next step"]
    assert state["Parameters"] == {
        "index.$": "States.MathAdd($.at.index, 1)",
        "step.$": "States.ArrayGetItem($.plan.steps, States.MathAdd($.at.index, 1))",
    }
    assert (state["ResultPath"], state["Next"]) == ("$.at", "Step?")
    first = {"index": -1}
    assert STATES["Describe database"]["ResultSelector"]["at"] == STATES["Plan again"]["Parameters"]["at"] == first


def test_each_reboot_is_waited_for_and_before_each_sessions_are_counted() -> None:
    (again,) = STATES["Rebooted?"]["Choices"]
    assert again == {"Variable": "$.reboot.more", "BooleanEquals": True, "Next": ways_of_steps()["reboot"]}
    path = ["Count sessions"]
    while path[-1] != "Rebooted?":
        path.append(STATES[path[-1]]["Next"])
    assert path == ["Count sessions", "Reboot database", "Wait for the reboot", "Rebooted?"]


def test_each_execution_and_each_attempt_to_join_looks_at_the_directory_role_first() -> None:
    before = {name for name, state in STATES.items() if "Associate directory" in followers(state)}
    assert before == {"Check directory role"}
    assert STATES["Retry the association"]["Next"] == "Check directory role"
    assert ways_of_steps()["associate"] == "Check directory role"


def test_every_end_that_is_reported_has_its_way() -> None:
    choices = STATES["Outcome?"]["Choices"]
    ways = {way["StringEquals"]: way["Next"] for way in choices if "StringEquals" in way}
    assert ways == {end: end for end in ENDS - {"Planned", "Failed"}}
    assert STATES["Outcome?"]["Default"] == "Failed"


def test_the_sweep_thinks_an_execution_lives_as_long_as_the_machine_lets_it() -> None:
    assert sweep.LONGEST_EXECUTION.total_seconds() == MACHINE["TimeoutSeconds"]
