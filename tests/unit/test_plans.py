from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from signon.domain.engines import ENGINES, Exclusive, Method
from signon.domain.memory.record import Record
from signon.domain.plan.inside import Seen
from signon.domain.plan.plan import Plan
from signon.domain.plan.prerequisites import Surroundings
from signon.domain.plan.step import StepKind
from signon.domain.profile.profile import DirectoryLogin, IamLogin, Profile
from signon.domain.rds.database import Database
from signon.domain.rds.membership import MEMBERSHIP, judge, must_associate
from tests.builders import (
    AURORA,
    DIRECTORY,
    NOW,
    OTHER_DIRECTORY,
    a_cluster,
    a_cluster_id,
    a_database,
    a_database_id,
    a_directory,
    a_freeze,
    a_member,
    a_membership,
    a_profile,
    a_profile_for_clusters,
    a_reading,
    a_record,
    a_record_of_a_finished_one,
    a_record_with_a_reboot_due,
    a_request,
    a_role,
    a_version,
    an_inside,
    an_instance,
    at,
    planned,
    surroundings,
)

OLD = at(hours=-25)
CLUSTER_ARN = "arn:aws:rds:us-east-1:123456789012:cluster:payments-source"
INSTANCE_ARN = "arn:aws:rds:us-east-1:123456789012:db:payments-source"

Pending = dict[str, Any]  # what waits on a database, as its fields


def changes(*names: str) -> Pending:
    return {"pending_changes": names}


def groups(*names: str) -> Pending:
    return {"pending_groups": names}


def no_kerberos(*instance_classes: str) -> dict[Method, tuple[str, ...]]:
    return {Method.KERBEROS: instance_classes}


def interruptions(plan: Plan) -> list[str]:
    return [step.interruption for step in plan.steps]


def test_a_new_database_is_joined_rebooted_and_given_its_logins() -> None:
    plan = planned()
    assert (plan.verdict, plan.findings) == ("GO", ())
    assert [step.action for step in plan.steps] == [
        "Associate directory d-9367000001 with payments-orders",
        "Reboot payments-orders",
        "Create 1 login, make 1 grant",
        "",
        "Publish the connection kit",
        "",
    ]
    assert interruptions(plan) == ["brief", "reboot", "none", "none", "none", "none"]
    assert all(step.reason for step in plan.steps if step.action)


def test_the_last_step_of_every_plan_is_its_report_and_logins_are_verified() -> None:
    for plan in (planned(), planned(a_cluster()), planned(a_member(), record=a_record_of_a_finished_one())):
        *_, logins, verify, _, report = (step.kind for step in plan.steps)
        assert (logins, verify, report) == ("logins", "verify", "report")


def test_a_plan_for_a_cluster_names_each_reboot_readers_first() -> None:
    plan = planned(a_cluster())
    assert (plan.verdict, plan.findings) == ("GO", ())
    assert [step.action for step in plan.steps] == [
        "Associate directory d-9367000001 with payments-ledger",
        "Reboot ledger-2, then ledger-3, then ledger-1",
        "Create 1 login, make 1 grant",
        "",
        "Publish the connection kit",
        "",
    ]
    assert interruptions(plan) == ["none", "reboot", "none", "none", "none", "none"]


@pytest.mark.parametrize("version", ["14.3", "14.6"])
def test_where_readers_restart_with_their_writer_it_is_rebooted_alone_and_the_plan_says_so(version: str) -> None:
    plan = planned(a_cluster(engine_version=version))
    rebooted = [(step.action, step.reason) for step in plan.steps if step.interruption == "reboot"]
    assert rebooted == [
        (
            "Reboot ledger-1",
            f"{AURORA.why_reboot}; ledger-2, ledger-3 restart with it",
        )
    ]
    alone = a_cluster(engine_version=version, instances=(an_instance("ledger-1", is_writer=True),))
    assert "restart with it" not in planned(alone).steps[1].reason


def test_a_cluster_may_have_both_methods_on() -> None:
    assert planned(a_cluster(iam_enabled=True)).findings == ()


def test_only_where_aws_names_a_limit_is_a_domain_name_too_long() -> None:
    long = f"{'a' * 60}.b"
    around = surroundings(directory=a_directory(name=long))
    assert planned(a_cluster(), a_profile_for_clusters(realm=long.upper()), around=around).findings == ()


def test_everything_in_the_way_of_a_cluster_is_found_at_once() -> None:
    cluster = a_cluster(
        status="stopped",
        engine_version="13.18",
        replica_of=INSTANCE_ARN,
        vpc="vpc-2",
        master_secret=None,
        created_at=OLD,
        pending_changes=("Port",),
    )
    profile = a_profile_for_clusters(names=("x",), reboot_allowed=False)
    shared = a_directory(type="SharedMicrosoftAD", share="Rejected", stage="Failed", name="other.example.com")
    around = surroundings(directory=shared, role=None, not_offered=no_kerberos("db.t3.small", "db.t4g.micro"))
    assert len(planned(cluster, profile, around=around).findings) == 15


@pytest.mark.parametrize("record", [a_record_of_a_finished_one(), a_record(onboarded_at=NOW)])
def test_a_second_run_plans_no_interruption(record: Record) -> None:
    plan = planned(a_member(created_at=OLD, pending_changes=("Port",)), record=record)
    assert plan.verdict == "GO"
    assert set(interruptions(plan)) == {"none"}
    assert not plan.has(StepKind.REBOOT)


