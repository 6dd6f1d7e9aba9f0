"""The functions' calls to databases: by the drivers as they are, to real servers."""

from __future__ import annotations

import re
import socket
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from unittest import mock

import psycopg2
import pymysql
from psycopg2 import extensions

from signon.domain.engines import Family
from tests.simulation import calls
from tests.simulation.calls import Call, Calls, Fault

NOBODY = "127.0.0.9"  # where nobody listens
SIGN_IN = "sign in"

MYSQL, POSTGRESQL = Family.MYSQL.value, Family.POSTGRESQL.value

# What the server itself is made to answer: codes of https://dev.mysql.com/doc/mysql-errors/8.4/en/ and
# https://www.postgresql.org/docs/current/errcodes-appendix.html
MYSQL_CODES = {Fault.THROTTLED: 1205, Fault.SERVER_ERROR: 1815, Fault.DENIED: 1142, Fault.NOT_FOUND: 1146}
POSTGRESQL_CODES = {
    Fault.THROTTLED: "55P03", Fault.SERVER_ERROR: "XX000", Fault.DENIED: "42501", Fault.NOT_FOUND: "42P01",
}  # fmt: skip


@dataclass(frozen=True)
class _Session:
    """A function's, in the server at this address, by the number that the server gave it."""

    address: str
    number: int
    connection: weakref.ref[Any]

    @property
    def has_left(self) -> bool:
        connection = self.connection()
        if connection is None:
            return True
        return not connection.open if isinstance(connection, pymysql.Connection) else bool(connection.closed)


class Statements:
    """``addresses`` are those of the names of endpoints; a name without one is where nobody listens."""

    def __init__(self, recorded: Calls, addresses: Mapping[str, str]) -> None:
        self._calls, self._addresses = recorded, addresses
        self._sessions: list[_Session] = []

    @contextmanager
    def installed(self) -> Iterator[None]:
        """From now on the drivers, where a function uses them, go by this; for everybody else they are as they were."""
        pymysql_connect, query = pymysql.connect, pymysql.connections.Connection.query
        psycopg2_connect, getaddrinfo = psycopg2.connect, socket.getaddrinfo
        in_mysql, in_postgresql = self._mysql_statement, self._postgresql_cursor()

        def mysql(**asked: Any) -> Any:
            if calls.running() is None:
                return pymysql_connect(**asked)
            made = self._sign_in(MYSQL, pymysql_connect, asked)
            self._wait_for_those_that_left(made, asked["host"], made.thread_id(), _shown_by_mysql)
            made.is_a_functions = True
            return made

        def postgresql(*arguments: Any, **asked: Any) -> Any:
            if calls.running() is None:
                return psycopg2_connect(*arguments, **asked)
            address = self._addresses.get(asked["host"], NOBODY)
            asked = {"hostaddr": address, "cursor_factory": in_postgresql, **asked}
            made = self._sign_in(POSTGRESQL, psycopg2_connect, asked)
            self._wait_for_those_that_left(made, address, made.info.backend_pid, _shown_by_postgresql)
            return made

        def statement(connection: Any, sql: Any, unbuffered: bool = False) -> Any:
            if not getattr(connection, "is_a_functions", False):
                return query(connection, sql, unbuffered)
            return in_mysql(lambda text: query(connection, text, unbuffered), connection, sql)

        def resolved(host: Any, *arguments: Any, **more: Any) -> Any:
            if isinstance(host, str) and host.endswith(".rds.amazonaws.com") and calls.running():
                host = self._addresses.get(host, NOBODY)
            return getaddrinfo(host, *arguments, **more)

        with ExitStack() as undo:
            undo.enter_context(mock.patch.object(pymysql, "connect", mysql))
            undo.enter_context(mock.patch.object(pymysql.connections.Connection, "query", statement))
            undo.enter_context(mock.patch.object(psycopg2, "connect", postgresql))
            undo.enter_context(mock.patch.object(socket, "getaddrinfo", resolved))
            yield

    def _sign_in(self, family: str, connect: Callable[..., Any], asked: dict[str, Any]) -> Any:
        call, fault = self._calls.begin(family, SIGN_IN, asked["host"])
        if fault is Fault.DENIED:
            asked["password"] = asked["password"][::-1]
        if fault in _LET_NOBODY_IN[family]:
            raise _let_nobody_in(family, fault)
        made = connect(**asked)
        if fault is Fault.TIMEOUT:
            made.close()
            raise _let_nobody_in(family, Fault.SERVER_ERROR)
        self._calls.end(call, fault)
        return made

    def _wait_for_those_that_left(
        self, made: Any, address: str, number: int, shown: Callable[[Any, list[int]], list[int]]
    ) -> None:
        """A server shows a session for some moments after its client has left. No time passes between two of our
        functions, so the second one would count the session of the first.
        """
        gone = [each for each in self._sessions if each.address == address and each.has_left]
        left = [each.number for each in gone if each.number != number]
        while left:
            left = shown(made, left)
        self._sessions = [each for each in self._sessions if each not in gone]
        self._sessions.append(_Session(address, number, weakref.ref(made)))

    def _mysql_statement(self, query: Callable[[Any], Any], connection: Any, sql: Any) -> Any:
        text = sql.decode() if isinstance(sql, bytes | bytearray) else str(sql)
        call, fault = self._calls.begin(MYSQL, command(text), text)
        if code := MYSQL_CODES.get(fault) if fault else None:
            return query(f"SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = {code}, MESSAGE_TEXT = 'scripted'")
        answer = query(sql)
        if fault is Fault.TIMEOUT:
            connection._force_close()
            raise pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query")
        self._calls.end(call, fault)
        return answer

    def _postgresql_cursor(self) -> type[extensions.cursor]:
        recorded = self._calls

        class Cursor(extensions.cursor):
            def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002  psycopg2's own name
                text = query if isinstance(query, str) else query.as_string(self)
                call, fault = recorded.begin(POSTGRESQL, command(text), text)
                if code := POSTGRESQL_CODES.get(fault) if fault else None:
                    raising = f"BEGIN RAISE EXCEPTION 'scripted' USING ERRCODE = '{code}'; END"
                    return super().execute(f"DO $scripted$ {raising} $scripted$")
                super().execute(query, vars)
                if fault is Fault.TIMEOUT:
                    self.connection.close()
                    raise psycopg2.OperationalError("server closed the connection unexpectedly")
                recorded.end(call, fault)
                return None

        return Cursor


