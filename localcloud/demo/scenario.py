"""What a demo shows of one engine and one method; everything else is the same for all of them."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from localcloud.cloud import Cloud
from localcloud.demo.terminal import Terminal
from localcloud.people.printable import printable


class DemoFailed(RuntimeError):
    """Something that should have been seen was not."""


class NotHere(RuntimeError):
    """This machine's client cannot do what is to be shown."""


@dataclass(frozen=True)
class ExpectedRefusal:
    """`who` tries `line`, and the server's answer begins as `by_the_server` says."""

    who: str
    by_the_server: str
    answer: Callable[[], subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class DemoSignIn:
    """`lines` of the kit are run as they stand, the last one with a question, whose answer must be `expected`."""

    lines: Sequence[str]
    question: str
    expected: str
    ask: Callable[[], subprocess.CompletedProcess[str]]
    refusals: Sequence[ExpectedRefusal]


@dataclass(frozen=True)
class Scenario:
    """`create` makes the database and answers the command line that does the same; `sign_in` says how people do."""

    engine: str
    method: str
    title: str  # AWS's name of the engine
    name: str  # of the database
    clustered: bool
    real: Callable[[Cloud], str]
    stood_in_for: str
    event: str  # RDS's, which starts the execution
    profile: str
    create: Callable[[Cloud], str]
    sign_in: Callable[[Terminal], DemoSignIn]


@dataclass(frozen=True)
class Proved:
    """A line of the table at the end: what the server answered, and who was refused (nobody if `not_here`)."""

    scenario: Scenario
    answer: str
    refused: Sequence[str] = ()
    not_here: bool = False


def prove(scenario: Scenario, terminal: Terminal) -> Proved:
    """Prints the sign-in and the refusals. Raises DemoFailed: one of them is not as it should be; NotHere."""
    sign_in = scenario.sign_in(terminal)
    for line in sign_in.lines:
        print(f"$ {line}")
    answer = sign_in.ask()
    if answer.stdout.strip() != sign_in.expected:
        raise DemoFailed(f"The sign-in did not answer {sign_in.expected!r}: {answer.stdout}{answer.stderr}")
    print(f"  {sign_in.question}\n  -> {answer.stdout.strip()}\n\nRefused, as expected:")
    for refusal in sign_in.refusals:
        refused(refusal.who, refusal.answer(), refusal.by_the_server)
    return Proved(scenario, answer.stdout.strip(), [refusal.who for refusal in sign_in.refusals])


def refused(who: str, answer: subprocess.CompletedProcess[str], by_the_server: str) -> None:
    """Prints the refusal: a line that begins as `by_the_server` says. Raises DemoFailed: it is none, or another one."""
    error = next((line for line in answer.stderr.splitlines() if by_the_server in line), None)
    if answer.returncode == 0 or error is None:
        raise DemoFailed(f"{who} was not refused by the server: {answer.stdout}{answer.stderr}")
    print(f"  {who}\n  -> {printable(error[error.index(by_the_server) :])}")
