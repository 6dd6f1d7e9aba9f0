"""Whether IAM database authentication is as it should be, and whether RDS must be asked."""

from __future__ import annotations

from signon.domain.rds.database import Database
from signon.domain.rds.readiness import Readiness

PENDING = "IAMDatabaseAuthenticationEnabled"  # among the pending changes, while it waits for the window


def is_switched(database: Database, *, on: bool) -> bool:
    """As it should be, and no longer changing: `configuring-iam-database-auth` is over."""
    return database.iam_enabled is on and database.deciding_status.readiness is Readiness.USABLE


def must_ask(database: Database, *, on: bool, apply_immediately: bool) -> bool:
    """Not while RDS is already doing so, and not again if it waits for the window and may."""
    if database.iam_enabled is on or database.deciding_status.readiness is Readiness.CHANGING:
        return False
    return PENDING not in database.pending_changes or apply_immediately


def told(database: Database, *, on: bool) -> str:
    """Why it is not switched yet, as a sentence."""
    if PENDING in database.pending_changes:
        return f"IAM database authentication waits for the maintenance window of {database.id.name}"
    status = database.deciding_status.describe(database.id.name)
    return f"IAM database authentication is not {'on' if on else 'off'} yet: {status}"
