"""Logins of MySQL's family: what is wanted, what is there, and the statements between the two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from signon.domain import logins
from signon.domain.engines import MySqlLogins
from signon.domain.logins import LoginPlan, Proof, Standing, Statement, batches, mark
from signon.domain.names import mysql_account_problem
from signon.domain.profile import Profile
from signon.errors import StatementRefused

HOST = "%"

# The only privileges that a profile can give, and only on named databases.
PRESETS: Mapping[str, tuple[str, ...]] = {
    "read": ("SELECT", "SHOW VIEW"),
    "write": ("SELECT", "SHOW VIEW", "INSERT", "UPDATE", "DELETE", "EXECUTE"),
}


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
        for database in role.mysql:
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
    sql: MySqlLogins,
    profile: str,
    wanted: Sequence[WantedLogin],
    present: Sequence[PresentLogin],
    *,
    lock_leavers: bool,
) -> LoginPlan:
    """The statements that make what is missing (locked), grant what is missing, and lock who has left."""
    there = _of_every_host(present)
    standings = _standings(sql, wanted, present)
    absent = [login for login in wanted if login.user not in there]
    ours = {standing.name for standing in standings if not standing.objection(profile)}
    missing = [
        (login.user, pattern, rest)
        for login in (*absent, *(login for login in wanted if login.user in there and login.user in ours))
        for pattern, rest in _missing_grants(login, there.get(login.user))
    ]
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
                mark(profile, complete=False),
            ),
            *_grant_statements(missing),
            *_each("Lock who has left", left, sql.lock, "%s@%s", mark(profile, complete=False)),
        ),
        left_alone=logins.left_alone(profile, standings),
    )


def open_complete(
    sql: MySqlLogins, profile: str, wanted: Sequence[WantedLogin], present: Sequence[PresentLogin]
) -> tuple[Statement, ...]:
    """The statements that unlock those of ours that were read back exactly as wanted and are not open yet."""
    ready = [each.name for each in _standings(sql, wanted, present) if each.is_ready(profile)]
    return tuple(_each("Unlock, complete", ready, sql.open, "%s@%s", mark(profile, complete=True)))


def prove(sql: MySqlLogins, profile: Profile, accounts: Accounts) -> Proof:
    """What reading back proves of a profile's logins.

    Raises LoginsIncomplete: one of ours is not as it should be; names up to ten of them.
    """
    wanted = wanted_logins(profile, literal_names=accounts.literal_names, lower_case=accounts.lower_case)
    standings = _standings(sql, wanted, accounts.logins)
    return logins.proof(profile.name, standings, not_ours=_of_other_profiles(profile, accounts))


def _of_other_profiles(profile: Profile, accounts: Accounts) -> Iterator[str]:
    """Logins that another profile has left behind, when the database's tag was changed."""
    names = {login.user for login in profile.logins}
    for login in accounts.logins:
        if login.mark and not login.locked and login.mark.get("profile") != profile.name and login.user not in names:
            yield logins.still_open(login.user, login.mark)


def _standings(sql: MySqlLogins, wanted: Sequence[WantedLogin], present: Sequence[PresentLogin]) -> list[Standing]:
    there = _of_every_host(present)
    return [_standing(sql, login, there.get(login.user)) for login in wanted]


def _standing(sql: MySqlLogins, login: WantedLogin, found: PresentLogin | None) -> Standing:
    if found is None:
        return Standing(login.user)
    as_made = (found.plugin, found.tls) == (sql.plugin, sql.tls)
    return Standing(
        login.user,
        there=True,
        mark=found.mark,
        kind=f"plugin {found.plugin}",
        changed="" if as_made else f"plugin {found.plugin}, TLS {found.tls or 'not required'}",
        locked=found.locked,
        lacks=tuple(f"{', '.join(sorted(rest))} on {pattern}" for pattern, rest in _missing_grants(login, found)),
    )


def _of_every_host(present: Sequence[PresentLogin]) -> dict[str, PresentLogin]:
    return {login.user: login for login in present if login.host == HOST}


def _is_open(found: PresentLogin, profile: str) -> bool:
    return bool(found.mark and found.mark.get("profile") == profile) and not found.locked


def _missing_grants(login: WantedLogin, found: PresentLogin | None) -> Iterator[tuple[str, frozenset[str]]]:
    granted = found.grants if found else {}
    for pattern, privileges in login.grants.items():
        if rest := privileges - granted.get(pattern, frozenset()):
            yield pattern, rest


def _each(description: str, users: Sequence[str], sql: str, account: str, written: str) -> Iterator[Statement]:
    for batch in batches(users):
        text = sql.format(accounts=", ".join([account] * len(batch)))
        yield Statement(f"{description}: {', '.join(batch)}", text, (*_accounts(batch), written))


def _grant_statements(missing: Sequence[tuple[str, str, frozenset[str]]]) -> Iterator[Statement]:
    grouped: dict[tuple[str, frozenset[str]], list[str]] = {}
    for user, pattern, privileges in missing:
        grouped.setdefault((pattern, privileges), []).append(user)
    for (pattern, privileges), users in grouped.items():
        listed = ", ".join(privilege for privilege in PRESETS["write"] if privilege in privileges)
        for batch in batches(users):
            sql = f"GRANT {listed} ON {_quoted(pattern)}.* TO {', '.join(['%s@%s'] * len(batch))}"
            yield Statement(f"Grant {listed} on {pattern}: {', '.join(batch)}", sql, _accounts(batch))


def _accounts(users: Sequence[str]) -> tuple[str, ...]:
    """As parameters. Raises StatementRefused: MySQL would make an account of another name."""
    if problem := next((problem for user in users if (problem := mysql_account_problem(user))), None):
        raise StatementRefused(f"Login {problem}", "Take another name, or take the login out of the profile")
    return tuple(part for user in users for part in (user, HOST))


def _quoted(identifier: str) -> str:
    """A MySQL identifier; a per cent sign is doubled, because the driver fills in parameters by it."""
    return "`" + identifier.replace("`", "``").replace("%", "%%") + "`"
