"""Somebody who answers at a PostgreSQL database's address, and wants the master's password."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

CLEARTEXT, MD5 = struct.pack("!i", 3), struct.pack("!i4s", 5, b"salt")
OK = struct.pack("!i", 0)  # "no password needed"


class Rogue:
    """Speaks PostgreSQL's protocol as far as the question for the password; ``heard`` is all it was told.

    With a certificate it offers TLS; ``asks`` is the way in which it asks for the password.
    """

    def __init__(self, certificate: tuple[Path, Path] | None = None, *, asks: bytes = CLEARTEXT) -> None:
        self.heard = b""
        self.visits = 0
        self._asks = asks
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
        self.heard += visitor.recv(8)  # SSLRequest
        visitor.sendall(b"S" if self._tls else b"N")
        if self._tls:
            visitor = self._tls.wrap_socket(visitor, server_side=True)
        self.heard += visitor.recv(4096)  # user and database
        visitor.sendall(b"R" + struct.pack("!i", 4 + len(self._asks)) + self._asks)
        self.heard += visitor.recv(4096)
        visitor.close()
