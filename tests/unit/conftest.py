"""Unit tests do no I/O: whoever reaches for the network is told so."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from hypothesis import settings

# The same examples on every machine, however slow it is
settings.register_profile("unit", deadline=None, derandomize=True, database=None)
settings.load_profile("unit")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any) -> None:
        raise AssertionError(f"A unit test reached for the network: {arguments[1:]}")

    for way in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, way, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