def test_a_member_whose_reboot_is_due_is_rebooted_only() -> None:
    assert interruptions(planned(a_member(), record=a_record_with_a_reboot_due())) == [
        "reboot",
        *["none"] * 4,
    ]


@pytest.mark.parametrize(
    ("database", "reason"),
    [
        (a_database(), "it is not a member of any directory"),
        (a_member("failed"), "its membership is failed; the same call repairs it"),
        (a_member("enabling-kerberos"), "its membership is enabling-kerberos"),
    ],
)
def test_the_plan_says_why_it_joins(database: Any, reason: str) -> None:
    assert planned(database).steps[0].reason == reason


FINDINGS: dict[str, tuple[Any, Any, Any]] = {
    "Profile payments does not admit this database: it admits no name payments-orders": (
        None,
        a_profile(names=("x",)),
        None,
    ),
    "Profile payments names no method for engine mysql": (None, a_profile(methods={}), None),
    "payments-orders is storage-full": (a_database(status="storage-full"), None, None),
    "payments-orders runs mysql 5.7.44": (a_database(engine_version="5.7.44"), None, None),
    "payments-orders is a read replica of payments; directory sign-in is not offered there": (
        a_database(replica_of="payments"),
        None,
        None,
    ),
    "payments-orders has read replicas (r1, r2); directory sign-in is not offered with them": (
        a_database(replicas=("r1", "r2")),
        None,
        None,
    ),
    "payments-orders is in vpc-2; this stack serves vpc-0a1b2c": (a_database(vpc="vpc-2"), None, None),
    "RDS shows no VPC for payments-orders; this stack reaches only vpc-0a1b2c": (a_database(vpc=None), None, None),
    "RDS holds no master secret for payments-orders": (a_database(master_secret=None), None, None),
    f"payments-orders is a member of {OTHER_DIRECTORY}, not of d-9367000001": (
        a_database(memberships=(a_membership(directory=OTHER_DIRECTORY),)),
        None,
        None,
    ),
    f"payments-orders is a member of {OTHER_DIRECTORY} as well as of d-9367000001": (
        a_database(
            memberships=(a_membership("enable-kerberos-failed"), a_membership(directory=OTHER_DIRECTORY)),
        ),
        None,
        None,
    ),
    "Directory d-9367000001 does not exist in us-east-1, or is not shared with this account": (
        None,
        None,
        surroundings(directory=None),
    ),
    "Directory d-9367000001 is of type SimpleAD": (None, None, surroundings(directory=a_directory(type="SimpleAD"))),
    "Directory d-9367000001 is Inoperable, not Active": (
        None,
        None,
        surroundings(directory=a_directory(stage="Inoperable")),
    ),
    "The realm of directory d-9367000001 is OTHER.EXAMPLE.COM; the profile says CORP.EXAMPLE.COM": (
        None,
        None,
        surroundings(directory=a_directory(name="other.example.com")),
    ),
    f"The domain name {'a' * 60}.b has 62 characters": (
        None,
        a_profile(realm=f"{'A' * 60}.B"),
        surroundings(directory=a_directory(name=f"{'a' * 60}.b")),
    ),
    "The role that RDS assumes to reach the directory does not exist": (None, None, surroundings(role=None)),
    "signon-directory-access-us-east-1 lacks the policy service-role/AmazonRDSDirectoryServiceAccess": (
        None,
        None,
        surroundings(role=a_role(policies=frozenset())),
    ),
    "Login 'dbadmin' is reserved: it is the master user's": (
        None,
        a_profile(logins=(DirectoryLogin("dbadmin", ("read",)),)),
        None,
    ),
}
FINDINGS |= {
    "instance ledger-3 of payments-ledger is storage-full": (
        a_cluster(instances=(an_instance("ledger-3", status="storage-full"), an_instance("l", is_writer=True))),
        None,
        None,
    ),
    "payments-ledger is migration-failed": (a_cluster(status="migration-failed"), None, None),
    "payments-ledger runs aurora-postgresql 13.18": (a_cluster(engine_version="13.18"), None, None),
    (
        "payments-ledger is not in a VPC, like an Aurora cluster in express configuration; this stack reaches "
        "only vpc-0a1b2c"
    ): (
        a_cluster(in_vpc=False, vpc="", master_secret=None, iam_enabled=True, instances=()),
        None,
        None,
    ),
    (
        "payments-ledger is an Aurora Limitless Database: AWS offers no directory sign-in for it, and this stack does"
        " not serve it for IAM either"
    ): (
        a_cluster(is_limitless=True, vpc="", master_secret=None, engine_version="16.4-limitless", instances=()),
        None,
        None,
    ),
    ("RDS holds no master secret for payments-ledger, whose master user may sign in with IAM and have no password"): (
        a_cluster(master_secret=None, iam_enabled=True),
        None,
        None,
    ),
    "RDS holds no master secret for payments-ledger": (a_cluster(master_secret=None), None, None),
    "payments-ledger is a secondary cluster of the global database ledger-world and has no writer": (
        a_cluster(global_database="ledger-world", replica_of=CLUSTER_ARN),
        None,
        None,
    ),
    "payments-ledger replicates from the cluster payments-source, so no login can be created there": (
        a_cluster(replica_of=CLUSTER_ARN),
        None,
        None,
    ),
    (
        "payments-ledger replicates from the DB instance payments-source: it is being migrated from RDS;"
        " until that is over no login can be created there and directory sign-in is not offered"
    ): (a_cluster(replica_of=INSTANCE_ARN), None, None),
    "Profile payments names no method for engine aurora-postgresql": (
        a_cluster(),
        a_profile_for_clusters(methods={}),
        None,
    ),
    "AWS offers no Kerberos for RDS for MariaDB, the engine of payments-orders": (
        a_database(id=a_database_id(engine="mariadb"), engine_version="11.4.8", iam_enabled=True),
        a_profile(engines=("mariadb",), methods={"mariadb": ("kerberos",)}),
        surroundings(not_offered=no_kerberos("db.t4g.micro")),
    ),
}
APPROVABLE: dict[str, tuple[Any, Any, Any]] = {
    "RDS does not list Kerberos for mysql 8.4.5 on db.t4g.micro in this Region": (
        None,
        None,
        surroundings(not_offered=no_kerberos("db.t4g.micro")),
    ),
    "RDS does not list Kerberos for aurora-postgresql 16.6 on db.t3.small in this Region": (
        a_cluster(),
        None,
        surroundings(not_offered=no_kerberos("db.t3.small")),
    ),
    "The share of directory d-9367000001 with this account is PendingAcceptance, not Shared": (
        None,
        None,
        surroundings(directory=a_directory(type="SharedMicrosoftAD", share="PendingAcceptance")),
    ),
    "The share of directory d-9367000001 with this account is unknown, not Shared": (
        None,
        None,
        surroundings(directory=a_directory(type="SharedMicrosoftAD")),
    ),
    "Directory d-9367000001 is of type AType": (None, None, surroundings(directory=a_directory(type="AType"))),
    "payments-orders is older than 24 hours": (a_database(created_at=OLD), None, None),
    "payments-orders must be rebooted and the profile says reboot: ask": (
        None,
        a_profile(reboot_allowed=False),
        None,
    ),
    "payments-ledger is older than 24 hours": (a_cluster(created_at=OLD), None, None),
    "payments-ledger must be rebooted and the profile says reboot: ask": (
        a_cluster(),
        a_profile_for_clusters(reboot_allowed=False),
        None,
    ),
    "A pending change that others requested would be applied as well: parameter group p of ledger-2": (
        a_cluster(
            instances=(
                an_instance("ledger-2", pending_changes=("DBInstanceClass",), pending_groups=("p",)),
                an_instance("ledger-1", is_writer=True),
            ),
        ),
        None,
        None,
    ),
    "A pending change that others requested would be applied as well: StorageType": (
        a_database(pending_changes=("StorageType",)),
        None,
        None,
    ),
}


