"""Databases and directories that cannot be joined: every finding of the plan, with its remedy; nothing is changed."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

from moto.ds.models import Trust

from localcloud.rds.membership import DomainMembership
from tests.simulation.refusals import ODD, ODD_DIRECTORY, USUAL, VPC, Odd, Refusals, Said, about_it, each
from tests.simulation.world import ORDERS, REGION, World

OF_IT = about_it(profile=ODD)
ADMITS = {"engines": ["mysql"], "names": ["*"]}
REALM = "CORP.EXAMPLE.COM"
SERVED = (
    "this stack serves DB instances of mysql, DB clusters of aurora-mysql, DB instances of postgres, DB clusters of"
    " aurora-postgresql, DB instances of mariadb: remove the tag"
)


def odd(name: str, *said: Said, **database: Any) -> Odd:
    """A database that differs from a usual one in these attributes."""
    return Odd(name, said, about_it(), database)


def not_ours(name: str, said: str, **database: Any) -> Odd:
    return Odd(name, [(said, "")], about_it(), database, end="Not ours")


def foreign(engine: str) -> Odd:
    return not_ours(engine, f"{ODD} is a DB instance of {engine}; {SERVED}", engine=engine)


def stuck(status: str) -> Odd:
    return odd(status, (f"{ODD} is {status}", "Bring it to the status available; then start again"), status=status)


def directory(name: str, /, *said: Said, **changes: Any) -> Odd:
    """A directory that differs from the usual one, of which the profile speaks."""
    return Odd(name, said, OF_IT, {}, {"directory": {"id": ODD_DIRECTORY, "realm": REALM}}, changes)


def of_type(kind: str) -> Said:
    return f"Directory {ODD_DIRECTORY} is of type {kind}", "Use an AWS Managed Microsoft AD: RDS joins no other type"


def in_stage(stage: str, remedy: str = "Bring the directory to Active; then start again") -> Said:
    return f"Directory {ODD_DIRECTORY} is {stage}, not Active", remedy


def becoming_active(stage: str) -> Odd:
    """It is waited for."""
    said = in_stage(stage, "Wait until it is Active, or fix it in Directory Service")
    return replace(directory(stage, said, stage=stage), end="Parked")


def of_realm(realm: str) -> Said:
    return (
        f"The realm of directory {ODD_DIRECTORY} is {realm}; the profile says {REALM}",
        f"Write realm: {realm}, or use another directory's id",
    )


def too_long(domain: str) -> Said:
    return (
        f"The domain name {domain} has {len(domain)} characters",
        "RDS for MySQL supports domain names of at most 61 characters; use another directory",
    )


def by(name: str, /, *said: Said, database: dict[str, Any] | None = None, **profile: Any) -> Odd:
    """A profile that does not allow this database."""
    return Odd(name, said, OF_IT, database or {}, profile)


def not_admitted(what: str, **admits: Any) -> Odd:
    remedy = f"Tag the database with a profile that admits it, or widen admits in {ODD}"
    said = f"Profile {ODD} does not admit this database: it admits no {what}"
    return by(f"no {what.split(maxsplit=1)[0]} that is admitted", (said, remedy), admits={**ADMITS, **admits})


def in_another_vpc(world: World) -> Any:
    group = copy.copy(world.rds.backend.databases[ORDERS].db_subnet_group)
    group.vpc_id = "vpc-0123456789abcdef0"
    return group


def of_another_directory(world: World) -> DomainMembership:
    return DomainMembership("d-00000000aa", "other.example.com", "role", world.conductor.now() - timedelta(days=1))


def old(version: str) -> Said:
    return (f"{ODD} runs mysql {version}", "Upgrade it to 8.0.21 or newer: older versions cannot mark a login as ours")


UNTAGGED = (f"{ODD} has no tag signon:profile: tag it with the name of a profile that admits it", "")
IAM_IS_ON = (
    (
        f"IAM database authentication is on for {ODD}, and RDS for MySQL supports only one of the two methods: it"
        " would be switched off, and everybody who signs in with a token would lose access"
    ),
    "Approve the plan, or name iam for this engine under methods in the profile",
)
REPLICA = (
    f"{ODD} is a read replica of first-1; directory sign-in is not offered there",
    "Remove the tag from the replica",
)
SOURCE = (
    f"{ODD} has read replicas (second-1, third-1); directory sign-in is not offered with them",
    "Remove the replicas, or remove the tag",
)
OTHER_VPC = f"{ODD} is in vpc-0123456789abcdef0; this stack serves {VPC}", "Deploy a stack for vpc-0123456789abcdef0"
HOLD_A_SECRET = (
    "Let RDS manage the master password (this changes it), or name a secret with username and password under"
    " access.master"
)
NO_SECRET = (f"RDS holds no master secret for {ODD}", HOLD_A_SECRET)
OTHER_DIRECTORY = (
    f"{ODD} is a member of d-00000000aa, not of d-9367000001",
    "Remove it from that directory first (Domain none)",
)
MARIADB = (
    f"Profile {USUAL} names no method for engine mariadb",
    "Add mariadb: [iam] under methods",
)
NOT_FOR_MARIADB = (
    f"Profile {USUAL} does not admit this database: it admits no engine mariadb",
    f"Tag the database with a profile that admits it, or widen admits in {USUAL}",
)
NO_DIRECTORY = (
    f"Directory d-00000000ff does not exist in {REGION}, or is not shared with this account",
    "Correct directory.id; for a shared directory, use the id that this account sees",
)
ACCEPT_IT = (
    f"Accept the share: aws ds accept-shared-directory --shared-directory-id {ODD_DIRECTORY};"
    " if it was rejected or has failed, ask its owner to share it again"
)
UNSHARED = (f"The share of directory {ODD_DIRECTORY} with this account is unknown, not Shared", ACCEPT_IT)
RESERVED = (
    "Login 'carol' is reserved: it is the master user's",
    "Use another name, or remove the login from the profile",
)
OLDER = f"{ODD} is older than 24 hours", "Approve the plan, or write existing: allowed in the profile"
REBOOT = f"{ODD} must be rebooted and the profile says reboot: ask", "Approve the plan"
OF_OTHERS = (
    "A pending change that others requested would be applied as well: DBInstanceClass",
    "Approve the plan, have it applied first, or write apply: window in the profile",
)
EXISTING = {"instance_create_time": lambda world: world.conductor.now() - timedelta(days=2)}
PENDING = {
    "held": {"db_instance_class": "db.m7g.large"},
    "held_until": lambda world: world.conductor.now() + timedelta(days=2),
}

DATABASES = [
    *map(foreign, ("aurora-postgresql", "oracle-ee", "sqlserver-se", "db2-se", "docdb", "neptune")),
    Odd("no tag and no profile", [UNTAGGED], {"database": {"instance": ODD}}, {"tags": []}, end="Not ours"),
    not_ours("being deleted", f"{ODD} is deleting", status="deleting"),
    odd("MariaDB", NOT_FOR_MARIADB, MARIADB, engine="mariadb", engine_version="11.4.8"),
    odd("an old version", old("5.7.44"), engine_version="5.7.44"),
    odd("the last version that is too old", old("8.0.20"), engine_version="8.0.20"),
    odd("IAM is on", IAM_IS_ON, enable_iam_database_authentication=True),
    odd("a read replica", REPLICA, source_db_instance_identifier="first-1"),
    odd("a source of replicas", SOURCE, replicas=["second-1", "third-1"]),
    odd("another VPC", OTHER_VPC, db_subnet_group=in_another_vpc),
    odd("no master secret", NO_SECRET, master_user_secret=None),
    odd("a member of another directory", OTHER_DIRECTORY, membership=of_another_directory),
    *map(stuck, ("stopped", "stopping", "failed", "storage-full", "restore-error", "insufficient-capacity")),
    *map(stuck, ("incompatible-network", "incompatible-parameters", "inaccessible-encryption-credentials")),
    odd(
        "everything at once",
        old("5.7.44"),
        (f"{ODD} is stopped", "Bring it to the status available; then start again"),
        OTHER_VPC,
        NO_SECRET,
        OTHER_DIRECTORY,
        REPLICA,
        SOURCE,
        IAM_IS_ON,
        OLDER,
        engine_version="5.7.44",
        enable_iam_database_authentication=True,
        status="stopped",
        db_subnet_group=in_another_vpc,
        master_user_secret=None,
        membership=of_another_directory,
        source_db_instance_identifier="first-1",
        replicas=["second-1", "third-1"],
        **EXISTING,
    ),
]
ONPREM = "ONPREM.EXAMPLE.COM"
INCOMING = (
    (
        f"The trust of directory {ODD_DIRECTORY} with {ONPREM} is One-Way: Incoming: {ONPREM} trusts the directory,"
        f" but the directory does not trust {ONPREM}"
    ),
    "Make it One-Way: Outgoing or Two-Way, as the directory sees it",
)
UNVERIFIED = (
    f"The trust of directory {ODD_DIRECTORY} with {ONPREM} is VerifyFailed, not Verified",
    "Fix it (no answer), on its other side too; then run aws ds verify-trust --trust-id t-1",
)


def an_incoming_trust(_: World) -> list[Trust]:
    trust = Trust(ODD_DIRECTORY, ONPREM.lower(), "", "One-Way: Incoming", "Forest", [], "Disabled")
    trust.trust_id, trust.trust_state, trust.trust_state_reason = "t-1", "VerifyFailed", "no answer"
    return [trust]


DIRECTORIES = [
    Odd(
        "people of a domain that is not trusted",
        [INCOMING, UNVERIFIED],
        OF_IT,
        {},
        {
            "directory": {
                "id": ODD_DIRECTORY,
                "realm": REALM,
                "trusted_realms": [ONPREM],
                "mysql_over_trust": "allowed",
            },
            "logins": [{"user": "alice", "realm": ONPREM, "roles": ["read"]}],
        },
        {"trusts": an_incoming_trust},
    ),
    Odd("no such directory", [NO_DIRECTORY], OF_IT, {}, {"directory": {"id": "d-00000000ff", "realm": REALM}}),
    directory("Simple AD", of_type("SimpleAD"), directory_type="SimpleAD"),
    directory("AD Connector", of_type("ADConnector"), directory_type="ADConnector"),
    directory("a share that nobody accepted", UNSHARED, directory_type="SharedMicrosoftAD"),
    *(becoming_active(stage) for stage in ("Requested", "Creating", "Restoring", "Impaired")),
    *(directory(stage, in_stage(stage), stage=stage) for stage in ("Inoperable", "Failed", "RestoreFailed")),
    directory("another realm", of_realm("OTHER.EXAMPLE.COM"), name="other.example.com"),
    directory(
        "a domain that is too long", of_realm("A" * 58 + ".COM"), too_long("a" * 58 + ".com"), name="a" * 58 + ".com"
    ),
    directory(
        "a directory with everything at once",
        of_type("ADConnector"),
        in_stage("Failed"),
        of_realm("B" * 60 + ".COM"),
        too_long("b" * 60 + ".com"),
        directory_type="ADConnector",
        stage="Failed",
        name="b" * 60 + ".com",
    ),
]
PROFILES = [
    not_admitted(f"name {ODD}", names=["payments-*"]),
    not_admitted("account 123456789012", accounts=["999999999999"]),
    not_admitted(f"VPC {VPC}", vpcs=["vpc-0123"]),
    by(
        "the master user",
        RESERVED,
        logins=[{"user": "carol", "roles": ["read"]}],
        database={"master_username": "carol"},
    ),
    by("an existing database", OLDER, database=EXISTING),
    by("a reboot that is to be asked for", REBOOT, change={"reboot": "ask"}),
    by("changes of others", OF_OTHERS, database=PENDING),
    by(
        "all that may be approved", OLDER, REBOOT, OF_OTHERS, change={"reboot": "ask"}, database={**EXISTING, **PENDING}
    ),
]
ALL = [*DATABASES, *DIRECTORIES, *PROFILES]


@each(ALL)
def test_everything_in_the_way_is_reported_at_once(odd: Odd, refusals: Refusals) -> None:
    refusals.check(odd)
