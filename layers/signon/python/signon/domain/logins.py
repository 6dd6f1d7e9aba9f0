"""Logins: what is wanted, what is there, and the statements between the two.

A login of ours is made locked, is granted what it needs, is read back, and only then unlocked; so a run that is cut off
leaves nothing half-made that anybody could use. It carries our mark. One without the mark is left alone, always.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from signon.domain.brevity import shortened
from signon.domain.engines import LoginSql
from signon.domain.profile import Profile
from signon.errors import LoginsIncomplete

HOST = "%"
ACCOUNTS_PER_STATEMENT = 100

# The only privileges that a profile can give, and only on named databases.
PRESETS: Mapping[str, tuple[str, ...]] = {
    "read": ("SELECT", "SHOW VIEW"),
    "write": ("SELECT", "SHOW VIEW", "INSERT", "UPDATE", "DELETE", "EXECUTE"),
}


@dataclass(frozen=True)
class Statement:
    """One SQL statement: what it does, its text, and the values of its parameters."""

    description: str
    sql: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class WantedLogin:
    user: str
    grants: Mapping[str, frozenset[str]]  # pattern -> privileges


@dataclass(frozen=True)
class PresentLogin:
    """A login as it was read. ``mark`` is what we wrote on it, None where somebody else made it."""

    user: str
    host: str
    plugin: str
    tls: str
    locked: bool
    mark: Mapping[str, Any] | None
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Accounts:
    """Every account of a database.

    ``literal_names``: the server takes no wildcards in a GRANT's database name. ``lower_case``: it writes the names of
    databases in lower case (lower_case_table_names), in grants as well.
    """

    logins: tuple[PresentLogin, ...]
    literal_names: bool
    lower_case: bool = False


@dataclass(frozen=True)
class LoginPlan:
    """``statements`` to run now, in this order; ``left_alone`` says of wanted logins why we keep our hands off them."""

    statements: tuple[Statement, ...]
    left_alone: tuple[str, ...]


def wanted_logins(
    profile: Profile, *, literal_names: bool = False, lower_case: bool = False
) -> tuple[WantedLogin, ...]:
    """The profile's directory logins, each with its grants as the server will show them."""
    return tuple(
        WantedLogin(login.user, _grants(profile, login.roles, literal_names, lower_case)) for login in profile.logins
    )


def _grants(profile: Profile, roles: Iterable[str], literal_names: bool, lower_case: bool) -> dict[str, frozenset[str]]:
    grants: dict[str, frozenset[str]] = {}
    for role in (profile.roles[name] for name in roles):
        for database in role.databases:
            name = database.lower() if lower_case else database
            pattern = name if literal_names else database_pattern(name)
            grants[pattern] = grants.get(pattern, frozenset()) | frozenset(PRESETS[role.preset])
    return grants


def database_pattern(database: str) -> str:
    r"""The name as GRANT takes it.

    ``_`` and ``%`` are wildcards there: ``my_db`` would reach myXdb as well, ``my\_db`` does not.
    "The server interprets % and _ as literal characters when partial_revokes is enabled"; then the name must stand as
    it is.
    https://dev.mysql.com/doc/refman/8.4/en/partial-revokes.html
    """
    return database.replace("_", r"\_").replace("%", r"\%")


def make(
    sql: LoginSql, profile: str, wanted: Sequence[WantedLogin], present: Sequence[PresentLogin], *, lock_leavers: bool
) -> LoginPlan:
    """The statements that make what is missing (locked), grant what is missing, and lock who has left."""
    there = {(login.user, login.host): login for login in present}
    absent = [login for login in wanted if (login.user, HOST) not in there]
    kept = [(login, there[login.user, HOST]) for login in wanted if (login.user, HOST) in there]
    ours = [(login, found) for login, found in kept if not _objection(sql, profile, found)]
    missing = [(login.user, pattern, privileges) for login in absent for pattern, privileges in login.grants.items()]
    missing += [(login.user, pattern, rest) for login, found in ours for pattern, rest in _missing_grants(login, found)]
    names = {login.user for login in wanted}
    leavers = (login for login in present if login.host == HOST and login.user not in names)
    left = [login.user for login in leavers if lock_leavers and _is_open(login, profile)]
    return LoginPlan(
        statements=(
            *_each(
                "Create locked",
                [login.user for login in absent],
                sql.create,
                sql.account,
                _mark(profile, complete=False),
            ),
            *_grant_statements(missing),
            *_each("Lock who has left", left, sql.lock, "%s@%s", _mark(profile, complete=False)),
        ),
        left_alone=tuple(
            f"{login.user}: {objection}" for login, found in kept if (objection := _objection(sql, profile, found))
        ),
    )


def open_complete(
    sql: LoginSql, profile: str, wanted: Sequence[WantedLogin], present: Sequence[PresentLogin]
) -> tuple[Statement, ...]:
    """The statements that unlock those of ours that were read back exactly as wanted and are not open yet."""
    there = {login.user: login for login in present if login.host == HOST}
    ready = [
        login.user
        for login in wanted
        if (found := there.get(login.user))
        and not _objection(sql, profile, found)
        and not _is_complete(found)
        and not list(_missing_grants(login, found))
    ]
    return tuple(_each("Unlock, complete", ready, sql.open, "%s@%s", _mark(profile, complete=True)))


