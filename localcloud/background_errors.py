"""Errors that reach no caller: in threads that nobody joins, and in answers that a client silently retries.

All of them go to `threading.excepthook`. It prints them, pytest fails the test that was running, and `collected` keeps
them for a command that must not succeed over them.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


def report(error: BaseException) -> None:
    """For an error that is caught where nobody would see it."""
    threading.excepthook(
        threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
    )


@contextmanager
def collected() -> Iterator[list[BaseException]]:
    """The errors that are reported meanwhile; they are printed as well."""
    errors: list[BaseException] = []
    hook = threading.excepthook

    def keep(arguments: threading.ExceptHookArgs) -> None:
        hook(arguments)
        if arguments.exc_value is not None:
            errors.append(arguments.exc_value)

    threading.excepthook = keep
    try:
        yield errors
    finally:
        threading.excepthook = hook
