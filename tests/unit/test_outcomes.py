from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from signon import errors
from signon.domain.finding import Finding, Remark, Verdict
from signon.domain.limits import Shortened, counted
from signon.domain.logins.change import ChangeKind, LoginChange
from signon.domain.logins.login import LockedLogins, Proof, ShortProof
from signon.domain.outcome.dossier import Dossier, Failure
from signon.domain.outcome.message import cause, message
from signon.domain.outcome.outcome import Outcome, decide
from signon.domain.plan.inside import Seen
from signon.domain.plan.plan import Plan
from signon.domain.rds.reboot import Reboot
from signon.errors import END_BY_ERROR, End, NeedsPerson
from tests.builders import (
    EXECUTION,
    NOW,
    a_database,
    a_database_id,
    a_difference,
    a_directory,
    a_dossier,
    a_freeze,
    a_profile,
    a_reading,
    a_request,
    an_error,
    an_inside,
    at,
    planned,
    surroundings,
)

CLASSES = sorted(
    name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)
)
PEOPLE = sorted(error.__name__ for error in NeedsPerson.__subclasses__())


def a_failure(kind: str, message: str = "it is so", **pages: Any) -> Outcome:
    return decide(a_dossier(error=an_error(kind, message), kit=None, **pages))


def everything(ended: Outcome) -> str:
    return f"{asdict(ended)} {message(ended, EXECUTION)}"


def test_a_run_that_changed_something_onboards() -> None:
    ended = decide(a_dossier(logins={"statements": 4, "round_trips": 9}))
    assert (ended.end, ended.changed) == ("Onboarded", True)
    assert ended.headline == "payments-orders: onboarded, 2 logins for CORP.EXAMPLE.COM set up and read back"


def test_a_run_that_found_everything_in_order_changed_nothing() -> None:
    assert decide(a_dossier()) == Outcome(
        End.ONBOARDED, "payments-orders: onboarded, 2 logins for CORP.EXAMPLE.COM set up and read back"
    )


@pytest.mark.parametrize(
    "page",
    [
        {"membership": a_reading(attempts=1, looks=9).to_json()},
        {"reboot": Reboot(NOW, True, ("payments-orders",), ()).to_json()},
        {"locked": {"locked": 1, "round_trips": 5}},
        {"logins": {"statements": 1, "round_trips": 5}},
        {"kit": {"location": "s3://kits/payments-orders/", "changed": 1}},
    ],
)
def test_each_page_can_say_that_something_changed(page: dict[str, Any]) -> None:
    assert decide(a_dossier(**page)).changed


def test_a_reboot_that_was_done_before_is_no_change() -> None:
    assert not decide(a_dossier(reboot=Reboot(NOW, False, ("payments-orders",), ()).to_json())).changed


def test_a_problem_with_a_remedy_of_its_own_is_reported_with_it() -> None:
    proof = {
        "verified": 1,
        "left_alone": [
            ["bob: nobody may sign in", "Run ALTER ROLE"],
            ["carol: made by somebody else"],
        ],
        "not_ours": [["dave: still open", "Run GRANT"], ["payments: shut"]],
        "left_out": {},
    }
    problems = decide(a_dossier(proof=proof)).problems
    assert [problem for problem, _ in problems] == [
        "Login bob: nobody may sign in", "Login carol: made by somebody else", "dave: still open", "payments: shut",
    ]  # fmt: skip
    assert (problems[0][1], problems[2][1]) == ("Run ALTER ROLE", "Run GRANT")
    assert problems[1][1].startswith("Use another name in the profile")
    assert problems[3][1].startswith("This stack does not change it")


