"""What the numbers of MySQL's and MariaDB's errors mean, and what to do about each.

A server's text goes no further, because it repeats the statement, and before TLS is verified anybody may have sent it.
Only which of the words below it contains is used: they stand in it in every language of ``lc_messages``.

https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
https://dev.mysql.com/doc/mysql-errors/8.4/en/global-error-reference.html
https://mariadb.com/kb/en/mariadb-error-code-reference/
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from signon.domain.engines import MYSQL_IAM
from signon.domain.logins.mysql_accounts import account, to_run
from signon.errors import (
    ConnectionRefused,
    DatabaseBusy,
    PluginNotLoaded,
    SignonError,
    StatementRefused,
    TemporaryFailure,
)

ACCESS_DENIED, PLUGIN_NOT_LOADED = 1045, 1524
OTHER_WAY = 2059  # PyMySQL's own: it cannot send the password in the way that the server requires
DENIED = frozenset(
    {1044, ACCESS_DENIED, 1142, 1143, 1227, 1370, 1698}
)  # in a statement: the master user lacks a privilege

_REFERENCE = "https://dev.mysql.com/doc/mysql-errors/8.4/en/{kind}-error-reference.html"

_TEMPORARY = {
    1037: "the server is out of memory",
    1038: "the server is out of memory",
    1040: "all connections of the server are taken",
    1041: "the server is out of memory",
    1053: "the server shuts down",
    1133: "a login has been dropped since we looked",  # GRANT in MariaDB
    1135: "the server can start no further thread",
    1152: "the server has ended the connection",
    1158: "the connection was interrupted",
    1159: "the connection was interrupted",
    1160: "the connection was interrupted",
    1161: "the connection was interrupted",
    1203: "all connections that max_user_connections leaves the master user are taken",
    1205: "somebody else's lock was not released in time",
    1206: "the server is out of locks",
    1213: "the server has ended a deadlock",
    1226: "the master user has reached a limit of its account on connections or statements",
    1317: "somebody has ended the statement",
    # CREATE USER of one that exists, ALTER USER of one that does not: somebody was quicker since we looked, maybe one
    # of ours, because a server continues the statement of a function that was killed.
    1396: "somebody else has made or dropped a login since we looked",
    1410: "a login has been dropped since we looked",  # GRANT in MySQL, which would have to make it
    1927: "somebody has ended the connection",
    1962: "a login has been dropped since we looked, or no longer has a role",  # REVOKE of a role in MariaDB
    1969: "the statement took too long",
    2006: "the connection was cut off",
    2013: "the connection was cut off",
    3024: "the statement took too long",
    3168: "the server is not available",
    3169: "somebody has ended the connection",
    4031: "the server has ended the connection",
}
_READ_ONLY = {1290, 1836}

# Parameters that no session may set for itself, by the errors that a value ends in which leaves our statements no room.
_PACKET = 1153
_PARAMETERS = {
    _PACKET: "max_allowed_packet is too small for a statement of ours",
    1267: "default_collation_for_utf8mb4 is not utf8mb4_0900_ai_ci, with which MySQL's own tables are read",
    1301: "max_allowed_packet is too small for what we read",
}
_MEMORY = "max-session-mem-used"  # MariaDB says by the same number that an option forbids a statement

# RDS gives the master user its privileges back when its password is set.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
_GIVEN_BACK = (
    "Or reset the master password (ModifyDBInstance, ModifyDBCluster): RDS then gives the master user its privileges"
    " back. What a role has counts only while the role is active"
)
# What our statements need; 1227 says which of them.
_PRIVILEGES = re.compile(r"\b(CREATE USER|CREATE ROLE|ROLE_ADMIN|SYSTEM_USER|GRANT OPTION|PROCESS|RELOAD|SUPER)\b")


_Account = tuple[str, str]  # user and host


@dataclass(frozen=True)
class _Refusal:
    """Why the master user cannot sign in; {host} is the database's, {code} MySQL's."""

    codes: frozenset[int]
    problem: str
    remedy: str


_REFUSALS = (
    _Refusal(
        frozenset({ACCESS_DENIED, 1698}),
        "{host} does not let the master user in",
        "Reset the master password, or fix the secret that the profile names. If both are right, the server chooses"
        " another account of that name, or an anonymous one, before the master user's own for the addresses of this"
        " stack: SELECT User, Host FROM mysql.user WHERE Host <> '%' shows them; drop or rename it",
    ),
    _Refusal(
        frozenset({1129}),
        "{host} has blocked the addresses of this stack after too many failed connections (MySQL error {code})",
        "Sign in from another address and run TRUNCATE TABLE performance_schema.host_cache (on MariaDB: FLUSH HOSTS),"
        " or reboot the database. Find out who fails to connect, or raise max_connect_errors in the parameter group",
    ),
    _Refusal(
        frozenset({1130}),
        "{host} has no account of the master user's for the addresses of this stack (MySQL error {code})",
        "RDS makes the master user for every address. Sign in from an address that is allowed, and run"
        " RENAME USER 'NAME'@'HOST' TO 'NAME'@'%'",
    ),
    _Refusal(
        frozenset({1184}),
        "{host} ended the session at once, because its init_connect fails (MySQL error {code})",
        "Correct init_connect in the database's parameter group",
    ),
    _Refusal(
        frozenset({1820, 1862}),
        "The master user's password has expired at {host} (MySQL error {code})",
        "Reset the master password; ALTER USER 'NAME'@'%' PASSWORD EXPIRE NEVER keeps it from expiring again",
    ),
    _Refusal(
        frozenset({3118, 4151}),
        "The master user's account is locked at {host} (MySQL error {code})",
        "Sign in as another account that has CREATE USER, and run ALTER USER 'NAME'@'%' ACCOUNT UNLOCK. If there is"
        " none, reset the master password, or ask AWS Support",
    ),
    _Refusal(
        frozenset({1251, PLUGIN_NOT_LOADED, OTHER_WAY}),
        "{host} requires the master user to sign in by a plugin that it has not loaded or that this stack does not"
        " have (MySQL error {code})",
        "Give the master user a password of caching_sha2_password or mysql_native_password, whichever the server has."
        " Check that the server chooses no other account before its own: SELECT User, Host, plugin FROM mysql.user",
    ),
)


def at_sign_in(host: str, code: int) -> SignonError:
    """Why the master user is not signed in."""
    for refusal in _REFUSALS:
        if code in refusal.codes:
            return ConnectionRefused(refusal.problem.format(host=host, code=code), refusal.remedy)
    return _passing(code) or ConnectionRefused(
        f"{host} does not let the master user in (MySQL error {code})", _look_up(code)
    )


def in_statement(code: int, message: str, sql: str, master: _Account, signed_in_as: _Account | None) -> SignonError:
    """What an error means that a statement of ours ended with.

    ``sql`` is without its values; ``master`` and ``signed_in_as`` are accounts, the second one the account that
    the server has chosen for us, None if that is not known.
    """
    if code == PLUGIN_NOT_LOADED and MYSQL_IAM.plugin in message:  # it comes without a reboot, some minutes later
        return DatabaseBusy(f"MySQL error {code}: IAM database authentication is not in effect yet")
    if code == PLUGIN_NOT_LOADED:
        return PluginNotLoaded(f"MySQL error {code}: the sign-in plugin is not loaded")
    if code in _PARAMETERS or (code in _READ_ONLY and _MEMORY in message):
        return _parameter(_PARAMETERS.get(code, "max_session_mem_used is too small for what we read"), code)
    if passing := _passing(code):
        return passing
    if code in DENIED:
        return _denied(code, message, sql, master, signed_in_as)
    words = re.match(r"[A-Z ]*[A-Z]\b", sql)
    return StatementRefused(
        f"The database refused {words[0] if words else 'a statement'} (MySQL error {code})",
        f"{_look_up(code)}; the log of this function has the statement",
    )


def packet_too_small() -> StatementRefused:
    """A statement of ours is larger than the server takes."""
    return _parameter(_PARAMETERS[_PACKET], _PACKET)


def _parameter(problem: str, code: int) -> StatementRefused:
    """A parameter of the server leaves our statements no room."""
    return StatementRefused(
        f"The database's parameter {problem} (MySQL error {code})",
        "Reset that parameter to its default in the database's parameter group, or with SET GLOBAL; then start again",
    )


def _look_up(code: int) -> str:
    """Errors below 1000 are those of every MySQL program, such as a file that cannot be deleted."""
    return f"Look {code} up at {_REFERENCE.format(kind='global' if code < 1000 else 'server')}"


def _passing(code: int) -> SignonError | None:
    if code in _TEMPORARY:
        return TemporaryFailure(f"MySQL error {code}: {_TEMPORARY[code]}")
    if code in _READ_ONLY:  # whether it is read only for good is for the look inside to find
        return DatabaseBusy(f"MySQL error {code}: the server is read only, as it is during a failover")
    return None


def _denied(code: int, message: str, sql: str, master: _Account, signed_in_as: _Account | None) -> StatementRefused:
    """What the master user lacks, and the statement that grants it."""
    admin = account(*master)
    if signed_in_as and signed_in_as != master:
        return StatementRefused(
            f"The server takes the master user for the account {account(*signed_in_as)}, which comes before"
            f" {admin} for the addresses of this stack and lacks its privileges (MySQL error {code})",
            f"If nobody needs it, run {to_run('DROP USER {}', signed_in_as)}; otherwise rename it",
        )
    grant = re.match(r"GRANT (?P<privileges>.+) ON (?P<where>.+) TO ", sql)
    named = _PRIVILEGES.search(message)
    if named and named[0] == "SYSTEM_USER":
        return StatementRefused(
            f"A login that must be changed is a system account, and {admin} is not one (MySQL error {code})",
            "Take SYSTEM_USER from it (REVOKE SYSTEM_USER ON *.* FROM the login), or remove it from the profile; the"
            " log of this function has the statement",
        )
    if grant:
        privileges, where = grant["privileges"], grant["where"].replace("%%", "%")
    elif code == 1227 and named:
        privileges, where = named[0], "*.*"
    elif sql.startswith(("SELECT", "WITH")):  # what we read is the catalogue
        privileges, where = "SELECT", "mysql.*"
    else:
        privileges, where = "", ""
    if not privileges:
        return StatementRefused(
            f"{admin} lacks a privilege that a statement needs (MySQL error {code})",
            f"The log of this function has the statement. {_GIVEN_BACK}",
        )
    return StatementRefused(
        f"{admin} lacks {privileges} on {where}, or may not grant it (MySQL error {code})",
        f"As an account that may, run GRANT {privileges} ON {where} TO {admin} WITH GRANT OPTION. {_GIVEN_BACK}",
    )
