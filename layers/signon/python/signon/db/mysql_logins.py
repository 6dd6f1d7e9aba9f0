"""The questions about logins, and their making, in MySQL's SQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from signon.db.session import Session
from signon.domain.engines import MySqlLogins
from signon.domain.logins import Proof
from signon.domain.mysql_logins import Accounts, PresentLogin, make, open_complete, prove, wanted_logins
from signon.domain.probe import Probe
from signon.domain.profile import Profile

_NOBODY = {"rdsadmin", "rdsrepladmin", "event_scheduler", "system user", "unauthenticated user"}


def probe(session: Session, sql: MySqlLogins) -> Probe:
    """What only the inside of a database shows: is the plugin loaded, is it the writer, is anybody else signed in."""
    loaded = (
        "SELECT CONNECTION_ID(), @@global.read_only,"
        " (SELECT COUNT(*) FROM information_schema.plugins WHERE plugin_name = %s AND plugin_status = 'ACTIVE')"
    )
    ((ours, read_only, active),) = session.query("Look at the server", loaded, (sql.plugin,))
    return Probe(plugin_loaded=bool(active), read_only=bool(read_only), other_sessions=_others(session, ours))


def other_sessions(session: Session) -> int:
    """How many sessions there are besides ours and RDS's own."""
    ((ours,),) = session.query("Ask who we are", "SELECT CONNECTION_ID()")
    return _others(session, ours)


def _others(session: Session, ours: int) -> int:
    processes = session.query("Look who is signed in", "SHOW PROCESSLIST")
    return len([row for row in processes if row[0] != ours and row[1] not in _NOBODY])


def create(session: Session, sql: MySqlLogins, profile: Profile, before_change: Callable[[], object]) -> int:
    """Makes what is missing, reads it back, opens what is complete."""
    accounts = read_logins(session)
    wanted = wanted_logins(profile, literal_names=accounts.literal_names, lower_case=accounts.lower_case)
    making = make(sql, profile.name, wanted, accounts.logins, lock_leavers=profile.lock_leavers).statements
    if making:
        before_change()
        session.run(making)
        accounts = read_logins(session)
    opening = open_complete(sql, profile.name, wanted, accounts.logins)
    if opening:
        before_change()
        session.run(opening)
    return len(making) + len(opening)


def verify(session: Session, sql: MySqlLogins, profile: Profile) -> Proof:
    return prove(sql, profile, read_logins(session))


def read_logins(session: Session) -> Accounts:
    """Every account, with our mark where it bears one, and its grants on databases."""
    accounts = session.query(
        "Read the logins",
        "SELECT u.User, u.Host, u.plugin, u.ssl_type, u.account_locked, a.ATTRIBUTE,"
        " @@lower_case_table_names, @@partial_revokes"
        " FROM mysql.user u JOIN information_schema.user_attributes a ON a.USER = u.User AND a.HOST = u.Host",
    )
    granted = session.query(
        "Read their grants", "SELECT GRANTEE, TABLE_SCHEMA, PRIVILEGE_TYPE FROM information_schema.schema_privileges"
    )
    grants: dict[str, dict[str, frozenset[str]]] = {}
    for grantee, schema, privilege in granted:
        of_account = grants.setdefault(_text(grantee), {})
        of_account[_text(schema)] = of_account.get(_text(schema), frozenset()) | {_text(privilege)}
    logins = tuple(
        PresentLogin(
            _text(user),
            _text(host),
            _text(plugin),
            _text(tls),
            _text(locked) == "Y",
            _mark(attribute),
            grants.get(f"'{_text(user)}'@'{_text(host)}'", {}),
        )
        for user, host, plugin, tls, locked, attribute, *_ in accounts
    )
    lower_case, literal_names = accounts[0][-2:]
    return Accounts(logins, literal_names=bool(literal_names), lower_case=bool(lower_case))


def _mark(attribute: Any) -> dict[str, Any] | None:
    mark = json.loads(_text(attribute)).get("signon") if attribute else None
    return mark if isinstance(mark, dict) else None


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