@pytest.mark.parametrize("problem", FINDINGS)
def test_what_is_in_the_way_is_found_and_nobody_may_approve_it(problem: str) -> None:
    database, profile, around = FINDINGS[problem]
    plan = planned(database, profile, around=around)
    assert [finding.problem for finding in plan.findings] == [problem]
    assert plan.findings[0].remedy
    assert not plan.findings[0].approvable
    approved = planned(database, profile, around=around, request=a_request(approve=plan.checksum))
    assert (plan.verdict, approved.verdict) == ("ASK", "ASK")


@pytest.mark.parametrize("problem", APPROVABLE)
def test_what_a_person_may_decide_is_asked_and_goes_on_when_approved(problem: str) -> None:
    database, profile, around = APPROVABLE[problem]
    plan = planned(database, profile, around=around)
    assert [(finding.problem, finding.approvable) for finding in plan.findings] == [(problem, True)]
    assert (plan.verdict, plan.tolerates_sessions) == ("ASK", False)
    approved = planned(database, profile, around=around, request=a_request(approve=plan.checksum))
    assert (approved.verdict, approved.findings, approved.checksum) == ("GO", (), plan.checksum)
    assert approved.tolerates_sessions


@pytest.mark.parametrize("problem", FINDINGS)
def test_what_is_in_the_way_is_found_even_where_nothing_would_be_interrupted(problem: str) -> None:
    database, profile, around = FINDINGS[problem]
    member = replace(database or a_database(), memberships=(database or a_database()).memberships or (a_membership(),))
    plan = planned(member, profile, around=around, record=a_record_of_a_finished_one())
    assert (plan.verdict, [finding.problem for finding in plan.findings]) == ("ASK", [problem])


UNLOADED = Seen(an_inside(plugin_loaded=False))
STRANGE = [None, a_record(), a_record(told="x")]


@pytest.mark.parametrize("record", STRANGE)
def test_an_old_stranger_is_asked_about_though_nothing_would_be_interrupted(record: Record | None) -> None:
    plan = planned(a_member(created_at=OLD), record=record)
    assert set(interruptions(plan)) == {"none"}
    assert (plan.verdict, [finding.problem for finding in plan.findings]) == (
        "ASK",
        ["payments-orders is older than 24 hours"],
    )
    approved = planned(a_member(created_at=OLD), record=record, request=a_request(approve=plan.checksum))
    assert approved.verdict == "GO"


