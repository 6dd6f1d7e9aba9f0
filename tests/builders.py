"""The vocabulary of the tests: what is usual, of which a test changes only what it is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from signon.domain.directory.directory import DIRECTORY_POLICY, Directory, DirectoryRole
from signon.domain.directory.service_principals import service_principals
from signon.domain.engines import ENGINES, MYSQL_PAM, POSTGRESQL_AD, Family, Method, Scope
from signon.domain.finding import Verdict
from signon.domain.logins.change import ChangeKind, LoginChange
from signon.domain.logins.difference import Difference
from signon.domain.logins.login import Statement
from signon.domain.logins.mysql_accounts import PresentLogin
from signon.domain.memory.record import Known, Record
from signon.domain.outcome.dossier import Dossier
from signon.domain.outcome.ending import Execution, Status
from signon.domain.plan.document import approved as of_document
from signon.domain.plan.document import document
from signon.domain.plan.inside import Inside, Seen, finish
from signon.domain.plan.outside import make_plan
from signon.domain.plan.past import Past
from signon.domain.plan.plan import Plan
from signon.domain.plan.prerequisites import Surroundings
from signon.domain.profile.presets import Preset
from signon.domain.profile.profile import Change, DirectoryLogin, Profile, ProfileVersion, Role, Schemas
from signon.domain.rds.database import Database, DatabaseId, Instance, Membership
from signon.domain.rds.membership import Reading
from signon.domain.rds.reboot import Reboot
from signon.domain.request.request import Request
from signon.domain.sweep import Candidate

ACCOUNT, REGION = "123456789012", "us-east-1"
NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
DIRECTORY, OTHER_DIRECTORY = "d-9367000001", "d-9367000002"
REALM = "CORP.EXAMPLE.COM"
VPC = "vpc-0a1b2c"
EXECUTION = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:signon-onboard-database:e1"
MYSQL, AURORA = ENGINES["mysql"], ENGINES["aurora-postgresql"]
BY_PASSWORD, BY_TICKET = {Method.KERBEROS: MYSQL_PAM}, {Method.KERBEROS: POSTGRESQL_AD}


def at(**later: float) -> datetime:
    """NOW and so much later: ``minutes=5``."""
    return NOW + timedelta(**later)


def a_database_id(**changes: Any) -> DatabaseId:
    name = changes.pop("name", "payments-orders")
    usual = DatabaseId(name, "db-ORDERS0000000000000000001", f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}", "mysql")
    return replace(usual, **changes)


def a_membership(status: str = "kerberos-enabled", directory: str = DIRECTORY) -> Membership:
    return Membership(directory, status, "signon-directory-access-us-east-1")


def a_database(**changes: Any) -> Database:
    """A new, available MySQL database of the payments team that is a member of no directory."""
    usual = Database(
        id=a_database_id(),
        engine_version="8.4.5",
        status="available",
        host="payments-orders.abc123.us-east-1.rds.amazonaws.com",
        port=3306,
        vpc=VPC,
        created_at=at(minutes=-10),
        tags={"signon:profile": "payments"},
        master_user="dbadmin",
        master_secret="arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1",
        memberships=(),
        iam_enabled=False,
        pending_changes=(),
        instances=(),
    )
    name, status = (changes.get(field, getattr(usual, field)) for field in ("id", "status"))
    itself = an_instance(name.name, status=status, host=changes.get("host", usual.host), is_writer=True, port=3306)
    return replace(usual, **{"instances": (itself,), **changes})


def an_instance(name: str = "payments-orders", **changes: Any) -> Instance:
    """An available reader."""
    host = f"{name}.abc123.us-east-1.rds.amazonaws.com"
    return replace(Instance(name, "available", "db.t4g.micro", host, 5432, is_writer=False), **changes)


def a_cluster_id(**changes: Any) -> DatabaseId:
    name = changes.pop("name", "payments-ledger")
    arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:{name}"
    return replace(DatabaseId(name, "cluster-LEDGER000000000000000001", arn, "aurora-postgresql"), **changes)


def a_cluster(**changes: Any) -> Database:
    """A new, available Aurora PostgreSQL cluster: readers ledger-2 and ledger-3, writer ledger-1."""
    usual = a_database(
        id=a_cluster_id(),
        engine_version="16.6",
        host="payments-ledger.cluster-abc123.us-east-1.rds.amazonaws.com",
        port=5432,
        instances=(an_instance("ledger-2"), an_instance("ledger-3"), an_instance("ledger-1", is_writer=True)),
    )
    return replace(usual, **changes)


def a_member(membership: str = "kerberos-enabled", /, **changes: Any) -> Database:
    """A database whose membership of our directory has this status."""
    return a_database(memberships=(a_membership(membership),), **changes)


def a_profile(**changes: Any) -> Profile:
    """The worked example without its freeze; fields of ``Change`` may be given as well."""
    change = replace(
        Change(),
        **{name: changes.pop(name) for name in tuple(changes) if name in Change.__dataclass_fields__},
    )
    usual = Profile(
        name="payments",
        accounts=(),
        vpcs=(),
        engines=("mysql", "aurora-mysql", "postgres", "aurora-postgresql"),
        names=("payments-*",),
        directory=DIRECTORY,
        realm=REALM,
        methods=dict.fromkeys(("mysql", "aurora-mysql", "postgres", "aurora-postgresql"), (Method.KERBEROS,)),
        change=change,
        lock_leavers=True,
        master_secret=None,
        roles={
            preset: Role(preset, mysql=("payments",), postgresql=Schemas("payments", ("core",))) for preset in Preset
        },
        logins=(DirectoryLogin("alice", ("read",)), DirectoryLogin("bob", ("read", "write"))),
    )
    return replace(usual, **changes)


def a_profile_for_clusters(**changes: Any) -> Profile:
    """The same for Aurora PostgreSQL."""
    engine = AURORA.name
    return a_profile(**{"engines": (engine,), "methods": {engine: (Method.KERBEROS,)}, **changes})


def a_freeze(first: str, last: str) -> tuple[tuple[date, date], ...]:
    return ((date.fromisoformat(first), date.fromisoformat(last)),)


def a_version(**changes: Any) -> ProfileVersion:
    return replace(ProfileVersion("payments", "payments.yaml", "v1", "a" * 64), **changes)


def a_directory(**changes: Any) -> Directory:
    return replace(Directory(DIRECTORY, REALM.lower(), "Active", "MicrosoftAD"), **changes)


def a_role(**changes: Any) -> DirectoryRole:
    usual = DirectoryRole(
        "signon-directory-access-us-east-1",
        f"arn:aws:iam::{ACCOUNT}:role/signon/signon-directory-access-us-east-1",
        service_principals(REGION, Family.MYSQL),
        frozenset({DIRECTORY_POLICY}),
    )
    return replace(usual, **changes)


def surroundings(**changes: Any) -> Surroundings:
    return replace(Surroundings(a_directory(), a_role(), served_vpc=VPC), **changes)


def a_request(**changes: Any) -> Request:
    return replace(
        Request("RDS-EVENT-0005", Scope.INSTANCE, "payments-orders", "payments", asked_at=NOW, by_tag=True),
        **changes,
    )


def planned(
    database: Database | None = None,
    profile: Profile | None = None,
    *,
    request: Request | None = None,
    version: ProfileVersion | None = None,
    around: Surroundings | None = None,
    now: datetime = NOW,
    record: Record | None = None,
    begun: Plan | None = None,
    reboot: Reboot | None = None,
    seen: Seen | None = None,
) -> Plan:
    """The plan that is made of these, where what is not given is usual; nobody is signed in to the usual database.

    ``begun``: the plan by which something was begun before.
    """
    request, database = request or a_request(), database or a_database()
    usual = a_profile_for_clusters if database.id.scope is Scope.CLUSTER else a_profile
    profile, version, around = profile or usual(), version or a_version(), around or surroundings()
    approved = of_document(document(begun, Difference(), "") if begun else None, version)
    past = Past(record, approved, reboot)
    draft = make_plan(request, database, profile, version, around, now, past)
    if draft.verdict is not Verdict.LOOK:
        return draft
    seen = seen or Seen(an_inside(), difference=a_difference())
    return finish(draft, request, database, profile, now, past, seen)


def a_difference(*changes: LoginChange, **others: Any) -> Difference:
    """By these changes; the usual one creates alice, who may read the payments database."""
    changes = changes or (
        LoginChange(ChangeKind.CREATE, "alice"),
        LoginChange(ChangeKind.GRANT, "alice", "SELECT, SHOW VIEW", on="payments"),
    )
    locks = tuple(change for change in changes if change.kind is ChangeKind.LOCK)
    made = tuple(change for change in changes if change.kind is not ChangeKind.LOCK)
    making = [Statement("Make the difference", "SELECT 1", (), made)] if made else []
    locking = [Statement("Lock removed login", "SELECT 2", (), (lock,)) for lock in locks]
    return Difference.of(making, locks=locking, **others)


def a_plan(**changes: Any) -> Plan:
    """The plan of joining a new database, changed afterwards."""
    return replace(planned(), **changes)


def a_reading(**changes: Any) -> Reading:
    """One attempt, made at NOW and not looked at yet."""
    return replace(
        Reading(attempts=1, began_at=NOW, requested_at=NOW, wait_seconds=60),
        **changes,
    )


def a_record(**changes: Any) -> Record:
    return replace(Record(), **changes)


def a_record_with_a_reboot_due(**changes: Any) -> Record:
    """We have joined the database, and no reboot since."""
    return a_record(associated_at=at(minutes=-45), **changes)


def a_record_of_a_finished_one(**changes: Any) -> Record:
    """We have joined the database, rebooted it, and its logins work."""
    usual = a_record_with_a_reboot_due(rebooted_at=at(minutes=-15), onboarded_at=at(minutes=-14))
    return replace(usual, **changes)


def a_reported_record(**changes: Any) -> Record:
    """The last run ended in Onboarded an hour ago, by the first version of the profile."""
    usual = a_record_of_a_finished_one(
        end="Onboarded",
        execution=EXECUTION,
        reported_at=at(hours=-1),
        plan="0123456789abcdef",
        profile="payments",
        profile_version="v1",
    )
    return replace(usual, **changes)


def a_candidate(record: Record | None = None, held_since: datetime | None = None, /, **changes: Any) -> Candidate:
    """A database that the sweep considers, with these changes."""
    return Candidate(a_member(**changes), Known(record, held_since))


def a_cluster_candidate(record: Record | None = None, /) -> Candidate:
    return Candidate(a_cluster(memberships=(a_membership(),)), Known(record))


def an_execution(status: str = Status.ABORTED, /, **changes: Any) -> Execution:
    """An execution that was started by hand five minutes ago and has ended now."""
    usual = Execution(
        arn=EXECUTION,
        status=Status(status),
        input={"database": {"instance": "payments-orders"}},
        error=None,
        cause=None,
        started_at=at(minutes=-5),
        stopped_at=NOW,
    )
    return replace(usual, **changes)


def an_inside(**changes: Any) -> Inside:
    """Of an instance that is writable, has its plugin loaded, and that nobody else is signed in to."""
    return replace(Inside(plugin_loaded=True, read_only=False, other_sessions=0), **changes)


def a_login(user: str = "alice", **changes: Any) -> PresentLogin:
    """A login of ours that is complete and open, and may read the payments database."""
    usual = PresentLogin(
        user=user,
        host="%",
        plugin="auth_pam",
        tls="ANY",
        locked=False,
        mark={"profile": "payments", "complete": True},
        grants={"payments": frozenset({"SELECT", "SHOW VIEW"})},
    )
    return replace(usual, **changes)


def an_event(**detail: Any) -> dict[str, Any]:
    """An event of RDS about a new DB instance."""
    return {
        "detail-type": "RDS DB Instance Event",
        "source": "aws.rds",
        "account": ACCOUNT,
        "region": REGION,
        "time": "2026-11-20T12:30:00Z",
        "detail": {
            "SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:payments-orders",
            "EventID": "RDS-EVENT-0005",
            **detail,
        },
    }


def a_dossier(**pages: Any) -> Dossier:
    """Of a run that changed nothing; each page as its state has answered, one that is None is torn out."""
    document: Mapping[str, Any] = {
        "request": a_request().to_json(),
        "database": a_database_id().to_json(),
        "plan": planned(a_member(), record=a_record_of_a_finished_one()).to_json(),
        "claim": {"database": a_database_id().resource_id, "execution": EXECUTION, "fence": 1},
        "membership": a_reading(attempts=0, looks=1, status="kerberos-enabled", verdict="READY").to_json(),
        "reboot": None,
        "logins": {"statements": 0, "round_trips": 4},
        "proof": {"verified": 2, "left_alone": [], "not_ours": [], "waiting": [], "left_out": {}, "round_trips": 4},
        "kit": {"location": "s3://kits/payments-orders/", "changed": 0},
        **pages,
    }
    return Dossier.from_json(document)


def an_error(kind: str, message: str = "") -> dict[str, str]:
    """What Step Functions catches from a function: the class, and a Cause with more than anybody should be told."""
    cause = {"errorMessage": message, "errorType": kind, "stackTrace": ['File "/var/task/app.py", line 9, SECRET']}
    return {"Error": kind, "Cause": json.dumps(cause)}
