"""Unit tests do no I/O: whoever reaches for the network is told so."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Callable
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
    def refuse(*arguments: Any) -> None:
        raise AssertionError(f"A unit test reached for the network: {arguments[1:]}")

    for way in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, way, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


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
            "parameters",
            "profiles",
            "rds",
            "rds_changes",
            "records",
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
