"""People of another domain: whether the managed directory lets them in by a trust."""

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
_LETS_THEM_IN = {"One-Way: Outgoing", "Two-Way"}


def trust_findings(
    engine: Engine,
    profile: Profile,
    directory: Directory | None,
    trusts: tuple[Trust, ...] | None,
    realms: Iterable[str],
) -> Iterator[Finding]:
    """``realms`` are those of logins that are not the directory's own; ``trusts`` is None where they cannot be seen."""
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
                f"{engine.title} may not take people of a trusted domain, and profile {profile.name} has logins of"
                f" {realm}",
                "AWS's pages contradict each other: keep those logins to other engines, or write mysql_over_trust:"
                " allowed under directory, and try it",
            )
        elif directory and trusts is not None:
            yield from _of_trust(directory, realm, _trust_with(realm, trusts))


def trust_advice(
    database: Database, directory: Directory, trusts: tuple[Trust, ...] | None, realms: Iterable[str]
) -> Iterator[Advice]:
    """What people of these realms must know, and whoever administers them."""
    name = database.id.name
    for realm in realms:
        if trusts is None:
            yield Advice(
                f"The trusts of directory {directory.id} are shown to its owner alone",
                f"Let its owner see that it trusts {realm}: a forest trust, outgoing or two-way, Verified",
            )
        elif (trust := _trust_with(realm, trusts)) and trust.is_selective:
            yield Advice(
                f"The trust of directory {directory.id} with {realm} has selective authentication on",
                f"Give people of {realm} the permission Allowed to authenticate on the computer objects of {name} in"
                f" {directory.realm}: it cannot be looked at from here",
            )
        # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos-setting-up.html
        if database.custom_endpoints:
            yield Advice(
                f"Windows clients of {realm} cannot connect by the custom endpoints of {name}"
                f" ({', '.join(database.custom_endpoints)})",
                "They take the endpoints of the cluster or of an instance, with the domain name of the directory",
            )
        if database.primary_of:
            yield Advice(
                f"Windows clients of {realm} cannot connect by cluster endpoints of secondary Regions of"
                f" {database.primary_of}",
                f"They take the endpoints of {name} or of its instances",
            )


def _of_trust(directory: Directory, realm: str, trust: Trust | None) -> Iterator[Finding]:
    """A person may know better, of a forest with several trees or the like: the join does not need the trust."""
    if trust is None:
        yield Finding(
            f"Directory {directory.id} has no trust with {realm}",
            f"Make a forest trust there, outgoing or two-way, and its other side in {realm}",
            approvable=True,
        )
        return
    if trust.kind != "Forest":
        yield Finding(
            f"The trust of directory {directory.id} with {realm} is of type {trust.kind}, not Forest",
            "Delete it, and make a forest trust: RDS takes no other",
            approvable=True,
        )
    if trust.direction not in _LETS_THEM_IN:
        yield Finding(
            f"The trust of directory {directory.id} with {realm} is {trust.direction}: {realm} trusts the directory,"
            f" and the directory does not trust {realm}",
            "Make it One-Way: Outgoing or Two-Way, as the directory sees it",
            approvable=True,
        )
    if trust.state != VERIFIED:
        passes, why = trust.state in _PASSING, f" ({said(trust.reason)})" if trust.reason else ""
        yield Finding(
            f"The trust of directory {directory.id} with {realm} is {trust.state}, not Verified",
            f"Wait until it is, or look at its other side in {realm}{why}"
            if passes
            else f"Mend it{why}, on its other side too; then aws ds verify-trust --trust-id {trust.id}",
            approvable=True,
            passes=passes,
        )


def _trust_with(realm: str, trusts: Iterable[Trust]) -> Trust | None:
    """A forest trust holds for the domains below it, too."""
    return next((trust for trust in trusts if f".{realm}".endswith(f".{trust.realm}")), None)
