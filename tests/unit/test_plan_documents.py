"""A plan's document: all that the plan allows, and nothing else is done."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from signon.domain.logins.change import NONE, ChangeKind, LoginChange
from signon.domain.logins.login import Statement
from signon.domain.plan.document import document, key, read, require_planned
from signon.domain.plan.inside import Seen
from signon.domain.plan.step import StepKind
from signon.errors import PlanOutdated
from tests.builders import a_database_id, a_difference, a_member, a_record_of_a_finished_one, an_inside, planned

LOCK = LoginChange(ChangeKind.LOCK, "carol")
SEEN = Seen(an_inside(), (), a_difference(LOCK), sql="-- Lock\nALTER USER carol ACCOUNT LOCK;\n")
PLAN = planned(seen=SEEN)


def test_a_document_has_the_plan_every_change_and_the_sql() -> None:
    text = document(PLAN, SEEN)
    assert text
    found = json.loads(text)
    assert found["plan"] == json.loads(json.dumps(PLAN.to_json()))
    assert found["changes"] == [{"kind": "lock", "subject": "carol", "what": "login"}]
    assert found["sql"] == ["-- Lock", "ALTER USER carol ACCOUNT LOCK;"]
    assert key(a_database_id(), PLAN) == f"{a_database_id().resource_id}/{PLAN.checksum}.json"


def test_a_plan_reads_its_changes_back() -> None:
    assert read(document(PLAN, SEEN), PLAN).all == (LOCK,)


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "null", '{"changes": 1}', '{"changes": [1], "unseen": []}', "[" * 9999]
)
def test_a_document_that_is_gone_or_is_none_makes_a_new_plan(text: str | None) -> None:
    with pytest.raises(PlanOutdated, match="is gone, or cannot be read"):
        read(text, PLAN)


def test_a_document_that_somebody_has_written_makes_a_new_plan() -> None:
    text = document(PLAN, SEEN)
    assert text
    forged = json.loads(text)
    forged["changes"].append({"kind": "create", "subject": "mallory", "what": "login"})
    with pytest.raises(PlanOutdated, match="is not what was planned"):
        read(json.dumps(forged), PLAN)


def test_a_plan_without_changes_has_no_step_for_logins_and_no_document() -> None:
    seen = Seen(an_inside())
    finished = planned(a_member(), record=a_record_of_a_finished_one(), seen=seen)
    assert not finished.has(StepKind.LOGINS)
    assert document(finished, seen) is None
    assert read(None, finished) is NONE


def test_what_is_only_to_be_remembered_is_a_step_without_words() -> None:
    seen = Seen(an_inside(), difference=replace(SEEN.difference, changes=NONE, statements=(), waits=True))
    finished = planned(a_member(), record=a_record_of_a_finished_one(), seen=seen)
    (step,) = (step for step in finished.steps if step.kind is StepKind.LOGINS)
    assert (step.action, step.details) == ("", ())
    assert read(document(finished, seen), finished) == NONE


def test_a_statement_that_the_plan_does_not_name_is_not_run() -> None:
    allowed = read(document(PLAN, SEEN), PLAN)
    require_planned([Statement("Lock", "x", (), (LOCK,))], allowed, a_database_id())
    more = LoginChange(ChangeKind.CREATE, "mallory")
    with pytest.raises(PlanOutdated, match="its logins need 1 change more: create login mallory"):
        require_planned([Statement("Create", "x", (), (LOCK, more))], allowed, a_database_id())


def test_of_a_thousand_changes_the_plan_has_the_first_lines_and_the_document_all() -> None:
    changes = [LoginChange(ChangeKind.CREATE, f"person{number}") for number in range(1000)]
    seen = Seen(an_inside(), difference=a_difference(*changes))
    plan = planned(seen=seen)
    (step,) = (step for step in plan.steps if step.kind is StepKind.LOGINS)
    assert step.action == "Create 1000 logins"
    assert len(json.dumps(step.to_json())) < 3_000
    assert len(step.details) + step.more == 1000
    assert len(read(document(plan, seen), plan).all) == 1000


def test_who_gains_or_loses_what_is_part_of_what_is_approved() -> None:
    def checksum(*changes: LoginChange) -> str:
        return planned(seen=Seen(an_inside(), difference=a_difference(*changes))).checksum

    many = [LoginChange(ChangeKind.CREATE, f"person{number}") for number in range(1000)]
    assert checksum(LOCK) != checksum(LoginChange(ChangeKind.LOCK, "dave"))
    assert checksum(*many) != checksum(*many[:-1], LoginChange(ChangeKind.CREATE, "mallory"))
