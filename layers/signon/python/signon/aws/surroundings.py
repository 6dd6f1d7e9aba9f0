"""What a plan is made from, beside the database, its profile and its record."""

from __future__ import annotations

from signon.aws import directory_service, iam, rds, records
from signon.domain.database import Database
from signon.domain.prerequisites import Surroundings
from signon.domain.profile import Profile


def look_around(database: Database, profile: Profile, *, role: str, table: str, vpc: str) -> Surroundings:
    """``role`` is the name of the directory role, ``vpc`` the one that the stack serves."""
    return Surroundings(
        directory=directory_service.find(profile.directory),
        role=iam.directory_role(role),
        served_vpc=vpc,
        without_kerberos=rds.without_kerberos(database),
        paused=records.is_paused(table),
    )
