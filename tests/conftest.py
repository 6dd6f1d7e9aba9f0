"""What tests of different kinds share: one local cloud for a whole session, whose grants must all be used."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.cloud import Cloud
from tests import unclosed, unused_grants
from tests.timing import Timing, longest_first

pytest.register_assert_rewrite("tests.simulation.refusals")


@pytest.fixture(scope="session")
def cloud(pytestconfig: pytest.Config) -> Iterator[Cloud]:
    """The project's template, deployed, with a directory and no database."""
    with Cloud(speed=500) as cloud, unused_grants.noted(cloud, pytestconfig):
        yield cloud


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(unclosed)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Timing())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    longest_first(config, items)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended: what its cloud was granted and has used."""
    unused_grants.hand_over(getattr(node, "workeroutput", {}), node.config)  # one that crashed has none


def pytest_sessionfinish(session: pytest.Session) -> None:
    if unused_grants.fail(session):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in unused_grants.lines(config):
        terminalreporter.write_line(line, red=True)


@pytest.fixture(autouse=True)
def _no_faults_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A fault that one test scripted is not met by another."""
    yield
    if "cloud" in request.fixturenames:
        request.getfixturevalue("cloud").faults.clear()


Eventually = Callable[[Callable[[], Any]], Any]


@pytest.fixture(scope="session")
def eventually() -> Eventually:
    """Waits until something is true, and answers it; fails after four minutes of real time."""

    def wait(condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 240
        while not (value := condition()):
            assert time.monotonic() < deadline, "it did not happen within four minutes"
            time.sleep(0.02)
        return value

    return wait
