"""What a plan is made from, beside the database, its profile and its record."""

from __future__ import annotations

from signon.aws import directory_service, iam, rds, records
from signon.domain.connect_policies import roles_of
from signon.domain.database import Database
from signon.domain.engines import Method
from signon.domain.prerequisites import Surroundings
from signon.domain.profile import Profile


def look_around(
    database: Database, profile: Profile, *, role: str, table: str, vpc: str, policy_prefix: str
) -> Surroundings:
    """``role`` is the name of the directory role, ``vpc`` the one that the stack serves, ``policy_prefix`` begins the
    names of its connect policies.
    """
    here = profile.on(database.id.engine)
    joins = Method.KERBEROS in profile.methods_for(database.id.engine)
    return Surroundings(
        directory=directory_service.find(profile.directory) if joins else None,
        role=iam.directory_role(role) if joins else None,
        served_vpc=vpc,
        without_kerberos=rds.without_kerberos(database) if joins else (),
        paused=records.is_paused(table),
        missing_roles=iam.missing_roles(role for role in roles_of(here) if _account(role) == database.id.account),
        policy_prefix=policy_prefix,
    )


def _account(role: str) -> str:
    return role.split(":")[4]
