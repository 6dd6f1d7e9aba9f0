"""What functions call, each call a place where others may go first, and where something may go wrong."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tests.simulation.conductor import Conductor, pause

CALL = 0.01  # simulated seconds


class Fault(Enum):
    """What one call meets. A client that tries again by itself meets it each time."""

    THROTTLED = "throttled"
    SERVER_ERROR = "5xx"
    TIMEOUT = "timeout"  # it took effect, and its answer was lost
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    STALE = "stale read"
    DENIED = "access denied"
    NOT_FOUND = "not found"


class Killed(BaseException):
    """The function's process was killed. Whatever it would do on its way out has no effect any more."""


@dataclass(frozen=True)
class Call:
    """The ``number``-th call (from 1) of an operation in the ``visit``-th run of a function in an execution."""

    function: str
    visit: int
    service: str  # as boto3 names it; a database by its family
    operation: str
    number: int

    def __str__(self) -> str:
        again = f" ({self.number})" if self.number > 1 else ""
        visit = f" #{self.visit}" if self.visit > 1 else ""
        return f"{self.function}{visit}: {self.service} {self.operation}{again}"


@dataclass
class Invocation:
    """One run of a function. ``environment`` is what the template gives it, ``started_by`` the execution's ARN, and
    ``deadline`` when its time is up (simulated seconds since the beginning).
    """

    function: str
    visit: int
    environment: Mapping[str, str]
    started_by: str
    deadline: float
    is_killed: bool = False
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True)
class Made:
    """A call that was made, with its parameters and what it met."""

    call: Call
    parameters: Any
    fault: Fault | None
    by: str  # the execution's ARN


_running = threading.local()


def running() -> Invocation | None:
    """The run of a function that this thread is in."""
    return getattr(_running, "invocation", None)


@contextmanager
def run(invocation: Invocation) -> Iterator[None]:
    _running.invocation = invocation
    try:
        yield
    finally:
        _running.invocation = None


class Calls:
    """All calls of all functions, in their order. ``plan`` says what a call meets.

    ``before_each`` is told of a call that somebody is about to make; others may go first.
    """

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self.made: list[Made] = []
        self.plan: Callable[[Call], Fault | None] = lambda call: None
        self.before_each: Callable[[Call], None] = lambda call: None
        self.after_each: Callable[[Call], None] = lambda call: None

    def begin(self, service: str, operation: str, parameters: Any) -> tuple[Call, Fault | None]:
        """To be called before it takes effect. Raises Killed."""
        invocation = running()
        assert invocation is not None
        invocation.counts[service, operation] += 1
        call = Call(invocation.function, invocation.visit, service, operation, invocation.counts[service, operation])
        self.before_each(call)
        pause()
        self._conductor.take(CALL)
        if invocation.is_killed or self._conductor.elapsed() > invocation.deadline:
            raise Killed
        fault = self.plan(call)
        self.made.append(Made(call, parameters, fault, invocation.started_by))
        if fault is Fault.CRASH_BEFORE:
            self._kill(invocation)
        return call, fault

    def end(self, call: Call, fault: Fault | None) -> None:
        """To be called when it took effect. Raises Killed."""
        self.after_each(call)
        invocation = running()
        if fault is Fault.CRASH_AFTER and invocation:
            self._kill(invocation)

    @staticmethod
    def _kill(invocation: Invocation) -> None:
        invocation.is_killed = True
        raise Killed

    def of(self, *operations: str, by: str = "") -> list[Made]:
        """Those of these operations that took effect (of the execution ``by``): with a crash before it, none did."""
        lost = {Fault.CRASH_BEFORE, Fault.THROTTLED, Fault.SERVER_ERROR, Fault.DENIED, Fault.NOT_FOUND}
        return [
            made
            for made in self.made
            if made.call.operation in operations and made.fault not in lost and by in ("", made.by)
        ]

    def reset(self) -> None:
        self.made, self.plan = [], lambda call: None
        self.before_each = self.after_each = lambda call: None
