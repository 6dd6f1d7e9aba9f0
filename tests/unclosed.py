"""A file, socket or pipe that a test forgets to close fails that test, and not a later one.

Python warns of it when it is freed: usually at once, but in a reference cycle only when garbage is next collected. So
garbage is collected after each test that leaves something open, and once more in the last test of a session: pytest
itself collects after that, and a worker of xdist does not report what it finds then.
"""

import gc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest


def pass_over_what_exists() -> None:
    """Garbage is not looked for in what exists by now, until the session ends.

    A local cloud is 400,000 objects: to look through them takes 0.3 seconds each time.
    """
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _nothing_unclosed_at_the_end() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.collect()


@pytest.fixture(autouse=True)
def _nothing_unclosed() -> Iterator[None]:
    before = _open()
    yield
    if _open() - before:
        gc.collect()


def _open() -> set[Path]:
    """The files, sockets and pipes of this process, each socket and pipe by its number in the kernel."""
    found = set()
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # it was just closed
            found.add(one.readlink())
    return found
