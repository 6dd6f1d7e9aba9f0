"""Logins of PostgreSQL's family that were removed from the profile: which are locked, and what keeps others open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from signon.domain.engines import PostgreSqlLogins
from signon.domain.finding import Remark
from signon.domain.logins.change import ChangeKind
from signon.domain.logins.login import Statement, mark
from signon.domain.logins.postgresql_marks import is_open
from signon.domain.logins.postgresql_roles import PresentRole, Roles
from signon.domain.logins.postgresql_statements import Ways, for_roles, to_let_change
from signon.domain.profile.profile import Profile
from signon.foreign import shown


def locks(ways: Ways, profile: Profile, wanted: Sequence[str], roles: Roles) -> Iterator[Statement]:
    """The statements that lock them, each login by itself; they are closed in the same way, however they sign in.

    ``wanted``: the names of the profile's logins.
    """
    sql: PostgreSqlLogins = next(iter(ways.values()))
    closed = mark(profile.name, complete=False)
    for role in _left(profile, wanted, roles):
        if roles.may_change(role.name):
            yield from for_roles("Lock removed login", ChangeKind.LOCK, [role.name], sql.lock, {role.name: closed})


def kept_open(profile: Profile, wanted: Sequence[str], roles: Roles) -> Iterator[Remark]:
    """Those that the master user may not lock."""
    for role in _left(profile, wanted, roles):
        if not roles.may_change(role.name):
            yield Remark(
                f"{shown(role.name)}: still open, because the master user may not lock it",
                to_let_change(role.name, roles),
            )


def _left(profile: Profile, wanted: Sequence[str], roles: Roles) -> Iterator[PresentRole]:
    names = frozenset(wanted)
    for role in roles.present.values() if profile.lock_leavers else ():
        if role.name not in names and is_open(role, profile.name, roles):
            yield role
