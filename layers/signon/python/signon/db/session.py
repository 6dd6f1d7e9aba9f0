"""One connection to a database as its master user: TLS verified, every statement logged, every round trip counted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from signon.db.connection import CONNECTS_WITHIN, RESUMES_WITHIN, Address, Connect, Connection, Values
from signon.domain.engines import ENGINES, Family
from signon.domain.logins.login import Statement
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database

_log = logging.getLogger(__name__)


class Session:
    """Runs statements and queries; ``round_trips`` counts those of signing in as well."""

    def __init__(self, connection: Connection, connect_to: Callable[[str], Connection]) -> None:
        self._connection = connection
        self._connect_to = connect_to
        self._round_trips_elsewhere = 0

    @property
    def round_trips(self) -> int:
        return self._connection.round_trips + self._round_trips_elsewhere

    def query(self, description: str, sql: str, values: Values = ()) -> Sequence[tuple[Any, ...]]:
        """The rows of a query."""
        return self._run(description, sql, values, changes=False)

    def run(self, statements: Sequence[Statement]) -> None:
        """The only place that changes anything in a database."""
        for statement in statements:
            self._run(statement.description, statement.sql, statement.values, changes=True)

    def text(self, statement: Statement) -> str:
        """The statement as the server would get it."""
        return self._connection.text(statement.sql, statement.values)

    @contextmanager
    def in_database(self, database: str) -> Iterator[Session]:
        """A second session, in another database of the same server; its round trips count here."""
        connection = self._connect_to(database)
        try:
            yield Session(connection, self._connect_to)
        finally:
            self._round_trips_elsewhere += connection.round_trips
            connection.close()

    def _run(self, description: str, sql: str, values: Values, *, changes: bool) -> Sequence[tuple[Any, ...]]:
        text = self._connection.text(sql, values)
        _log.info("SQL", extra={"does": description, "sql": text, "changes": changes})
        return self._connection.run(sql, values)


@contextmanager
def sign_in(
    database: Database, credentials: Callable[[], Credentials], ca_bundle: str, *, host: str | None = None
) -> Iterator[Session]:
    """A session as master; ``host``: an instance of a cluster, if not the database's own endpoint.

    ``credentials`` is called just before connecting, and once more where the password was refused: RDS rotates it every
    seven days.

    Raises ConnectionRefused: no route, TLS that cannot be verified, or the master user cannot sign in; says which.
    """
    connect = _driver(ENGINES[database.id.engine].family)
    within = RESUMES_WITHIN if database.pauses else CONNECTS_WITHIN
    address = Address(host or database.host, database.port, within=within)
    connection = connect(address, credentials, ca_bundle)
    session = Session(connection, lambda name: connect(replace(address, database=name), credentials, ca_bundle))
    try:
        yield session
    finally:
        _log.info("SQL round trips", extra={"round_trips": session.round_trips})
        connection.close()


def _driver(family: Family) -> Connect:
    """The family's driver, loaded only when it is needed."""
    if family is Family.POSTGRESQL:
        from signon.db import postgresql  # noqa: PLC0415  a run loads one driver

        return postgresql.connect
    from signon.db import mysql  # noqa: PLC0415  the same

    return mysql.connect