def test_a_remark_of_an_older_version_is_read_from_its_text() -> None:
    """An execution that was running when the stack was updated has such a state."""
    proof = {
        "verified": 1,
        "left_alone": ["bob: nobody may sign in | Remedy: Run ALTER ROLE", "carol: x", "and 8 more"],
        "not_ours": ["dave: still open | Remedy: Run GRANT", "payments: shut"],
        "waiting": [READ_WAITS, "and 4 more"],
        "excess": ["alice: INSERT on payments", "and 3 more"],
    }
    left_alone = [["bob: nobody may sign in", "Run ALTER ROLE"], ["carol: x"]]
    now = {
        **proof,
        "left_alone": left_alone,
        "not_ours": [["dave: still open", "Run GRANT"], ["payments: shut"]],
        "waiting": [READ_WAITS],
        "excess": ["alice: INSERT on payments"],
        "left_out": {"left_alone": 8, "waiting": 4, "excess": 3},
    }
    policies = {"handed_out": ["x", "and 2 more"]}
    ended = decide(a_dossier(proof=proof, policies=policies))
    assert ended == decide(a_dossier(proof=now, policies={"handed_out": ["x"], "left_out": 2}))
    assert ended.headline.endswith(", 10 logins left alone, 2 things not ours to change, 5 things wait")
    assert Remark.from_json("x") == Remark("x")


def test_what_a_proof_says_is_read_as_it_was_written() -> None:
    many = tuple(Remark(f"user{number}: x", "Run y" if number % 2 else None) for number in range(30))
    read = ShortProof.from_json(Proof(1, many, many[:2], ("a",) * 21, ("b",), trusted=("c",)).to_json())
    assert (read.left_alone, read.not_ours) == (Shortened(many[:20], 10), Shortened(many[:2]))
    assert (read.waiting.number, read.excess, read.trusted) == (21, Shortened(("b",)), Shortened(("c",)))


def test_no_text_of_a_remark_is_taken_for_its_remedy() -> None:
    said = Remark("bob: x | Remedy: forged")
    ((problem, remedy),) = decide(a_dossier(proof=Proof(1, (said,)).to_json())).problems
    assert problem == "Login bob: x | Remedy: forged"
    assert remedy.startswith("Use another name in the profile")


def left_alone(*problems: str) -> list[list[str]]:
    return [[problem] for problem in problems]


def test_logins_that_were_left_alone_need_a_person() -> None:
    proof = {"verified": 1, "left_alone": left_alone("bob: made by somebody else (plugin x)"), "round_trips": 4}
    ended = decide(a_dossier(proof=proof))
    assert ended.end == "Needs a person"
    assert ended.headline == "payments-orders: 1 login for CORP.EXAMPLE.COM set up and read back, 1 login left alone"
    assert ended.problems[0][0] == "Login bob: made by somebody else (plugin x)"


def test_what_is_not_ours_is_told_with_a_remedy_of_its_own() -> None:
    found = "payments.core.ledger of app: the master user may not grant SELECT"
    ended = decide(a_dossier(proof={"verified": 2, "left_alone": [], "not_ours": [[found]], "waiting": []}))
    assert ended.end == "Needs a person"
    assert ended.headline == (
        "payments-orders: 2 logins for CORP.EXAMPLE.COM set up and read back, 1 thing not ours to change"
    )
    ((problem, remedy),) = ended.problems
    assert problem == found
    assert "fix it in the database" in remedy


def test_grants_beyond_the_profile_are_reported_and_do_not_change_the_end() -> None:
    found = ["alice: DELETE, INSERT on payments", "signon.payments.read: CREATE on SCHEMA payments.core"]
    proof = {"verified": 2, "left_alone": [], "not_ours": [], "waiting": [], "excess": found}
    ended, usual = decide(a_dossier(proof=proof)), decide(a_dossier())
    assert (ended.end, ended.headline, ended.digest) == ("Onboarded", usual.headline, usual.digest)
    ((fact, remedy),) = ended.advice
    assert fact == f"More was granted than profile payments gives: {'; '.join(found)}"
    assert remedy == "This stack revokes nothing: revoke in the database what nobody needs"
    assert fact in message(ended, EXECUTION)
    assert decide(a_dossier(proof={**proof, "waiting": [READ_WAITS]})).end == "Parked"
    assert decide(a_dossier(proof={**proof, "left_alone": left_alone("bob: x")})).end == "Needs a person"


