"""Servers that speak MySQL's protocol as far as the question for the password.

https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
"""

from __future__ import annotations

import hashlib
import ssl
import struct
from collections.abc import Iterator
from functools import partial

from signon.db.mysql_errors import at_sign_in

from .certificates import (
    Certificate,
    expired,
    not_valid_yet,
    of_another_authority,
    of_another_host,
    self_signed,
    the_databases_own,
)
from .conftest import HOST
from .rogue import Line, Talk, old_tls_with, tls_with
from .rogue_kinds import CUT_OFF, NOT_LET_IN, SILENT, UNVERIFIED, Family, Kind, stranger

_LONG_PASSWORD, _PROTOCOL_41, _TLS, _SECURE_CONNECTION, _PLUGIN_AUTH = 0x1, 0x200, 0x800, 0x8000, 0x80000
SALT = b"saltsaltsaltsaltsalt"
TLS_REQUEST = 36  # bytes: header, capabilities, greatest packet, character set, nothing; then the handshake begins
_THANK_YOU = b"\xff" + struct.pack("<H", 1045) + b"#28000Thank you"
PLUGINS = CLEAR, NATIVE, CACHING = "mysql_clear_password", "mysql_native_password", "caching_sha2_password"


def without_tls(_: Certificate, plugin: str) -> Talk:
    """Offers no TLS; would take the password's hash, and then asks for it in the clear."""

    def talk(line: Line) -> None:
        _packet(line, 0, _greeting(plugin, tls=False))
        _ask(line, CLEAR)

    return talk


def with_tls(certificate: Certificate, plugin: str = CACHING, asks: str = CLEAR) -> Talk:
    """Offers TLS and, when it is up, takes a hash and asks for more."""
    return _over(tls_with(certificate), plugin, asks)


def _over(context: ssl.SSLContext, plugin: str = CACHING, asks: str = CLEAR) -> Talk:
    def talk(line: Line) -> None:
        _packet(line, 0, _greeting(plugin, tls=True))
        line.hear(TLS_REQUEST)
        line.encrypt(context)
        _ask(line, asks)

    return talk


def forgets_tls(line: Line) -> None:
    """Offers TLS, and goes on in the clear as if it had been made."""
    _packet(line, 0, _greeting(CACHING, tls=True))
    line.hear(TLS_REQUEST)
    _packet(line, 2, _switch(CLEAR))
    line.hear_out()


def speaks_ahead(certificate: Certificate) -> Talk:
    """Asks for the password in the same breath as it greets, so that the question is there before TLS is."""

    def talk(line: Line) -> None:
        line.say(_framed(0, _greeting(CACHING, tls=True)) + _framed(1, _switch(CLEAR)) + _framed(2, _switch(CLEAR)))
        line.hear(TLS_REQUEST)
        line.encrypt(tls_with(certificate))
        _ask(line, CLEAR)

    return talk


def says(words: bytes) -> Talk:
    """Answers the request for TLS with these words."""

    def talk(line: Line) -> None:
        _packet(line, 0, _greeting(CACHING, tls=True))
        line.hear(TLS_REQUEST)
        line.say(words)
        line.leave()

    return talk


def hangs(line: Line) -> None:
    """Never answers the request for TLS."""
    _packet(line, 0, _greeting(CACHING, tls=True))
    line.hear_out()


def refuses(code: int) -> Talk:
    """Has an error instead of a greeting."""

    def talk(line: Line) -> None:
        _packet(line, 0, b"\xff" + struct.pack("<H", code) + b"Tell me your password first")
        line.leave()

    return talk


def refuses_at_once(code: int, _: Certificate) -> Talk:
    return refuses(code)


def greets_with(words: bytes) -> Talk:
    def talk(line: Line) -> None:
        line.say(words)
        line.leave()

    return talk


def forms(password: str) -> Iterator[bytes]:
    """Everything that says the password to one who has sent SALT: the password, and what each plugin makes of it."""
    known = password.encode()
    yield known
    stage1 = hashlib.sha1(known).digest()  # noqa: S324  MySQL's own
    yield _xor(stage1, hashlib.sha1(SALT + hashlib.sha1(stage1).digest()).digest())  # noqa: S324
    stage1 = hashlib.sha256(known).digest()
    yield _xor(stage1, hashlib.sha256(hashlib.sha256(stage1).digest() + SALT).digest())
    yield _xor(known + b"\0", (SALT * 20)[: len(known) + 1])


