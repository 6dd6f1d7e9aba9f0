"""Somebody who answers at a database's address and wants the master's password: a real socket, every byte recorded."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Self

from .certificates import Certificate

_PATIENCE = 30  # seconds, after which a visitor who says nothing is left alone


class Line:
    """What a visitor says: ``wire`` as it came over the socket, ``heard`` as it is understood, decrypted if need be."""

    def __init__(self, visitor: socket.socket) -> None:
        self.wire = bytearray()
        self.heard = bytearray()
        self._visitor = visitor
        self._kept = b""
        self._tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()

    def say(self, words: bytes) -> None:
        if self._tls is None:
            self._visitor.sendall(words)
            return
        self._tls.write(words)
        self._visitor.sendall(self._outgoing.read())

    def hear(self, length: int) -> bytes:
        """So many bytes. Raises ConnectionResetError: the visitor has left."""
        while len(self._kept) < length:
            self._kept += self._listen()
        heard, self._kept = self._kept[:length], self._kept[length:]
        return heard

    def hear_out(self) -> None:
        """Everything that the visitor still has to say, until the visitor leaves."""
        while True:
            self._kept += self._listen()

    def encrypt(self, tls: ssl.SSLContext) -> None:
        """Makes the handshake. What was said before is no part of it. Raises OSError: it failed."""
        self._incoming.write(self._kept)
        self._kept = b""
        session = tls.wrap_bio(self._incoming, self._outgoing, server_side=True)
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._visitor.sendall(self._outgoing.read())
                self._incoming.write(self._received())
            except ssl.SSLError:
                self._visitor.sendall(self._outgoing.read())  # the alert, which says why
                self.leave()
        self._visitor.sendall(self._outgoing.read())
        self._tls = session

    def leave(self) -> None:
        """Nothing more is said; what the visitor says is still heard: closing with something unread is a reset."""
        self._visitor.shutdown(socket.SHUT_WR)
        self.hear_out()

    def _listen(self) -> bytes:
        while self._tls:
            try:
                heard = self._tls.read(65536)
            except ssl.SSLWantReadError:
                self._incoming.write(self._received())
                continue
            if not heard:
                raise ConnectionResetError
            self.heard += heard
            return heard
        heard = self._received()
        self.heard += heard
        return heard

    def _received(self) -> bytes:
        received = self._visitor.recv(65536)
        self.wire += received
        if not received:
            raise ConnectionResetError
        return received


Talk = Callable[[Line], None]


class Rogue:
    """Has the same talk with every visitor; ``lines`` has one of each visit."""

    def __init__(self, talk: Talk) -> None:
        self.lines: list[Line] = []
        self._talk = talk
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address, self.port = self._listener.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def wire(self) -> bytes:
        return b"".join(bytes(line.wire) for line in self.lines)

    @property
    def heard(self) -> bytes:
        return b"".join(bytes(line.heard) for line in self.lines)

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
            with visitor:
                visitor.settimeout(_PATIENCE)
                self.lines.append(Line(visitor))
                try:
                    self._talk(self.lines[-1])
                except OSError:  # the visitor has seen enough
                    continue


def tls_with(certificate: Certificate) -> ssl.SSLContext:
    """What a server with this certificate talks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def old_tls_with(certificate: Certificate) -> ssl.SSLContext:
    """TLS 1.0 and 1.1, and nothing newer."""
    context = tls_with(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    return context


def is_a_handshake_and_no_more(heard: bytes) -> bool:
    """Whether these are records of TLS of which none has anything to say (handshakes, alerts), or nothing at all."""
    while heard[:2] in (b"\x15\x03", b"\x16\x03"):
        heard = heard[5 + int.from_bytes(heard[3:5]) :]
    return not heard
