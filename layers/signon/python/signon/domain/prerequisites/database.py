"""The database itself: whether it can be worked on from here."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from signon.domain.database import Database
from signon.domain.engines import Engine, Family, Method
from signon.domain.prerequisites.finding import Advice, Finding
from signon.domain.profile import Profile
from signon.domain.readiness import STUCK_REMEDY, Readiness


def database_findings(
    database: Database, profile: Profile, served_vpc: str, methods: Collection[Method]
) -> Iterator[Finding]:
    name = database.id.name
    if database.standing.readiness is Readiness.STUCK:
        yield Finding(database.standing.told_of(name), STUCK_REMEDY)
    if database.vpc != served_vpc:
        yield Finding(
            f"{name} is in {database.vpc}; this stack serves {served_vpc}", f"Deploy a stack for {database.vpc}"
        )
    if database.master_secret is None and profile.master_secret is None:
        yield Finding(
            f"RDS holds no master secret of {name}",
            "Let RDS manage the master password (this changes it),"
            " or name a secret with username and password under access.master",
        )
    if Method.KERBEROS in methods:
        yield from _of_memberships(database, profile.directory)


def _of_memberships(database: Database, directory: str) -> Iterator[Finding]:
    """RDS lists a database's memberships; that there may be several is nowhere excluded."""
    name, joined = database.id.name, {one.directory for one in database.memberships}
    others, remedy = ", ".join(sorted(joined - {directory})), "Let it leave that directory first (Domain none)"
    if others and directory in joined:
        yield Finding(f"{name} is a member of {others} beside {directory}", remedy)
    elif others:
        yield Finding(f"{name} is a member of {others}, not of {directory}", remedy)


def database_advice(engine: Engine, database: Database, methods: Collection[Method]) -> Iterator[Advice]:
    """What is worth knowing of a database that people will sign in to by directory.

    "Don't modify the DB instance port after enabling the feature"; a change breaks Aurora MySQL's as well.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos.html
    """
    if Method.KERBEROS in methods and engine.family is Family.MYSQL and "Port" in database.pending_changes:
        yield Advice(
            f"The port of {database.id.name} is about to change, and directory sign-in may stop when it does",
            "Take the change back; or let it come first, and onboard the database afterwards",
        )
