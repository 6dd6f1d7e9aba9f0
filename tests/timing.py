"""What a session took, by kind of test and by worker; what takes longest comes first, so that workers end together."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pytest

REMEMBERED = "signon/seconds"  # by file, in pytest's cache
# Seconds of what never ran here, by file or by kind. What takes minutes comes first, or one worker is left with it.
GUESSED = {
    "tests/e2e/test_sam_local.py": 250.0,  # in make test-all alone
    "tests/simulation/test_single_faults.py": 90.0,
    "tests/e2e/test_demos_of_faults.py": 85.0,
    "tests/e2e/test_demos_of_engines.py": 80.0,
    "tests/e2e/test_canaries.py": 75.0,
    "tests/e2e/test_cells.py": 70.0,
    "e2e": 20.0,
    "simulation": 15.0,
    "integration": 5.0,
}


def longest_first(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sorts the files of the tests by what they took the last time; in a file the order stays as it is."""
    known: dict[str, float] = (config.cache.get(REMEMBERED, {}) if config.cache else {}) or {}
    items.sort(key=lambda item: -_expected(item.nodeid, known))


def _expected(test: str, known: Mapping[str, float]) -> float:
    file = _file(test)
    return known.get(file, GUESSED.get(file, GUESSED.get(_kind(test), 1.0)))


class Timing:
    """A plugin. Its seconds are those that tests, their fixtures included, kept a worker busy."""

    def __init__(self) -> None:
        self._reports: list[tuple[str, str, float, float]] = []  # test, worker, seconds, the moment of its end

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._reports.append((report.nodeid, _worker(report), report.duration, time.monotonic()))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if cache := session.config.cache:
            cache.set(
                REMEMBERED,
                {**(cache.get(REMEMBERED, {}) or {}), **_sum((_file(test), s) for test, _, s, _ in self._reports)},
            )

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in lines(self._reports):
            terminalreporter.write_line(line)


def lines(reports: Sequence[tuple[str, str, float, float]]) -> Iterator[str]:
    """A table of the kinds, and of each worker how long it was busy, and idle until the last one ended."""
    if not reports:
        return
    items = Counter(_kind(test) for test in {test for test, *_ in reports})
    yield f"{'kind':<14}{'items':>7}{'seconds':>9}"
    for kind, seconds in _sum((_kind(test), seconds) for test, _, seconds, _ in reports).most_common():
        yield f"{kind:<14}{items[kind]:>7}{seconds:>9.1f}"
    last = {worker: end for _, worker, _, end in reports}
    for worker, busy in sorted(_sum((worker, seconds) for _, worker, seconds, _ in reports).items()):
        yield f"{worker}: busy for {busy:.1f} s, idle for the last {max(last.values()) - last[worker]:.1f} s"


def _sum(pairs: Iterator[tuple[str, float]]) -> "Counter[str]":
    total: Counter[str] = Counter()
    for name, seconds in pairs:
        total[name] += seconds  # type: ignore[assignment]  # of seconds, not of things
    return total


def _file(test: str) -> str:
    return test.partition("::")[0]


def _kind(test: str) -> str:
    """The folder below tests/."""
    return test.split("/")[1] if test.count("/") > 1 else "other"


def _worker(report: pytest.TestReport) -> str:
    node = getattr(report, "node", None)  # xdist's
    return str(node.gateway.id) if node else "this process"
