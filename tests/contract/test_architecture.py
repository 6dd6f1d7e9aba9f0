"""docs/architecture.md: its tables of steps are the state machine's, and its calls to AWS those of the source."""

from __future__ import annotations

import re

import pytest
from botocore import xform_name
from botocore.session import get_session

from tests.contract.project import ENDS, STATES, TASKS, folder_of
from tests.contract.reach import ROOT, calls_of

PAGE = (ROOT / "docs/architecture.md").read_text()
SECTION = PAGE.split("\n## One execution\n", 1)[1].split("\n## ", 1)[0]
STEPS, _, CALLS = SECTION.split("\n### Two methods\n", 1)[0].partition("\n### AWS calls and SQL of each step\n")
SERVICES = ("rds", "dynamodb", "s3", "secretsmanager", "iam", "ds", "ec2", "sns", "events", "stepfunctions")
OPERATIONS = {
    xform_name(operation): operation
    for service in SERVICES
    for operation in get_session().get_service_model(service).operation_names
}
LOOK = {"DescribeDBInstances", "DescribeDBClusters"}
GUARD = LOOK | {"GetItem", "HeadObject"}
WITHOUT_A_LOOK = {"Claim database", "Check directory role", "Report outcome"}


def rows(text: str) -> dict[str, list[str]]:
    """The cells of a table behind the first one, by each state that the first one names."""
    cells = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    firsts = ((first.partition(", each ")[0].split(","), behind) for first, *behind in cells[1:])
    return {name.strip(" *"): behind for names, behind in firsts for name in names}


def test_every_state_has_its_row_but_for_the_ends() -> None:
    assert set(rows(STEPS)) == set(STATES) - ENDS


@pytest.mark.parametrize("task", TASKS)
def test_a_step_answers_what_its_row_says(task: str) -> None:
    answers = rows(STEPS)[task][-1]
    written = TASKS[task].get("ResultPath")
    assert re.findall(r"\$\.\w+", answers)[:1] == [written or "$.request"]


def test_every_step_that_calls_a_function_has_its_calls() -> None:
    assert {folder_of(step) for step in rows(CALLS)} == {folder_of(task) for task in TASKS}


def test_these_steps_alone_do_not_open_with_a_look_at_the_database() -> None:
    (said,) = re.findall(r"opens every step but (.+?):", CALLS)
    assert set(re.findall(r"\*([^*]+)\*", said)) == WITHOUT_A_LOOK
    assert 'Guard" is that look with dynamodb GetItem (claim) and s3 HeadObject (the profile)' in CALLS


@pytest.mark.parametrize("step", rows(CALLS))
def test_the_calls_of_a_step_are_those_of_the_source(step: str) -> None:
    said = {word for word in re.findall(r"\b[A-Z]\w+", rows(CALLS)[step][0]) if word in OPERATIONS.values()}
    said |= (GUARD if "guard" in rows(CALLS)[step][0] else set()) | (set() if step in WITHOUT_A_LOOK else LOOK)
    methods = {call.removesuffix(" of a version") for call in calls_of(folder_of(step))}
    assert said == {OPERATIONS[method] for method in methods if method in OPERATIONS}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([\w/]+\.(?:py|c|yaml|json))`", PAGE))))
def test_a_file_that_the_page_names_is_there(name: str) -> None:
    within = ("layers/signon/python/signon", "localcloud", "tests", "statemachines", "functions")
    assert (ROOT / name).is_file() or any(list((ROOT / folder).rglob(name)) for folder in within)
