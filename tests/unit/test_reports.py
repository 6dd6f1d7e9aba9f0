from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from signon.domain.memory.record import Record
from signon.domain.outcome.dossier import Dossier, Failure
from signon.domain.outcome.message import message
from signon.domain.outcome.outcome import Outcome, decide
from signon.domain.outcome.report import event_detail, facts, is_news
from signon.domain.rds.reboot import Reboot
from signon.errors import END_BY_ERROR, End
from tests.builders import (
    EXECUTION,
    NOW,
    a_database_id,
    a_dossier,
    a_freeze,
    a_profile,
    a_record,
    a_request,
    an_error,
    at,
    planned,
)

DONE = decide(a_dossier())
BROKEN = decide(a_dossier(error=an_error("ConnectionRefused", "no route | Remedy: open it"), kit=None))
REBOOTED = Reboot(at(hours=1), requested=True, instances=("payments-orders",), remaining=()).to_json()


@pytest.mark.parametrize(
    ("ended", "told", "news"),
    [
        (decide(a_dossier(kit={"location": "x", "changed": 1})), DONE.digest, True),  # something was changed
        (DONE, DONE.digest, False),
        (DONE, BROKEN.digest, True),  # it is in order again
        (BROKEN, BROKEN.digest, False),
        (BROKEN, DONE.digest, True),
        (DONE, None, False),  # the record is lost, and all is in order
        (BROKEN, None, True),
    ],
)
def test_people_are_told_on_change_only(ended: Outcome, told: str | None, news: bool) -> None:
    assert is_news(ended, a_record(told=told), EXECUTION) is news


def test_a_report_that_is_tried_again_is_told_once() -> None:
    changed = decide(a_dossier(kit={"location": "x", "changed": 1}))
    assert not is_news(changed, a_record(told=changed.digest, execution=EXECUTION), EXECUTION)
    assert is_news(changed, a_record(told=changed.digest, execution="an earlier one"), EXECUTION)


def test_without_a_record_only_trouble_and_changes_are_news() -> None:
    assert [is_news(ended, None, EXECUTION) for ended in (DONE, BROKEN)] == [False, True]


def noted(dossier: Dossier, record: Record | None = None) -> dict[str, Any]:
    return dict(facts(decide(dossier), dossier, record, EXECUTION, NOW.isoformat()))


def test_a_record_says_what_was_done_by_which_profile() -> None:
    remembered = noted(a_dossier())
    assert (remembered["end"], remembered["profile"], remembered["profile_version"]) == ("Onboarded", "payments", "v1")
    assert (remembered["told"], remembered["execution"]) == (DONE.digest, EXECUTION)
    assert remembered["next_look"] == ""
    assert "rebooted_at" not in remembered


def test_a_record_says_what_is_granted_beyond_the_profile_until_it_is_gone() -> None:
    proof = {"verified": 2, "left_alone": [], "excess": ["alice: INSERT on payments", "bob: membership of app"]}
    assert noted(a_dossier(proof=proof))["excess"] == "alice: INSERT on payments; bob: membership of app"
    many = {**proof, "left_out": {"excess": 3}}
    assert noted(a_dossier(proof=many))["excess"].endswith("; bob: membership of app; and 3 more")
    assert noted(a_dossier())["excess"] == ""
    assert "excess" not in noted(a_dossier(proof=None, kit=None, error=an_error("StillWaiting", "x")))


def test_a_record_says_why_and_an_event_does_not() -> None:
    left_alone = [["alice: made by somebody else"]]
    dossier = a_dossier(proof={"verified": 1, "left_alone": left_alone, "left_out": {}})
    assert noted(dossier)["headline"].endswith("1 login left alone: alice: made by somebody else")
    assert event_detail(decide(dossier), dossier, EXECUTION)["headline"].endswith("1 login left alone")


def test_a_reboot_counts_only_when_logins_were_made_after_it() -> None:
    assert noted(a_dossier(reboot=REBOOTED))["rebooted_at"] == REBOOTED["at"]
    failed = a_dossier(reboot=REBOOTED, logins=None, proof=None, error=an_error("StillWaiting", "x"))
    assert "rebooted_at" not in noted(failed)