@pytest.mark.parametrize("record", STRANGE)
def test_a_new_stranger_is_not_asked_about(record: Record | None) -> None:
    assert planned(a_member(), record=record).verdict == "GO"


def test_of_a_stranger_nothing_else_is_asked_where_nothing_would_be_interrupted() -> None:
    asking = a_profile(reboot_allowed=False)
    database = a_member(pending_changes=("Port",))
    assert planned(database, asking, record=None).verdict == "GO"


@pytest.mark.parametrize(
    ("database", "record"),
    [
        (a_database(created_at=OLD), a_record(onboarded_at=NOW)),
        (a_member("failed", created_at=OLD), a_record_of_a_finished_one()),
        (a_member(created_at=OLD), a_record_with_a_reboot_due()),
    ],
)
def test_an_old_one_of_ours_is_asked_about_where_it_would_be_interrupted(database: Database, record: Record) -> None:
    assert [finding.problem for finding in planned(database, record=record).findings] == [
        "payments-orders is older than 24 hours"
    ]


def test_everything_in_the_way_is_found_at_once() -> None:
    database = a_database(
        status="stopped",
        engine_version="5.7.44",
        iam_enabled=True,
        replica_of="x",
        replicas=("y",),
        vpc="vpc-2",
        master_secret=None,
        created_at=OLD,
        pending_changes=("Port",),
    )
    profile = a_profile(names=("x",), reboot_allowed=False)
    around = surroundings(directory=None, role=None, not_offered=no_kerberos("db.t4g.micro"))
    assert len(planned(database, profile, around=around).findings) == 14


def test_a_profile_may_name_a_master_secret_where_rds_has_none() -> None:
    secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:m"
    around = surroundings(master_secrets=frozenset({secret}))
    assert planned(a_database(master_secret=None), a_profile(master_secret=secret), around=around).verdict == "GO"


def test_a_shared_directory_is_as_good() -> None:
    assert planned(around=surroundings(directory=a_directory(type="SharedMicrosoftAD", share="Shared"))).verdict == "GO"


@pytest.mark.parametrize(
    ("database", "profile"),
    [
        (a_database(created_at=OLD), a_profile(existing_allowed=True)),
        (a_database(pending_changes=("Port",)), a_profile(other_pending_allowed=True)),
        (a_database(pending_changes=("Port",)), a_profile(apply_immediately=False)),
    ],
)
def test_what_the_profile_allows_is_not_asked(database: Any, profile: Profile) -> None:
    assert planned(database, profile).verdict == "GO"


@pytest.mark.parametrize(
    ("created", "profile", "may"),
    [
        (NOW, a_profile(), True),
        (OLD, a_profile(), False),
        (OLD, a_profile(existing_allowed=True), True),
        (NOW, a_profile(reboot_allowed=False), False),
        (OLD, a_profile(existing_allowed=True, reboot_allowed=False), False),
    ],
)
def test_a_reboot_that_only_a_look_inside_shows_is_asked_about_like_any_other(
    created: Any, profile: Profile, may: bool
) -> None:
    member = a_member(created_at=created)
    plan = planned(member, profile, record=a_record_of_a_finished_one(), seen=UNLOADED)
    assert plan.has(StepKind.REBOOT)
    assert (plan.verdict == "GO") is may
    approved = planned(
        member, profile, record=a_record_of_a_finished_one(), seen=UNLOADED, request=a_request(approve=plan.checksum)
    )
    assert approved.verdict == "GO"


# ---- changes of others

VERSION_WAITS: dict[str, Any] = {"pending_changes": ("EngineVersion",)}
APPLIED_ALONG = "A pending change that others requested would be applied as well: "


def by_iam(**changes: Any) -> Profile:
    methods = dict.fromkeys(("mysql", "mariadb", "postgres", "aurora-mysql", "aurora-postgresql"), ("iam",))
    return a_profile(
        methods=methods, engines=tuple(methods), logins=(IamLogin("app", ("read",)),), directory="", realm="", **changes
    )


def of_every_engine(**changes: Any) -> list[Database]:
    """One for each row, in a version that is served."""
    instances = [("mysql", "8.4.5"), ("mariadb", "11.4.8"), ("postgres", "16.6")]
    clusters = [("aurora-mysql", "8.0.mysql_aurora.3.10.1"), ("aurora-postgresql", "16.6")]
    return [
        *(a_database(id=a_database_id(engine=name), engine_version=version, **changes) for name, version in instances),
        *(a_cluster(id=a_cluster_id(engine=name), engine_version=version, **changes) for name, version in clusters),
    ]


@pytest.mark.parametrize("database", of_every_engine(**VERSION_WAITS), ids=lambda database: database.id.engine)
def test_what_waits_is_asked_about_wherever_our_call_would_apply_it(database: Database) -> None:
    """Switching IAM interrupts nobody; an engine that is upgraded along does."""
    plan = planned(database, by_iam())
    assert [finding.problem for finding in plan.findings] == [f"{APPLIED_ALONG}EngineVersion"]
    assert planned(database, by_iam(), request=a_request(approve=plan.checksum)).verdict == "GO"
    assert planned(database, by_iam(other_pending_allowed=True)).verdict == "GO"
    assert planned(database, by_iam(apply_immediately=False)).verdict == "GO"
    done = replace(database, iam_enabled=True)
    assert planned(done, by_iam()).verdict == "GO"


