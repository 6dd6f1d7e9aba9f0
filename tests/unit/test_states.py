"""What travels between the states, and lies in the table: times, and what is absent."""

from __future__ import annotations

import json

import pytest

from signon.domain.memory.record import Record
from signon.domain.plan.plan import Plan
from signon.domain.rds.membership import Reading
from signon.domain.rds.waiting import Visit
from signon.domain.request.request import Request
from signon.errors import PlanOutdated
from tests.builders import a_reading, a_request, planned, surroundings


@pytest.mark.parametrize("text", ["", "soon", "2026-11-20T12:30:00", "2026-11-20"])
def test_a_stored_text_that_is_not_a_time_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(ValueError, match="began_at must be a time"):
        Visit.from_json({"verdict": "WAIT", "began_at": text, "looks": 1, "wait_seconds": 60, "requested": False})
    with pytest.raises(ValueError, match=r"connected_roles\.app must be a time"):
        Record.of_facts({"connected_roles": {"app": text}})


def test_a_state_keeps_its_times_as_they_were_written() -> None:
    request = {**a_request().to_json(), "asked_at": "2026-11-20T12:26:13Z"}
    assert Request.from_json(request).to_json() == request
    reading = {**a_reading().to_json(), "began_at": "2026-11-20T12:30:00.123000+00:00", "requested_at": None}
    assert Reading.from_json(reading).to_json() == {**reading, "failures": ()}
    plan = json.loads(json.dumps(planned(around=surroundings(paused=True)).to_json()))
    assert plan["next_look"] == "2026-11-20T13:30:00+00:00"
    assert json.loads(json.dumps(Plan.from_json(plan).to_json())) == plan


def test_a_state_holds_an_empty_text_for_what_is_absent() -> None:
    reading = a_reading(attempts=0).to_json()
    assert {reading[name] for name in ("status", "reason", "remedy")} == {""}
    assert Reading.from_json(reading) == a_reading(attempts=0)
    plan = planned()
    assert (plan.takes_over, plan.to_json()["takes_over"]) == (None, "")
    assert Plan.from_json(plan.to_json()).takes_over is None
    assert Record.of_facts({"associated_at": ""}).associated_at is None


def test_a_plan_of_an_older_version_is_read_for_the_report_and_not_followed() -> None:
    plan = planned()
    steps = [{name: value for name, value in step.items() if name != "kind"} for step in plan.to_json()["steps"]]
    older = {**plan.to_json(), "steps": steps, "may_reboot": True, "lets_in": False, "restarted": False}
    assert [step.action for step in Plan.from_json(older).steps] == [step.action for step in plan.steps]
    with pytest.raises(PlanOutdated, match="before the stack was updated"):
        Plan.to_follow(older)
    assert Plan.to_follow(plan.to_json()) == plan