@pytest.mark.parametrize(
    ("dossier", "told"),
    [
        (
            a_dossier(error=an_error("ProfileUnusable", "Profile p is invalid: line 3 | Remedy: Fix it"), kit=None),
            "payments-orders: a person is needed: Profile p is invalid: line 3",
        ),
        (
            a_dossier(proof={"verified": 1, "left_alone": left_alone("bob: made by somebody else", "carol: x")}),
            (
                "payments-orders: 1 login for CORP.EXAMPLE.COM set up and read back, 2 logins left alone:"
                " bob: made by somebody else (and 1 more)"
            ),
        ),
        (
            Dossier.from_json(an_error("InvalidRequest", "There is no DB instance x here.")),
            "The request: failed: There is no DB instance x here.",
        ),
        (a_dossier(error=an_error("KeyError", "Hunter2"), kit=None), "payments-orders: failed"),
        (a_dossier(), "payments-orders: onboarded, 2 logins for CORP.EXAMPLE.COM set up and read back"),
    ],
)
def test_a_headline_tells_people_why(dossier: Dossier, told: str) -> None:
    ended = decide(dossier)
    assert (ended.told, message(ended, EXECUTION).splitlines()[0]) == (told, told)
    assert told.startswith(ended.headline)


def test_a_plan_that_needs_a_person_tells_the_first_reason_and_how_many_there_are() -> None:
    plan = planned(a_database(vpc="vpc-2", status="storage-full"))
    ended = decide(Dossier(database=a_database_id(), plan=plan))
    assert ended.told == "payments-orders: the plan needs a person: payments-orders is storage-full (and 1 more)"


def test_a_headline_is_no_longer_than_a_line_or_two() -> None:
    ended = a_failure("StatementRefused", "x" * 3000 + " | Remedy: y")
    assert len(ended.told) < 300
    assert ended.told.endswith("...")
    assert "x" * 3000 in message(ended, EXECUTION)


def test_a_parked_database_has_a_short_headline_too_and_the_whole_reason_below_it() -> None:
    reason = " ".join(["RDS says something"] * 40)
    ended = a_failure("DatabaseBusy", f"payments-orders: {reason}")
    assert len(ended.headline) < 230
    assert message(ended, EXECUTION).count(reason) == 1


def test_of_many_things_that_pass_the_headline_has_the_first_and_how_many_there_are() -> None:
    findings = tuple(Finding(f"trust {number} is being verified", "Wait", passes=True) for number in range(20))
    reason = "; ".join(finding.problem for finding in findings)
    plan = replace(planned(), verdict=Verdict.PARK, findings=findings, reason=reason)
    ended = decide(Dossier(database=a_database_id(), plan=plan))
    assert ended.told == "payments-orders: trust 0 is being verified (and 19 more)"
    assert "- trust 19 is being verified\n" in message(ended, EXECUTION)


def test_one_and_several_have_their_nouns() -> None:
    assert counted(1, "login") == "1 login"
    assert counted(0, "login") == "0 logins"
    assert counted(2, "policy is", "policies are") == "2 policies are"
    one, many = (
        decide(a_dossier(proof={"verified": 1, "left_alone": []}, policies={"handed_out": ["x"], "left_out": left_out}))
        for left_out in (0, 5)
    )
    assert one.headline.endswith("1 login for CORP.EXAMPLE.COM set up and read back; 1 policy for you to attach")
    assert many.headline.endswith("; 6 policies for you to attach")
    assert [problem for problem, _ in many.problems] == ["A policy is not attached yet: x", "and 5 more"]


READ_WAITS = "role read waits for schema core of database payments"


def test_what_waits_parks_a_database_whose_people_sign_in_already() -> None:
    proof = {"verified": 2, "left_alone": [], "waiting": [READ_WAITS, "role write waits for database payments"]}
    ended = decide(a_dossier(proof=proof, logins={"statements": 4, "round_trips": 9}))
    assert (ended.end, ended.problems, ended.changed) == ("Parked", (), True)
    assert ended.told == (
        f"payments-orders: 2 logins for CORP.EXAMPLE.COM set up and read back, 2 things wait: {READ_WAITS} (and 1 more)"
    )
    assert "- role write waits for database payments\n" in message(ended, EXECUTION)