@pytest.mark.parametrize("database", of_every_engine(**VERSION_WAITS), ids=lambda database: database.id.engine)
def test_a_waiting_version_is_asked_about_where_a_database_joins_or_leaves_a_directory(database: Database) -> None:
    joining = planned(database, a_profile(engines=("mysql", "postgres", "aurora-mysql", "aurora-postgresql")))
    if Method.KERBEROS in ENGINES[database.id.engine].logins:
        assert f"{APPLIED_ALONG}EngineVersion" in [finding.problem for finding in joining.findings]
    member = replace(database, memberships=(a_membership(),), iam_enabled=True)
    if ENGINES[database.id.engine].exclusive is not Exclusive.LOGIN:
        leaving = planned(member, by_iam())
        assert f"{APPLIED_ALONG}EngineVersion" in [finding.problem for finding in leaving.findings]


@pytest.mark.parametrize(
    "pending", [*map(changes, ["IAMDatabaseAuthenticationEnabled", "MasterUserPassword"]), groups("p")]
)
def test_switching_does_not_apply_what_is_ours_waits_for_nothing_or_needs_a_reboot(pending: Pending) -> None:
    """A rotated password is applied as soon as possible, and a parameter group by nothing but a reboot."""
    assert planned(a_database(**pending), by_iam()).verdict == "GO"


def test_what_waits_for_a_window_is_asked_about_again_however_often_the_profile_has_been_allowed() -> None:
    """It is not what somebody allowed then: that was applied by the call."""
    pending = changes("EngineVersion") | groups("p")
    failed = a_member("enable-kerberos-failed", created_at=OLD, **pending)
    begun = planned(failed, request=a_request(approve=planned(failed).checksum))
    plan = begun_by(begun, failed)
    assert [finding.problem for finding in plan.findings] == [f"{APPLIED_ALONG}EngineVersion"]
    waiting_for_a_reboot = a_member("enable-kerberos-failed", created_at=OLD, pending_groups=("p",))
    assert begun_by(begun, waiting_for_a_reboot).verdict == "GO"


def test_a_plan_knows_what_it_may_take_along() -> None:
    database = a_database(pending_changes=("EngineVersion", "Port"), pending_groups=("p",))
    assert planned(database).applies_along == ("EngineVersion", "Port")
    assert planned(database, by_iam()).applies_along == ("EngineVersion", "Port")
    assert planned(database, a_profile(other_pending_allowed=True)).applies_along is None
    for plan in (planned(database), planned(database, a_profile(other_pending_allowed=True))):
        assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


# ---- the checksum


def test_the_checksum_does_not_move_with_the_clock() -> None:
    old = a_database(created_at=OLD)
    checksums = {planned(old, now=NOW + timedelta(days=days)).checksum for days in range(20)}
    assert len(checksums) == 1
    assert len(checksums.pop()) == 16


def test_the_checksum_moves_when_a_database_grows_older_than_a_day() -> None:
    checksums = [planned(now=at(hours=hours)).checksum for hours in (0, 23, 24, 48)]
    assert checksums[0] == checksums[1] != checksums[2] == checksums[3]


def test_the_checksum_does_not_move_with_the_request() -> None:
    asked = [a_request(), a_request(dry_run=True), a_request(trigger="manual", reason="x"), a_request(approve="0" * 16)]
    assert len({planned(request=request).checksum for request in asked}) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"version": a_version(sha256="b" * 64)},
        {"database": a_member()},
        {"database": a_database(id=a_database_id(resource_id="db-OTHER"))},
        {"database": a_database(created_at=OLD)},
        {"around": surroundings(not_offered=no_kerberos("db.t4g.micro"))},
        {"database": a_member(), "record": a_record_with_a_reboot_due()},
    ],
)
def test_another_profile_database_step_or_finding_is_another_plan(other: dict[str, Any]) -> None:
    assert planned(**other).checksum != planned().checksum


def test_an_approval_of_another_plan_is_none() -> None:
    plan = planned(request=a_request(approve="0" * 16))
    assert plan.verdict == "ASK"
    assert [finding.problem for finding in plan.findings] == [
        f"Plan {'0' * 16} was approved, but the plan is now {plan.checksum}"
    ]
    assert not plan.findings[0].approvable


# ---- what passes by itself


@pytest.mark.parametrize("stage", ["Requested", "Creating", "Created", "Updating", "Restoring", "Impaired"])
def test_a_directory_that_becomes_active_by_itself_parks(stage: str) -> None:
    plan = planned(around=surroundings(directory=a_directory(stage=stage)))
    assert (plan.verdict, plan.next_look) == ("PARK", at(hours=1))
    assert plan.reason == f"Directory d-9367000001 is {stage}, not Active"


def test_another_fault_that_a_person_must_fix_is_not_waited_for() -> None:
    plan = planned(around=surroundings(directory=a_directory(stage="Impaired"), role=None))
    assert (plan.verdict, len(plan.findings)) == ("ASK", 2)


