"""What must be so before anything is changed.

Each thing that is not so is a finding, with its remedy, and all are found at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from signon.domain.database import AT_REBOOT, Database, Readiness, readiness
from signon.domain.directory import LONGEST_DOMAIN_NAME, Directory, DirectoryRole, role_problem
from signon.domain.engines import Engine, Method
from signon.domain.names import login_problem
from signon.domain.profile import Profile


@dataclass(frozen=True)
class Finding:
    """Something that stands in the way. ``approvable``: a person may say "go on all the same"."""

    problem: str
    remedy: str
    approvable: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Surroundings:
    """What else a plan is made from.

    ``served_vpc`` is the stack's; ``kerberos_offered`` what DescribeOrderableDBInstanceOptions says; ``paused``: a
    person has switched everything off, and nothing is begun, whoever approved it.
    """

    directory: Directory | None
    role: DirectoryRole | None
    kerberos_offered: bool
    served_vpc: str
    paused: bool = False


def findings(engine: Engine, database: Database, profile: Profile, around: Surroundings) -> Iterator[Finding]:
    """Everything that stands in the way of this profile on this database."""
    if refusal := profile.refuses(database):
        yield Finding(
            f"Profile {profile.name} does not admit this database: {refusal}",
            f"Tag the database with a profile that admits it, or widen admits in {profile.name}",
        )
    if profile.method_for(database.id.engine) is None:
        yield Finding(
            f"Profile {profile.name} names no method for engine {database.id.engine}",
            f"Add {database.id.engine}: [kerberos] under methods",
        )
    yield from _of_the_database(engine, database, profile, around)
    yield from _of_the_directory(database, profile, around.directory)
    yield from _of_the_role(database, around.role)
    for login in profile.logins:
        if problem := login_problem(login.user, database.master_user):
            yield Finding(f"Login {problem}", "Take another name, or take the login out of the profile")


def _of_the_database(engine: Engine, database: Database, profile: Profile, around: Surroundings) -> Iterator[Finding]:
    name = database.id.name
    if readiness(database.status) is Readiness.STUCK:
        yield Finding(f"{name} is {database.status}", "Bring it to available; then start again")
    if not engine.serves(database.engine_version):
        oldest = ".".join(map(str, engine.oldest))
        yield Finding(
            f"{name} runs {engine.name} {database.engine_version}",
            f"Upgrade it to {oldest} or newer: older ones cannot mark a login as ours",
        )
    if not around.kerberos_offered:
        yield Finding(
            f"RDS offers no Kerberos for {engine.name} {database.engine_version} on {database.instance_class} here",
            "Change the instance class or engine version to one that offers it",
        )
    if database.iam_enabled and Method.KERBEROS is profile.method_for(engine.name):
        yield Finding(
            f"IAM database authentication is on for {name}; RDS for MySQL takes one method or the other",
            "Switch IAM database authentication off, or use a profile without kerberos",
        )
    if database.replica_of:
        yield Finding(
            f"{name} is a read replica of {database.replica_of}; directory sign-in is not offered there",
            "Take the tag off the replica",
        )
    if database.replicas:
        yield Finding(
            f"{name} has read replicas ({', '.join(database.replicas)}); directory sign-in is not offered with them",
            "Remove the replicas, or take the tag off",
        )
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
    if database.membership and database.membership.directory != profile.directory:
        yield Finding(
            f"{name} is a member of {database.membership.directory}, not of {profile.directory}",
            "Let it leave that directory first (Domain none)",
        )


def _of_the_directory(database: Database, profile: Profile, directory: Directory | None) -> Iterator[Finding]:
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
    if directory.stage != "Active":
        yield Finding(
            f"Directory {directory.id} is {directory.stage}, not Active",
            "Bring the directory to Active; then start again",
        )
    if directory.realm != profile.realm:
        yield Finding(
            f"The realm of directory {directory.id} is {directory.realm}; the profile says {profile.realm}",
            f"Write realm: {directory.realm}, or another directory's id",
        )
    if len(directory.name) > LONGEST_DOMAIN_NAME:
        yield Finding(
            f"The domain name {directory.name} has {len(directory.name)} characters",
            f"RDS for MySQL joins domains of at most {LONGEST_DOMAIN_NAME} characters",
        )


def _of_the_role(database: Database, role: DirectoryRole | None) -> Iterator[Finding]:
    if role is None:
        yield Finding(
            "The role that RDS takes to reach the directory does not exist",
            "Deploy the stack again: its template makes the role",
        )
    elif problem := role_problem(role, database.id.region, database.id.engine):
        yield Finding(*problem)


def approvals(
    database: Database, profile: Profile, now: datetime, *, interrupts: bool, is_ours: bool
) -> Iterator[Finding]:
    """What the profile does not allow by itself, and a person may allow.

    ``interrupts``: people who use the database will notice; ``is_ours``: we have worked on it before.
    """
    change, name = profile.change, database.id.name
    if not change.existing_allowed and not database.is_new(now) and (interrupts or not is_ours):
        yield Finding(
            f"{name} is older than 24 hours",
            "Approve the plan, or write existing: allowed in the profile",
            approvable=True,
        )
    if interrupts and not change.reboot_allowed:
        yield Finding(f"{name} must be rebooted and the profile says reboot: ask", "Approve the plan", approvable=True)
    applied = [name for name in database.pending_changes if change.apply_immediately or name.startswith(AT_REBOOT)]
    if interrupts and applied and not change.other_pending_allowed:
        pending = ", ".join(applied)
        yield Finding(
            f"Changes of others wait for the window and would be applied along: {pending}",
            "Approve the plan, let them be applied first, or write apply: window in the profile",
            approvable=True,
        )
