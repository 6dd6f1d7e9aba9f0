"""What must hold before anything is changed.

Each thing that does not hold is a finding, with its remedy, and all are found at once. Advice is only worth knowing.
"""

from __future__ import annotations

from collections.abc import Iterator

from signon.domain.engines import Engine, Method
from signon.domain.finding import Advice, Finding
from signon.domain.names import IAM_LOGINS, iam_login_problem, login_problem
from signon.domain.plan.prerequisites.database import can_be_entered, database_advice, database_findings
from signon.domain.plan.prerequisites.directory import directory_findings, role_findings
from signon.domain.plan.prerequisites.method import method_findings
from signon.domain.plan.prerequisites.network import network_advice, network_findings
from signon.domain.plan.prerequisites.parameters import parameter_advice
from signon.domain.plan.prerequisites.replication import replication_findings
from signon.domain.plan.prerequisites.surroundings import Surroundings
from signon.domain.plan.prerequisites.trust import trust_advice, trust_findings
from signon.domain.profile.profile import Login, Profile
from signon.domain.rds import master_secret
from signon.domain.rds.database import Database

__all__ = ["Surroundings", "advice", "can_be_entered", "findings"]


def findings(
    engine: Engine, database: Database, profile: Profile, around: Surroundings, *, rejoins: bool = False
) -> Iterator[Finding]:
    """Everything that stands in the way of this profile on this database; ``rejoins``: it joins its directory again."""
    methods = profile.methods_for(engine.name)
    if refusal := profile.refuses(database):
        yield Finding(
            f"Profile {profile.name} does not admit this database: {refusal}",
            f"Tag the database with a profile that admits it, or widen admits in {profile.name}",
        )
    yield from method_findings(engine, database, profile, around.not_offered, rejoins=rejoins)
    yield from database_findings(database, profile, around.served_vpc, methods, rejoins=rejoins)
    if refused := master_secret.refusal(database, profile.master_secret, around.master_secrets):
        yield refused
    yield from replication_findings(database, profile.directory, methods)
    if Method.KERBEROS in methods:
        realms = profile.foreign_realms(engine.name)
        yield from directory_findings(engine, database, profile, around.directory, around.shared_as)
        yield from trust_findings(engine, profile, around.directory, around.trusts, realms)
        yield from role_findings(engine, database, around.role)
    if around.network:
        yield from network_findings(database.id.name, profile.directory, around.network)
    for login in profile.on(engine.name).logins:
        if problem := _login_problem(engine, login, database.master_user):
            yield Finding(f"Login {problem}", "Use another name, or remove the login from the profile")


def advice(engine: Engine, database: Database, profile: Profile, around: Surroundings) -> Iterator[Advice]:
    """What is worth knowing but holds nothing up."""
    methods = profile.methods_for(engine.name)
    yield from database_advice(engine, database, methods)
    yield from parameter_advice(database.parameter_group, around.parameters, methods)
    if around.directory and Method.KERBEROS in methods:
        yield from trust_advice(database, around.directory, around.trusts, profile.foreign_realms(engine.name))
    if around.network:
        yield from network_advice(engine, database.id.name, profile.directory, around.network)


def _login_problem(engine: Engine, login: Login, master_user: str | None) -> str | None:
    if login.method is Method.KERBEROS:
        return login_problem(login.user, master_user)
    return iam_login_problem(login.user, master_user, IAM_LOGINS[engine.family])
