"""The questions about logins, and their making, in MySQL's SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from sys import intern
from typing import Any

from signon.db import sessions
from signon.db.limits import MOST_ACCOUNTS, MOST_BETWEEN_ACCOUNTS, too_large
from signon.db.session import Session
from signon.domain.engines import Marks, Method
from signon.domain.logins.login import Proof
from signon.domain.logins.mysql import MARK, Ways, make, open_complete, prove, wanted_logins
from signon.domain.logins.mysql_accounts import HOST, NO_GRANTS, Accounts, PresentLogin, recognized
from signon.domain.memory.made import NO_OID, Memory, Remember, too_many
from signon.domain.names import mysql_account_problem
from signon.domain.plan.probe import Probe
from signon.domain.profile.profile import Profile

# A right through a role counts like a direct one. SUPER grants logins like roles, as ROLE_ADMIN
# does; SET_ANY_DEFINER, which was SET_USER_ID, makes a view or a routine that runs with a login's rights.
# A user who is signed in with a login may grant PROXY on it, by which others act as it although it is locked; a login
# that mandatory_roles names is granted to everybody.
# https://dev.mysql.com/doc/refman/8.4/en/proxy-users.html https://dev.mysql.com/doc/refman/8.4/en/account-locking.html
_ACCOUNTS = {
    Marks.ATTRIBUTE: (
        "WITH RECURSIVE makers (User, Host) AS ("
        " SELECT User, Host FROM mysql.user WHERE Create_user_priv = 'Y' OR Super_priv = 'Y'"
        " UNION SELECT USER, HOST FROM mysql.global_grants"
        "   WHERE PRIV IN ('ROLE_ADMIN', 'SET_ANY_DEFINER', 'SET_USER_ID')"
        " UNION SELECT e.TO_USER, e.TO_HOST FROM makers m"
        "   JOIN mysql.role_edges e ON e.FROM_USER = m.User AND e.FROM_HOST = m.Host)"
        " SELECT u.User, u.Host, u.plugin, LEFT(u.authentication_string, 500), u.ssl_type, u.account_locked,"
        " LEFT(JSON_EXTRACT(a.ATTRIBUTE, '$.signon'), 500),"
        " (u.User, u.Host) IN (SELECT User, Host FROM makers),"
        " IF((SELECT COUNT(*) FROM mysql.role_edges) <= 100000,"
        " (SELECT JSON_ARRAYAGG(JSON_ARRAY(e.TO_USER, e.TO_HOST)) FROM mysql.role_edges e"
        "   WHERE e.FROM_USER = u.User AND e.FROM_HOST = u.Host), NULL),"
        " IF((SELECT COUNT(*) FROM mysql.proxies_priv) <= 100000,"
        " (SELECT JSON_ARRAYAGG(JSON_ARRAY(x.User, x.Host)) FROM mysql.proxies_priv x"
        "   WHERE x.Proxied_user = u.User AND x.Proxied_host = u.Host), NULL),"
        " (u.User, u.Host) IN ("
        "   SELECT ROLE_NAME, ROLE_HOST FROM information_schema.applicable_roles WHERE IS_MANDATORY = 'YES'),"
        " CURRENT_USER() = CONCAT(u.User, '@', u.Host),"
        " GREATEST((SELECT COUNT(*) FROM mysql.role_edges), (SELECT COUNT(*) FROM mysql.proxies_priv)),"
        " @@lower_case_table_names, @@partial_revokes"
        " FROM mysql.user u JOIN information_schema.user_attributes a ON a.USER = u.User AND a.HOST = u.Host"
        " LIMIT 100001"
    ),
    Marks.ROLES: (
        "WITH RECURSIVE makers (User, Host) AS ("
        " SELECT User, Host FROM mysql.user WHERE Create_user_priv = 'Y' OR Super_priv = 'Y'"
        " UNION SELECT r.User, r.Host FROM makers m JOIN mysql.roles_mapping r ON r.Role = m.User AND m.Host = '')"
        " SELECT u.User, u.Host, u.plugin, LEFT(u.authentication_string, 500), u.ssl_type,"
        " IF(JSON_VALUE(p.Priv, '$.account_locked') IN ('true', '1'), 'Y', 'N'), NULL,"
        " (u.User, u.Host) IN (SELECT User, Host FROM makers), NULL,"
        " IF((SELECT COUNT(*) FROM mysql.proxies_priv) <= 100000,"
        " (SELECT JSON_ARRAYAGG(JSON_ARRAY(x.User, x.Host)) FROM mysql.proxies_priv x"
        "   WHERE x.Proxied_user = u.User AND x.Proxied_host = u.Host), NULL),"
        " 0,"
        " CURRENT_USER() = CONCAT(u.User, '@', u.Host),"
        " (SELECT COUNT(*) FROM mysql.proxies_priv), @@lower_case_table_names, 0"
        " FROM mysql.user u JOIN mysql.global_priv p ON p.User = u.User AND p.Host = u.Host WHERE u.is_role = 'N'"
        " LIMIT 100001"
    ),
}
# signon.PROFILE.LOGIN is there for a login of ours, and the login has signon.PROFILE when it is complete.
_ROLES = (
    "SELECT User, NULL FROM mysql.user WHERE is_role = 'Y' AND User LIKE 'signon.%%.%%'"
    " UNION ALL SELECT User, Role FROM mysql.roles_mapping WHERE Host = '%%' AND Role LIKE 'signon.%%'"
)
_GRANTS = "SELECT GRANTEE, TABLE_SCHEMA, PRIVILEGE_TYPE FROM information_schema.schema_privileges"
_OF_THESE = " WHERE GRANTEE IN ({})"


def probe(session: Session, ways: Ways) -> Probe:
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
    return Probe(
        plugin_loaded=bool(active) if directory else None,
        read_only=bool(read_only),
        other_sessions=sessions.of_others_in_mysql(session, ours),
    )


def create(
    session: Session,
    ways: Ways,
    profile: Profile,
    before_change: Callable[[], object],
    elsewhere: Collection[str] = (),
    *,
    memory: Memory,
    remember: Remember,
) -> int:
    """Creates what is missing, reads it back, opens what is complete; remembers first what it is about to create.

    Raises DatabaseUnusable: that is more than can be remembered; only logins removed from the profile were locked.
    """
    in_use = {*elsewhere, *sessions.signed_in_to_mysql(session)} if profile.adopt else set()
    names = [login.user for login in profile.logins]
    accounts = recognized(profile, read_logins(session, ways, in_use, names), memory)
    wanted = wanted_logins(ways, profile, literal_names=accounts.literal_names, lower_case=accounts.lower_case)
    plan = make(ways, profile.name, wanted, accounts.logins, lock_leavers=profile.lock_leavers)
    made = {**accounts.judged.made, **dict.fromkeys(plan.makes, NO_OID)}
    if full := accounts.judged.full or too_many(made):
        if plan.locks:
            before_change()
            session.run(plan.locks)
        raise full
    making = plan.statements
    if making or made != memory.made:
        before_change()
    if made != memory.made:
        remember(made)
    if making:
        session.run(making)
        del accounts  # of a large server both readings would not fit
        accounts = recognized(profile, read_logins(session, ways, in_use, names), memory.having(made))
    opening = open_complete(profile.name, wanted, accounts.logins)
    if opening:
        before_change()
        session.run(opening)
    return len(making) + len(opening)


def verify(session: Session, ways: Ways, profile: Profile, memory: Memory) -> Proof:
    """Reads everything back, and changes nothing. Raises LoginsIncomplete: something of ours is not as it should be."""
    return prove(
        ways,
        profile,
        recognized(profile, read_logins(session, ways, names=[login.user for login in profile.logins]), memory),
    )


def read_logins(session: Session, ways: Ways, in_use: Collection[str] = (), names: Collection[str] = ()) -> Accounts:
    """Every account, with our mark if it bears one, and its grants on databases. ``in_use``: who is signed in.

    ``names``: the logins whose grants are read, of any account if there are none.

    Raises DatabaseUnusable: it has more of them than are read.
    """
    marks = next(iter(ways.values())).marks
    accounts = session.query("Read the logins", _ACCOUNTS[marks])
    if len(accounts) > MOST_ACCOUNTS:
        raise too_large(f"{MOST_ACCOUNTS:,} accounts", "Drop accounts that nobody needs")
    between, lower_case, literal_names = accounts[0][-3:]
    if between > MOST_BETWEEN_ACCOUNTS:
        raise too_large(
            f"{MOST_BETWEEN_ACCOUNTS:,} logins granted like roles, or proxies", "Revoke those that nobody needs"
        )
    grantees = [f"'{name}'@'{HOST}'" for name in names if not mysql_account_problem(name)]  # it has no other accounts
    which = _OF_THESE.format(", ".join(["%s"] * len(grantees))) if grantees else ""
    granted = session.query("Read their grants", _GRANTS + which, grantees)
    of_roles = _marks_of_roles(session) if marks is Marks.ROLES else {}
    grants: dict[str, dict[str, frozenset[str]]] = {}
    for grantee, schema, privilege in granted:
        of_account = grants.setdefault(_text(grantee), {})
        of_account[_text(schema)] = of_account.get(_text(schema), frozenset()) | {_text(privilege)}
    logins = tuple(
        PresentLogin(
            _text(user),
            _text(host),
            intern(_text(plugin)),
            intern(_text(tls)),
            _text(locked) == "Y",
            _mark(attribute) or of_roles.get(_text(user)),
            grants.get(f"'{_text(user)}'@'{_text(host)}'", NO_GRANTS),
            _text(stored or ""),
            signed_in=_text(user) in in_use,
            makes_logins=bool(makes_logins),
            members=_others(members),
            proxies=_others(proxies),
            is_mandatory=bool(is_mandatory),
            is_master=bool(is_master),
        )
        for (
            user,
            host,
            plugin,
            stored,
            tls,
            locked,
            attribute,
            makes_logins,
            members,
            proxies,
            is_mandatory,
            is_master,
            *_,
        ) in accounts
    )
    return Accounts(logins, literal_names=bool(literal_names), lower_case=bool(lower_case))


def _marks_of_roles(session: Session) -> dict[str, dict[str, Any]]:
    """The marks of logins, put together from the roles that they are made of."""
    marks: dict[str, dict[str, Any]] = {}
    rows = {(_text(user), _text(role or "")) for user, role in session.query("Read our marks", _ROLES)}
    for name, role in rows:
        if not role:
            _, profile, login = name.split(".", 2)
            marks[login] = {"profile": profile, "complete": (login, f"{MARK}.{profile}") in rows}
    return marks


def _others(accounts: Any) -> frozenset[tuple[str, str]]:
    """Accounts that were read as pairs of user and host."""
    return frozenset((user, host) for user, host in json.loads(_text(accounts))) if accounts else frozenset()


def _mark(attribute: Any) -> dict[str, Any] | None:
    try:
        mark = json.loads(_text(attribute)) if attribute else None
    except (ValueError, RecursionError):  # of which no more was read than a mark of ours has
        return None
    return mark if isinstance(mark, dict) else None


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
