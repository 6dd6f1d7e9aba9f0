"""Which secrets a profile may name: its author could have a password sent to a server of their own."""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase

from signon.domain.finding import Finding
from signon.domain.rds.database import Database
from signon.foreign import shown

_OF_RDS = ":secret:rds!"  # "rds!db-..." and "rds!cluster-...": nobody else may make names that begin so


def refusal(database: Database, named: str | None, listed: Collection[str]) -> Finding | None:
    """Why the secret that a profile names is not read for this database, or None.

    ``listed`` is what the stack's parameter MasterSecretArns says: ARNs, or patterns as in a policy.
    """
    if named is None or named == database.master_secret:
        return None
    if _OF_RDS in named:
        return Finding(
            f"access.master names {shown(named, 200)}, which RDS keeps for a database other than {database.id.name}",
            "Write managed, or leave it out: each database's own RDS secret is then read",
        )
    if not any(fnmatchcase(named, pattern) for pattern in listed):
        return Finding(
            f"access.master names {shown(named, 200)}, which this stack does not list",
            "List its ARN in the stack's parameter MasterSecretArns; or write managed, and let RDS manage the password",
        )
    return None
