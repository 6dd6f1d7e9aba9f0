"""Whether a plan may reboot the database now."""

from __future__ import annotations

from signon.domain.plan.plan import Plan
from signon.domain.rds.database import Database
from signon.domain.rds.reboot import Reboot
from signon.errors import RebootDidNotHelp, RebootNotAllowed


def permit(plan: Plan, database: Database, before: Reboot | None) -> None:
    """Permits a reboot; ``before`` is what this execution has rebooted already.

    Raises RebootDidNotHelp: everything has been rebooted. RebootNotAllowed: neither profile nor approval allows it.
    """
    name = database.id.name
    if before is None and not database.to_reboot:
        raise RebootDidNotHelp(
            f"{name} has joined, but its sign-in plugin is not loaded on the writer, which needs no reboot",
            "Search the cluster's error log for authentication_kerberos; if it is not mentioned, ask AWS Support",
        )
    if before is not None and not before.remaining:
        raise RebootDidNotHelp(
            f"{name} was rebooted after it joined, but its sign-in plugin is still not loaded",
            "Search the database's error log for its sign-in plugin; if it is not mentioned, ask AWS Support",
        )
    if not plan.may_reboot:
        raise RebootNotAllowed(
            f"{name} must be rebooted before its logins work",
            f'Start with "approve": {{"plan": "{plan.checksum}"}}, or let the profile allow it: under change, reboot,'
            " existing (older than 24 hours) and other_pending (changes of others wait for a reboot)",
        )
