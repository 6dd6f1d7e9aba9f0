"""The same work again and again on a real server, each time disturbed at another moment.

It is held against the undisturbed run: what it leaves, and who could sign in meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, Protocol

from .runs import Ended, Runs, Where

# Dave leaves, erin comes back with a role more, alice and bob are new: every kind of statement is needed.
AT_FIRST = {"dave": ("read",), "erin": ("read",)}
THEN = {"dave": ("read",)}
WANTED = {"alice": ("read",), "bob": ("read", "write"), "erin": ("read", "write")}


class Server(Protocol):
    """A real server that may be killed, and our own view of it.

    ``opened`` is one query, so that its answer is of one instant: who can sign in, whole, with what they may do.
    ``everything`` are queries about all that a run may change. ``unreachable`` are the errors while it is down.
    """

    where: Where
    opened: str
    everything: Sequence[str]
    unreachable: type[Exception] | tuple[type[Exception], ...]

    def connect(self) -> Any:
        """A connection of RDS's superuser, as the Python Database API has them."""

    def forget_logins(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...
    def delete(self) -> None: ...

    def blocking(self) -> AbstractContextManager[None]:
        """As long as it lasts, statements that ``blocks`` wait in the server."""

    def blocks(self, sql: str) -> bool: ...
    def waiting(self) -> int:
        """How many statements wait."""

    def sessions(self) -> int:
        """How many the master user has."""


class Trial:
    """The work, done once undisturbed."""

    def __init__(self, server: Server, runs: Runs) -> None:
        self.server, self.runs = server, runs
        self.begin()
        self._whole = self._opened()
        self.undisturbed: Ended = runs.undisturbed(WANTED)
        assert self.undisturbed.error == ""
        self._whole |= self._opened()
        self._end = self._everything()

    def begin(self) -> None:
        """The server is as the work finds it."""
        self.server.forget_logins()
        self.runs.forget()
        assert self.runs.undisturbed(AT_FIRST, THEN).error == ""

    @contextmanager
    def disturbed(self, where: object) -> Iterator[None]:
        """Whatever becomes of a run in here, the next run leaves what the undisturbed one left.

        At no instant until then can anybody sign in who is not as before the work or as after it.
        """
        self.begin()
        with self._nobody_half_made(where):
            yield
            assert self._opened() <= self._whole, where
            assert self.runs.undisturbed(WANTED).error == "", where
        assert self._everything() == self._end, where

    @contextmanager
    def _nobody_half_made(self, where: object) -> Iterator[None]:
        """A second connection watches; it comes back when the server does."""
        begun, ended, seen = threading.Event(), threading.Event(), set[str]()

        def watch() -> None:
            while not ended.is_set():
                try:
                    with closing(self.server.connect()) as connection:
                        while not ended.wait(0.02):
                            seen.update(rows(connection, self.server.opened))
                            begun.set()
                except self.server.unreachable:
                    ended.wait(0.01)

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            assert begun.wait(60)
            yield
        finally:
            ended.set()
            watching.join()
        assert seen <= self._whole, where

    def _opened(self) -> set[str]:
        with closing(self.server.connect()) as connection:
            return set(rows(connection, self.server.opened))

    def _everything(self) -> list[str]:
        with closing(self.server.connect()) as connection:
            return [row for query in self.server.everything for row in rows(connection, query)]


def rows(connection: Any, query: str) -> list[str]:
    """The rows of a query, each as a text."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [repr(row) for row in cursor.fetchall()]