def test_where_other_things_wait_than_before_there_is_news_although_they_are_as_many() -> None:
    one, other = (decide(a_dossier(proof={"verified": 2, "left_alone": [], "waiting": [each]})) for each in ("a", "b"))
    assert one.headline == other.headline
    assert one.digest != other.digest


def test_twenty_things_that_wait_make_no_long_headline() -> None:
    waiting = [f"{number}: {READ_WAITS}" for number in range(20)]
    proof = {"verified": 2, "left_alone": [], "waiting": waiting, "left_out": {"waiting": 5}}
    ended = decide(a_dossier(proof=proof))
    assert "- and 5 more\n" in message(ended, EXECUTION)
    assert ended.headline.endswith("set up and read back, 25 things wait")
    assert ended.told.endswith(f": 0: {READ_WAITS} (and 24 more)")


def test_what_was_left_alone_is_told_of_while_something_waits() -> None:
    proof = {"verified": 1, "left_alone": left_alone("bob: made by somebody else"), "waiting": [READ_WAITS]}
    ended = decide(a_dossier(proof=proof))
    assert ended.end == "Parked"
    assert ended.problems[0][0] == "Login bob: made by somebody else"
    assert READ_WAITS in message(ended, EXECUTION)


def test_logins_that_are_too_many_to_name_are_still_counted() -> None:
    proof = {
        "verified": 1,
        "left_alone": left_alone(*(f"user{number}: made by somebody else" for number in range(20))),
        "not_ours": [["x: y", "Z"]],
        "left_out": {"left_alone": 80},
    }
    ended = decide(a_dossier(proof=proof))
    assert ", 100 logins left alone, 1 thing not ours to change" in ended.headline
    assert ended.told.endswith(": user0: made by somebody else (and 100 more)")
    assert [problem for problem, _ in ended.problems][-2:] == ["and 80 more", "x: y"]


def test_a_proof_that_says_nothing_of_waiting_waits_for_nothing() -> None:
    assert decide(a_dossier(proof={"verified": 2, "left_alone": [], "waiting": []})).end == "Onboarded"


def test_an_outdated_plan_parks() -> None:
    ended = a_failure("PlanOutdated", "Profile payments has changed since the plan for payments-orders was made")
    assert (ended.end, ended.error) == ("Parked", "PlanOutdated")
    assert ended.headline == (
        "payments-orders: Profile payments has changed since the plan for payments-orders was made"
    )


def test_a_cluster_that_could_not_be_described_is_named_by_the_request() -> None:
    ended = decide(
        Dossier.from_json(an_error("DatabaseBusy", "payments-ledger has no writer yet")),
        {"database": {"cluster": "payments-ledger"}},
    )
    assert (ended.end, ended.headline) == ("Parked", "payments-ledger: has no writer yet")


def test_a_plan_that_can_be_approved_says_how() -> None:
    plan = planned(profile=a_profile(reboot_allowed=False))
    ended = decide(Dossier(a_request(), a_database_id(), plan))
    assert (ended.end, ended.headline) == ("Needs a person", "payments-orders: the plan needs a person")
    assert ended.problems[-1][1] == f'Start with "approve": {{"plan": "{plan.checksum}"}}'
    assert ended.tried == "Nothing was changed"


def test_a_plan_that_cannot_be_approved_does_not_say_how() -> None:
    plan = planned(profile=a_profile(reboot_allowed=False), around=surroundings(role=None))
    ended = decide(Dossier(database=a_database_id(), plan=plan))
    assert len(ended.problems) == 2
    assert "approve" not in json.dumps(ended.problems[0])


def test_a_freeze_parks() -> None:
    plan = planned(profile=a_profile(freezes=a_freeze("2026-11-19", "2026-11-21")))
    ended = decide(Dossier(database=a_database_id(), plan=plan))
    assert (ended.end, ended.next_look) == ("Parked", datetime(2026, 11, 22, tzinfo=UTC))
    assert ended.headline == "payments-orders: no changes are made during a freeze, until 2026-11-22"


