"""MySQL and its family, through PyMySQL: signing in, and what its errors mean."""

from __future__ import annotations

import logging
import ssl
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pymysql

from signon.db.connection import CONNECT_TRIES, Address, Values, not_taken
from signon.db.limits import MOST_ROWS, too_large
from signon.db.mysql_errors import ACCESS_DENIED, DENIED, OTHER_WAY, at_sign_in, in_statement
from signon.domain.logins.mysql_relations import HOST
from signon.domain.rds.credentials import Credentials
from signon.errors import ConnectionRefused, DatabaseBusy, SignonError, TemporaryFailure

_log = logging.getLogger(__name__)

SIGN_IN_ROUND_TRIPS = 2  # SET NAMES, and the settings below
# A parameter group or init_connect may have set any of these; here they have the values our statements expect.
# MySQL skips what is marked M, MariaDB what is for MySQL 8.0 and newer, and each knows only its own names. Without
# NO_AUTO_CREATE_USER, which MySQL no longer has, a GRANT to a login that is gone recreates it, open and without a
# password.
# https://mariadb.com/kb/en/comment-syntax/ https://mariadb.com/kb/en/sql-mode/
_SETTINGS = (
    "SET SESSION lock_wait_timeout = 30, wait_timeout = 300,"
    f" sql_select_limit = {MOST_ROWS + 1}, sql_big_selects = 1, collation_connection = 'utf8mb4_bin',"
    " tmp_table_size = 16777216, max_heap_table_size = 16777216"
    " /*!80000 , sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',"
    " transaction_read_only = 0, max_execution_time = 0, cte_max_recursion_depth = 4294967295 */"
    " /*M! , sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER',"
    " tx_read_only = 0, max_statement_time = 0, max_session_mem_used = 9223372036854775807 */"
)
_WHICH_ACCOUNT = "SELECT CURRENT_USER()"
_ANSWER_WITHIN = 60  # seconds

_UNREACHABLE = {2002, 2003, 2005}
_TRIES = {ACCESS_DENIED: 2, **dict.fromkeys(_UNREACHABLE, CONNECT_TRIES)}  # the password may have been rotated
_CUT_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError, BrokenPipeError)  # as Python 3.13, 3.11 say
# What PyMySQL raises for an answer that is not MySQL's.
_STRANGE = (struct.error, LookupError, ValueError, AssertionError)


class MySQLConnection:
    """A PyMySQL connection; parameters are escaped on our side."""

    def __init__(self, connection: pymysql.Connection[Any], master: str) -> None:
        self._connection = connection
        self._master = master
        self.round_trips = SIGN_IN_ROUND_TRIPS

    def text(self, sql: str, values: Values) -> str:
        """The statement as the server gets it."""
        with self._connection.cursor() as cursor:
            return str(cursor.mogrify(sql, tuple(values)))

    def run(self, sql: str, values: Values) -> Sequence[tuple[Any, ...]]:
        """The rows; each %s in ``sql`` is the next value. Raises DatabaseUnusable: the answer has too many rows."""
        self.round_trips += 1
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql, tuple(values))
                rows = tuple(cursor.fetchall())
        except pymysql.err.MySQLError as error:
            raise self._our_error(sql, *error.args) from None
        if len(rows) > MOST_ROWS:
            raise too_large(f"{MOST_ROWS:,} accounts or grants", "Drop accounts, and revoke grants, that nobody needs")
        return rows

    def _our_error(self, sql: str, code: int = 0, message: str = "") -> SignonError:
        """The server's error under our names. Its text goes no further: it repeats the statement."""
        signed_in_as = self._account() if code in DENIED else None
        return in_statement(code, str(message), sql, (self._master, HOST), signed_in_as)

    def _account(self) -> tuple[str, str] | None:
        """The account that the server has chosen: it may be another one of the master user's name."""
        self.round_trips += 1
        _log.info("SQL", extra={"does": "Ask which account we are", "sql": _WHICH_ACCOUNT, "changes": False})
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(_WHICH_ACCOUNT)
                ((answer,),) = cursor.fetchall()
        except pymysql.err.MySQLError:
            return None
        user, _, host = str(answer).rpartition("@")
        return user, host

    def close(self) -> None:
        self._connection.close()


def connect(address: Address, credentials: Callable[[], Credentials], ca_bundle: str) -> MySQLConnection:
    """Signs in as master.

    PyMySQL asks for TLS because it is given a context, and sends nothing secret before that is verified.
    Raises ConnectionRefused: says why. DatabaseBusy: the server accepts no sign-in yet. TemporaryFailure.
    """
    tls = verifying(ca_bundle)
    tries: Counter[int] = Counter()
    while True:
        known = credentials()
        try:
            return MySQLConnection(_open(address, known, tls), known.user)
        except UnicodeEncodeError:
            raise not_taken() from None
        except (pymysql.err.MySQLError, RuntimeError, *_STRANGE) as error:
            tries[_code(error)] += 1
            last = isinstance(_cause(error), ssl.SSLError) or _is_silent(error)
            if last or tries[_code(error)] >= _TRIES.get(_code(error), 1):
                raise _not_connected(address, error) from None


def verifying(ca_bundle: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, against these certificates alone, for the name that we connect to."""
    context = ssl.create_default_context(cafile=ca_bundle)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Chain, name and dates are verified. The formalities of RFC 5280 are not: Python 3.13 adds them, and certificates
    # of databases need not meet them ("Missing Authority Key Identifier").
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _code(error: Exception) -> int:
    """MySQL's, or PyMySQL's own; 0 for what neither of them numbers."""
    known = isinstance(error, pymysql.err.MySQLError) and not isinstance(error, pymysql.err.InternalError)
    return error.args[0] if known and error.args and isinstance(error.args[0], int) else 0


def _cause(error: Exception) -> BaseException | None:
    return error.__cause__ or error.__context__


def _is_silent(error: Exception) -> bool:
    """Whether something answered and stopped in the middle of the TLS handshake; its text tells it apart from no route.

    https://github.com/python/cpython/blob/v3.13.0/Modules/_ssl.c, _ssl__SSLSocket_do_handshake_impl
    """
    return isinstance(_cause(error), TimeoutError) and "handshake" in str(_cause(error))


def _not_connected(address: Address, error: Exception) -> SignonError:
    """Why there is no connection, under our names."""
    where, code, cause = f"{address.host}:{address.port}", _code(error), _cause(error)
    if isinstance(error, RuntimeError):  # "'pynacl' package is required for ed25519_password auth method"
        return at_sign_in(address.host, OTHER_WAY)
    if not code:
        return ConnectionRefused(f"{where} does not answer as MySQL does", "Check what answers at that address")
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
            " parameter CaBundle has the authorities of this Region, and check what answers at that address",
        )
    if code in _UNREACHABLE:
        return ConnectionRefused(
            f"{where} cannot be reached from this stack's subnets",
            "Allow the stack's security group (output DatabaseAccessSecurityGroup) in the database's own,"
            " and check the routes",
        )
    return at_sign_in(address.host, code)


def _open(address: Address, credentials: Credentials, tls: ssl.SSLContext) -> pymysql.Connection[Any]:
    return pymysql.connect(
        host=address.host,
        port=address.port,
        user=credentials.user,
        password=credentials.password.encode(),  # of a text PyMySQL makes Latin-1
        ssl=tls,
        charset="utf8mb4",
        autocommit=True,
        init_command=_SETTINGS,
        connect_timeout=address.within,
        read_timeout=_ANSWER_WITHIN,
        write_timeout=_ANSWER_WITHIN,
    )
