"""People of another domain: whether the managed directory trusts their domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from signon.domain.directory.directory import Directory, Trust
from signon.domain.engines import Engine
from signon.domain.finding import Advice, Finding
from signon.domain.profile.profile import Profile
from signon.domain.rds.database import Database
from signon.foreign import said

VERIFIED = "Verified"
_PASSING = {"Creating", "Created", "Verifying", "Updating", "Updated"}
# "A one-way trust scenario allows the user accounts from the trusted domain to access resources in the trusting
# domain": the directory must trust theirs, which it calls outgoing. "Amazon EC2, Amazon RDS, and Amazon FSx will work
# with either a one-way or two-way trust."
# https://repost.aws/knowledge-center/create-trust-windows-on-premises-dx
# https://docs.aws.amazon.com/directoryservice/latest/admin-guide/ms_ad_setup_trust.html
_TRUSTS_THEM = {"One-Way: Outgoing", "Two-Way"}


def trust_findings(
    engine: Engine,
    profile: Profile,
    directory: Directory | None,
    trusts: tuple[Trust, ...] | None,
    realms: Iterable[str],
) -> Iterator[Finding]:
    """``realms`` are those of logins that are not the directory's own; ``trusts`` is None if they cannot be seen."""
    for realm in realms:
        if realm not in profile.trusted_realms:
            yield Finding(
                f"Profile {profile.name} has logins of {realm}, which is neither the realm of its directory nor one of"
                " its trusted_realms",
                f"Add {realm} to trusted_realms under directory, or correct the realm of those logins",
            )
        elif not engine.takes_trusted and not profile.mysql_over_trust:
            # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos.html says no, and
            # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/database-authentication.html says both
            yield Finding(
                f"{engine.title} may not accept people of a trusted domain, and profile {profile.name} has logins of"
                f" {realm}",
                "AWS's pages contradict each other: restrict those logins to other engines, or write mysql_over_trust:"
                " allowed under directory to try it",
            )
        elif directory and trusts is not None:
            yield from _of_trust(directory, realm, _trust_with(realm, trusts))


def trust_advice(
    database: Database, directory: Directory, trusts: tuple[Trust, ...] | None, realms: Iterable[str]
) -> Iterator[Advice]:
    """What people of these realms and their administrators must know."""
    name = database.id.name
    for realm in realms:
        if trusts is None:
            yield Advice(
                f"Only the owner of directory {directory.id} can see its trusts",
                f"Ask its owner to check that it trusts {realm}: a forest trust, outgoing or two-way, Verified",
            )
        elif (trust := _trust_with(realm, trusts)) and trust.is_selective:
            yield Advice(
                f"The trust of directory {directory.id} with {realm} has selective authentication switched on",
                f"Give people of {realm} the permission Allowed to authenticate on the computer objects of {name} in"
                f" {directory.realm}: it cannot be checked from here",
            )
        # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos-setting-up.html
        if database.custom_endpoints:
            yield Advice(
                f"Windows clients of {realm} cannot connect through the custom endpoints of {name}"
                f" ({', '.join(database.custom_endpoints)})",
                "Have them use the endpoints of the cluster or of an instance, with the directory's domain name",
            )
        if database.primary_of:
            yield Advice(
                f"Windows clients of {realm} cannot connect through cluster endpoints in secondary Regions of"
                f" {database.primary_of}",
                f"Have them use the endpoints of {name} or of its instances",
            )


def _of_trust(directory: Directory, realm: str, trust: Trust | None) -> Iterator[Finding]:
    """A person may know better, for example of a forest with several trees: the join does not need the trust."""
    if trust is None:
        yield Finding(
            f"Directory {directory.id} has no trust with {realm}",
            f"Create a forest trust there, outgoing or two-way, and its other side in {realm}",
            approvable=True,
        )
        return
    if trust.kind != "Forest":
        yield Finding(
            f"The trust of directory {directory.id} with {realm} is of type {trust.kind}, not Forest",
            "Delete it and create a forest trust: RDS supports no other type",
            approvable=True,
        )
    if trust.direction not in _TRUSTS_THEM:
        yield Finding(
            f"The trust of directory {directory.id} with {realm} is {trust.direction}: {realm} trusts the directory,"
            f" but the directory does not trust {realm}",
            "Make it One-Way: Outgoing or Two-Way, as the directory sees it",
            approvable=True,
        )
    if trust.state != VERIFIED:
        passes, why = trust.state in _PASSING, f" ({said(trust.reason)})" if trust.reason else ""
        yield Finding(
            f"The trust of directory {directory.id} with {realm} is {trust.state}, not Verified",
            f"Wait until it is, or check its other side in {realm}{why}"
            if passes
            else f"Fix it{why}, on its other side too; then run aws ds verify-trust --trust-id {trust.id}",
            approvable=True,
            passes=passes,
        )


def _trust_with(realm: str, trusts: Iterable[Trust]) -> Trust | None:
    """A forest trust also covers the domains below it."""
    return next((trust for trust in trusts if f".{realm}".endswith(f".{trust.realm}")), None)
