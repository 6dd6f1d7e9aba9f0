"""What becomes of a finished database: whatever is no longer as it was left is due again, once, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from signon.domain import sweep
from signon.domain.engines import Method
from signon.domain.memory.record import Known, Record
from signon.domain.outcome.message import message
from signon.domain.outcome.outcome import decide
from signon.domain.outcome.report import facts
from signon.domain.plan.drift import drift, finished, outdates_membership
from signon.domain.plan.methods import Methods, methods
from signon.domain.rds.database import Database
from signon.domain.sweep import Candidate
from tests.builders import (
    DIRECTORY,
    EXECUTION,
    NOW,
    OTHER_DIRECTORY,
    a_cluster,
    a_cluster_id,
    a_database,
    a_database_id,
    a_dossier,
    a_member,
    a_membership,
    a_profile,
    a_record,
    a_reported_record,
    a_request,
    an_error,
    at,
    planned,
    surroundings,
)

KERBEROS, IAM = Methods(True, False), Methods(False, True)
AS_IT_RUNS = {"engine_version": "8.4.5", "port": "3306"}
JOINED = {"directory": DIRECTORY, **AS_IT_RUNS}
DONE = a_reported_record(left_as=JOINED, joined_as=AS_IT_RUNS)
UPGRADED = a_member(engine_version="8.4.6")


@pytest.mark.parametrize(
    ("made", "left"),
    [
        (KERBEROS, JOINED),
        (IAM, {"iam": "on", **AS_IT_RUNS}),
        (Methods(True, True), {"directory": DIRECTORY, "iam": "on", **AS_IT_RUNS}),
    ],
)
def test_a_database_is_left_as_its_methods_need_it(made: Methods, left: Mapping[str, str]) -> None:
    assert finished(a_database(), made, DIRECTORY) == left


@pytest.mark.parametrize(
    ("database", "reason"),
    [
        (a_member(), None),
        (a_member("enabling-kerberos"), None),
        (a_member("pending-maintenance-enable-kerberos"), None),
        (a_database(), "it is no longer a member of any directory"),
        (
            a_database(memberships=(a_membership(directory=OTHER_DIRECTORY),)),
            f"it is a member of {OTHER_DIRECTORY}, and no longer of {DIRECTORY}",
        ),
        (
            a_database(memberships=(a_membership(), a_membership(directory=OTHER_DIRECTORY))),
            f"it is a member of {OTHER_DIRECTORY} as well as of {DIRECTORY}",
        ),
        (
            a_database(memberships=(a_membership(), a_membership("failed"))),
            "its membership is failed",
        ),
        (a_member("enable-kerberos-failed"), "its membership is enable-kerberos-failed"),
        (a_member("failed"), "its membership is failed"),
        (a_member(iam_enabled=True), None),
        (a_member(port=3307), "its port was 3306 and is now 3307"),
        (UPGRADED, "its engine version was 8.4.5 and is now 8.4.6"),
    ],
)
def test_what_has_become_of_a_member_is_named(database: Database, reason: str | None) -> None:
    assert drift(DONE, database) == reason


@pytest.mark.parametrize("engine", ["mysql", "mariadb", "postgres", "aurora-mysql", "aurora-postgresql"])
def test_an_iam_flag_that_is_gone_is_named_on_every_engine(engine: str) -> None:
    make, identity = (a_cluster, a_cluster_id) if engine.startswith("aurora") else (a_database, a_database_id)
    database = make(id=identity(engine=engine), iam_enabled=True)
    record = a_reported_record(left_as=finished(database, IAM, ""))
    assert drift(record, database) is None
    assert drift(record, make(id=identity(engine=engine))) == "IAM database authentication is off"


def test_nothing_is_said_of_what_no_run_has_finished() -> None:
    assert drift(Record(), a_database(port=1)) is None


# ---- the sweep


def due(record: Record, database: Database) -> list[str]:
    return [one.reason for one in sweep.due([Candidate(database, Known(record))], {"payments": "v1"}, NOW)]


@pytest.mark.parametrize("end", ["Onboarded", "Needs a person", "Failed"])
def test_what_has_changed_is_due_once_and_again_if_it_was_fixed_meanwhile(end: str) -> None:
    record = a_reported_record(end=end, left_as=JOINED)
    (reason,) = due(record, a_database())
    (started,) = sweep.due([Candidate(a_database(), Known(record))], {}, NOW)
    assert started.facts == {"swept_drift": reason}
    swept = a_reported_record(end=end, left_as=JOINED, swept_drift=reason)
    assert due(swept, a_database()) == []
    assert due(swept, UPGRADED) == ["its engine version was 8.4.5 and is now 8.4.6"]
    assert sweep.restored([Candidate(a_database(), Known(swept))]) == []
    assert sweep.restored([Candidate(a_member(), Known(swept))]) == [a_database_id()]


def test_one_that_is_parked_waits_for_its_time() -> None:
    parked = a_reported_record(end="Parked", next_look=at(hours=1), left_as=JOINED)
    assert due(parked, a_database()) == []


def test_the_reason_is_reported_along_with_the_outcome() -> None:
    plan = planned(a_database(created_at=at(days=-9)), record=DONE)
    ended = decide(a_dossier(request=a_request(reason="sweep: no member").to_json(), plan=plan.to_json()))
    assert ended.end == "Needs a person"
    assert "\nWhy it was started: sweep: no member\n" in message(ended, EXECUTION)


# ---- the record


def noted(record: Record | None = None, **pages: Any) -> Mapping[str, Any]:
    dossier = a_dossier(**pages)
    return facts(decide(dossier), dossier, record, EXECUTION, NOW.isoformat())


def test_a_run_that_finished_writes_down_how_it_left_the_database() -> None:
    assert noted()["left_as"] == JOINED
    assert noted()["swept_drift"] == ""
    assert "left_as" not in noted(proof=None, error=an_error("DatabaseInUse", "x"))


def test_what_a_database_joined_as_is_not_overwritten_and_counts_from_now_where_nobody_knows() -> None:
    assert noted(a_record())["joined_as"] == AS_IT_RUNS
    assert "joined_as" not in noted(DONE)


# ---- RDS for MySQL joins anew


@pytest.mark.parametrize(
    ("database", "why"),
    [
        (a_member(), None),
        (UPGRADED, "its engine version was 8.4.5 when it joined and is now 8.4.6"),
        (a_member(port=3307), "its port was 3306 when it joined and is now 3307"),
        (a_member("enabling-kerberos", engine_version="8.4.6"), None),  # it is on its way already
        (a_database(engine_version="8.4.6"), None),
        (a_database(engine_version="8.4.6", memberships=(a_membership(directory=OTHER_DIRECTORY),)), None),
        (
            a_database(engine_version="8.4.6", memberships=(a_membership(), a_membership(directory=OTHER_DIRECTORY))),
            None,  # a person is asked to let it leave the other one first
        ),
        (a_cluster(memberships=(a_membership(),), engine_version="17.1"), None),
        (a_member(id=a_database_id(engine="postgres"), engine_version="17.1"), None),
    ],
)
def test_a_membership_is_outdated_by_what_aws_says_and_by_nothing_else(database: Database, why: str | None) -> None:
    assert outdates_membership(DONE, database, DIRECTORY) == why


@pytest.mark.parametrize("status", ["disabling-kerberos", "pending-maintenance-disable-kerberos"])
def test_a_leaving_of_ours_that_was_parked_goes_on_and_one_that_others_began_does_not(status: str) -> None:
    leaving = a_member(status, engine_version="8.4.6")
    ours = a_record(joined_as=AS_IT_RUNS)
    assert outdates_membership(ours, leaving, DIRECTORY)
    assert outdates_membership(DONE, leaving, DIRECTORY) is None


@pytest.mark.parametrize("record", [None, Record(), a_reported_record(left_as=JOINED)])
def test_where_nobody_knows_what_it_joined_as_nothing_is_switched_off(record: Record | None) -> None:
    assert outdates_membership(record, UPGRADED, DIRECTORY) is None


def test_after_an_upgrade_it_leaves_joins_and_is_rebooted() -> None:
    plan = planned(UPGRADED, record=DONE)
    assert [step.action for step in plan.steps if step.action] == [
        f"Remove payments-orders from directory {DIRECTORY}",
        f"Associate directory {DIRECTORY} with payments-orders",
        "Reboot payments-orders",
        "Create 1 login, make 1 grant",
        "Publish the connection kit",
    ]
    assert plan.steps[0].reason == (
        "its engine version was 8.4.5 when it joined and is now 8.4.6; RDS for MySQL requires directory sign-in to be"
        " switched off and on again after that"
    )
    assert (plan.verdict, plan.methods.leaves_directory, plan.methods.kerberos) == ("GO", True, True)


def test_one_for_which_rds_offers_no_sign_in_any_more_stays_in_its_directory() -> None:
    plan = planned(UPGRADED, record=DONE, around=surroundings(not_offered={Method.KERBEROS: ("db.t4g.micro",)}))
    (finding,) = plan.findings
    assert plan.verdict == "ASK"
    assert finding.problem == "RDS does not list Kerberos for mysql 8.4.6 on db.t4g.micro in this Region"


def test_that_is_no_switch_of_methods() -> None:
    made = methods(UPGRADED, a_profile(), rejoins=True)
    assert (made.rejoins, made.switches) == (True, False)
    switched = Methods(False, True, leaves_directory=True, switches_iam=True)
    assert (switched.rejoins, switched.switches) == (False, True)


def test_people_who_rely_on_it_are_asked_first() -> None:
    plan = planned(a_member(engine_version="8.4.6", created_at=at(days=-9)), record=DONE)
    assert (plan.verdict, [finding.problem for finding in plan.findings]) == (
        "ASK",
        ["payments-orders is older than 24 hours"],
    )


@pytest.mark.parametrize(
    ("database", "told"),
    [
        (a_database(upgrades_itself=True), True),
        (a_database(), False),
        (a_database(id=a_database_id(engine="postgres"), engine_version="16.6", upgrades_itself=True), False),
    ],
)
def test_automatic_upgrades_are_reported_before_the_database_joins(database: Database, told: bool) -> None:
    problems = [each.problem for each in planned(database).advice]
    assert any("is upgraded to new minor versions automatically" in problem for problem in problems) is told