def test_a_cluster_without_an_endpoint_is_planned_and_its_kit_is_not_compared() -> None:
    plan = planned(a_cluster(host=""), around=surroundings(role=None))
    assert plan.verdict == "ASK"
    assert "Publish the connection kit" in [step.action for step in plan.steps]


# ---- freezes and dry runs


def test_a_freeze_parks_until_it_ends() -> None:
    plan = planned(profile=a_profile(freezes=a_freeze("2026-11-19", "2026-11-21")))
    assert (plan.verdict, plan.next_look) == ("PARK", datetime(2026, 11, 22, tzinfo=UTC))


def test_a_freeze_is_over_when_we_look_again() -> None:
    profile = a_profile(freezes=a_freeze("2026-11-19", "2026-11-21"), existing_allowed=True)
    then = planned(profile=profile).next_look
    assert then
    assert planned(profile=profile, now=then).verdict == "GO"


def test_a_plan_that_a_person_approved_goes_on_in_a_freeze() -> None:
    profile = a_profile(freezes=a_freeze("2026-11-19", "2026-11-21"))
    approve = planned(profile=profile).checksum
    assert planned(profile=profile, request=a_request(approve=approve)).verdict == "GO"


def test_what_a_person_must_fix_is_reported_in_a_freeze_too() -> None:
    profile = a_profile(freezes=a_freeze("2026-11-19", "2026-11-21"))
    assert planned(profile=profile, around=surroundings(role=None)).verdict == "ASK"


def test_a_dry_run_makes_the_same_plan() -> None:
    assert planned(request=a_request(dry_run=True)) == planned()


@pytest.mark.parametrize("around", [surroundings(), surroundings(role=None)])
def test_a_plan_survives_the_state_machine(around: Surroundings) -> None:
    plan = planned(around=around)
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_a_draft_names_nobody_and_a_finished_plan_names_those_who_gain_or_lose_something() -> None:
    draft = planned(around=surroundings(paused=True))
    assert "alice" not in json.dumps(draft.to_json())
    assert "create login alice" in json.dumps(planned().to_json())


# ---- the pause switch


def test_while_everything_is_paused_nothing_is_begun_even_if_approved() -> None:
    paused = surroundings(paused=True)
    for request in (a_request(), a_request(trigger="manual", approve=planned().checksum)):
        plan = planned(around=paused, request=request)
        assert (plan.verdict, plan.reason, plan.next_look) == (
            "PARK",
            "everything is paused",
            at(hours=1),
        )


def test_an_approval_that_met_the_pause_is_asked_for_again() -> None:
    old = a_database(created_at=OLD)
    approving = a_request(trigger="manual", approve=planned(database=old).checksum)
    assert planned(database=old, request=approving).verdict == "GO"
    parked = planned(database=old, request=approving, around=surroundings(paused=True))
    assert parked.verdict == "PARK"
    record = a_record(end="Parked", plan=parked.checksum)
    assert planned(database=old, record=record).verdict == "ASK"


def test_a_pause_asks_nobody_anything() -> None:
    assert planned(around=surroundings(paused=True, role=None)).verdict == "PARK"


def test_what_was_allowed_once_is_not_asked_again_until_it_is_done() -> None:
    """Approved or still new when it was joined, then parked past its first day."""
    joining = a_database(created_at=OLD, memberships=(a_membership("enabling-kerberos"),))
    assert begun_by(planned(), joining).verdict == "GO"
    edited = planned(version=a_version(sha256="b" * 64))
    assert begun_by(edited, joining).verdict == "ASK"


def begun_by(plan: Plan, database: Database | None = None, profile: Profile | None = None, **others: Any) -> Plan:
    """The next plan of a database that was begun by that one."""
    return planned(database, profile, record=a_record(associated_at=NOW, **plan.as_begun), begun=plan, **others)


def test_an_approval_covers_the_lines_of_its_plan_and_no_other() -> None:
    """A change that somebody requests after that is asked about, and nothing else again."""
    old = a_database(created_at=OLD, pending_groups=("p",))
    plan = planned(old)
    approved = planned(old, request=a_request(approve=plan.checksum))
    assert (len(plan.findings), approved.verdict) == (2, "GO")
    joining = replace(old, memberships=(a_membership("enabling-kerberos"),))
    assert begun_by(approved, joining).verdict == "GO"
    more = replace(joining, pending_groups=("p", "q"))
    later = begun_by(approved, more)
    assert [finding.problem for finding in later.findings] == [f"{APPLIED_ALONG}parameter group q"]
    assert later.verdict == "ASK"


def test_an_approval_of_a_second_plan_does_not_forget_the_first() -> None:
    old = a_database(created_at=OLD, pending_groups=("p",))
    first = planned(old, request=a_request(approve=planned(old).checksum))
    more = replace(old, pending_groups=("p", "q"))
    second = begun_by(first, more)
    again = begun_by(first, more, request=a_request(approve=second.checksum))
    assert begun_by(again, more).verdict == "GO"


def test_a_database_that_was_begun_while_it_was_new_may_grow_old_on_the_way() -> None:
    assert begun_by(planned(), a_database(created_at=OLD)).verdict == "GO"
    assert begun_by(planned(), a_database(created_at=OLD, pending_groups=("p",))).verdict == "ASK"


