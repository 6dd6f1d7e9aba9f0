"""Whether this execution may reboot the database."""

from __future__ import annotations

from signon.domain.database import Database
from signon.domain.plan import Plan
from signon.errors import RebootDidNotHelp, RebootNotAllowed


def permit(plan: Plan, database: Database, *, already: bool) -> None:
    """Lets a reboot pass.

    Raises RebootDidNotHelp: this execution has done it. RebootNotAllowed: neither profile nor approval allows it.
    """
    name = database.id.name
    if already:
        raise RebootDidNotHelp(
            f"{name} was rebooted after it was joined, and its sign-in plugin is still not loaded",
            "Look at the database's error log for auth_pam; if it says nothing, open a case with AWS Support",
        )
    if not plan.may_reboot:
        raise RebootNotAllowed(
            f"{name} must be rebooted before its logins work",
            f'Start with "approve": {{"plan": "{plan.checksum}"}}, or write reboot: allowed in the profile',
        )
