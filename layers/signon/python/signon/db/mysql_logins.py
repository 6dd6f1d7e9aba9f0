"""The questions about logins, and their making, in MySQL's SQL."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from sys import intern
from typing import Any

from signon.db import signed_in
from signon.db.limits import MOST_ACCOUNTS, MOST_BETWEEN_ACCOUNTS, too_large
from signon.db.locking import Locks, require_locked
from signon.db.mysql_errors import packet_too_small
from signon.db.session import Session
from signon.domain.engines import Marks, Method
from signon.domain.logins import mysql_leavers
from signon.domain.logins.difference import BeforeChange, Difference
from signon.domain.logins.login import LoginPlan, Proof, Statement
from signon.domain.logins.mariadb_marks import marking_trouble, marks_of_roles
from signon.domain.logins.mysql import make, open_complete, prove, wanted_logins
from signon.domain.logins.mysql_accounts import (
    NO_GRANTS,
    Accounts,
    PresentLogin,
    recognized,
)
from signon.domain.logins.mysql_relations import HOST, PUBLIC, Account, Relations
from signon.domain.logins.mysql_statements import WantedAccount, Ways
from signon.domain.memory.made import NO_OID, Memory, Remember, too_many
from signon.domain.names import mysql_account_problem
from signon.domain.plan.inside import Inside
from signon.domain.profile.profile import Profile
from signon.errors import DatabaseUnusable

_ACCOUNTS = {
    Marks.ATTRIBUTE: (
        "SELECT u.User, u.Host, u.plugin, LEFT(u.authentication_string, 500), u.ssl_type, u.account_locked,"
        " LEFT(JSON_EXTRACT(a.ATTRIBUTE, '$.signon'), 500),"
        " CURRENT_USER(), @@max_allowed_packet, LENGTH(@@mandatory_roles), @@lower_case_table_names, @@partial_revokes"
        " FROM mysql.user u JOIN information_schema.user_attributes a ON a.USER = u.User AND a.HOST = u.Host"
        " LIMIT 100001"
    ),
    Marks.ROLES: (
        "SELECT u.User, u.Host, u.plugin, LEFT(u.authentication_string, 500), u.ssl_type,"
        " IF(JSON_VALUE(p.Priv, '$.account_locked') IN ('true', '1'), 'Y', 'N'), NULL,"
        " CURRENT_USER(), @@max_allowed_packet, 0, @@lower_case_table_names, 0"
        " FROM mysql.user u JOIN mysql.global_priv p ON p.User = u.User AND p.Host = u.Host WHERE u.is_role = 'N'"
        " LIMIT 100001"
    ),
}
# Who may make and alter logins, or assume their rights: who has CREATE USER or SUPER; ROLE_ADMIN, which grants logins
# like roles; SET_ANY_DEFINER, which was SET_USER_ID, and MariaDB's SET USER, which make a routine that runs with a
# login's rights; SYSTEM_VARIABLES_ADMIN and CONNECTION ADMIN, which set init_connect, run by every login that signs in;
# and who may write the tables of accounts, by a privilege on everything (unless partial revokes take it back), on a
# database whose name is like mysql's, or on one of these tables or its columns.
# A user who is signed in with a login may grant PROXY on it, by which others act as it although it is locked; a login
# that mandatory_roles names is granted to everybody.
# https://dev.mysql.com/doc/refman/8.4/en/proxy-users.html https://dev.mysql.com/doc/refman/8.4/en/account-locking.html
# https://dev.mysql.com/doc/refman/8.4/en/grant-tables.html
# https://mariadb.com/kb/en/mysqlglobal_priv-table/ https://github.com/MariaDB/server/blob/10.11/sql/privilege.h
_WRITERS_OF_TABLES = (
    " UNION ALL SELECT 'maker', User, Host, '', '' FROM mysql.db"
    "   WHERE 'mysql' LIKE Db AND 'Y' IN (Insert_priv, Update_priv, Delete_priv)"
    " UNION ALL SELECT 'maker', User, Host, '', '' FROM mysql.tables_priv WHERE Db = 'mysql'"
    "   AND Table_name IN ('user', 'global_priv', 'global_grants', 'db', 'tables_priv', 'columns_priv', 'procs_priv',"
    "     'proxies_priv', 'role_edges', 'roles_mapping', 'default_roles')"
    "   AND (FIND_IN_SET('Insert', Table_priv) OR FIND_IN_SET('Update', Table_priv)"
    "     OR FIND_IN_SET('Delete', Table_priv) OR FIND_IN_SET('Insert', Column_priv)"
    "     OR FIND_IN_SET('Update', Column_priv))"
    " UNION ALL SELECT 'proxy', Proxied_user, Proxied_host, User, Host FROM mysql.proxies_priv"
)
_RELATIONS = {
    Marks.ATTRIBUTE: (
        "SELECT 'maker', User, Host, '', '' FROM mysql.user WHERE Create_user_priv = 'Y' OR Super_priv = 'Y'"
        "   OR (Insert_priv = 'Y' AND NOT COALESCE(JSON_CONTAINS("
        '     User_attributes, \'[{"Database": "mysql", "Privileges": ["INSERT"]}]\', \'$.Restrictions\'), 0))'
        "   OR (Update_priv = 'Y' AND NOT COALESCE(JSON_CONTAINS("
        '     User_attributes, \'[{"Database": "mysql", "Privileges": ["UPDATE"]}]\', \'$.Restrictions\'), 0))'
        "   OR (Delete_priv = 'Y' AND NOT COALESCE(JSON_CONTAINS("
        '     User_attributes, \'[{"Database": "mysql", "Privileges": ["DELETE"]}]\', \'$.Restrictions\'), 0))'
        " UNION ALL SELECT IF(PRIV = 'SYSTEM_USER', 'system', 'maker'), USER, HOST, '', '' FROM mysql.global_grants"
        "   WHERE PRIV IN ('ROLE_ADMIN', 'SET_ANY_DEFINER', 'SET_USER_ID', 'SYSTEM_VARIABLES_ADMIN', 'SYSTEM_USER')"
        " UNION ALL SELECT 'role', FROM_USER, FROM_HOST, TO_USER, TO_HOST FROM mysql.role_edges"
    ),
    # The rights are the bits of INSERT, UPDATE, DELETE, SUPER, CREATE USER, SET USER and CONNECTION ADMIN.
    # signon.PROFILE.LOGIN is there for a login of ours, and the login has signon.PROFILE when it is complete.
    Marks.ROLES: (
        "SELECT 'maker', User, Host, '', '' FROM mysql.global_priv"
        "   WHERE CAST(JSON_VALUE(Priv, '$.access') AS UNSIGNED)"
        "     & ((1 << 1) | (1 << 2) | (1 << 3) | (1 << 15) | (1 << 25) | (1 << 30) | (1 << 32))"
        " UNION ALL SELECT 'mark', User, '', '', '' FROM mysql.user WHERE is_role = 'Y' AND User LIKE 'signon.%%'"
        " UNION ALL SELECT 'role', Role, '', User, Host FROM mysql.roles_mapping"
        " UNION ALL SELECT 'administrator', Role, '', User, Host FROM mysql.roles_mapping"
        "   WHERE Admin_option = 'Y' AND Role LIKE 'signon.%%'"
    ),
}
# MySQL alone reads the parameter mandatory_roles as it does: this is asked where that is set.
_MANDATORY = "SELECT ROLE_NAME, ROLE_HOST FROM information_schema.applicable_roles WHERE IS_MANDATORY = 'YES'"
_GRANTS = "SELECT GRANTEE, TABLE_SCHEMA, PRIVILEGE_TYPE, 'NO' FROM information_schema.schema_privileges"
_OF_THESE = " WHERE GRANTEE IN ({})"
_EVERYWHERE = " UNION ALL SELECT GRANTEE, '', PRIVILEGE_TYPE, IS_GRANTABLE FROM information_schema.user_privileges"
_IMPATIENT = Statement("Wait for others 5 seconds at most", "SET lock_wait_timeout = 5")
_NOBODY: frozenset[Account] = frozenset()
_NONE: frozenset[str] = frozenset()
_NO_MARKS: tuple[None, tuple[str, ...]] = (None, ())
_ALWAYS_TAKEN = 8_000  # bytes of names in a question: a server has room for twice as many, whatever was set
_AROUND = 8  # what a name in it has besides: its quotation marks, their escapes, and what is between two
_MOST_PATTERNS = 1_000  # names with wildcards that PROXY was granted on: every login of ours is compared with each


def look_inside(session: Session, ways: Ways) -> Inside:
    """What only the inside of an instance shows: is the plugin loaded, is it the writer, is anybody else signed in.

    Of the plugins the directory's counts: IAM's comes without a reboot. Without PROCESS the list of sessions silently
    leaves out those of others; innodb_trx then raises an error.
    """
    directory = ways.get(Method.KERBEROS)
    loaded = (
        "SELECT CONNECTION_ID(), @@global.read_only,"
        " (SELECT COUNT(*) FROM information_schema.plugins WHERE plugin_name = %s AND plugin_status = 'ACTIVE'),"
        " (SELECT COUNT(*) FROM information_schema.innodb_trx)"
    )
    plugin = directory.plugin if directory else ""
    ((ours, read_only, active, _),) = session.query("Look at the server", loaded, (plugin,))
    return Inside(
        plugin_loaded=bool(active) if directory else None,
        read_only=bool(read_only),
        other_sessions=signed_in.of_others_in_mysql(session, ours),
    )


@dataclass(frozen=True)
class _Making:
    """What one look shows, and what is to be made of it; ``made`` is then ours, ``full`` why that is too much."""

    wanted: tuple[WantedAccount, ...]
    plan: LoginPlan
    made: Mapping[str, str]
    full: DatabaseUnusable | None
    accounts: Accounts


def _look(session: Session, ways: Ways, profile: Profile, memory: Memory, in_use: Collection[str]) -> _Making:
    accounts = _recognized(session, ways, profile, memory, in_use)
    wanted = wanted_logins(ways, profile, literal_names=accounts.literal_names, lower_case=accounts.lower_case)
    marking = marking_trouble(profile.name, accounts)
    plan = make(profile.name, wanted, accounts.logins, marking)
    plan = replace(plan, statements=(*plan.statements, *mysql_leavers.closes(ways, profile, accounts)))
    made = {**accounts.judged.made, **dict.fromkeys(plan.makes, NO_OID)}
    return _Making(wanted, plan, made, accounts.judged.full or too_many(made), accounts)


def _recognized(
    session: Session, ways: Ways, profile: Profile, memory: Memory, in_use: Collection[str] = ()
) -> Accounts:
    names = [login.user for login in profile.logins]
    return recognized(profile, read_logins(session, ways, in_use, names, profile.name), memory)


def _in_use(session: Session, profile: Profile, elsewhere: Collection[str]) -> Collection[str]:
    """Who is signed in, which matters only where logins are to be taken over."""
    return {*elsewhere, *signed_in.signed_in_to_mysql(session)} if profile.adopt else ()


def difference(
    session: Session,
    ways: Ways,
    profile: Profile,
    *,
    memory: Memory,
    awaited: bool = False,  # noqa: ARG001  every family is asked alike
) -> Difference:
    """What ``create`` would change if nobody were signed in; it changes nothing."""
    seen = _look(session, ways, profile, memory, in_use=())
    leaving = tuple(mysql_leavers.locks(ways, profile, seen.accounts))
    if seen.full:
        return Difference.of((), locks=leaving, full=seen.full)
    return Difference.of(seen.plan.statements, seen.plan.opens, locks=leaving, waits=seen.made != memory.made)


def locks(session: Session, ways: Ways, profile: Profile, memory: Memory) -> Locks:
    """What locks the logins that were removed from the profile."""
    accounts = _recognized(session, ways, profile, memory)
    return Locks(_IMPATIENT, tuple(mysql_leavers.locks(ways, profile, accounts)))


def create(
    session: Session,
    ways: Ways,
    profile: Profile,
    before_change: BeforeChange,
    elsewhere: Collection[str] = (),
    *,
    memory: Memory,
    remember: Remember,
) -> int:
    """Creates what is missing, reads it back, opens what is complete; remembers first what it is about to create.

    Raises DatabaseUnusable: that is more than can be remembered; nothing was changed.
    """
    in_use = _in_use(session, profile, elsewhere)
    seen = _look(session, ways, profile, memory, in_use)
    if seen.full:
        raise seen.full
    making, wanted, made = seen.plan.statements, seen.wanted, seen.made
    if making or made != memory.made:
        before_change(making)
    if made != memory.made:
        remember(made)
    accounts = seen.accounts
    if making:
        session.run(making)
        del seen, accounts  # of a large server both readings would not fit
        accounts = _recognized(session, ways, profile, memory.having(made), in_use)
    opening = open_complete(profile.name, wanted, accounts.logins, marking_trouble(profile.name, accounts))
    if opening:
        before_change(opening)
        session.run(opening)
    return len(making) + len(opening)


def verify(session: Session, ways: Ways, profile: Profile, memory: Memory) -> Proof:
    """Reads everything back, and changes nothing.

    Raises LoginsIncomplete: something of ours is not as it should be. PlanOutdated: who has left is open again.
    """
    accounts = _recognized(session, ways, profile, memory)
    require_locked(mysql_leavers.locks(ways, profile, accounts))
    return prove(ways, profile, accounts)


def read_logins(
    session: Session, ways: Ways, in_use: Collection[str] = (), names: Collection[str] = (), profile: str = ""
) -> Accounts:
    """Every account, with our mark if it bears one, and its grants on databases. ``in_use``: who is signed in.

    ``names``: the logins whose grants are read, of any account if there are none. ``profile``: whose mark counts
    where an account has several.

    Raises DatabaseUnusable: it has more of them than are read.
    """
    marks = next(iter(ways.values())).marks
    between = _relations(session, marks)  # first, so that its rows are gone when the accounts are read
    accounts = session.query("Read the logins", _ACCOUNTS[marks])
    if len(accounts) > MOST_ACCOUNTS:
        raise too_large(f"{MOST_ACCOUNTS:,} accounts", "Drop accounts that nobody needs")
    ourselves, packet, has_mandatory_roles, lower_case, literal_names = accounts[0][-5:]
    all_of_them = [_name(user, host) for user, host, *_ in accounts]
    masters = {each for each in all_of_them if "@".join(each) == _text(ourselves)}
    mandatory = session.query("Read the mandatory roles", _MANDATORY) if has_mandatory_roles else ()
    everybodys = frozenset([PUBLIC] if marks is Marks.ROLES else (_name(*role) for role in mandatory))
    by_pattern = between.proxies_by_pattern({user for user, _ in all_of_them})
    if len(by_pattern) > _MOST_PATTERNS:
        raise too_large(
            f"{_MOST_PATTERNS:,} names with wildcards that PROXY is granted on", "Revoke those that nobody needs"
        )
    grants, rights = _grants(session, names, int(packet))
    of_roles = marks_of_roles(between, masters, profile)
    system = _NOBODY if masters & between.system else between.system
    logins = tuple(
        PresentLogin(
            user,
            host,
            intern(_text(plugin)),
            intern(_text(tls)),
            _text(locked) == "Y",
            _mark(attribute) or of_roles.get((user, host), _NO_MARKS)[0],
            grants.get(f"'{user}'@'{host}'", NO_GRANTS),
            _text(stored or ""),
            signed_in=user in in_use,
            makes_logins=(user, host) in between.makers,
            members=between.members.get((user, host), _NOBODY),
            proxies=between.proxies.get((user, host), _NOBODY),
            is_mandatory=(user, host) in everybodys,
            is_master=(user, host) in masters,
            rights=rights.get(f"'{user}'@'{host}'", _NONE),
            is_system=(user, host) in system,
            other_marks=of_roles.get((user, host), _NO_MARKS)[1],
        )
        for (user, host), (_, _, plugin, stored, tls, locked, attribute, *_) in zip(all_of_them, accounts, strict=True)
    )
    return Accounts(
        logins,
        literal_names=bool(literal_names),
        lower_case=bool(lower_case),
        by_pattern=by_pattern,
        everybody_makes=tuple(sorted(everybodys & between.makers)),
        administrators={name: between.administrators.get(name, _NOBODY) for name in between.roles},
    )


def _relations(session: Session, marks: Marks) -> Relations:
    rows = session.query("Read who may act as whom", _RELATIONS[marks] + _WRITERS_OF_TABLES)
    if sum(_text(row[0]) in ("role", "proxy") for row in rows) > MOST_BETWEEN_ACCOUNTS:
        raise too_large(
            f"{MOST_BETWEEN_ACCOUNTS:,} logins granted like roles, or proxies", "Revoke those that nobody needs"
        )
    return Relations.of((_text(row[0]), _name(*row[1:3]), _name(*row[3:5])) for row in rows)


def _name(user: Any, host: Any) -> Account:
    """An account. Of a large server each name is there many times, in as many answers."""
    return intern(_text(user)), intern(_text(host))


def _grants(
    session: Session, names: Collection[str], packet: int
) -> tuple[dict[str, dict[str, frozenset[str]]], dict[str, frozenset[str]]]:
    """By account, its privileges on databases, and those on everything.

    Raises StatementRefused: the question is larger than ``packet`` bytes, at which a server hangs up without a word.
    """
    grantees = [f"'{name}'@'{HOST}'" for name in names if not mysql_account_problem(name)]  # it has no other accounts
    which = _OF_THESE.format(", ".join(["%s"] * len(grantees))) if grantees else ""
    everywhere = _EVERYWHERE + which if grantees else ""
    if 2 * sum(len(each) + _AROUND for each in grantees) > max(packet, _ALWAYS_TAKEN):
        raise packet_too_small()
    granted = session.query("Read their grants", _GRANTS + which + everywhere, [*grantees, *grantees])
    grants: dict[str, dict[str, frozenset[str]]] = {}
    rights: dict[str, frozenset[str]] = {}
    for grantee, schema, privilege, grantable in granted:
        account, where, what = _text(grantee), _text(schema), _text(privilege)
        if where:
            of_account = grants.setdefault(account, {})
            of_account[where] = of_account.get(where, frozenset()) | {what}
        else:
            more = {"GRANT OPTION"} if _text(grantable) == "YES" else set()
            rights[account] = rights.get(account, frozenset()) | ({what, *more} - {"USAGE"})
    return grants, rights


def _mark(attribute: Any) -> dict[str, Any] | None:
    try:
        mark = json.loads(_text(attribute)) if attribute else None
    except (ValueError, RecursionError):  # of which no more was read than a mark of ours has
        return None
    return mark if isinstance(mark, dict) else None


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