def test_a_membership_that_is_blocked_needs_a_person() -> None:
    page = a_reading(attempts=3, looks=20, verdict="BLOCKED", status="failed", reason="the membership is failed")
    ended = decide(a_dossier(membership=page.to_json(), logins=None, proof=None, kit=None))
    assert (ended.end, ended.changed) == ("Needs a person", True)
    assert ended.problems[0][0] == "the membership is failed"
    assert ended.tried == "asked RDS 3 times to associate the directory, looked 20 times, last failed"


def test_a_join_that_failed_to_the_end_is_told_with_cause_evidence_what_was_tried_and_the_remedy() -> None:
    failures = ("failed at 2026-11-20T12:30Z", "failed at 2026-11-20T13:10Z")
    page = a_reading(attempts=2, looks=20, verdict="BLOCKED", status="failed", reason="the cause", remedy="the remedy")
    page = replace(page, failures=failures)
    role, in_order = {"role": "R"}, "Before each attempt directory d-9367000001 was Active and the role R was in order"
    ended = decide(a_dossier(membership=page.to_json(), directory_role=role, logins=None, proof=None, kit=None))
    assert message(ended, "the-execution").splitlines() == [
        "payments-orders: it did not join the directory: the cause",
        "",
        "- the cause",
        "  What to do: the remedy",
        "",
        f"What was seen: {'; '.join(failures)}. {in_order}",
        "",
        "What was tried: asked RDS 2 times to associate the directory, looked 20 times, last failed",
        "",
        "Execution: the-execution",
    ]


def test_a_directory_that_is_not_active_yet_parks_and_people_are_told_what_they_may_do() -> None:
    plan = planned(around=surroundings(directory=a_directory(stage="Impaired")))
    ended = decide(Dossier(database=a_database_id(), plan=plan))
    assert (ended.end, ended.next_look) == ("Parked", plan.next_look)
    assert ended.headline == "payments-orders: Directory d-9367000001 is Impaired, not Active"
    assert [remedy for _, remedy in ended.problems] == ["Wait until it is Active, or fix it in Directory Service"]


ASKED = planned(around=surroundings(directory=None))
FROZEN = planned(profile=a_profile(freezes=a_freeze("2026-11-20", "2026-11-22")))


def held_up(plan: Plan, error: dict[str, str] | None = None, locked: int = 0) -> Outcome:
    answer = LockedLogins(locked, 5) if locked else None
    failure = Failure.from_json(error) if error else None
    return decide(Dossier(database=a_database_id(), plan=plan, locked=answer, error=failure))


@pytest.mark.parametrize(("plan", "end"), [(ASKED, "Needs a person"), (FROZEN, "Parked")], ids=["to fix", "a freeze"])
def test_who_was_locked_is_told_though_the_rest_is_held_up(plan: Plan, end: str) -> None:
    ended = held_up(plan, locked=2)
    assert (ended.end, ended.changed) == (end, True)
    assert "locked 2 logins removed from the profile" in (ended.tried or "")
    assert not held_up(plan).changed


@pytest.mark.parametrize("plan", [ASKED, FROZEN], ids=["to fix", "a freeze"])
@pytest.mark.parametrize(("error", "end"), [("TemporaryFailure", "Parked"), ("StatementRefused", "Needs a person")])
def test_where_locking_fails_both_are_told_and_the_failure_decides_when_it_is_tried_again(
    plan: Plan, error: str, end: str
) -> None:
    ended = held_up(plan, an_error(error, "it went wrong | Remedy: fix it"))
    assert (ended.end, ended.error) == (end, error)
    told = message(ended, "the-execution")
    assert "it went wrong" in told
    assert (plan.reason or plan.findings[0].problem) in told


def test_of_an_execution_that_lost_its_database_nothing_else_is_told() -> None:
    gone = held_up(ASKED, an_error("DatabaseGone", "it is gone"))
    assert (gone.end, ASKED.findings[0].problem in str(gone.problems)) == ("Not ours", False)


def test_an_older_state_machine_that_knows_no_step_that_locks_is_parked() -> None:
    plan = planned(seen=Seen(an_inside(), difference=a_difference(LoginChange(ChangeKind.LOCK, "carol"))))
    ended = decide(a_dossier(plan=plan.to_json(), logins=None, proof=None, kit=None, membership=None))
    assert ended.end == "Parked"
    assert "the stack was updated" in ended.headline


