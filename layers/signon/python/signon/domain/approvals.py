"""What a person may allow where the profile does not allow it by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from signon.domain.database import AT_REBOOT, Database
from signon.domain.engines import Scope
from signon.domain.prerequisites import Finding
from signon.domain.profile import Profile


def approvals(
    database: Database, profile: Profile, now: datetime, *, interrupts: bool, is_ours: bool
) -> Iterator[Finding]:
    """What the profile does not allow by itself, and a person may allow.

    ``interrupts``: people who use the database will notice; ``is_ours``: we have worked on it before.
    """
    change, name = profile.change, database.id.name
    if not change.existing_allowed and not database.is_new(now) and (interrupts or not is_ours):
        yield Finding(
            f"{name} is older than 24 hours",
            "Approve the plan, or write existing: allowed in the profile",
            approvable=True,
        )
    if interrupts and not change.reboot_allowed:
        yield Finding(f"{name} must be rebooted and the profile says reboot: ask", "Approve the plan", approvable=True)
    applied = list(applied_along(database, at_once=change.apply_immediately))
    if interrupts and applied and not change.other_pending_allowed:
        pending = ", ".join(applied)
        yield Finding(
            f"Changes of others wait for the window and would be applied along: {pending}",
            "Approve the plan, let them be applied first, or write apply: window in the profile",
            approvable=True,
        )


def applied_along(database: Database, *, at_once: bool) -> Iterator[str]:
    """Pending changes that our modify call would apply, and those that a reboot of each instance would."""
    for change in database.pending_changes:
        if at_once or change.startswith(AT_REBOOT):
            yield change
    if database.id.scope is Scope.CLUSTER:
        for instance in database.instances:
            for change in instance.pending_changes:
                if change.startswith(AT_REBOOT):
                    yield f"{change} of {instance.name}"