def _shown_by_mysql(connection: Any, sessions: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW PROCESSLIST")
        return [number for number, *_ in cursor.fetchall() if number in sessions]


def _shown_by_postgresql(connection: Any, sessions: list[int]) -> list[int]:
    with connection.cursor(cursor_factory=extensions.cursor) as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE pid = ANY(%s)", [sessions])
        still = [pid for (pid,) in cursor.fetchall()]
    connection.rollback()  # what is seen of sessions stays the same within a transaction
    return still


def command(sql: str) -> str:
    """What a statement is called in a table: its first words, and of a query what it asks for."""
    words = re.findall(r"[A-Za-z_.]+", sql)
    if words[0].upper() != "SELECT":
        return " ".join(words[:2])
    origin = next((following for word, following in pairwise(words) if word == "FROM"), "")
    return f"SELECT {origin}".strip()


def _mysql_error(code: int, cause: type[OSError] | None = None) -> Exception:
    error = pymysql.err.OperationalError(code, "scripted")
    error.__cause__ = cause() if cause else None
    return error


# What a client of the family would tell of a server that lets nobody in, where no server can be made to.
_LET_NOBODY_IN: Mapping[str, Mapping[Fault | None, Callable[[], Exception]]] = {
    MYSQL: {
        Fault.THROTTLED: lambda: _mysql_error(1040),
        Fault.SERVER_ERROR: lambda: _mysql_error(2003, ConnectionRefusedError),
        Fault.NOT_FOUND: lambda: _mysql_error(2003, socket.gaierror),
    },
    POSTGRESQL: {
        Fault.THROTTLED: lambda: psycopg2.OperationalError("FATAL:  sorry, too many clients already"),
        Fault.SERVER_ERROR: lambda: psycopg2.OperationalError("Connection refused"),
        Fault.NOT_FOUND: lambda: psycopg2.OperationalError("could not translate host name"),
    },
}


def _let_nobody_in(family: str, fault: Fault | None) -> Exception:
    return _LET_NOBODY_IN[family][fault]()


def is_about(call: Call) -> bool:
    """Whether it is a call to a database."""
    return call.service in (MYSQL, POSTGRESQL)
