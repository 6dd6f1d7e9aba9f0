"""A dry run writes and tells nothing: its report gets along without table, topic, network and clock."""

from __future__ import annotations

from typing import Any

import pytest

from signon.errors import SettingMissing
from tests.builders import EXECUTION, NOW, a_database_id, a_request, an_error, planned, surroundings
from tests.unit.handlers import context_of, handler_of

REPORT = handler_of("report_outcome")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TABLE", "TOPIC"):
        monkeypatch.delenv(f"SIGNON_{name}", raising=False)


def reported(dossier: dict[str, Any]) -> dict[str, Any]:
    asked = {"database": {"instance": "payments-orders"}, "dry_run": dossier.get("request", {}).get("dry_run", True)}
    event = {"dossier": dossier, "input": asked, "execution": EXECUTION, "now": NOW.isoformat()}
    answer: dict[str, Any] = REPORT.handler(event, context_of("report-outcome"))
    return answer


def a_dossier_before_its_claim(*, dry_run: bool, **pages: Any) -> dict[str, Any]:
    return {
        "request": a_request(trigger="manual", dry_run=dry_run).to_json(),
        "database": a_database_id().to_json(),
        "membership": None,
        "reboot": None,
        **pages,
    }


ENDS = {
    "Needs a person": {"error": an_error("ProfileUnusable", "there is none | Remedy: put one")},
    "Parked": {"error": an_error("DatabaseBusy", "payments-orders is modifying")},
    "Failed": {"error": an_error("KeyError", "x")},
}


@pytest.mark.parametrize("end", ENDS)
def test_a_dry_run_whose_plan_cannot_be_made_writes_and_tells_nothing(end: str) -> None:
    answer = reported(a_dossier_before_its_claim(dry_run=True, **ENDS[end]))
    assert (answer["end"], answer["again"]) == (end, False)


@pytest.mark.parametrize("end", ENDS)
def test_any_other_run_of_that_end_is_recorded(end: str) -> None:
    with pytest.raises(SettingMissing, match="SIGNON_TABLE"):
        reported(a_dossier_before_its_claim(dry_run=False, **ENDS[end]))


def test_a_dry_run_with_a_plan_that_needs_a_person_tells_nobody() -> None:
    plan = planned(around=surroundings(role=None)).to_json()
    assert reported(a_dossier_before_its_claim(dry_run=True, plan=plan))["end"] == "Needs a person"


def test_a_dry_run_that_fails_before_there_is_a_dossier_tells_nobody() -> None:
    answer = reported(an_error("DatabaseBusy", "payments-orders is creating"))
    assert (answer["end"], answer["headline"]) == ("Parked", "payments-orders: is creating")


def test_what_a_failed_execution_shows_is_the_error_and_what_to_do() -> None:
    answer = reported(a_dossier_before_its_claim(dry_run=True, **ENDS["Failed"]))
    assert answer["Error"] == "Reported.KeyError"
    assert answer["Cause"].endswith("Read the log of the function that failed with KeyError; then start again.")
