"""What must be so before anything is changed.

Each thing that is not so is a finding, with its remedy, and all are found at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from signon.domain.database import Database
from signon.domain.directory import ACTIVE, Directory, DirectoryRole, role_problem
from signon.domain.engines import Engine, Method, Scope
from signon.domain.names import iam_login_problem, login_problem
from signon.domain.profile import Profile
from signon.domain.readiness import STUCK_REMEDY, Readiness


@dataclass(frozen=True)
class Finding:
    """Something that stands in the way.

    ``approvable``: a person may say "go on all the same". ``passes``: it passes without anybody, and is waited for.
    """

    problem: str
    remedy: str
    approvable: bool = False
    passes: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Surroundings:
    """What else a plan is made from.

    ``served_vpc`` is the stack's; ``without_kerberos`` the instance classes of the database for which RDS offers none
    in this engine version; ``paused``: a person has switched everything off, and nothing is begun, whoever approved it.
    ``missing_roles``: those of the profile's IAM roles (their ARNs) that there are not; ``policy_prefix`` begins the
    names of the stack's connect policies.
    """

    directory: Directory | None
    role: DirectoryRole | None
    served_vpc: str
    without_kerberos: tuple[str, ...] = ()
    paused: bool = False
    missing_roles: frozenset[str] = frozenset()
    policy_prefix: str = ""


def findings(engine: Engine, database: Database, profile: Profile, around: Surroundings) -> Iterator[Finding]:
    """Everything that stands in the way of this profile on this database."""
    if refusal := profile.refuses(database):
        yield Finding(
            f"Profile {profile.name} does not admit this database: {refusal}",
            f"Tag the database with a profile that admits it, or widen admits in {profile.name}",
        )
    yield from _of_the_method(engine, database, profile, around)
    yield from _of_the_database(database, profile, around)
    yield from _of_replication(database)
    if Method.KERBEROS in profile.methods_for(engine.name):
        yield from _of_the_directory(engine, database, profile, around.directory)
        yield from _of_the_role(engine, database, around.role)
    for login in profile.on(engine.name).logins:
        problem_of = login_problem if login.method is Method.KERBEROS else iam_login_problem
        if problem := problem_of(login.user, database.master_user):
            yield Finding(f"Login {problem}", "Take another name, or take the login out of the profile")


def _of_the_method(engine: Engine, database: Database, profile: Profile, around: Surroundings) -> Iterator[Finding]:
    name, named = database.id.name, profile.methods.get(engine.name, ())
    for method in sorted({*named} - {each.value for each in engine.logins}):
        offered = ", ".join(each.value for each in engine.logins)
        yield Finding(
            f"AWS offers no {_TITLES[Method(method)]} for {engine.title}, and {name} is of that engine",
            f"Write {engine.name}: [{offered}] under methods, or take the tag off",
        )
    if not named:
        yield Finding(
            f"Profile {profile.name} names no method for engine {engine.name}",
            f"Add {engine.name}: [{next(iter(engine.logins)).value}] under methods",
        )
    if not engine.serves(database.engine_version):
        oldest = ".".join(map(str, engine.oldest))
        yield Finding(
            f"{name} runs {engine.name} {database.engine_version}",
            f"Upgrade it to {oldest} or newer: {engine.why_oldest}",
        )
    for instance_class in around.without_kerberos if Method.KERBEROS in profile.methods_for(engine.name) else ():
        yield Finding(
            f"RDS offers no Kerberos for {engine.name} {database.engine_version} on {instance_class} here",
            "Change the instance class or engine version to one that offers it",
        )


_TITLES = {Method.KERBEROS: "Kerberos", Method.IAM: "IAM database authentication"}


def _of_the_database(database: Database, profile: Profile, around: Surroundings) -> Iterator[Finding]:
    name = database.id.name
    if database.standing.readiness is Readiness.STUCK:
        yield Finding(database.standing.told_of(name), STUCK_REMEDY)
    if database.vpc != around.served_vpc:
        yield Finding(
            f"{name} is in {database.vpc}; this stack serves {around.served_vpc}", f"Deploy a stack for {database.vpc}"
        )
    if database.master_secret is None and profile.master_secret is None:
        yield Finding(
            f"RDS holds no master secret of {name}",
            "Let RDS manage the master password (this changes it),"
            " or name a secret with username and password under access.master",
        )
    joins = Method.KERBEROS in profile.methods_for(database.id.engine)
    if joins and database.membership and database.membership.directory != profile.directory:
        yield Finding(
            f"{name} is a member of {database.membership.directory}, not of {profile.directory}",
            "Let it leave that directory first (Domain none)",
        )


def _of_replication(database: Database) -> Iterator[Finding]:
    name = database.id.name
    if database.global_database:
        yield Finding(
            f"{name} is a secondary cluster of the global database {database.global_database} and has no writer",
            "Tag the primary cluster, in its own Region; logins that are made there reach this one",
        )
    elif database.id.scope is Scope.INSTANCE and database.replica_of:
        yield Finding(
            f"{name} is a read replica of {database.replica_of}; directory sign-in is not offered there",
            "Take the tag off the replica",
        )
    elif database.replica_of and ":db:" in database.replica_of:
        # Not during a migration by a read replica of an RDS instance.
        # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos.html
        source = database.replica_of.rpartition(":")[2]
        yield Finding(
            f"{name} replicates from the DB instance {source}: it is being migrated from RDS, and directory sign-in is"
            " not offered meanwhile",
            "Promote the cluster when the migration is over; then start again",
        )
    elif database.replica_of:
        source = database.replica_of.rpartition(":")[2]
        yield Finding(
            f"{name} replicates from the cluster {source}, so that no login can be made there",
            "Tag the source, or promote the cluster and start again",
        )
    if database.replicas:
        yield Finding(
            f"{name} has read replicas ({', '.join(database.replicas)}); directory sign-in is not offered with them",
            "Remove the replicas, or take the tag off",
        )


def _of_the_directory(
    engine: Engine, database: Database, profile: Profile, directory: Directory | None
) -> Iterator[Finding]:
    if directory is None:
        yield Finding(
            f"Directory {profile.directory} does not exist in {database.id.region}, or is not shared with this account",
            "Correct directory.id; of a shared directory, take the id that this account sees",
        )
        return
    if directory.type not in ("MicrosoftAD", "SharedMicrosoftAD"):
        yield Finding(
            f"Directory {directory.id} is of type {directory.type}", "RDS joins AWS Managed Microsoft AD only"
        )
    if directory.type == "SharedMicrosoftAD" and directory.share != "Shared":
        yield Finding(
            f"The share of directory {directory.id} with this account is {directory.share or 'unknown'}, not Shared",
            f"Accept the share: aws ds accept-shared-directory --shared-directory-id {directory.id};"
            " where it was rejected or has failed, its owner shares it again",
        )
    if directory.stage != ACTIVE:
        yield Finding(
            f"Directory {directory.id} is {directory.stage}, not Active",
            "Wait until it is Active, or mend it in Directory Service"
            if directory.becomes_active
            else "Bring the directory to Active; then start again",
            passes=directory.becomes_active,
        )
    if directory.realm != profile.realm:
        yield Finding(
            f"The realm of directory {directory.id} is {directory.realm}; the profile says {profile.realm}",
            f"Write realm: {directory.realm}, or another directory's id",
        )
    if engine.longest_domain and len(directory.name) > engine.longest_domain:
        yield Finding(
            f"The domain name {directory.name} has {len(directory.name)} characters",
            f"{engine.title} joins domains of at most {engine.longest_domain} characters",
        )


def _of_the_role(engine: Engine, database: Database, role: DirectoryRole | None) -> Iterator[Finding]:
    if role is None:
        yield Finding(
            "The role that RDS takes to reach the directory does not exist",
            "Deploy the stack again: its template makes the role",
        )
    elif problem := role_problem(role, database.id.region, engine.family):
        yield Finding(*problem)