def test_a_method_that_the_state_machine_does_not_know_fails() -> None:
    assert decide(a_dossier(kit=None, membership=None)).end == "Failed"


# ---- errors


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_class_ends_as_its_table_says(kind: str) -> None:
    assert a_failure(kind).end == END_BY_ERROR.get(kind, "Failed")


@pytest.mark.parametrize("kind", PEOPLE)
def test_a_person_is_told_the_problem_and_what_to_do(kind: str) -> None:
    ended = a_failure(kind, str(NeedsPerson("it is broken", "fix it")))
    assert ended.problems == (("it is broken", "fix it"),)
    assert message(ended, EXECUTION) == (
        "payments-orders: a person is needed: it is broken\n\n"
        "- it is broken\n  What to do: fix it\n\n"
        "What was tried: nothing was changed\n\n"
        f"Execution: {EXECUTION}"
    )


@pytest.mark.parametrize("kind", ["NotOurs", "DatabaseGone", "AlreadyInProgress", "ClaimLost"])
def test_an_event_that_concerns_nobody_is_silent(kind: str) -> None:
    assert a_failure(kind).is_silent


@pytest.mark.parametrize(
    "kind", [*PEOPLE, "StillWaiting", "DatabaseBusy", "InvalidRequest", "TemporaryFailure", "KeyError"]
)
def test_everything_else_is_told(kind: str) -> None:
    assert not a_failure(kind).is_silent


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("StillWaiting", "the membership is joining, after more than 3 hours of waiting"),
        ("DatabaseBusy", "RDS is changing it"),
    ],
)
def test_waiting_too_long_parks(kind: str, message: str) -> None:
    ended = a_failure(kind, message)
    assert (ended.end, ended.problems, ended.error) == ("Parked", (), kind)
    assert ended.headline == f"payments-orders: {message}"


def test_every_unanswered_call_parks_with_the_same_message() -> None:
    first, second = (a_failure("TemporaryFailure", f"{call}: Throttling") for call in ("GetItem", "GetRole"))
    assert (first.end, first.problems, first.error) == ("Parked", (), "TemporaryFailure")
    assert first.digest == second.digest
    assert first.tried == "GetItem: Throttling, repeatedly for some minutes; nothing was changed"


@pytest.mark.parametrize("error", ["Lambda.ResourceConflictException", "Lambda.AnErrorOfTheFuture", "Lambda.Unknown"])
def test_whatever_keeps_lambda_from_running_a_function_parks(error: str) -> None:
    ended = decide(a_dossier(error={"Error": error, "Cause": "The function is in the Pending state"}, kit=None))
    assert (ended.end, ended.problems, ended.error) == ("Parked", (), error)
    assert ended.digest == a_failure("TemporaryFailure").digest
    assert ended.tried == f"{error}, repeatedly for some minutes; nothing was changed"


def test_a_database_that_stays_busy_before_it_has_a_dossier_parks_too() -> None:
    ended = decide(Dossier.from_json(an_error("DatabaseBusy", "payments-orders is creating")))
    assert (ended.end, ended.headline) == ("Parked", "The request: payments-orders is creating")


def test_an_invalid_request_says_what_is_wrong_with_it() -> None:
    ended = decide(Dossier.from_json(an_error("InvalidRequest", "dry_run must be true or false.")))
    assert (ended.end, ended.headline) == ("Failed", "The request: failed")
    assert ended.problems == (("dry_run must be true or false.", "Correct the input and start again"),)


@pytest.mark.parametrize("kind", ["KeyError", "OperationalError", "ClientError", "States.Timeout", "Runtime.ExitError"])
def test_the_text_of_an_unknown_error_is_not_passed_on(kind: str) -> None:
    ended = a_failure(kind, "password=hunter2")
    assert "hunter2" not in everything(ended)
    assert ended.problems == ((kind, f"Read the log of the function that failed with {kind}; then start again"),)


@pytest.mark.parametrize("kind", [*CLASSES, "KeyError", "States.Timeout"])
def test_a_stack_trace_is_never_passed_on(kind: str) -> None:
    ended = a_failure(kind, "it is so | Remedy: fix it")
    assert "SECRET" not in everything(ended)


