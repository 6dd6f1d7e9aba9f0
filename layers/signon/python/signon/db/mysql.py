"""MySQL and its family, through PyMySQL: signing in, and what its errors mean."""

from __future__ import annotations

import ssl
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pymysql

from signon.db.connection import CONNECT_TRIES, Address, Values
from signon.domain.credentials import Credentials
from signon.domain.engines import MYSQL_IAM
from signon.errors import (
    ConnectionRefused,
    DatabaseBusy,
    PluginNotLoaded,
    StatementRefused,
    TemporaryFailure,
)

SIGN_IN_ROUND_TRIPS = 2  # SET NAMES, and the settings below
_SETTINGS = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', lock_wait_timeout = 30"
_ANSWER_WITHIN = 60  # seconds

# https://dev.mysql.com/doc/mysql-errors/8.4/en/
_ACCESS_DENIED, _PLUGIN_NOT_LOADED = 1045, 1524
_NOT_LET_IN = {_ACCESS_DENIED, 1130, 1862, 3118}  # ... from this host, password expired, account locked
_UNREACHABLE = {2002, 2003, 2005}
_TRIES = {_ACCESS_DENIED: 2, **dict.fromkeys(_UNREACHABLE, CONNECT_TRIES)}  # the password may have been rotated
_TEMPORARY = {1040, 1053, 1158, 1159, 1160, 1161, 1205, 1213, 2006, 2013, 3024}
# CREATE USER of one that is there, ALTER USER of one that is not: since we looked somebody was quicker, maybe one of
# ours: a server goes on with the statement of a function that was killed.
_OUTRUN = 1396
_READ_ONLY = {1290, 1836}
_CUT_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError, BrokenPipeError)  # as Python 3.13, 3.11 say


class Connection:
    """A PyMySQL connection; parameters are escaped on our side."""

    def __init__(self, connection: pymysql.Connection[Any]) -> None:
        self._connection = connection
        self.round_trips = SIGN_IN_ROUND_TRIPS

    def text(self, sql: str, values: Values) -> str:
        """The statement as the server gets it."""
        with self._connection.cursor() as cursor:
            return str(cursor.mogrify(sql, tuple(values)))

    def run(self, sql: str, values: Values) -> Sequence[tuple[Any, ...]]:
        self.round_trips += 1
        with _our_errors(), self._connection.cursor() as cursor:
            cursor.execute(sql, tuple(values))
            return tuple(cursor.fetchall())

    def close(self) -> None:
        self._connection.close()


def connect(address: Address, credentials: Callable[[], Credentials], ca_bundle: str) -> Connection:
    """Signs in as master.

    PyMySQL asks for TLS because it is given a context, and sends nothing secret before that is verified.
    Raises ConnectionRefused: says why. DatabaseBusy: the server lets nobody in yet. TemporaryFailure.
    """
    tls = verifying(ca_bundle)
    tries: Counter[object] = Counter()
    while True:
        try:
            return Connection(_open(address, credentials(), tls))
        except (pymysql.err.OperationalError, pymysql.err.InternalError, struct.error) as error:
            tries[error.args[0]] += 1
            last = isinstance(_cause(error), ssl.SSLError) or _is_silent(error)
            if last or tries[error.args[0]] >= _TRIES.get(error.args[0], 1):
                raise _not_connected(address, error) from None


def verifying(ca_bundle: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, against these certificates alone, for the name that we connect to."""
    context = ssl.create_default_context(cafile=ca_bundle)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Chain, name and dates are verified. Not so the formalities of RFC 5280, which Python 3.13 adds and certificates of
    # databases need not keep ("Missing Authority Key Identifier").
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _cause(error: Exception) -> BaseException | None:
    return error.__cause__ or error.__context__


def _is_silent(error: Exception) -> bool:
    """Whether somebody answered, and stopped in the middle of the TLS handshake; to be told from no route by its text.

    https://github.com/python/cpython/blob/v3.13.0/Modules/_ssl.c, _ssl__SSLSocket_do_handshake_impl
    """
    return isinstance(_cause(error), TimeoutError) and "handshake" in str(_cause(error))


def _not_connected(address: Address, error: Exception) -> Exception:
    """Why there is no connection, under our names."""
    where, code, cause = f"{address.host}:{address.port}", error.args[0], _cause(error)
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
            f"The TLS of {address.host} cannot be verified",
            "Give the database a certificate of a current RDS certificate authority, see that the file of the"
            " parameter CaBundle has the authorities of this Region, and look at who answers at that address",
        )
    if code in _NOT_LET_IN:
        return ConnectionRefused(
            f"{address.host} does not let the master user in",
            "Reset the master password, or mend the secret that the profile names",
        )
    if code in _UNREACHABLE:
        return ConnectionRefused(
            f"{where} is not reached from this stack's subnets",
            "Allow the stack's security group (output DatabaseAccessSecurityGroup) in the database's own,"
            " and check the routes",
        )
    return _our_error(code)


def _open(address: Address, credentials: Credentials, tls: ssl.SSLContext) -> pymysql.Connection[Any]:
    return pymysql.connect(
        host=address.host,
        port=address.port,
        user=credentials.user,
        password=credentials.password,
        ssl=tls,
        charset="utf8mb4",
        autocommit=True,
        init_command=_SETTINGS,
        connect_timeout=address.within,
        read_timeout=_ANSWER_WITHIN,
        write_timeout=_ANSWER_WITHIN,
    )


@contextmanager
def _our_errors() -> Iterator[None]:
    """The server's errors under our names. Their texts go no further: they repeat the statement."""
    try:
        yield
    except pymysql.err.MySQLError as error:
        raise _our_error(*error.args) from None


def _our_error(code: int = 0, message: str = "") -> Exception:
    if code == _PLUGIN_NOT_LOADED and MYSQL_IAM.plugin in message:  # it comes without a reboot, some minutes later
        return DatabaseBusy(f"MySQL error {code}: IAM database authentication is not in effect yet")
    if code == _PLUGIN_NOT_LOADED:
        return PluginNotLoaded(f"MySQL error {code}: the sign-in plugin is not loaded")
    if code in _TEMPORARY or code == _OUTRUN:
        return TemporaryFailure(f"MySQL error {code}")
    if code in _READ_ONLY:  # nobody is looked for who would be read only for good: that is the probe's to find
        return DatabaseBusy(f"MySQL error {code}: the server is read only, as it is while it fails over")
    return StatementRefused(
        f"MySQL error {code}",
        f"Look {code} up at https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html;"
        " the log of this function has the statement",
    )
