"""Somebody who answers at a database's address, and wants the master's password."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_LONG_PASSWORD, _PROTOCOL_41, _TLS, _SECURE_CONNECTION, _PLUGIN_AUTH = 0x1, 0x200, 0x800, 0x8000, 0x80000


class Rogue:
    """Speaks MySQL's protocol as far as the question for the password in the clear; ``heard`` is all it was told.

    With a certificate it offers TLS; ``hangs_up``: it ends the connection where the TLS handshake would begin.
    """

    def __init__(self, certificate: tuple[Path, Path] | None = None, *, hangs_up: bool = False) -> None:
        self.heard = b""
        self.visits = 0
        self._hangs_up = hangs_up
        self._tls: ssl.SSLContext | None = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address, self.port = self._listener.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            with visitor:
                visitor.settimeout(30)
                try:
                    self._talk(visitor)
                except OSError:  # the visitor has seen enough
                    continue

    def _talk(self, visitor: socket.socket) -> None:
        _send(visitor, 0, _greeting(tls=bool(self._tls or self._hangs_up)))
        number = self._hear(visitor)
        if self._hangs_up:
            visitor.shutdown(socket.SHUT_WR)
            while visitor.recv(4096):  # closing with something unread would be a reset
                pass
            return
        if self._tls:
            visitor = self._tls.wrap_socket(visitor, server_side=True)
            number = self._hear(visitor)
        _send(visitor, number + 1, b"\xfemysql_clear_password\0")
        number = self._hear(visitor)
        _send(visitor, number + 1, b"\xff" + struct.pack("<H", 1045) + b"#28000Thank you")
        visitor.close()

    def _hear(self, visitor: socket.socket) -> int:
        """Takes one packet; answers its number."""
        head = _received(visitor, 4)
        self.heard += _received(visitor, int.from_bytes(head[:3], "little"))
        return head[3]


def _greeting(*, tls: bool) -> bytes:
    can = _LONG_PASSWORD | _PROTOCOL_41 | _SECURE_CONNECTION | _PLUGIN_AUTH | (_TLS if tls else 0)
    return (
        b"\x0a8.4.6\0"
        + struct.pack("<I", 7)
        + b"saltsalt\0"
        + struct.pack("<HBHHB", can & 0xFFFF, 255, 2, can >> 16, 21)
        + bytes(10)
        + b"saltsaltsalt\0caching_sha2_password\0"
    )


def _send(visitor: socket.socket, number: int, payload: bytes) -> None:
    visitor.sendall(len(payload).to_bytes(3, "little") + bytes([number]) + payload)


def _received(visitor: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        if not (part := visitor.recv(length - len(received))):
            raise ConnectionResetError
        received += part
    return received