@pytest.mark.parametrize("cause", ["", "{", "[]", "null", '"text"', "{}", "7", '{"errorMessage": null}'])
@pytest.mark.parametrize("kind", ["ConnectionRefused", "StillWaiting", "KeyError", "States.Timeout"])
def test_a_cause_that_nobody_can_read_does_no_harm(kind: str, cause: str) -> None:
    ended = decide(a_dossier(error={"Error": kind, "Cause": cause}))
    assert ended.end == END_BY_ERROR.get(kind, "Failed")
    assert message(ended, EXECUTION)


@pytest.mark.parametrize("kind", [*CLASSES, "KeyError", "States.Timeout"])
@pytest.mark.parametrize("message", ["", "it is so", "it is so | Remedy: "])
def test_every_reported_problem_comes_with_what_to_do(kind: str, message: str) -> None:
    assert all(remedy for _, remedy in a_failure(kind, message).problems)


def test_a_person_who_is_told_no_remedy_is_sent_to_the_history() -> None:
    assert a_failure("ConnectionRefused", "no route").problems == (
        ("no route", "Read the execution's history; then start again"),
    )


def test_the_cause_of_a_failed_execution_says_what_is_wrong_and_what_to_do() -> None:
    assert (
        cause(a_failure("KeyError"))
        == "KeyError. Read the log of the function that failed with KeyError; then start again."
    )
    two = Outcome(End.FAILED, "x: failed", (("a is so.", "Fix a"), ("b is so.", "Fix b")))
    assert cause(two) == "a is so. Fix a. b is so. Fix b."


def test_an_end_without_problems_has_a_cause_too() -> None:
    assert cause(Outcome(End.FAILED, "payments-orders: no sign-in method to continue with")) == (
        "payments-orders: no sign-in method to continue with"
    )


def test_an_error_without_a_cause_does_no_harm() -> None:
    assert decide(Dossier.from_json({"error": {"Error": "States.Timeout"}})).end == "Failed"


def test_what_was_done_before_the_error_is_told() -> None:
    membership = a_reading(attempts=1, looks=12, status="kerberos-enabled").to_json()
    reboot = Reboot(NOW, True, ("payments-orders",), ()).to_json()
    ended = a_failure("RebootDidNotHelp", "x | Remedy: y", membership=membership, reboot=reboot, logins=None)
    assert ended.tried == (
        "asked RDS 1 time to associate the directory, looked 12 times, last kerberos-enabled; rebooted"
    )
    assert ended.changed


# ---- the digest


def test_the_digest_is_of_what_is_said_and_not_of_what_was_done() -> None:
    said = Outcome(End.PARKED, "x")
    assert said.digest == Outcome(End.PARKED, "x", changed=True, next_look=NOW, tried="a lot").digest
    assert len({said.digest, Outcome(End.FAILED, "x").digest, Outcome(End.PARKED, "y").digest}) == 3
    assert Outcome(End.PARKED, "x", (("a", "b"),)).digest != said.digest


def test_a_pause_is_told_without_a_time_so_that_an_hour_later_it_is_no_news() -> None:
    ended = decide(Dossier(database=a_database_id(), plan=planned(around=surroundings(paused=True))))
    assert (ended.end, ended.headline) == ("Parked", "payments-orders: everything is paused")
    assert ended.next_look == at(hours=1)


def test_a_membership_that_is_blocked_has_a_name_that_others_can_be_equal_to() -> None:
    page = a_reading(verdict="BLOCKED", reason="x").to_json()
    assert decide(a_dossier(membership=page, kit=None)).error == "MembershipBlocked"


def test_a_plan_that_nobody_finished_was_overtaken_by_an_update_of_the_stack() -> None:
    """An execution of an older definition reports the draft that the newer *Make plan* has answered."""
    draft = {**planned().to_json(), "verdict": "LOOK"}
    ended = decide(a_dossier(plan=draft, membership=None, logins=None, proof=None, kit=None))
    assert (ended.end, ended.headline) == (
        "Parked",
        "payments-orders: the stack was updated while it was worked on; it is checked again within the hour",
    )
