"""The samples in events/functions: one for each function, with what its caller gives it and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from signon.domain.logins.login import Proof
from tests.builders import a_database_id, a_request, planned
from tests.contract.project import FOLDERS, FUNCTIONS, STATES, TASKS, each_task, folder_of, names_in
from tests.contract.reach import ROOT

SAMPLES: Mapping[str, Any] = {
    file.stem: json.loads(file.read_text()) for file in sorted((ROOT / "events/functions").glob("*.json"))
}
FIRST = STATES["Describe database"]["ResultSelector"]
NOUNS = {state["ResultPath"].removeprefix("$.") for state in TASKS.values() if "ResultPath" in state}
PAGE = (ROOT / "events/README.md").read_text()


def test_every_function_has_a_sample_and_a_row() -> None:
    assert set(SAMPLES) == FOLDERS
    assert set(re.findall(r"^\| `functions/(\w+)\.json` \|", PAGE, re.MULTILINE)) == FOLDERS


@each_task
def test_a_sample_has_the_parameters_of_the_state(task: str) -> None:
    assert set(SAMPLES[folder_of(task)]) == names_in(STATES[task]["Parameters"])


@each_task
def test_what_a_state_passes_on_is_the_same_in_every_sample(task: str) -> None:
    """What was answered, and not another run's."""
    for name, path in STATES[task]["Parameters"].items():
        if path == "$$.State.EnteredTime":
            assert SAMPLES[folder_of(task)][name.removesuffix(".$")] == SAMPLES["describe_database"]["now"]
        if path == "$$.Execution.Id":
            assert SAMPLES[folder_of(task)][name.removesuffix(".$")] == SAMPLES["create_logins"]["claim"]["execution"]
        if path == "$$.Execution.RedriveCount":
            assert SAMPLES[folder_of(task)][name.removesuffix(".$")] == 0


def test_a_dossier_has_what_describe_database_selects_and_what_the_tasks_add() -> None:
    dossier = set(SAMPLES["report_outcome"]["dossier"])
    assert names_in(FIRST) <= dossier <= names_in(FIRST) | NOUNS


def fields_of(noun: str) -> dict[str, set[str]]:
    """The fields of a noun of the dossier, by the sample in which it is more than null."""
    found = {sample: {**event, **event.get("dossier", {})}.get(noun) for sample, event in SAMPLES.items()}
    return {sample: set(value) for sample, value in found.items() if isinstance(value, dict)}


@pytest.mark.parametrize("noun", sorted(NOUNS | names_in(FIRST)))
def test_a_noun_has_the_same_fields_wherever_it_is_passed_on(noun: str) -> None:
    fields = fields_of(noun)
    assert all(each == next(iter(fields.values())) for each in fields.values()), fields


AS_IT_IS_NOW = {
    "request": a_request().to_json(),
    "database": a_database_id().to_json(),
    "plan": planned().to_json(),
    "proof": {**Proof(2, ()).to_json(), "round_trips": 2},
}


@pytest.mark.parametrize("noun", AS_IT_IS_NOW)
def test_a_noun_has_the_fields_that_a_function_answers_with_today(noun: str) -> None:
    """Where it has not, `make events` writes the samples anew."""
    assert {frozenset(fields) for fields in fields_of(noun).values()} == {frozenset(AS_IT_IS_NOW[noun])}


def test_the_schedule_gives_the_sweep_its_sample() -> None:
    given = json.loads(FUNCTIONS["SweepDatabases"]["Events"]["Hourly"]["Properties"]["Input"])
    assert set(SAMPLES["sweep_databases"]) == set(given)


def test_no_sample_contains_a_name_that_differs_in_another_cloud() -> None:
    """Names that CloudFormation makes, times and ids of executions."""
    text = json.dumps(list(SAMPLES.values()))
    assert not re.search(r"signon-[\w-]*[a-z0-9]{12}\b", text)
    assert set(re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text)) == {"2026-11-20T13:00:00"}
    assert set(re.findall(r"execution:[\w-]+:([\w-]+)", text)) == {"sample"}
