"""The directory that the database joins, and the role that RDS assumes to reach it."""

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

# Of the four types that exist. One that AWS adds may be joined.
# https://docs.aws.amazon.com/directoryservice/latest/devguide/API_DirectoryDescription.html
_NEVER_JOINED = ("SimpleAD", "ADConnector")


def directory_findings(
    engine: Engine, database: Database, profile: Profile, directory: Directory | None, shared_as: str | None
) -> Iterator[Finding]:
    """Why the database cannot join this directory; ``shared_as`` is the id by which this account sees it."""
    if directory is None and shared_as:
        yield Finding(
            f"Directory {profile.directory} belongs to another account; this account sees it as {shared_as}",
            f"Write id: {shared_as}: RDS requires the id that the database's own account sees",
        )
    elif directory is None:
        yield Finding(
            f"Directory {profile.directory} does not exist in {database.id.region}, or is not shared with this account",
            "Correct directory.id; for a shared directory, use the id that this account sees",
        )
    else:
        yield from _of_one_that_is_there(engine, profile, directory)


def _of_one_that_is_there(engine: Engine, profile: Profile, directory: Directory) -> Iterator[Finding]:
    if directory.type not in ("MicrosoftAD", "SharedMicrosoftAD"):
        yield Finding(
            f"Directory {directory.id} is of type {directory.type}",
            "Use an AWS Managed Microsoft AD: RDS joins no other type",
            approvable=directory.type not in _NEVER_JOINED,
        )
    if directory.type == "SharedMicrosoftAD" and directory.share != "Shared":
        yield Finding(
            f"The share of directory {directory.id} with this account is {directory.share or 'unknown'}, not Shared",
            f"Accept the share: aws ds accept-shared-directory --shared-directory-id {directory.id};"
            " if it was rejected or has failed, ask its owner to share it again",
            approvable=True,
        )
    if directory.stage != ACTIVE:
        yield Finding(
            f"Directory {directory.id} is {directory.stage}, not Active",
            "Wait until it is Active, or fix it in Directory Service"
            if directory.becomes_active
            else "Bring the directory to Active; then start again",
            passes=directory.becomes_active,
        )
    if directory.realm != profile.realm:
        yield Finding(
            f"The realm of directory {directory.id} is {directory.realm}; the profile says {profile.realm}",
            f"Write realm: {directory.realm}, or use another directory's id",
        )
    if engine.longest_domain and len(directory.name) > engine.longest_domain:
        yield Finding(
            f"The domain name {directory.name} has {len(directory.name)} characters",
            f"{engine.title} supports domain names of at most {engine.longest_domain} characters; use another"
            " directory",
        )


def role_findings(engine: Engine, database: Database, role: DirectoryRole | None) -> Iterator[Finding]:
    """What the role lacks that RDS assumes to reach the directory."""
    if role is None:
        yield Finding(
            "The role that RDS assumes to reach the directory does not exist",
            "Deploy the stack again: its template creates the role",
        )
        return
    region = database.id.region
    if problem := trust_problem(role, region, engine.family):
        yield Finding(*problem, approvable=not is_settled(region))
    if problem := policy_problem(role):
        yield Finding(*problem)
