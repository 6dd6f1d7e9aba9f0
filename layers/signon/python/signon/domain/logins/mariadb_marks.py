"""Our marks in MariaDB, whose accounts have no place for one: roles without privileges.

The role ``signon.PROFILE.LOGIN`` is there for a login of ours; the login has ``signon.PROFILE`` when it is complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from signon.domain.finding import Remark
from signon.domain.limits import listed
from signon.domain.logins.mysql_accounts import Accounts, PresentLogin, accounts_listed, masters_of, to_drop
from signon.domain.logins.mysql_relations import HOST, Account, Relations
from signon.foreign import shown

MARK = "signon"  # begins the names of the roles


def marks_of_roles(
    relations: Relations, masters: Set[Account], profile: str
) -> dict[Account, tuple[dict[str, Any], tuple[str, ...]]]:
    """The marks of MariaDB's logins, put together from the roles that they are made of: the one that counts, and the
    profiles of the others.

    Of several the one counts by which we have completed the login, which needs a role that we administer; then the one
    of ``profile``. A login that is complete without a role of its own name was renamed: it has the rights of one of
    ours. Who administers a role has created it, and is none of ours.
    """
    found: dict[Account, dict[str, dict[str, Any]]] = {}
    for name in relations.roles:
        _, of_profile, *of_login = name.split(".", 2)
        if of_login:
            found.setdefault((of_login[0], HOST), {})[of_profile] = {"profile": of_profile, "complete": False}
    for of_profile in (name.split(".", 1)[1] for name in relations.roles if name.count(".") == 1):
        role = f"{MARK}.{of_profile}"
        for login in relations.members.get((role, ""), frozenset()) - relations.administrators.get(role, frozenset()):
            mark: dict[str, Any] = {"profile": of_profile, "complete": True}
            if login[1] == HOST:
                renamed = {} if of_profile in found.get(login, ()) else {"renamed": True}
                found.setdefault(login, {})[of_profile] = {**mark, **renamed}

    def counts_before(of_profile: str, mark: Mapping[str, Any]) -> tuple[bool, bool, str]:
        completed = mark["complete"] and relations.administrators.get(f"{MARK}.{of_profile}", frozenset()) & masters
        return (not completed, of_profile != profile, of_profile)

    sorted_ones = {
        login: sorted(marks.items(), key=lambda each: counts_before(*each)) for login, marks in found.items()
    }
    return {login: (marks[0][1], tuple(name for name, _ in marks[1:])) for login, marks in sorted_ones.items()}


def marking_trouble(profile: str, accounts: Accounts) -> Remark | None:
    """Why we cannot mark a login of MariaDB as complete: the role for it is not ours to grant. None if it is.

    Who creates a role administers it.
    """
    role = f"{MARK}.{profile}"
    if role not in accounts.administrators or accounts.administrators[role] & masters_of(accounts.logins):
        return None
    others = accounts_listed(sorted(accounts.administrators[role])) or "nobody"
    return Remark(
        f"the role {role}, by which we mark open logins, is administered by {others} and not by the master user",
        f"As the master user, run {to_drop(role)}; the next run makes it again",
    )


def other_marks(profile: str, login: PresentLogin) -> Remark | None:
    """Roles that name a login for other profiles than the one that it counts for."""
    if not login.other_marks:
        return None
    roles = [f"{MARK}.{each}.{login.user}" for each in login.other_marks]
    counts = shown((login.mark or {}).get("profile", profile))
    return Remark(
        f"{shown(login.user)} counts as made for profile {counts}, and other roles name it too:"
        f" {listed([shown(each) for each in roles])}",
        f"Find out who made them. If nobody needs them, run {to_drop(roles[0])}; likewise for each",
    )
