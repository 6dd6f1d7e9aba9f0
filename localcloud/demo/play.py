"""What a demo shows of one engine; everything else is the same for all of them."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.cloud import Cloud


class DemoFailed(RuntimeError):
    """Something that should have been seen was not."""


@dataclass(frozen=True)
class Play:
    """`create` makes the database and answers the command line that does the same; `sign_in` proves the sign-in with
    the lines of the kit, and shows the refusals.
    """

    title: str  # after "RDS Sign-on: "
    name: str  # of the database
    clustered: bool
    real: Callable[[Cloud], str]
    stood_in_for: str
    event: str  # RDS's, which starts the execution
    create: Callable[[Cloud, str], str]
    sign_in: Callable[[Cloud, Path, dict[str, Any]], None]


def refused(who: str, answer: subprocess.CompletedProcess[str], by_the_server: str) -> None:
    """Prints the refusal: a line that begins as `by_the_server` says. Raises DemoFailed: it is none, or another one."""
    error = next((line for line in answer.stderr.splitlines() if by_the_server in line), None)
    if answer.returncode == 0 or error is None:
        raise DemoFailed(f"{who} was not refused by the server: {answer.stdout}{answer.stderr}")
    print(f"  {who}\n  -> {error[error.index(by_the_server) :]}")
