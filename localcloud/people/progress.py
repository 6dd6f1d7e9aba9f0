"""Shows what is going on while servers start or stop, and for how long."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_EVERY = 0.2  # seconds
_ERASE = "\r\033[K"


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Shows ``what`` on the terminal with the seconds it has taken, and erases the line at the end.

    Prints nothing if standard error is not a terminal.
    """
    if not sys.stderr.isatty():
        yield
        return
    over = threading.Event()
    teller = threading.Thread(target=_tell, args=(what, over), daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


def _tell(what: str, over: threading.Event) -> None:
    began = time.monotonic()
    while True:
        print(f"{_ERASE}{what} ... {time.monotonic() - began:.0f} s", end="", file=sys.stderr, flush=True)
        if over.wait(_EVERY):
            print(_ERASE, end="", file=sys.stderr, flush=True)
            return
