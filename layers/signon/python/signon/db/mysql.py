"""MySQL and its family, through PyMySQL."""

from __future__ import annotations

import json
import ssl
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pymysql

from signon.domain.credentials import Credentials
from signon.domain.database import Database
from signon.domain.logins import Accounts, PresentLogin
from signon.domain.probe import Probe
from signon.errors import (
    ConnectionRefused,
    DatabaseBusy,
    DatabaseUnusable,
    PluginNotLoaded,
    StatementRefused,
    TemporaryFailure,
)

if TYPE_CHECKING:
    from signon.db.session import Session

SIGN_IN_ROUND_TRIPS = 2  # SET NAMES, and the settings below
_SETTINGS = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', lock_wait_timeout = 30"
_ANSWER_WITHIN = 60  # seconds

# https://dev.mysql.com/doc/mysql-errors/8.4/en/
_ACCESS_DENIED, _PLUGIN_NOT_LOADED = 1045, 1524
_NOT_LET_IN = {_ACCESS_DENIED, 1130, 1862, 3118}  # ... from this host, password expired, account locked
_UNREACHABLE = {2002, 2003, 2005}
_TRIES = {_ACCESS_DENIED: 2, **dict.fromkeys(_UNREACHABLE, 3)}  # the password may be rotated since its secret was read
_TEMPORARY = {1040, 1053, 1158, 1159, 1160, 1161, 1205, 1213, 2006, 2013, 3024}
_READ_ONLY = {1290, 1836}
_CUT_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError, BrokenPipeError)  # as Python 3.13, 3.11 say


class Connection:
    """A PyMySQL connection; parameters are escaped on our side."""

    def __init__(self, connection: pymysql.Connection[Any]) -> None:
        self._connection = connection
        self.round_trips = SIGN_IN_ROUND_TRIPS

    def text(self, sql: str, values: Sequence[str]) -> str:
        """The statement as the server gets it."""
        with self._connection.cursor() as cursor:
            return str(cursor.mogrify(sql, tuple(values)))

    def run(self, sql: str, values: Sequence[str]) -> Sequence[tuple[Any, ...]]:
        self.round_trips += 1
        with _our_errors(), self._connection.cursor() as cursor:
            cursor.execute(sql, tuple(values))
            return tuple(cursor.fetchall())

    def close(self) -> None:
        self._connection.close()


def connect(database: Database, credentials: Callable[[], Credentials], tls: ssl.SSLContext) -> Connection:
    """Signs in as master.

    PyMySQL asks for TLS because it is given a context, and sends nothing secret before that is verified.
    Raises ConnectionRefused: says why. DatabaseBusy: the server lets nobody in yet. TemporaryFailure.
    """
    tries: Counter[object] = Counter()
    while True:
        try:
            return Connection(_open(database, credentials(), tls))
        except (pymysql.err.OperationalError, pymysql.err.InternalError, struct.error) as error:
            tries[error.args[0]] += 1
            if (
                isinstance(_cause(error), ssl.SSLError)
                or _is_silent(error)
                or tries[error.args[0]] >= _TRIES.get(error.args[0], 1)
            ):
                raise _not_connected(database, error) from None


def _cause(error: Exception) -> BaseException | None:
    return error.__cause__ or error.__context__


def _is_silent(error: Exception) -> bool:
    """Whether somebody answered, and stopped in the middle of the TLS handshake; to be told from no route by its text.

    https://github.com/python/cpython/blob/v3.13.0/Modules/_ssl.c, _ssl__SSLSocket_do_handshake_impl
    """
    return isinstance(_cause(error), TimeoutError) and "handshake" in str(_cause(error))


def _not_connected(database: Database, error: Exception) -> Exception:
    """Why there is no connection, under our names."""
    where, code, cause = f"{database.host}:{database.port}", error.args[0], _cause(error)
    if not isinstance(error, pymysql.err.OperationalError):
        return ConnectionRefused(f"{where} does not answer as MySQL does", "Look at who answers at that address")
    if isinstance(cause, ConnectionRefusedError):
        return DatabaseBusy(f"{where} refuses connections: the server is starting, stopping or failing over")
    if isinstance(cause, _CUT_OFF):
        return TemporaryFailure(f"{where} ended the connection while we signed in")
    if _is_silent(error):
        return TemporaryFailure(f"{where} stopped answering while we signed in")
    if isinstance(cause, ssl.SSLError) or "SSL" in str(error.args[1:]):
        return ConnectionRefused(
            f"The TLS of {database.host} cannot be verified",
            "Give the database a certificate of a current RDS certificate authority,"
            " and look at who answers at that address",
        )
    if code in _NOT_LET_IN:
        return ConnectionRefused(
            f"{database.host} does not let the master user in",
            "Reset the master password, or mend the secret that the profile names",
        )
    if code in _UNREACHABLE:
        return ConnectionRefused(
            f"{where} is not reached from this stack's subnets",
            "Allow the stack's security group (output DatabaseAccessSecurityGroup) in the database's own,"
            " and check the routes",
        )
    return _our_error(code)


def _open(database: Database, credentials: Credentials, tls: ssl.SSLContext) -> pymysql.Connection[Any]:
    return pymysql.connect(
        host=database.host,
        port=database.port,
        user=credentials.user,
        password=credentials.password,
        ssl=tls,
        charset="utf8mb4",
        autocommit=True,
        init_command=_SETTINGS,
        connect_timeout=5,
        read_timeout=_ANSWER_WITHIN,
        write_timeout=_ANSWER_WITHIN,
    )


@contextmanager
def _our_errors() -> Iterator[None]:
    """The server's errors under our names. Their texts go no further: they repeat the statement."""
    try:
        yield
    except pymysql.err.MySQLError as error:
        raise _our_error(error.args[0] if error.args else 0) from None


def _our_error(code: int) -> Exception:
    if code == _PLUGIN_NOT_LOADED:
        return PluginNotLoaded(f"MySQL error {code}: the sign-in plugin is not loaded")
    if code in _TEMPORARY:
        return TemporaryFailure(f"MySQL error {code}")
    if code in _READ_ONLY:
        return DatabaseUnusable(f"MySQL error {code}: the server is read only", "Start again when the writer is back")
    return StatementRefused(
        f"MySQL error {code}",
        f"Look {code} up at https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html;"
        " the log of this function has the statement",
    )


def probe(session: Session, plugin: str) -> Probe:
    """What only the inside of a database shows: is the plugin loaded, is it the writer, is anybody else signed in."""
    loaded = (
        "SELECT CONNECTION_ID(), @@global.read_only,"
        " (SELECT COUNT(*) FROM information_schema.plugins WHERE plugin_name = %s AND plugin_status = 'ACTIVE')"
    )
    ((ours, read_only, active),) = session.query("Look at the server", loaded, (plugin,))
    processes = session.query("Look who is signed in", "SHOW PROCESSLIST")
    others = [row for row in processes if row[0] != ours and row[1] not in _NOBODY]
    return Probe(plugin_loaded=bool(active), read_only=bool(read_only), other_sessions=len(others))


_NOBODY = {"rdsadmin", "rdsrepladmin", "event_scheduler", "system user", "unauthenticated user"}


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
