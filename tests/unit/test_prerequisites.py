"""What a plan finds around the database, and the advice that holds nothing up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from signon.domain.engines import Method
from signon.domain.outcome.message import message
from signon.domain.outcome.outcome import decide
from signon.domain.plan.plan import Plan
from signon.domain.plan.prerequisites.parameters import PARAMETERS, names, parameter_advice
from signon.domain.profile.profile import DirectoryLogin, IamLogin
from tests.builders import (
    ACCOUNT,
    DIRECTORY,
    a_cluster,
    a_cluster_id,
    a_database,
    a_database_id,
    a_dossier,
    a_member,
    a_profile,
    a_profile_for_clusters,
    a_record_of_a_finished_one,
    a_request,
    a_role,
    planned,
    surroundings,
)
from tests.unit.networks import ONPREM, a_network, a_trust

BOTH, BY_DIRECTORY, BY_IAM = {*Method}, {Method.KERBEROS}, {Method.IAM}
APART = a_network({"routes": ()})


def by_iam(**changes: Any) -> Any:
    """A profile of one application, which signs in by IAM alone."""
    methods = dict.fromkeys(("mysql", "aurora-postgresql"), ("iam",))
    return a_profile(methods=methods, logins=(IamLogin("app", ("read",)),), directory="", realm="", **changes)


# ---- findings

FINDINGS: dict[str, dict[str, Any]] = {
    f"Directory {DIRECTORY} belongs to another account; this account sees it as d-9367000005": {
        "around": surroundings(directory=None, shared_as="d-9367000005")
    },
    "payments-orders is a read replica of payments, so no login can be created there": {
        "database": a_database(replica_of="payments", iam_enabled=True),
        "profile": by_iam(),
    },
    (
        "payments-ledger is a Multi-AZ DB cluster of mysql: AWS offers no directory sign-in for it, and this stack does"
        " not serve it for IAM either"
    ): {
        "database": a_cluster(id=a_cluster_id(engine="mysql"), engine_version="8.4.5"),
        "profile": a_profile(),
    },
}


@pytest.mark.parametrize("problem", FINDINGS)
def test_what_is_in_the_way_is_found_and_nobody_may_approve_it(problem: str) -> None:
    plan = planned(**FINDINGS[problem])
    assert (plan.verdict, [finding.problem for finding in plan.findings]) == ("ASK", [problem])
    assert plan.findings[0].remedy
    approved = planned(**FINDINGS[problem], request=a_request(approve=plan.checksum))
    assert approved.verdict == "ASK"


IN_GOVCLOUD = a_database(id=a_database_id(arn="arn:aws-us-gov:rds:us-gov-west-1:123456789012:db:payments-orders"))


def test_where_the_region_is_not_known_directory_sign_in_waits_for_somebody_who_knows_rds_name_there() -> None:
    untold = a_role(principals=frozenset({"rds.amazonaws.com"}))
    (finding,) = planned(IN_GOVCLOUD, around=surroundings(role=untold)).findings
    assert finding.problem == (
        "This version of the stack does not know which service principal RDS uses to reach a directory in us-gov-west-1"
    )
    assert finding.remedy.startswith("Have people sign in with IAM tokens there (iam under methods)")
    assert "directoryservice.rds.us-gov-west-1.amazonaws.com" in finding.remedy
    told = a_role(principals=frozenset({"rds.amazonaws.com", "directoryservice.rds.us-gov-west-1.amazonaws.com"}))
    assert planned(IN_GOVCLOUD, around=surroundings(role=told)).findings == ()


@pytest.mark.parametrize(
    ("region", "verdict"),
    [("us-east-1", "ASK"), ("cn-north-1", "GO"), ("eu-south-1", "GO"), ("ca-west-1", "GO"), ("us-gov-west-1", "GO")],
)
def test_a_person_may_try_whether_rds_gets_in_where_nobody_has_tried_its_names(region: str, verdict: str) -> None:
    there = a_database(id=a_database_id(arn=f"arn:aws:rds:{region}:123456789012:db:payments-orders"))
    around = surroundings(role=a_role(principals=frozenset({"rds.amazonaws.com"})))
    asked = planned(there, around=around)
    assert asked.verdict == "ASK"
    assert ("approve the plan" in asked.findings[0].remedy) is (verdict == "GO")
    assert planned(there, around=around, request=a_request(approve=asked.checksum)).verdict == verdict


@pytest.mark.parametrize(
    "usual",
    [
        {"around": surroundings(not_offered={Method.IAM: ("db.t4g.micro",)})},  # which nobody wants there
        {"database": a_database(replicas=("r1",)), "profile": by_iam()},  # IAM is offered with replicas
        {"profile": by_iam(), "around": surroundings(directory=None, role=None)},
        {"around": surroundings(network=a_network())},
        {"around": surroundings(trusts=None)},  # nobody is of another domain
        {"database": IN_GOVCLOUD, "profile": by_iam(), "around": surroundings(directory=None, role=None)},
    ],
)
def test_what_does_not_matter_here_is_no_finding(usual: dict[str, Any]) -> None:
    assert planned(**usual).findings == ()


NOT_OFFERED = {Method.IAM: ("db.t4g.micro",), Method.KERBEROS: ("db.t4g.micro",)}
UNSEEN: dict[str, dict[str, Any]] = {
    "RDS does not list IAM database authentication for mysql 8.4.5 on db.t4g.micro in this Region": {
        "profile": by_iam(),
        "around": surroundings(not_offered=NOT_OFFERED),
    },
    f"Directory {DIRECTORY} has no trust with {ONPREM}": {
        "database": a_cluster(),
        "profile": a_profile_for_clusters(
            trusted_realms=(ONPREM,), logins=(DirectoryLogin("alice", ("read",), realm=ONPREM),)
        ),
    },
}


@pytest.mark.parametrize("problem", UNSEEN)
def test_what_only_aws_can_say_for_sure_a_person_may_try(problem: str) -> None:
    plan = planned(**UNSEEN[problem])
    assert [(finding.problem, finding.approvable) for finding in plan.findings] == [(problem, True)]
    assert planned(**UNSEEN[problem], request=a_request(approve=plan.checksum)).verdict == "GO"


@pytest.mark.parametrize(
    "set_up",
    [{"database": a_member()}, {"database": a_database(iam_enabled=True), "profile": by_iam()}],
)
def test_a_method_that_is_set_up_is_offered_whatever_the_list_says(set_up: dict[str, Any]) -> None:
    around, record = surroundings(not_offered=NOT_OFFERED), a_record_of_a_finished_one()
    assert planned(**set_up, around=around, record=record).findings == ()


POSTGRES = {"id": a_database_id(engine="postgres"), "engine_version": "16.6"}
WITH_REPLICAS = {**POSTGRES, "replicas": ("r1", "r2")}


def test_whether_postgresql_joins_with_read_replicas_is_for_a_person_to_try() -> None:
    plan = planned(a_database(**WITH_REPLICAS))
    assert [(finding.problem, finding.approvable) for finding in plan.findings] == [
        (
            "payments-orders has read replicas (r1, r2); AWS does not say whether it can join a directory with them",
            True,
        )
    ]
    assert planned(a_database(**WITH_REPLICAS), request=a_request(approve=plan.checksum)).verdict == "GO"


def test_a_member_with_read_replicas_is_not_asked_about_again() -> None:
    assert planned(a_member(**WITH_REPLICAS), record=a_record_of_a_finished_one()).findings == ()


def test_a_read_replica_of_postgresql_takes_its_logins_from_its_source() -> None:
    (finding,) = planned(a_database(**POSTGRES, replica_of="payments")).findings
    assert finding.problem == "payments-orders is a read replica of payments, so no login can be created there"
    assert not finding.approvable


def test_a_database_that_does_not_reach_its_directory_is_asked_about_and_goes_on_when_approved() -> None:
    around = surroundings(network=APART)
    plan = planned(around=around)
    assert [(finding.problem, finding.approvable) for finding in plan.findings] == [
        (f"No route leads from subnet-a, subnet-b of payments-orders to directory {DIRECTORY}", True)
    ]
    assert plan.verdict == "ASK"
    assert planned(around=around, request=a_request(approve=plan.checksum)).verdict == "GO"


def test_what_was_approved_of_the_network_is_not_asked_again_until_it_is_done() -> None:
    around = surroundings(network=APART)
    asked = planned(around=around)
    begun = planned(around=around, request=a_request(approve=asked.checksum))
    assert planned(around=around, begun=begun).verdict == "GO"
    assert planned(around=around, begun=asked).verdict == "ASK"


def test_a_trust_that_is_being_verified_parks() -> None:
    profile = a_profile_for_clusters(
        trusted_realms=(ONPREM,), logins=(DirectoryLogin("alice", ("read",), realm=ONPREM),)
    )
    around = surroundings(trusts=(a_trust(state="Verifying"),))
    assert planned(a_cluster(), profile, around=around).verdict == "PARK"
    assert planned(a_cluster(), profile, around=surroundings(trusts=(a_trust(),))).verdict == "GO"


# ---- advice

NO_TLS = surroundings(parameters={"require_secure_transport": "0"})


def test_advice_is_reported_and_blocks_nobody() -> None:
    plan = planned(a_database(parameter_group="own"), around=NO_TLS)
    assert (plan.verdict, plan.findings) == ("GO", ())
    assert [each.problem for each in plan.advice] == [
        "require_secure_transport is off in own: logins that are not ours may sign in without TLS"
    ]


def test_advice_is_no_part_of_what_a_person_approves() -> None:
    assert planned(around=NO_TLS).checksum == planned().checksum


def test_advice_survives_the_state_machine() -> None:
    plan = planned(around=NO_TLS)
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_a_change_of_the_port_is_told_where_people_sign_in_by_directory_to_mysql() -> None:
    changing, profile = {"pending_changes": ("Port",)}, a_profile(other_pending_allowed=True)
    (told,) = planned(a_database(**changing), profile).advice
    assert told.problem == (
        "The port of payments-orders is about to change, and directory sign-in may stop working when it does"
    )
    assert planned(a_cluster(**changing), a_profile_for_clusters(other_pending_allowed=True)).advice == ()
    assert planned(a_database(**changing), by_iam(other_pending_allowed=True)).advice == ()


def test_people_of_a_trusted_domain_and_the_network_are_told_about_as_well() -> None:
    profile = a_profile_for_clusters(
        trusted_realms=(ONPREM,), logins=(DirectoryLogin("alice", ("read",), realm=ONPREM),)
    )
    around = surroundings(trusts=None, network=a_network(directory=None))
    plan = planned(a_cluster(custom_endpoints=("reports",)), profile, around=around)
    assert (plan.verdict, len(plan.advice)) == ("GO", 3)


def test_the_report_tells_advice_along_and_it_is_no_news_of_itself() -> None:
    plan = planned(a_member(), around=NO_TLS, record=a_record_of_a_finished_one())
    with_advice, without = decide(a_dossier(plan=plan.to_json())), decide(a_dossier())
    assert with_advice.end == "Onboarded"
    assert with_advice.digest == without.digest
    assert "Worth knowing:\n- require_secure_transport is off in " in message(with_advice, "arn")
    assert "Worth knowing" not in message(without, "arn")


APP_ROLE = f"arn:aws:iam::{ACCOUNT}:role/teams/app"
BOUNDARIES = surroundings(
    boundaries={APP_ROLE: f"arn:aws:iam::{ACCOUNT}:policy/developers", f"{APP_ROLE}-2": "arn:of-nobody-here"}
)


def test_a_permissions_boundary_of_a_role_that_signs_in_is_told_with_its_arn() -> None:
    profile = replace(by_iam(), logins=(IamLogin("app", ("read",), used_by=(APP_ROLE,)),))
    plan = planned(profile=profile, around=BOUNDARIES)
    assert plan.verdict == "GO"
    (told,) = plan.advice
    assert told.problem == f"The role app has the permissions boundary arn:aws:iam::{ACCOUNT}:policy/developers"
    assert "rds-db:connect" in told.remedy


def test_a_boundary_is_no_matter_where_nobody_signs_in_with_iam() -> None:
    assert planned(around=BOUNDARIES).advice == ()


# ---- parameters

OFF: dict[str, tuple[str, ...]] = {
    "require_secure_transport": ("0", "OFF", ""),
    "rds.force_ssl": ("0",),
    "krb_caseins_users": ("0", "off", "false"),
    "authentication_kerberos_caseins_cmp": ("0", "OFF"),
    "log_connections": ("0", "off", ""),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in OFF.items() for value in values])
def test_a_parameter_that_is_off_is_told_with_what_that_means(name: str, value: str) -> None:
    (told,) = parameter_advice("own", {name: value}, BOTH)
    assert told.problem.startswith(f"{name} is off in own: ")
    assert told.remedy


@pytest.mark.parametrize("value", ["1", "ON", "true", "all", "receipt,authentication"])
@pytest.mark.parametrize("name", OFF)
def test_a_parameter_that_is_on_is_not_reported(name: str, value: str) -> None:
    assert list(parameter_advice("own", {name: value}, BOTH)) == []


def test_a_parameter_that_the_engine_does_not_have_is_not_reported() -> None:
    assert list(parameter_advice("own", {}, BOTH)) == []


@pytest.mark.parametrize(
    ("methods", "asked"),
    [
        (BY_DIRECTORY, {*OFF} - {"log_connections"}),
        (BY_IAM, {"require_secure_transport", "rds.force_ssl", "log_connections"}),
        (BOTH, {*OFF}),
        ((), set()),
    ],
)
def test_what_matters_to_no_method_that_is_set_up_is_neither_asked_for_nor_told(
    methods: set[Method], asked: set[str]
) -> None:
    assert set(names(methods)) == asked
    found = {each.name: "0" for each in PARAMETERS}
    assert {each.problem.split()[0] for each in parameter_advice("own", found, methods)} == asked
