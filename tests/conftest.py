"""What tests of different kinds share: one local cloud for a whole session."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.cloud import Cloud

pytest.register_assert_rewrite("tests.e2e.refusals")


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """The project's template, deployed, with a directory and no database."""
    with Cloud(speed=500) as cloud:
        yield cloud


@pytest.fixture(autouse=True)
def _no_faults_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A fault that one test scripted is not met by another."""
    yield
    if "cloud" in request.fixturenames:
        request.getfixturevalue("cloud").faults.clear()


Eventually = Callable[[Callable[[], Any]], Any]


@pytest.fixture(scope="session")
def eventually() -> Eventually:
    """Waits until something is true, and answers it; fails after a minute of real time."""

    def wait(condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 60
        while not (value := condition()):
            assert time.monotonic() < deadline, "it did not happen within a minute"
            time.sleep(0.02)
        return value

    return wait
