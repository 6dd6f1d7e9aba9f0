"""PostgreSQL and its family, through psycopg2: signing in, and what its errors mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2 import extensions
from psycopg2 import sql as composing

from signon.db.connection import CONNECT_TRIES, Address, Values, not_taken
from signon.db.postgresql_refusals import OWN_DATABASE, Refusal, not_connected, refusal
from signon.domain.logins.login import Name
from signon.domain.names import postgresql_role_problem
from signon.domain.rds.credentials import Credentials
from signon.errors import DatabaseBusy, StatementRefused, TemporaryFailure

# With the first packet, so that signing in costs no round trip more. It takes precedence over what ALTER ROLE, ALTER
# DATABASE or a parameter group set. Left out: what only a superuser may set, what not every version knows (_BEGIN in
# postgresql_logins.py), and default_transaction_read_only, by which somebody says that nothing is to be written.
# https://www.postgresql.org/docs/current/runtime-config-client.html
_SETTINGS = {
    # Nobody can come between us and the catalogue, or make us act as somebody else.
    "role": "none",
    "search_path": "pg_catalog,pg_temp",
    # A statement means what it says, sees what was committed while it waited, and what it commits outlives a crash.
    "default_transaction_isolation": "read committed",
    "default_transaction_deferrable": "off",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "quote_all_identifiers": "off",
    # After ten thousand roles at once the server's statistics are out of date: it would scan all roles or memberships
    # again for each role, which it does not do by the index.
    "enable_seqscan": "off",
    "enable_mergejoin": "off",
    "enable_hashjoin": "off",
    "row_security": "on",
    "synchronous_commit": "on",
    "datestyle": "ISO,MDY",
    "timezone": "UTC",
    # A session that hangs must not hold a lock; one that waits for another session of ours must not be cut off.
    "statement_timeout": "60s",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "idle_session_timeout": "10min",
}
_OPTIONS = " ".join(f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in _SETTINGS.items())

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_READ_ONLY = "25006"
_TEMPORARY = {
    "08...": "the connection was lost",
    "40...": "the transaction of somebody else was in the way",
    "53...": "the server has no memory, disk or connection left",
    "57014|25P0[34]": "it took too long",
    "57...": "the server ended it, as it does when it stops",
    "58...": "the server's own system failed",
    "55P03": "somebody else has held a lock for too long",
    "42710|23505": "somebody else has just made what was to be made",
    "3D000|3F000|42P01|42704": "somebody has dropped it since we looked",  # a database, schema, relation, or role
}
# What XX000 says of a row that somebody else has just changed, or of what was dropped while we held its number.
_CONCURRENT = re.compile("tuple concurrently|cache lookup failed|could not open relation with OID")
_NO_ENCODING = "SQL_ASCII"  # of a database: the bytes of its texts mean what each session takes them for
# What is missing, and what to do; for other codes PostgreSQL's own page says it.
_REFUSED = {
    "42501": (
        "The master user lacks a privilege that a statement needs (PostgreSQL error 42501)",
        (
            "Find the statement in the log of this function; give the master user the privilege, or remove from the"
            " profile what the statement is about"
        ),
    ),
    **dict.fromkeys(
        ("22021", "22P05"),
        (
            "A name in the catalogue cannot be converted to UTF-8 (PostgreSQL error 22021 or 22P05)",
            (
                "Find the database in the log of this function, connect to it with its own encoding"
                " (SHOW server_encoding), and rename what has characters that UTF-8 does not have"
            ),
        ),
    ),
    "P0001": (
        "A trigger of the database's own refused a statement (PostgreSQL error P0001)",
        (
            "Find the statement in the log of this function, and look at the event triggers"
            " (SELECT evtname FROM pg_event_trigger)"
        ),
    ),
}


# The password may be rotated meanwhile; a server that speaks another language than English says it in its own words.
_TRIES = {Refusal.PASSWORD: 2, Refusal.NOT_LET_IN: 2, Refusal.UNREACHABLE: CONNECT_TRIES, Refusal.DOWN: CONNECT_TRIES}


class PostgreSQLConnection:
    """A psycopg2 connection: names and texts are quoted on our side, each by its kind."""

    def __init__(self, connection: extensions.connection) -> None:
        self._connection = connection
        self.round_trips = 0

    def text(self, sql: str, values: Values) -> str:
        """The statement as the server gets it."""
        return _composed(sql, values).as_string(self._connection)

    def run(self, sql: str, values: Values) -> Sequence[tuple[Any, ...]]:
        """The rows of the last of the commands in ``sql``, in which each {} is the next value."""
        self.round_trips += 1
        with _our_errors(), self._connection.cursor() as cursor:
            cursor.execute(_composed(sql, values))
            return tuple(map(_read, cursor)) if cursor.description else ()

    def close(self) -> None:
        self._connection.close()


def _read(value: Any) -> Any:
    """A row, a list or a value as it came, with texts in Python's form.

    Names and comments of roles are common to all databases of a server, each in the encoding of the database where it
    was written; the server passes the bytes on. What is not UTF-8 is escaped (PEP 383): no two names become one.
    """
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode(errors="surrogateescape")
    return type(value)(map(_read, value)) if isinstance(value, (tuple, list)) else value


def _composed(sql: str, values: Values) -> composing.Composed:
    return composing.SQL(sql).format(*map(_part, values))


def _part(value: str | Name) -> composing.Composable:
    if isinstance(value, str):
        return composing.Literal(value)
    parts = (value.schema, value.text) if value.schema else (value.text,)
    if problem := next((problem for part in parts if (problem := postgresql_role_problem(part))), None):
        raise StatementRefused(f"The name {problem}", "Use another name; a truncated one would be somebody else's")
    return composing.Identifier(*parts)


def connect(address: Address, credentials: Callable[[], Credentials], ca_bundle: str) -> PostgreSQLConnection:
    """Signs in as master.

    Raises ConnectionRefused: says why. MasterSecretUnusable: no server accepts this password. DatabaseBusy: the
    server accepts no sign-in yet. TemporaryFailure. DatabaseFull: the database that ``address`` names.
    """
    tries: Counter[Refusal] = Counter()
    while True:
        known = credentials()
        try:
            return PostgreSQLConnection(_open(address, known, ca_bundle))
        except (psycopg2.OperationalError, UnicodeDecodeError) as error:
            why = refusal(_words(error))
            tries[why] += 1
            if tries[why] >= _TRIES.get(why, 1):
                raise not_connected(address, why) from None
        except (ValueError, TypeError, psycopg2.ProgrammingError):  # psycopg2 has not called libpq yet
            raise not_taken() from None


def _words(error: psycopg2.OperationalError | UnicodeDecodeError) -> str:
    """What libpq says. Until a session has an encoding the server writes in its own, and psycopg2 expects UTF-8."""
    return error.object.decode(errors="replace") if isinstance(error, UnicodeDecodeError) else str(error)


def _open(address: Address, credentials: Credentials, ca_bundle: str) -> extensions.connection:
    """A verified connection.

    If there is a ticket, libpq would prefer GSS encryption and verify no certificate: gssencmode. It would send the
    password in clear text to a server that asks for it: require_auth.
    """
    connection = psycopg2.connect(
        host=address.host,
        port=address.port,
        dbname=address.database or OWN_DATABASE,
        user=credentials.user,
        password=credentials.password,
        sslmode="verify-full",
        sslrootcert=ca_bundle,
        sslcertmode="disable",
        ssl_min_protocol_version="TLSv1.2",
        gssencmode="disable",
        require_auth="scram-sha-256,md5",
        client_encoding="UTF8",
        application_name="rds-signon",
        connect_timeout=address.within,
        keepalives_idle=10,
        keepalives_interval=10,
        keepalives_count=3,
        tcp_user_timeout=60_000,
        options=_OPTIONS,
    )
    connection.autocommit = True
    for text in (extensions.BYTES, extensions.BYTESARRAY):
        extensions.register_type(text, connection)
    if connection.get_parameter_status("server_encoding") == _NO_ENCODING:
        _unconverted(connection)
    return connection


def _unconverted(connection: extensions.connection) -> None:
    """Has the server send names as they are: it would end a statement that shows one which is not UTF-8.

    psycopg2 is not told, and goes on sending UTF-8, in which a quotation mark is part of no other character.
    """
    try:
        with _our_errors(), connection.cursor() as cursor:
            cursor.execute(f"SET client_encoding TO '{_NO_ENCODING}'")
    except BaseException:  # nobody else has the connection yet, so nobody else would close it
        connection.close()
        raise


@contextmanager
def _our_errors() -> Iterator[None]:
    """The server's errors under our names. Their texts go no further: they repeat the statement."""
    try:
        yield
    except psycopg2.Error as error:
        raise _our_error(error.pgcode, concurrent=bool(_CONCURRENT.search(str(error)))) from None


def _our_error(code: str | None, *, concurrent: bool) -> Exception:
    if code is None:
        return TemporaryFailure("The connection to PostgreSQL has ended")
    if concurrent:
        return TemporaryFailure(f"PostgreSQL error {code}: somebody else has just changed or dropped it")
    if why := next((why for pattern, why in _TEMPORARY.items() if re.fullmatch(pattern, code)), None):
        return TemporaryFailure(f"PostgreSQL error {code}: {why}")
    if code == _READ_ONLY:  # whether it is read only for good is for the look inside to find
        return DatabaseBusy(f"PostgreSQL error {code}: the server is read only, as it is during a failover")
    if code in _REFUSED:
        return StatementRefused(*_REFUSED[code])
    return StatementRefused(
        f"The database refused a statement (PostgreSQL error {code})",
        f"Look {code} up at https://www.postgresql.org/docs/current/errcodes-appendix.html;"
        " the log of this function has the statement",
    )
