"""Many MySQL databases where there is one server: what that has answered is answered again.

Every execution that brings a database of the same profile to sign-on asks its server the same. A server answers the
same where the same has happened to it before. So one database is taken through it for real, and what its server said is
kept under what had happened to it and what it was asked. A question that was not recorded fails loudly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pymysql
from pymysql.connections import Connection

from tests.simulation.calls import Calls, running
from tests.simulation.servers import WarmMySQL
from tests.simulation.statements import MYSQL, SIGN_IN, command
from tests.simulation.world import World

CHANGES = ("CREATE", "GRANT", "ALTER")  # how the statements begin that leave a server different

History = tuple[str, ...]  # what has happened to a server: statements, and restarts


class NotRecorded(AssertionError):
    """The real server was never asked this after what has happened here."""


class Tape:
    """What the real server said."""

    def __init__(self) -> None:
        self._answers: dict[tuple[History, str], Any] = {}

    def keep(self, history: History, sql: str, answer: Any) -> None:
        self._answers[history, sql] = answer

    def play(self, history: History, sql: str) -> Any:
        if (history, sql) not in self._answers:
            raise NotRecorded(f"After {[step[:40] for step in history]} nobody has asked {sql}")
        return self._answers[history, sql]


class RecordedMySQL:
    """One database's server, as RDS sees it. ``real`` is what is behind it; without, it is played from the tape."""

    def __init__(self, host: str, real: WarmMySQL | None) -> None:
        self.host, self._real = host, real
        self.history: History = ()
        self.is_up = True
        self.tokens = SimpleNamespace(check=None)  # nobody comes with one

    @property
    def is_real(self) -> bool:
        return self._real is not None

    def create_database(self, name: str) -> None:
        """It stands in what is answered."""

    def restart(self, methods: Iterable[str] = (), *, read_only: bool = False) -> None:
        methods = tuple(methods)
        self.history += (f"restarted with {methods}, read only: {read_only}",)
        self.is_up = True
        if self._real:
            self._real.restart(methods, read_only=read_only)

    def stop(self) -> None:
        self.is_up = False
        if self._real:
            self._real.stop()

    crash = delete = stop


class RecordedServers:
    """In the place of the simulation's servers, for RDS: the first database has the real one, the others its tape."""

    def __init__(self, world: World) -> None:
        self.authority = world.servers.authority
        self._warm, self._calls = world.servers, world.calls
        self._servers: dict[str, RecordedMySQL] = {}
        self._tape = Tape()
        world.rds.backend.world = self

    def mysql(self, name: str, host: str, user: str, password: str) -> RecordedMySQL:
        real = None if self._servers else self._warm.mysql(name, host, user, password)
        self._servers[host] = RecordedMySQL(host, real)
        return self._servers[host]

    @contextmanager
    def installed(self) -> Iterator[None]:
        """From now on functions talk to these."""
        connect, query = pymysql.connect, Connection.query

        def recorded(connection: Any, sql: Any, unbuffered: bool = False) -> Any:
            server = self._servers.get(connection.host) if running() else None
            if server is None:
                return query(connection, sql, unbuffered)
            answer = query(connection, sql, unbuffered)
            self._tape.keep(server.history, _text(sql), (answer, connection._result))
            _note_change(server, sql)
            return answer

        def connected(**asked: Any) -> Any:
            server = self._servers.get(asked["host"])
            if server is None or server.is_real:
                return connect(**asked)
            return _Played(self._calls, self._tape, server, **asked)

        pymysql.connect, Connection.query = connected, recorded  # type: ignore[assignment, method-assign]
        try:
            yield
        finally:
            pymysql.connect, Connection.query = connect, query  # type: ignore[method-assign]


class _Played(Connection):
    """A connection of PyMySQL's that asks the tape and not a socket."""

    def __init__(self, calls: Calls, tape: Tape, server: RecordedMySQL, **asked: Any) -> None:
        call, fault = calls.begin(MYSQL, SIGN_IN, asked["host"])
        super().__init__(**asked, defer_connect=True)
        if not server.is_up:
            raise pymysql.err.OperationalError(2003, "nobody listens") from ConnectionRefusedError()
        self.server_status = 0
        self._calls, self._tape, self._server = calls, tape, server
        calls.end(call, fault)

    def query(self, sql: Any, unbuffered: bool = False) -> Any:
        call, fault = self._calls.begin(MYSQL, command(_text(sql)), _text(sql))
        answer, self._result = self._tape.play(self._server.history, _text(sql))
        _note_change(self._server, sql)
        self._calls.end(call, fault)
        return answer

    def close(self) -> None:
        """There is nothing to close."""


def _note_change(server: RecordedMySQL, sql: Any) -> None:
    if _text(sql).startswith(CHANGES):
        server.history += (_text(sql),)


def _text(sql: Any) -> str:
    return sql.decode() if isinstance(sql, bytes | bytearray) else str(sql)
