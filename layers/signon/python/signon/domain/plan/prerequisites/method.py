"""How people are to sign in: whether AWS offers it for this database, and the profile asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from signon.domain.engines import Engine, Method
from signon.domain.finding import Finding
from signon.domain.profile.profile import Profile
from signon.domain.rds.database import Database
from signon.domain.rds.membership import is_ready

TITLES = {Method.KERBEROS: "Kerberos", Method.IAM: "IAM database authentication"}


def method_findings(
    engine: Engine,
    database: Database,
    profile: Profile,
    not_offered: Mapping[Method, tuple[str, ...]],
    *,
    rejoins: bool = False,
) -> Iterator[Finding]:
    """``not_offered``: what RDS's list of orderable options says, if a method is to be set up, or set up again."""
    name, named = database.id.name, profile.methods.get(engine.name, ())
    for unknown in sorted({*named} - engine.logins.keys()):
        offered = ", ".join(engine.logins)
        yield Finding(
            f"AWS offers no {TITLES[unknown]} for {engine.title}, the engine of {name}",
            f"Write {engine.name}: [{offered}] under methods, or remove the tag",
        )
    if not named:
        yield Finding(
            f"Profile {profile.name} names no method for engine {engine.name}",
            f"Add {engine.name}: [{next(iter(engine.logins))}] under methods",
        )
    if database.id.scope is not engine.scope:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/multi-az-db-clusters-concepts.Limitations.html
        yield Finding(
            f"{name} is a Multi-AZ DB cluster of {engine.name}: AWS offers no directory sign-in for it, and this stack"
            " does not serve it for IAM either",
            "Remove the tag, or use a DB instance or an Aurora cluster",
        )
    if not engine.serves(database.engine_version):
        oldest = ".".join(map(str, engine.oldest))
        yield Finding(
            f"{name} runs {engine.name} {database.engine_version}",
            f"Upgrade it to {oldest} or newer: {engine.why_oldest}",
        )
    set_up = {
        Method.KERBEROS: is_ready(database, profile.directory) and not rejoins,
        Method.IAM: database.iam_enabled,
    }
    for method in sorted(profile.methods_for(engine.name)):
        for instance_class in () if set_up[method] else not_offered.get(method, ()):
            yield Finding(
                f"RDS does not list {TITLES[method]} for {engine.name} {database.engine_version} on {instance_class}"
                " in this Region",
                "Change the instance class or engine version to one that offers it; or approve the plan to try it:"
                " RDS refuses what it does not offer",
                approvable=True,
            )
