"""One connection to a database as its master user: TLS verified, every statement logged, every round trip counted."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from signon.db import mysql
from signon.domain.credentials import Credentials
from signon.domain.database import Database
from signon.domain.engines import ENGINES, Family
from signon.domain.logins import Statement

_log = logging.getLogger(__name__)


class Connection(Protocol):
    """What a driver module gives: parameters are filled in on our side of the connection."""

    round_trips: int

    def text(self, sql: str, values: Sequence[str]) -> str: ...
    def run(self, sql: str, values: Sequence[str]) -> Sequence[tuple[Any, ...]]: ...
    def close(self) -> None: ...


_CONNECT = {Family.MYSQL: mysql.connect}


class Session:
    """Runs statements and queries; ``round_trips`` counts those of signing in as well."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def round_trips(self) -> int:
        return self._connection.round_trips

    def query(self, description: str, sql: str, values: Sequence[str] = ()) -> Sequence[tuple[Any, ...]]:
        """The rows of a query."""
        return self._run(description, sql, values)

    def run(self, statements: Sequence[Statement]) -> None:
        """The only place where anything is changed in a database."""
        for statement in statements:
            self._run(statement.description, statement.sql, statement.values)

    def _run(self, description: str, sql: str, values: Sequence[str]) -> Sequence[tuple[Any, ...]]:
        _log.info("SQL", extra={"does": description, "sql": self._connection.text(sql, values)})
        return self._connection.run(sql, values)


@contextmanager
def sign_in(database: Database, credentials: Callable[[], Credentials], ca_bundle: str) -> Iterator[Session]:
    """A session as master.

    ``credentials`` is called just before connecting, and once more where the password was refused: RDS rotates it every
    seven days.

    Raises ConnectionRefused: no route, TLS that cannot be verified, or a master who is not let in; says which.
    """
    connect = _CONNECT[ENGINES[database.id.engine].family]
    tls = verifying(ca_bundle)
    connection: Connection = connect(database, credentials, tls)
    try:
        yield Session(connection)
    finally:
        _log.info("SQL round trips", extra={"round_trips": connection.round_trips})
        connection.close()


def verifying(ca_bundle: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, against these certificates alone, for the name that we connect to."""
    context = ssl.create_default_context(cafile=ca_bundle)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Chain, name and dates are verified. Not so the formalities of RFC 5280, which Python 3.13 adds and certificates of
    # databases need not keep ("Missing Authority Key Identifier").
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
