"""What a plan is made from besides the database, its profile and its record."""

from __future__ import annotations

from collections.abc import Collection

from signon.aws import connecting, directory_service, ec2, iam, parameters, policy_lock, rds, records
from signon.domain.engines import Method
from signon.domain.logins.connect_policies import resource_id, roles_of, wanted
from signon.domain.plan.prerequisites import Surroundings
from signon.domain.plan.prerequisites.parameters import names
from signon.domain.profile.profile import Profile
from signon.domain.rds.database import Database, DatabaseId
from signon.domain.rds.membership import is_ready


def look_around(
    database: Database,
    profile: Profile,
    *,
    role: str,
    table: str,
    vpc: str,
    policy_prefix: str,
    master_secrets: Collection[str],
) -> Surroundings:
    """``role`` is the name of the directory role, ``vpc`` the one that the stack serves, ``policy_prefix`` begins the
    names of its connect policies, ``master_secrets`` are those that profiles may name.

    Asks only for what this plan is made from: for the network only if a join is due, for trusts only if people of
    another domain have logins.
    """
    engine = database.id.engine
    here, methods = profile.on(engine), profile.methods_for(engine)
    joins = Method.KERBEROS in methods
    directory = directory_service.find(profile.directory) if joins else None
    looks_at_network = directory is not None and not is_ready(database, directory.id)
    roles = {role for role in roles_of(here) if _account(role) == database.id.account}
    boundaries = iam.boundaries(sorted(roles))
    return Surroundings(
        directory=directory,
        role=iam.directory_role(role) if joins else None,
        served_vpc=vpc,
        shared_as=directory_service.shared_as(profile.directory) if joins and directory is None else None,
        not_offered=rds.not_offered(database),
        trusts=directory_service.trusts(directory.id) if directory and profile.foreign_realms(engine) else (),
        network=ec2.network(database, directory) if directory and looks_at_network else None,
        parameters=parameters.values(database, names(methods)) if methods else {},
        paused=records.is_paused(table),
        missing_roles=frozenset(roles - boundaries.keys()),
        boundaries={role: boundary for role, boundary in boundaries.items() if boundary},
        policy_prefix=policy_prefix,
        master_secrets=frozenset(master_secrets),
        connect_policies={role: _policies(table, database.id, here, role) for role in roles_of(here)},
    )


def _policies(table: str, database: DatabaseId, profile: Profile, role: str) -> list[frozenset[str]]:
    """What the role's policies say; if they are full, without what will be removed from them first."""
    present, users = policy_lock.remembered(table, role), wanted(database, profile, role)
    gone = connecting.deleted_databases(present, database, role, users)
    return [frozenset(arn for arn in policy if resource_id(arn) not in gone) for policy in present]


def _account(role: str) -> str:
    return role.split(":")[4]
