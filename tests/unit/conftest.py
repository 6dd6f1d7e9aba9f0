"""Unit tests do no I/O: a test that reaches for the network is told so."""

from __future__ import annotations

import importlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.builders import REGION

if TYPE_CHECKING:
    from botocore.stub import Stubber

# The same examples on every machine, however slow it is
settings.register_profile("unit", deadline=None, derandomize=True, database=None)
settings.load_profile("unit")

Answering = Callable[[str], "Stubber"]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the test's own thread: a cloud that tests of another kind have started goes on in its threads."""
    own = threading.current_thread()

    def guarded(way: Callable[..., Any]) -> Callable[..., Any]:
        def reached(*arguments: Any, **more: Any) -> Any:
            if threading.current_thread() is own:
                raise AssertionError(f"A unit test reached for the network: {arguments[1:]}")
            return way(*arguments, **more)

        return reached

    for way in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, way, guarded(getattr(socket.socket, way)))
    monkeypatch.setattr(socket, "getaddrinfo", guarded(socket.getaddrinfo))


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Gives ``signon.aws`` a client that answers what the test says, and the test what says it."""
    import boto3  # half a second, which only these tests need
    from botocore.stub import Stubber

    modules = [
        importlib.import_module(f"signon.aws.{name}")
        for name in (
            "connect_policies",
            "directory_service",
            "ec2",
            "executions",
            "iam",
            "notifications",
            "parameters",
            "profiles",
            "rds",
            "rds_changes",
            "items",
            "secrets",
        )
    ]

    def stub(service: str) -> Stubber:
        client: Any = boto3.client(service, REGION, aws_access_key_id="x", aws_secret_access_key="x")  # type: ignore[call-overload]
        for module in modules:
            monkeypatch.setattr(module, "client", lambda _: client)
        stubber = Stubber(client)
        stubber.activate()
        return stubber

    return stub


@pytest.fixture
def signals_as_before() -> Iterator[None]:
    """The program says what becomes of signals, and this process goes on when it has ended."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
