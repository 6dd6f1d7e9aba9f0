"""What a session took: by kind of test, and by worker, which should end together."""

import time
from collections import defaultdict
from collections.abc import Iterator

import pytest


class Timing:
    """A plugin. Its seconds are those that tests, their fixtures included, kept a worker busy."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)  # by kind
        self._items: dict[str, set[str]] = defaultdict(set)
        self._busy: dict[str, float] = defaultdict(float)  # by worker
        self._last: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        kind, worker = _kind(report.nodeid), _worker(report)
        self._seconds[kind] += report.duration
        self._items[kind].add(report.nodeid)
        self._busy[worker] += report.duration
        self._last[worker] = time.monotonic()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self._lines():
            terminalreporter.write_line(line)

    def _lines(self) -> Iterator[str]:
        if not self._last:
            return
        yield f"{'kind':<14}{'items':>7}{'seconds':>9}"
        for kind, seconds in sorted(self._seconds.items(), key=lambda pair: -pair[1]):
            yield f"{kind:<14}{len(self._items[kind]):>7}{seconds:>9.1f}"
        end = max(self._last.values())
        for worker, busy in sorted(self._busy.items()):
            yield f"{worker}: busy for {busy:.1f} s, idle for the last {end - self._last[worker]:.1f} s"


def _kind(test: str) -> str:
    """The folder below tests/."""
    return test.split("/")[1] if test.count("/") > 1 else "other"


def _worker(report: pytest.TestReport) -> str:
    node = getattr(report, "node", None)  # xdist's
    return str(node.gateway.id) if node else "this process"