@dataclass(frozen=True)
class Proof:
    """How many wanted logins were read back exactly, and which are not ours to touch, with the reason."""

    verified: int
    left_alone: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def prove(sql: LoginSql, profile: Profile, accounts: Accounts) -> Proof:
    """What reading back proves of a profile's logins.

    Raises LoginsIncomplete: one of ours is not as it should be; names up to ten of them.
    """
    wanted = wanted_logins(profile, literal_names=accounts.literal_names, lower_case=accounts.lower_case)
    there = {login.user: login for login in accounts.logins if login.host == HOST}
    faults = [
        f"{login.user} {fault}"
        for login in wanted
        if (fault := _fault(sql, profile.name, login, there.get(login.user)))
    ]
    if faults:
        raise LoginsIncomplete(
            f"{len(faults)} logins are not as wanted: {'; '.join(faults[:10])}",
            "Start again; if it stays so, somebody else changes logins at the same time",
        )
    left_alone = make(sql, profile.name, wanted, accounts.logins, lock_leavers=False).left_alone
    return Proof(len(wanted) - len(left_alone), shortened((*left_alone, *_of_other_profiles(profile, accounts))))


def _of_other_profiles(profile: Profile, accounts: Accounts) -> Iterator[str]:
    """Logins that another profile has left behind, when the database's tag was changed."""
    names = {login.user for login in profile.logins}
    for login in accounts.logins:
        if login.mark and not login.locked and login.mark.get("profile") != profile.name and login.user not in names:
            yield f"{login.user}: still open, made for profile {login.mark.get('profile')}"


def _fault(sql: LoginSql, profile: str, login: WantedLogin, found: PresentLogin | None) -> str | None:
    if found is None:
        return "is not there"
    if _objection(sql, profile, found):
        return None
    if not _is_complete(found) or found.locked:
        return "is locked"
    lacking = [f"{', '.join(sorted(rest))} on {pattern}" for pattern, rest in _missing_grants(login, found)]
    return f"lacks {'; '.join(lacking)}" if lacking else None


def _objection(sql: LoginSql, profile: str, found: PresentLogin) -> str | None:
    """Why this login is not ours to touch, or None."""
    if found.mark is None:
        return f"made by somebody else (plugin {found.plugin})"
    if found.mark.get("profile") != profile:
        return f"made for profile {found.mark.get('profile')}"
    if (found.plugin, found.tls) != (sql.plugin, sql.tls):
        return f"changed since we made it (plugin {found.plugin}, TLS {found.tls or 'not required'})"
    return "locked by somebody else" if found.locked and _is_complete(found) else None


def _is_complete(found: PresentLogin) -> bool:
    return bool(found.mark and found.mark.get("complete"))


def _is_open(found: PresentLogin, profile: str) -> bool:
    return bool(found.mark and found.mark.get("profile") == profile) and not found.locked


def _missing_grants(login: WantedLogin, found: PresentLogin) -> Iterator[tuple[str, frozenset[str]]]:
    for pattern, privileges in login.grants.items():
        if rest := privileges - found.grants.get(pattern, frozenset()):
            yield pattern, rest


def _mark(profile: str, *, complete: bool) -> str:
    return json.dumps({"signon": {"profile": profile, "complete": complete}})


def _each(description: str, users: Sequence[str], sql: str, account: str, mark: str) -> Iterator[Statement]:
    """One statement for up to a hundred accounts: a round trip costs more than an account."""
    for batch in _batches(users):
        text = sql.format(accounts=", ".join([account] * len(batch)))
        yield Statement(f"{description}: {', '.join(batch)}", text, (*_accounts(batch), mark))


def _grant_statements(missing: Sequence[tuple[str, str, frozenset[str]]]) -> Iterator[Statement]:
    grouped: dict[tuple[str, frozenset[str]], list[str]] = {}
    for user, pattern, privileges in missing:
        grouped.setdefault((pattern, privileges), []).append(user)
    for (pattern, privileges), users in grouped.items():
        listed = ", ".join(privilege for privilege in PRESETS["write"] if privilege in privileges)
        for batch in _batches(users):
            sql = f"GRANT {listed} ON {_quoted(pattern)}.* TO {', '.join(['%s@%s'] * len(batch))}"
            yield Statement(f"Grant {listed} on {pattern}: {', '.join(batch)}", sql, _accounts(batch))


def _accounts(users: Sequence[str]) -> tuple[str, ...]:
    return tuple(part for user in users for part in (user, HOST))


def _quoted(identifier: str) -> str:
    """A MySQL identifier; a per cent sign is doubled, because the driver fills in parameters by it."""
    return "`" + identifier.replace("`", "``").replace("%", "%%") + "`"


def _batches(users: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(users), ACCOUNTS_PER_STATEMENT):
        yield users[first : first + ACCOUNTS_PER_STATEMENT]
