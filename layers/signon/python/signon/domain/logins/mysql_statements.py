"""The statements about logins of MySQL's family: the engine's texts (``MySqlLogins``), filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

from signon.domain.engines import Method, MySqlLogins
from signon.domain.logins.change import ChangeKind, LoginChange
from signon.domain.logins.login import Statement, batches, mark
from signon.domain.logins.mariadb_marks import MARK
from signon.domain.logins.mysql_accounts import PresentLogin
from signon.domain.logins.mysql_relations import HOST
from signon.domain.names import mysql_account_problem
from signon.domain.profile.presets import MYSQL_PRIVILEGES
from signon.errors import StatementRefused
from signon.foreign import shown

Ways = Mapping[Method, MySqlLogins]  # how logins are made, by how they sign in


@dataclass(frozen=True)
class WantedAccount:
    """``stored``: what the server is to store with the plugin's name; ``adopt``: take it over from its maker."""

    user: str
    sql: MySqlLogins
    stored: str
    grants: Mapping[str, frozenset[str]]  # pattern -> privileges
    adopt: bool = False


def for_accounts(
    description: str,
    kind: ChangeKind,
    texts: Sequence[str],
    profile: str,
    batch: Sequence[WantedAccount | PresentLogin],
    *,
    complete: bool,
) -> Iterator[Statement]:
    """The texts with their fields filled in for these logins."""
    names = [login.user for login in batch]
    pairs = [_account(name) for name in names]
    fields: dict[str, list[tuple[str, tuple[str, ...]]]] = {
        "accounts": [_signing_in(login) for login in batch if isinstance(login, WantedAccount)],
        "logins": [("%s@%s", pair) for pair in pairs],
        "mark": [("%s", (mark(profile, complete=complete),))],
        "marks": [("%s", (f"{MARK}.{profile}.{name}",)) for name in names],
        "complete": [("%s", (f"{MARK}.{profile}",))],
    }
    changes = tuple(LoginChange(kind, name) for name in names)
    for text in texts:
        yield Statement(f"{description}: {', '.join(map(shown, names))}", *filled(text, fields), changes)


def filled(template: str, fields: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]) -> tuple[str, tuple[str, ...]]:
    """The template with the texts of its fields, and their values in this order."""
    sql = ""
    values: list[str] = []
    for literal, field_name, _, _ in Formatter().parse(template):
        filling = fields[field_name] if field_name else ()
        sql += literal + ", ".join(text for text, _ in filling)
        values += [value for _, these in filling for value in these]
    return sql, tuple(values)


def _signing_in(login: WantedAccount) -> tuple[str, tuple[str, ...]]:
    """One account in CREATE USER and ALTER USER, and its parameters."""
    said = (login.stored,) if login.sql.account.endswith("%s") else ()
    return login.sql.account, (*_account(login.user), *said)


def grant_statements(missing: Sequence[tuple[str, str, frozenset[str]]]) -> Iterator[Statement]:
    grouped: dict[tuple[str, frozenset[str]], list[str]] = {}
    for user, pattern, privileges in missing:
        grouped.setdefault((pattern, privileges), []).append(user)
    for (pattern, privileges), users in grouped.items():
        listed = ", ".join(privilege for privilege in MYSQL_PRIVILEGES if privilege in privileges)
        for batch in batches(users):
            sql = f"GRANT {listed} ON {_quoted(pattern)}.* TO {', '.join(['%s@%s'] * len(batch))}"
            accounts = tuple(part for user in batch for part in _account(user))
            changes = tuple(LoginChange(ChangeKind.GRANT, user, listed, pattern) for user in batch)
            yield Statement(f"Grant {listed} on {pattern}: {', '.join(batch)}", sql, accounts, changes)


def _account(user: str) -> tuple[str, str]:
    """As parameters. Raises StatementRefused: MySQL would create an account of another name."""
    if problem := mysql_account_problem(user):
        raise StatementRefused(f"Login {problem}", "Use another name, or remove the login from the profile")
    return user, HOST


def _quoted(identifier: str) -> str:
    """A MySQL identifier; a percent sign is doubled, because the driver uses it for parameters."""
    return "`" + identifier.replace("`", "``").replace("%", "%%") + "`"