def _ask(line: Line, plugin: str) -> None:
    number = _heard_packet(line)
    _packet(line, number + 1, _switch(plugin))
    number = _heard_packet(line)
    _packet(line, number + 1, _THANK_YOU)
    line.hear_out()


def _greeting(plugin: str, *, tls: bool) -> bytes:
    can = _LONG_PASSWORD | _PROTOCOL_41 | _SECURE_CONNECTION | _PLUGIN_AUTH | (_TLS if tls else 0)
    return (
        b"\x0a8.4.6\0"
        + struct.pack("<I", 7)
        + SALT[:8]
        + b"\0"
        + struct.pack("<HBHHB", can & 0xFFFF, 255, 2, can >> 16, 21)
        + bytes(10)
        + SALT[8:]
        + b"\0"
        + plugin.encode()
        + b"\0"
    )


def _switch(plugin: str) -> bytes:
    return b"\xfe" + plugin.encode() + b"\0" + SALT + b"\0"


def _framed(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


def _packet(line: Line, number: int, payload: bytes) -> None:
    line.say(_framed(number, payload))


def _heard_packet(line: Line) -> int:
    """Takes one packet; answers its number."""
    head = line.hear(4)
    line.hear(int.from_bytes(head[:3], "little"))
    return head[3]


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


MYSQL = Family(
    engine="mysql",
    asks_for_tls=rb"\x20\x00\x00\x01.{8}\x2d\x00{23}",
    forms=forms,
    kinds=(
        *(Kind(f"no TLS, {plugin}", partial(without_tls, plugin=plugin), UNVERIFIED) for plugin in PLUGINS),
        *(
            Kind(f"{certificate.__name__}, {plugin}", partial(with_tls, plugin=plugin), UNVERIFIED, certificate)
            for certificate in (of_another_authority, of_another_host, expired, not_valid_yet, self_signed)
            for plugin in PLUGINS
        ),
        Kind("TLS 1.0 and 1.1 only", lambda own: _over(old_tls_with(own)), UNVERIFIED, the_databases_own),
        Kind("goes on in the clear", lambda _: forgets_tls, UNVERIFIED),
        Kind("asks ahead of TLS", speaks_ahead, UNVERIFIED),
        Kind("answers with an error", lambda _: says(_framed(2, _THANK_YOU)), UNVERIFIED),
        Kind("answers with garbage", lambda _: says(b"GARBAGE" * 99), UNVERIFIED),
        Kind("answers as PostgreSQL does", lambda _: says(b"S"), CUT_OFF),
        Kind("closes", lambda _: says(b""), CUT_OFF),
        Kind("hangs", lambda _: hangs, SILENT),
        Kind("greets with HTTP", lambda _: greets_with(b"HTTP/1.1 400 Bad Request\r\n\r\n"), stranger("MySQL")),
        *(
            Kind(f"greets with the error {code}", partial(refuses_at_once, code), at_sign_in(HOST, code))
            for code in (1040, 1129, 1130, 1203, 1524, 4242)
        ),
        Kind("greets with nothing", lambda _: greets_with(b""), at_sign_in(HOST, 2013)),
        Kind("greets with no text", lambda _: greets_with(_framed(0, _greeting("\xff", tls=True))), CUT_OFF),
    ),
    trusted=(),
    ears=(
        *(
            Kind(f"{plugin}, then {asks}", partial(with_tls, plugin=plugin, asks=asks), NOT_LET_IN, the_databases_own)
            for plugin, asks in ((CACHING, CLEAR), (NATIVE, NATIVE), (CACHING, CACHING))
        ),
        *(
            Kind(f"{CACHING}, then {asks}", partial(with_tls, asks=asks), at_sign_in(HOST, 2059), the_databases_own)
            for asks in ("client_ed25519", "auth_gssapi_client", "authentication_kerberos_client", "no_such_plugin")
        ),
    ),
)
