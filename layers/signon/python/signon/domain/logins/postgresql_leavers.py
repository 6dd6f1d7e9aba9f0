"""Logins of PostgreSQL's family that were removed from the profile: which are locked, and what keeps others open."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from signon.domain.engines import PostgreSqlLogins
from signon.domain.finding import Remark
from signon.domain.logins.change import ChangeKind
from signon.domain.logins.login import Statement, mark
from signon.domain.logins.postgresql_marks import is_open
from signon.domain.logins.postgresql_roles import PresentRole, Roles
from signon.domain.logins.postgresql_statements import Ways, for_roles, to_let_change
from signon.domain.names import login_name
from signon.domain.profile.profile import DirectoryLogin, Profile
from signon.foreign import shown


def locks(ways: Ways, profile: Profile, roles: Roles) -> Iterator[Statement]:
    """The statements that lock who was removed from the profile, each login by itself."""
    listed = _Listed.by(profile)
    for role in _open_ones(profile, roles):
        if not listed.has(role.name) and roles.may_change(role.name):
            yield from _locking("Lock removed login", ChangeKind.LOCK, ways, profile, role)


def closes(ways: Ways, profile: Profile, wanted: Set[str], roles: Roles) -> Iterator[Statement]:
    """The statements that lock whom the profile lists, and not by a method that is used here, or now of another realm:
    a part of what is made, for it waits for the same approval. ``wanted``: the names of the logins that are to be.
    """
    listed = _Listed.by(profile)
    for role in _open_ones(profile, roles):
        if role.name not in wanted and listed.has(role.name) and roles.may_change(role.name):
            yield from _locking("Lock login of another method", ChangeKind.CLOSE, ways, profile, role)


def kept_open(profile: Profile, wanted: Set[str], roles: Roles) -> Iterator[Remark]:
    """Those that the master user may not lock."""
    for role in _open_ones(profile, roles):
        if role.name not in wanted and not roles.may_change(role.name):
            yield Remark(
                f"{shown(role.name)}: still open, because the master user may not lock it",
                to_let_change(role.name, roles),
            )


def _open_ones(profile: Profile, roles: Roles) -> Iterator[PresentRole]:
    for role in roles.present.values() if profile.lock_leavers else ():
        if is_open(role, profile.name, roles):
            yield role


@dataclass(frozen=True)
class _Listed:
    """Whom the profile lists for the engine, by whatever method: ``names`` of roles, and ``users`` without a realm of
    their own, who are listed in whatever realm: a directory that is about to be another one locks nobody.
    """

    names: Set[str]
    users: Set[str]

    @classmethod
    def by(cls, profile: Profile) -> _Listed:
        people = [each for each in (*profile.logins, *profile.skipped) if isinstance(each, DirectoryLogin)]
        others = [each.user for each in (*profile.logins, *profile.skipped) if not isinstance(each, DirectoryLogin)]
        elsewhere = [login_name(each.user, each.realm) for each in people if each.realm]
        return cls(frozenset((*others, *elsewhere)), frozenset(each.user for each in people if not each.realm))

    def has(self, name: str) -> bool:
        user, at, _ = name.rpartition("@")
        return name in self.names or (bool(at) and user in self.users)


def _locking(
    description: str, kind: ChangeKind, ways: Ways, profile: Profile, role: PresentRole
) -> Iterator[Statement]:
    """Logins are closed in the same way, however they sign in."""
    sql: PostgreSqlLogins = next(iter(ways.values()))
    marks = {role.name: mark(profile.name, complete=False)}
    yield from for_roles(description, kind, [role.name], sql.lock, marks)
