"""The database itself: whether it can be worked on from here."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from signon.domain.engines import ENGINES, Engine, Family, Method
from signon.domain.finding import Advice, Finding
from signon.domain.plan.prerequisites.surroundings import Surroundings
from signon.domain.profile.profile import Profile
from signon.domain.rds import master_secret
from signon.domain.rds.database import Database
from signon.domain.rds.membership import LEAVING_REMEDY, is_leaving
from signon.domain.rds.readiness import STUCK_REMEDY, Readiness


def database_findings(
    database: Database, profile: Profile, served_vpc: str, methods: Collection[Method], *, rejoins: bool = False
) -> Iterator[Finding]:
    """``rejoins``: we remove it from its directory ourselves, to join it again."""
    name = database.id.name
    if database.deciding_status.readiness is Readiness.STUCK:
        yield Finding(database.deciding_status.describe(name), STUCK_REMEDY)
    if not database.in_vpc or database.is_limitless:
        yield _of_a_kind(database, served_vpc)
        return  # anything else would help nobody
    if not database.vpc:
        yield Finding(
            f"RDS shows no VPC for {name}; this stack reaches only {served_vpc}",
            f"Remove the tag; or move it to {served_vpc} and start again",
        )
    elif database.vpc != served_vpc:
        yield Finding(
            f"{name} is in {database.vpc}; this stack serves {served_vpc}", f"Deploy a stack for {database.vpc}"
        )
    if database.master_secret is None and profile.master_secret is None:
        yield _of_no_secret(database)
    if Method.KERBEROS in methods:
        yield from _of_memberships(database, profile.directory, rejoins=rejoins)


def can_be_entered(database: Database, profile: Profile, around: Surroundings) -> bool:
    """Whether the master user could sign in to it from here, whatever else is in the way."""
    is_here = database.in_vpc and not database.is_limitless and database.vpc == around.served_vpc
    refused = master_secret.refusal(database, profile.master_secret, around.master_secrets)
    has_secret = bool(profile.master_secret or database.master_secret) and not refused
    is_usable = database.deciding_status.readiness is Readiness.USABLE
    return is_here and has_secret and is_usable and bool(ENGINES[database.id.engine].logins)


def _of_a_kind(database: Database, served_vpc: str) -> Finding:
    """Kinds of Aurora PostgreSQL that cannot be served from here.

    "Active Directory (Kerberos) authentication" and "AWS Secrets Manager" "aren't supported" in Limitless Databases.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/limitless-reqs-limits.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_GettingStartedAurora.AuroraPostgreSQL.ExpressConfig.html
    """
    name = database.id.name
    if database.is_limitless:
        return Finding(
            f"{name} is an Aurora Limitless Database: AWS offers no directory sign-in for it, and this stack does not"
            " serve it for IAM either",
            "Remove the tag, or use an Aurora cluster with DB instances",
        )
    return Finding(
        f"{name} is not in a VPC, like an Aurora cluster in express configuration; this stack reaches"
        f" only {served_vpc}",
        f"Remove the tag: its master user, who signs in with IAM, can create IAM logins there. Or create a cluster"
        f" with full configuration in {served_vpc}",
    )


def _of_no_secret(database: Database) -> Finding:
    """RDS does not show how its master user signs in (``MasterUserAuthenticationType``); by IAM it has no password."""
    name = database.id.name
    if database.iam_enabled and ENGINES[database.id.engine].family is Family.POSTGRESQL:
        return Finding(
            f"RDS holds no master secret for {name}, whose master user may sign in with IAM and have no password",
            "Name a secret with username and password under access.master. Or let RDS manage the master password (this"
            " changes it); where MasterUserAuthenticationType is iam-db-auth, set it to password first",
        )
    return Finding(
        f"RDS holds no master secret for {name}",
        "Let RDS manage the master password (this changes it),"
        " or name a secret with username and password under access.master",
    )


def _of_memberships(database: Database, directory: str, *, rejoins: bool) -> Iterator[Finding]:
    """RDS lists a database's memberships; nothing excludes that there are several."""
    name, joined = database.id.name, {one.directory for one in database.memberships if not is_leaving(one)}
    others, remedy = ", ".join(sorted(joined - {directory})), "Remove it from that directory first (Domain none)"
    for one in database.memberships:
        if is_leaving(one) and one.directory == directory:
            if not rejoins:
                yield Finding(
                    f"{name} is leaving directory {directory}: its membership is {one.status}", LEAVING_REMEDY
                )
        elif is_leaving(one):
            yield Finding(
                f"{name} is leaving directory {one.directory} (its membership is {one.status}) and joins {directory}"
                " after that",
                "Nothing: it is checked again within the hour",
                passes=True,
            )
    if others and directory in joined:
        yield Finding(f"{name} is a member of {others} as well as of {directory}", remedy)
    elif others:
        yield Finding(f"{name} is a member of {others}, not of {directory}", remedy)


def database_advice(engine: Engine, database: Database, methods: Collection[Method]) -> Iterator[Advice]:
    """What is worth knowing about a database that people will sign in to by directory.

    "Don't modify the DB instance port after enabling the feature"; a change breaks Aurora MySQL's as well.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos.html
    """
    if Method.KERBEROS in methods and "engine_version" in engine.joins_anew_after and database.upgrades_itself:
        yield Advice(
            f"{database.id.name} is upgraded to new minor versions automatically, and {engine.title} requires"
            " directory sign-in to be switched off and on again after each upgrade",
            "Turn off automatic minor version upgrades; or allow the reboot of existing databases in the profile, so"
            " that the sweep does it within the hour",
        )
    if Method.KERBEROS in methods and engine.family is Family.MYSQL and "Port" in database.pending_changes:
        yield Advice(
            f"The port of {database.id.name} is about to change, and directory sign-in may stop working when it does",
            "Undo the change; or let it be applied first, and onboard the database afterwards",
        )
