"""Which ways of signing in a plan sets up, which it takes away first, and what it says then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from signon.domain.engines import Method
from signon.domain.plan.methods import Methods, methods
from signon.domain.plan.plan import Plan
from signon.domain.plan.prerequisites import Surroundings
from signon.domain.plan.step import StepKind
from signon.domain.profile.profile import DirectoryLogin, IamLogin, Profile
from signon.domain.rds.database import Database
from signon.domain.request.request import Request
from tests.builders import (
    NOW,
    a_cluster,
    a_cluster_id,
    a_database,
    a_database_id,
    a_member,
    a_membership,
    a_profile,
    a_record,
    a_request,
    a_version,
    an_instance,
    planned,
    surroundings,
)

ROLE = "arn:aws:iam::123456789012:role/payments-api"
APP = IamLogin("payments_app", ("read",), used_by=(ROLE,))
BOTH = ("kerberos", "iam")


def a_profile_of(engine: str, *named: str, **changes: object) -> Profile:
    logins = (DirectoryLogin("alice", ("read",)), APP)
    return a_profile(**{"engines": (engine,), "methods": {engine: named}, "logins": logins, **changes})


def of(engine: str, **changes: object) -> Database:
    if engine.startswith("aurora"):
        return a_cluster(id=a_cluster_id(engine=engine), **changes)
    return a_database(id=a_database_id(engine=engine), **changes)


@pytest.mark.parametrize(
    ("engine", "named", "now", "made"),
    [
        ("mysql", ("kerberos",), {}, Methods(True, False)),
        ("mysql", ("iam",), {}, Methods(False, True, switches_iam=True)),
        ("mysql", ("iam",), {"iam_enabled": True}, Methods(False, True)),
        ("mysql", ("iam",), {"memberships": (a_membership(),)}, Methods(False, True, True, True)),
        ("mysql", ("kerberos",), {"iam_enabled": True}, Methods(True, False, switches_iam=True)),
        ("postgres", ("kerberos",), {"iam_enabled": True}, Methods(True, False, switches_iam=True)),
        ("postgres", BOTH, {"memberships": (a_membership(),)}, Methods(True, True, switches_iam=True)),
        ("aurora-mysql", BOTH, {}, Methods(True, True, switches_iam=True)),
        ("aurora-mysql", ("kerberos",), {"iam_enabled": True}, Methods(True, False)),
        ("aurora-postgresql", ("iam",), {"memberships": (a_membership(),)}, Methods(False, True, switches_iam=True)),
        ("mariadb", BOTH, {}, Methods(False, True, switches_iam=True)),
    ],
)
def test_a_method_is_taken_away_only_where_an_instance_takes_one(
    engine: str, named: tuple[str, ...], now: dict[str, object], made: Methods
) -> None:
    assert methods(of(engine, **now), a_profile_of(engine, *named)) == made


def test_methods_are_the_same_after_they_have_travelled() -> None:
    made = Methods(True, True, switches_iam=True)
    assert Methods.from_json(made.to_json()) == made
    assert made.used == {Method.KERBEROS, Method.IAM}


def switched(database: Database, named: str, request: Request | None = None) -> Plan:
    profile = a_profile_of("mysql", named, existing_allowed=True, other_pending_allowed=True)
    return planned(database, profile, request=request)


@pytest.mark.parametrize(
    ("database", "named", "says"),
    [
        (a_member(), "iam", "it would leave the directory"),
        (a_database(iam_enabled=True), "kerberos", "it would be switched off"),
    ],
)
def test_a_switch_needs_approval_whatever_the_profile_allows(database: Database, named: str, says: str) -> None:
    plan = switched(database, named)
    (finding,) = plan.findings
    assert (plan.verdict, finding.approvable) == ("ASK", True)
    assert says in finding.problem
    assert "lose access" in finding.problem
    approved = switched(database, named, request=a_request(approve=plan.checksum))
    assert (approved.verdict, approved.findings) == ("GO", ())


PEOPLE = [IamLogin(name, ("read",), used_by=(ROLE,), personal=True) for name in ("alice", "bob")]


@pytest.mark.parametrize(
    ("database", "profile", "around"),
    [
        (a_database(), a_profile(), surroundings(not_offered={Method.KERBEROS: ("db.t4g.micro",)})),
        (a_member(), a_profile_of("mysql", "iam"), surroundings()),
        (of("mysql", iam_enabled=True), a_profile_of("mysql", "iam", logins=tuple(PEOPLE)), surroundings()),
        (a_database(created_at=NOW - timedelta(days=2)), a_profile(), surroundings()),
    ],
    ids=["a finding", "a switch", "a role", "a database that is not new"],
)
def test_what_was_approved_and_parked_is_not_asked_about_again_whatever_it_is(
    database: Database, profile: Profile, around: Surroundings
) -> None:
    asked = planned(database, profile, around=around)
    approved = planned(database, profile, around=around, request=a_request(approve=asked.checksum))
    of_another = replace(approved, profile=a_version(sha256="b" * 64))
    assert planned(database, profile, around=around, begun=asked).verdict == "ASK"
    assert planned(database, profile, around=around, begun=of_another).verdict == "ASK"
    assert planned(database, profile, around=around, begun=approved).verdict == "GO"


def test_a_switch_that_nobody_has_approved_is_asked_about_in_the_middle_of_a_run() -> None:
    assert planned(a_member(), a_profile_of("mysql", "iam"), begun=planned()).verdict == "ASK"


def test_a_switch_to_iam_leaves_the_directory_first_and_says_what_it_interrupts() -> None:
    plan = switched(a_member(), "iam")
    assert [(step.action, step.interruption) for step in plan.steps if step.action] == [
        ("Remove payments-orders from directory d-9367000001", "brief"),
        ("Switch IAM database authentication on for payments-orders", "none"),
        ("Allow payments-api to connect to payments-orders", "none"),
        ("Create 1 login, make 1 grant", "none"),
        ("Publish the connection kit", "none"),
    ]


def test_a_switch_to_the_directory_switches_iam_off_first() -> None:
    plan = switched(a_database(iam_enabled=True), "kerberos")
    assert [step.action for step in plan.steps][:3] == [
        "Switch IAM database authentication off for payments-orders",
        "Associate directory d-9367000001 with payments-orders",
        "Reboot payments-orders",
    ]


def test_logins_of_a_method_that_the_engine_lacks_are_skipped_and_the_plan_says_so() -> None:
    plan = planned(of("mariadb", engine_version="11.4.8"), a_profile_of("mariadb", "iam"))
    (creating,) = [step for step in plan.steps if step.kind is StepKind.LOGINS]
    assert "skipped, because their method is not used here: alice (kerberos)" in creating.reason


def test_a_login_for_another_engine_is_neither_made_nor_missed() -> None:
    elsewhere = replace(APP, engines=("aurora-mysql",))
    profile = a_profile_of("mysql", "kerberos", logins=(DirectoryLogin("alice", ("read",)), elsewhere))
    assert [login.user for login in profile.on("mysql").logins] == ["alice"]
    assert profile.skipped_on("mysql") == ()


def test_readers_alone_are_rebooted_where_the_engine_says_so() -> None:
    plan = planned(of("aurora-mysql", engine_version="8.0.mysql_aurora.3.10.1"), a_profile_of("aurora-mysql", *BOTH))
    reboots = [step.action for step in plan.steps if step.interruption == "reboot"]
    assert reboots == ["Reboot ledger-2, then ledger-3"]


def test_a_cluster_without_readers_is_not_rebooted_where_they_alone_are() -> None:
    alone = of("aurora-mysql", engine_version="8.0.mysql_aurora.3.10.1", instances=(an_instance(is_writer=True),))
    plan = planned(alone, a_profile_of("aurora-mysql", *BOTH))
    assert not [step for step in plan.steps if step.interruption == "reboot"]


def test_a_profile_without_a_directory_asks_for_none() -> None:
    profile = a_profile_of("mysql", "iam", directory="", realm="")
    assert planned(a_database(), profile).verdict == "GO"


def test_roles_with_access_are_checked_after_iam_is_removed_as_a_method() -> None:
    profile = a_profile_of("aurora-postgresql", "kerberos")
    joined = a_cluster(memberships=(a_membership(),), iam_enabled=True)
    earlier = a_record(connected_roles={ROLE: NOW})
    (step,) = (step for step in planned(joined, profile, record=earlier).steps if step.kind == "connect_policy")
    assert step.action == "Withdraw from payments-api what lets it connect to payments-ledger"
    assert not planned(joined, profile).has(StepKind.CONNECT_POLICY)