def test_what_nobody_may_approve_is_in_the_way_whatever_was_approved() -> None:
    assert begun_by(planned(), around=surroundings(role=None)).verdict == "ASK"


def test_a_switch_that_was_approved_is_begun_and_no_other() -> None:
    database = a_member()
    approved = planned(database, by_iam(), request=a_request(approve=planned(database, by_iam()).checksum))
    assert begun_by(approved, database, by_iam()).verdict == "GO"
    assert begun_by(planned(), database, by_iam()).verdict == "ASK"


def test_lines_that_were_approved_are_read_as_they_were_written() -> None:
    plan = planned(a_database(created_at=OLD))
    assert len(plan.approved) == 1
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    before = {name: value for name, value in plan.to_json().items() if name != "approved"}
    assert Plan.from_json(before).approved == ()  # of an execution that was running when the stack was updated


@pytest.mark.parametrize(
    ("pending", "other_pending_allowed", "may"),
    [(groups("p"), False, False), (groups("p"), True, True), (changes("DBInstanceClass"), False, True)],
)
def test_a_reboot_that_only_a_look_inside_shows_applies_no_changes_of_others_unasked(
    pending: Pending, other_pending_allowed: bool, may: bool
) -> None:
    cluster = a_cluster(
        memberships=(a_membership("kerberos-enabled"),),
        instances=(an_instance("ledger-1", **pending),),
    )
    profile = a_profile(other_pending_allowed=other_pending_allowed)
    plan = planned(cluster, profile, record=None, seen=Seen(an_inside(), (an_inside(plugin_loaded=None),)))
    assert plan.has(StepKind.REBOOT)
    assert (plan.verdict == "GO") is may


# What a plan says of a database of each status, for directory sign-in: its verdict, and its first step.
JOINS = f"Associate directory {DIRECTORY} with payments-orders"
WAITS = f"Wait until directory {DIRECTORY} is associated with payments-orders"
CHECKS = "Create 1 login, make 1 grant"
BY_STATUS = {
    "kerberos-enabled": ("GO", CHECKS),
    "joined": ("GO", CHECKS),
    "enabling-kerberos": ("GO", WAITS),
    "joining": ("GO", WAITS),
    "pending-enable-kerberos": ("GO", WAITS),
    "pending-join": ("GO", WAITS),
    "pending-maintenance-enable-kerberos": ("GO", JOINS),
    "pending-maintenance-join": ("GO", JOINS),
    "enable-kerberos-failed": ("GO", JOINS),
    "failed": ("GO", JOINS),
    "disabling-kerberos": ("ASK", JOINS),
    "removing": ("ASK", JOINS),
    "pending-disable-kerberos": ("ASK", JOINS),
    "pending-removal": ("ASK", JOINS),
    "pending-maintenance-disable-kerberos": ("ASK", JOINS),
    "pending-maintenance-removal": ("ASK", JOINS),
    "a status of the future": ("GO", WAITS),
}


def test_a_plan_knows_every_status_of_a_membership() -> None:
    assert set(BY_STATUS) == {*MEMBERSHIP, "a status of the future"}


@pytest.mark.parametrize("status", BY_STATUS)
def test_a_plan_says_what_becomes_of_a_membership_of_this_status(status: str) -> None:
    plan = planned(a_member(status))
    assert (plan.verdict, plan.steps[0].action) == BY_STATUS[status]


@pytest.mark.parametrize("status", BY_STATUS)
def test_what_a_plan_says_of_a_status_the_run_finds_as_well(status: str) -> None:
    database, (verdict, action) = a_member(status), BY_STATUS[status]
    seen = judge(a_reading(attempts=1), database, DIRECTORY, NOW)
    assert (seen.verdict == "BLOCKED") is (verdict == "ASK")
    if verdict == "GO":
        asks = must_associate(database, DIRECTORY, apply_immediately=True)
        assert asks is (action == JOINS)


@pytest.mark.parametrize("status", ["pending-maintenance-enable-kerberos", "pending-maintenance-join"])
def test_what_joins_in_a_window_is_waited_for_where_the_profile_waits_for_windows(status: str) -> None:
    assert planned(a_member(status), a_profile(apply_immediately=False)).steps[0].action == WAITS


@pytest.mark.parametrize("status", [status for status, (verdict, _) in BY_STATUS.items() if verdict == "ASK"])
def test_one_that_somebody_takes_out_of_the_directory_is_not_joined(status: str) -> None:
    (finding,) = planned(a_member(status)).findings
    assert finding.problem == f"payments-orders is leaving directory {DIRECTORY}: its membership is {status}"
    assert (finding.approvable, finding.passes) == (False, False)
    assert finding.remedy.startswith("Somebody is removing it from the directory: once it has left, start again")


@pytest.mark.parametrize("status", ["disabling-kerberos", "pending-removal", "pending-maintenance-disable-kerberos"])
def test_one_that_leaves_another_directory_is_looked_at_again(status: str) -> None:
    plan = planned(a_database(memberships=(a_membership(status, OTHER_DIRECTORY),)))
    assert (plan.verdict, plan.reason) == (
        "PARK",
        (
            f"payments-orders is leaving directory {OTHER_DIRECTORY} (its membership is {status}) and joins {DIRECTORY}"
            " after that"
        ),
    )
    both = planned(a_database(memberships=(a_membership(status, OTHER_DIRECTORY), a_membership())))
    assert both.verdict == "PARK"
    staying = planned(a_database(memberships=(a_membership(status), a_membership(directory=OTHER_DIRECTORY))))
    assert (staying.verdict, len(staying.findings)) == ("ASK", 2)


