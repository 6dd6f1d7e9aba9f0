"""A file, socket or pipe that a test forgets to close fails that test, and not a later one.

Python warns of it when it is freed: usually at once, but in a reference cycle only when garbage is next collected. So
garbage is collected after each test that leaves something open, and once more in the last test of a session: pytest
itself collects after that, and a worker of xdist does not report what it finds then.
"""

import gc
import os
from collections.abc import Iterator

import pytest

# Python looks for garbage each time that 2,000 things more are there than went, which takes a twentieth of all time.
RARELY = (50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _nothing_unclosed_at_the_end() -> Iterator[None]:
    gc.set_threshold(*RARELY)
    yield
    gc.unfreeze()
    gc.collect()
    gc.freeze()  # pytest itself collects five times more at its end, and would look through all of a local cloud


@pytest.fixture(autouse=True)
def _nothing_unclosed() -> Iterator[None]:
    before = _open()
    yield
    if _open() - before:
        gc.collect()
        gc.freeze()  # what outlives a test is not looked through again: a local cloud would take 0.3 seconds each time


def _open() -> set[str]:
    """The numbers of this process's files, sockets and pipes."""
    return {each.name for each in os.scandir("/proc/self/fd")}
