"""The directory that the database joins, and the role by which RDS reaches it."""

from __future__ import annotations

from collections.abc import Iterator

from signon.domain.directory.directory import (
    ACTIVE,
    Directory,
    DirectoryRole,
    policy_problem,
    trust_problem,
)
from signon.domain.directory.service_principals import is_settled
from signon.domain.engines import Engine
from signon.domain.finding import Finding
from signon.domain.profile.profile import Profile
from signon.domain.rds.database import Database

# Of the four types that there are. One that AWS adds may be joined.
# https://docs.aws.amazon.com/directoryservice/latest/devguide/API_DirectoryDescription.html
_NEVER_JOINED = ("SimpleAD", "ADConnector")


def directory_findings(
    engine: Engine, database: Database, profile: Profile, directory: Directory | None, shared_as: str | None
) -> Iterator[Finding]:
    if directory is None and shared_as:
        yield Finding(
            f"Directory {profile.directory} is another account's; this account sees it as {shared_as}",
            f"Write id: {shared_as}: RDS wants the id of the account that the database is in",
        )
    elif directory is None:
        yield Finding(
            f"Directory {profile.directory} does not exist in {database.id.region}, or is not shared with this account",
            "Correct directory.id; of a shared directory, take the id that this account sees",
        )
    else:
        yield from _of_one_that_is_there(engine, profile, directory)


def _of_one_that_is_there(engine: Engine, profile: Profile, directory: Directory) -> Iterator[Finding]:
    if directory.type not in ("MicrosoftAD", "SharedMicrosoftAD"):
        yield Finding(
            f"Directory {directory.id} is of type {directory.type}",
            "RDS joins AWS Managed Microsoft AD only",
            approvable=directory.type not in _NEVER_JOINED,
        )
    if directory.type == "SharedMicrosoftAD" and directory.share != "Shared":
        yield Finding(
            f"The share of directory {directory.id} with this account is {directory.share or 'unknown'}, not Shared",
            f"Accept the share: aws ds accept-shared-directory --shared-directory-id {directory.id};"
            " where it was rejected or has failed, its owner shares it again",
            approvable=True,
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


def role_findings(engine: Engine, database: Database, role: DirectoryRole | None) -> Iterator[Finding]:
    if role is None:
        yield Finding(
            "The role that RDS takes to reach the directory does not exist",
            "Deploy the stack again: its template makes the role",
        )
        return
    region = database.id.region
    if problem := trust_problem(role, region, engine.family):
        yield Finding(*problem, approvable=not is_settled(region))
    if problem := policy_problem(role):
        yield Finding(*problem)