@pytest.mark.parametrize("kind", ["StillWaiting", "DatabaseBusy"])
def test_a_database_that_rds_keeps_changing_is_worth_another_look_in_an_hour(kind: str) -> None:
    remembered = noted(a_dossier(error=an_error(kind, "x"), kit=None))
    assert (remembered["end"], remembered["next_look"]) == ("Parked", at(hours=1).isoformat())


def test_after_a_freeze_a_database_is_worth_another_look() -> None:
    frozen = planned(profile=a_profile(freezes=a_freeze("2026-11-19", "2026-11-21")))
    remembered = noted(Dossier(database=a_database_id(), plan=frozen))
    assert (remembered["end"], remembered["next_look"]) == ("Parked", "2026-11-22T00:00:00+00:00")


def test_a_database_that_is_parked_again_and_again_is_unfinished_since_its_first_next_look() -> None:
    parked = a_dossier(error=an_error("StillWaiting", "x"), kit=None)
    first = noted(parked)
    assert first["unfinished_since"] == first["next_look"]
    earlier = a_record(unfinished_since=at(days=-2))
    assert noted(parked, earlier)["unfinished_since"] == at(days=-2).isoformat()


@pytest.mark.parametrize("kind", ["ConnectionRefused", "KeyError"])
def test_what_is_not_parked_waits_for_nobody(kind: str) -> None:
    remembered = noted(a_dossier(error=an_error(kind, "x"), kit=None), a_record(unfinished_since=NOW))
    assert (remembered["next_look"], remembered["unfinished_since"]) == ("", "")


def test_a_record_of_a_database_without_a_plan_is_written_too() -> None:
    dossier = Dossier(database=a_database_id(), error=Failure("ProfileUnusable", "x | Remedy: y"))
    assert noted(dossier)["profile"] == ""
    assert noted(dossier)["end"] == "Needs a person"


def test_every_fact_is_text_or_texts_by_name() -> None:
    for dossier in (a_dossier(), a_dossier(reboot=REBOOTED)):
        for fact in noted(dossier).values():
            texts = fact.values() if isinstance(fact, Mapping) else [fact]
            assert all(isinstance(text, str) for text in texts)


@pytest.mark.parametrize(
    ("proof", "end"),
    [
        ({"left_alone": [["alice: made by somebody else"]]}, "Needs a person"),
        ({"left_alone": [], "not_ours": [["alice: has privileges on everything"]]}, "Needs a person"),
        ({"left_alone": [], "waiting": ["alice will be adopted once nobody is signed in with it"]}, "Parked"),
        ({"left_alone": [], "excess": ["alice: INSERT on payments"]}, "Onboarded"),
    ],
)
def test_an_event_holds_names_ids_and_counts_and_no_person(proof: dict[str, Any], end: str) -> None:
    dossier = a_dossier(proof={"verified": 1, "round_trips": 1, **proof})
    ended = decide(dossier)
    detail = event_detail(ended, dossier, EXECUTION)
    assert (detail["end"], detail["profile"]) == (end, "payments")
    assert "alice" in message(ended, EXECUTION)
    assert "alice" not in json.dumps(detail)


@pytest.mark.parametrize("error", [each for each, end in END_BY_ERROR.items() if end == End.PARKED])
def test_an_event_of_a_parked_database_repeats_no_text_of_an_error(error: str) -> None:
    dossier = a_dossier(error=an_error(error, "payments-orders: alice is in the way"), kit=None)
    ended = decide(dossier)
    assert "alice" in message(ended, EXECUTION)
    assert event_detail(ended, dossier, EXECUTION)["headline"] == "payments-orders: parked"


def test_an_event_of_a_request_that_named_no_database_is_whole() -> None:
    dossier = Dossier.from_json(an_error("InvalidRequest", "x"))
    detail = event_detail(decide(dossier), dossier, EXECUTION)
    assert (detail["end"], detail["database"], detail["execution"]) == ("Failed", None, EXECUTION)


def test_a_record_says_by_which_error_and_for_which_profile_no_plan_was_made() -> None:
    request, error = a_request(profile="lost"), Failure("ProfileUnusable", "x | Remedy: y")
    remembered = noted(Dossier(request=request, database=a_database_id(), error=error))
    assert (remembered["error"], remembered["profile"]) == ("ProfileUnusable", "lost")
    assert remembered["profile_version"] == ""