def test_nobody_is_asked_to_allow_a_leaving_that_is_under_way() -> None:
    to_iam = a_profile(methods={"mysql": ("iam",)}, logins=(IamLogin("app", ("read",)),))
    plan = planned(a_member("disabling-kerberos"), to_iam)
    assert (plan.verdict, plan.steps[0].action, plan.steps[0].interruption) == (
        "GO",
        f"Wait until payments-orders has left directory {DIRECTORY}",
        "none",
    )
    held = a_member("pending-maintenance-removal")
    assert planned(held, to_iam).verdict == "ASK"  # it would leave before its window
    assert planned(held, replace(to_iam, change=replace(to_iam.change, apply_immediately=False))).verdict == "GO"


def test_before_the_look_inside_the_step_about_logins_claims_nothing_that_only_the_database_knows() -> None:
    step = planned(a_member(), record=a_record_of_a_finished_one(), around=surroundings(paused=True)).steps[0]
    assert (step.action, step.reason) == (
        "Check 2 logins and create what is missing",
        (
            "profile payments lists them, and only reading the database shows what is missing; each login stays locked"
            " until it is complete; our logins that it no longer lists are locked first"
        ),
    )


def test_the_step_about_logins_speaks_of_leavers_only_where_they_are_locked() -> None:
    alone = a_profile(logins=(DirectoryLogin("carol", ("read",)),), lock_leavers=False)
    paused = surroundings(paused=True)
    step = planned(a_member(), alone, record=a_record_of_a_finished_one(), around=paused).steps[0]
    assert step.action == "Check 1 login and create what is missing"
    assert step.reason.startswith("profile payments lists it, and")
    assert "no longer lists" not in step.reason


def test_the_step_about_connect_policies_says_who_loses_one() -> None:
    roles = ("arn:aws:iam::123456789012:role/api",)
    profile = a_profile(methods={"mysql": ("iam",)}, logins=(IamLogin("app", ("read",), used_by=roles),))
    record = a_record(connected_roles={roles[0]: NOW, f"{roles[0]}-old": NOW})
    plan = planned(a_database(iam_enabled=True), profile, record=record)
    (step,) = [each for each in plan.steps if each.kind is StepKind.CONNECT_POLICY]
    assert step.action == (
        "Allow api to connect to payments-orders. Withdraw from api-old what lets it connect to payments-orders"
    )


def test_a_plan_lists_some_findings_about_roles_and_counts_the_others() -> None:
    roles = tuple(f"arn:aws:iam::999999999999:role/api-{number}" for number in range(1_000))
    profile = a_profile(methods={"mysql": ("iam",)}, logins=(IamLogin("app", ("read",), used_by=roles),))
    *listed, more = planned(a_database(iam_enabled=True), profile).findings
    assert len(listed) == 20
    assert (more.problem, more.approvable) == ("IAM roles have 980 more findings than are listed here", False)
    around = surroundings(boundaries=dict.fromkeys(roles, "arn:aws:iam::999999999999:policy/b"))
    assert len(planned(a_database(iam_enabled=True), profile, around=around).advice) == 20


def test_a_plan_keeps_the_lines_that_it_lists_and_no_more() -> None:
    """A profile's thousand personal logins for one role may be approved, one line for each role."""
    roles = [f"arn:aws:iam::123456789012:role/api-{number}" for number in range(1_000)]
    people = tuple(
        IamLogin(f"{name}{number}", ("read",), used_by=(role,), personal=True)
        for number, role in enumerate(roles)
        for name in ("a", "b")
    )
    plan = planned(a_database(iam_enabled=True), a_profile(methods={"mysql": ("iam",)}, logins=people))
    assert all(finding.approvable for finding in plan.findings[:20])
    assert len(plan.approved) <= 22


@pytest.mark.parametrize(
    ("name", "mysql", "postgresql"),
    [
        ("App", None, None),
        ("A" * 32, None, None),
        ("A" * 63, f"Login {'A' * 63!r} is too long: 63 of at most 32 characters", None),
        (
            "A" * 64,
            f"Login {'A' * 64!r} is too long: 64 of at most 32 characters",
            f"Login {'A' * 64!r} is too long: 64 of at most 63 characters",
        ),
        ("DBAdmin", "Login 'DBAdmin' is reserved: it is the master user's", None),
    ],
)
def test_a_login_with_a_token_has_the_limits_of_the_engine(
    name: str, mysql: str | None, postgresql: str | None
) -> None:
    login = (IamLogin(name, ("read",)),)
    instance = a_profile(methods={"mysql": ("iam",)}, logins=login)
    cluster = a_profile_for_clusters(methods={AURORA.name: ("iam",)}, logins=login)
    for database, profile, problem in (
        (a_database(), instance, mysql),
        (a_cluster(master_user="master"), cluster, postgresql),
    ):
        assert [finding.problem for finding in planned(database, profile).findings] == ([problem] if problem else [])
