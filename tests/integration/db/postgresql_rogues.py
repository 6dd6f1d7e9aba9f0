"""Servers that speak PostgreSQL's protocol as far as the question for the password.

https://www.postgresql.org/docs/current/protocol-flow.html
"""

from __future__ import annotations

import hashlib
import ssl
import struct
from collections.abc import Iterator
from functools import partial

from signon.errors import ConnectionRefused

from .certificates import (
    Certificate,
    expired,
    not_valid_yet,
    of_another_authority,
    of_another_host,
    self_signed,
    the_databases_own,
)
from .conftest import HOST, MASTER
from .rogue import Line, Talk, old_tls_with, tls_with
from .rogue_kinds import CUT_OFF, PORT, UNVERIFIED, Family, Kind, stranger

SALT = b"salt"
CLEAR, MD5, GSS = struct.pack("!I", 3), struct.pack("!I", 5) + SALT, struct.pack("!I", 7)
SCRAM = struct.pack("!I", 10) + b"SCRAM-SHA-256\0\0"
QUESTIONS = {"clear": CLEAR, "MD5": MD5, "SCRAM": SCRAM, "GSS": GSS}
_IN_LATIN_1 = b"SFATAL\0VFATAL\0C28000\0Mcaf\xe9\0\0"
_ERROR = b"SFATAL\0VFATAL\0C28P01\0MTell me your password first\0\0"


def without_tls(_: Certificate, question: bytes) -> Talk:
    """Has no TLS, and asks anyway."""

    def talk(line: Line) -> None:
        line.hear(8)
        line.say(b"N")
        _ask(line, question)

    return talk


def with_tls(certificate: Certificate, question: bytes) -> Talk:
    """Asks when TLS is up."""
    return _over(tls_with(certificate), question)


def _over(context: ssl.SSLContext, question: bytes = CLEAR) -> Talk:
    def talk(line: Line) -> None:
        line.hear(8)
        line.say(b"S")
        line.encrypt(context)
        _ask(line, question)

    return talk


def refuses(certificate: Certificate, words: bytes) -> Talk:
    """Refuses who wants to sign in when TLS is up, in these words."""

    def talk(line: Line) -> None:
        line.hear(8)
        line.say(b"S")
        line.encrypt(tls_with(certificate))
        line.hear(int.from_bytes(line.hear(4)) - 4)
        line.say(_message(b"E", words))
        line.hear_out()

    return talk


def forgets_tls(line: Line) -> None:
    """Offers TLS, and goes on in the clear as if it had been made."""
    line.hear(8)
    line.say(b"S")
    line.hear(5)  # the handshake begins
    line.say(_message(b"R", CLEAR) * 99)
    line.hear_out()


def speaks_ahead(certificate: Certificate) -> Talk:
    """Asks for the password in the same breath as it offers TLS, so that the question is there before TLS is."""

    def talk(line: Line) -> None:
        line.hear(8)
        line.say(b"S" + _message(b"R", CLEAR))
        line.encrypt(tls_with(certificate))
        _ask(line, CLEAR)

    return talk


def says(words: bytes) -> Talk:
    """Answers the request for TLS with these words."""

    def talk(line: Line) -> None:
        line.hear(8)
        line.say(words)
        line.leave()

    return talk


def hangs(line: Line) -> None:
    """Never answers the request for TLS."""
    line.hear_out()


def forms(password: str) -> Iterator[bytes]:
    """Everything that says the password to one who has sent SALT. What SCRAM makes of it says nothing to anybody."""
    known = password.encode()
    yield known
    inner = hashlib.md5(known + MASTER[0].encode()).hexdigest().encode()  # noqa: S324  PostgreSQL's own
    yield inner
    yield hashlib.md5(inner + SALT).hexdigest().encode()  # noqa: S324


def _ask(line: Line, question: bytes) -> None:
    line.hear(int.from_bytes(line.hear(4)) - 4)
    line.say(_message(b"R", question))
    line.hear(1)
    line.hear(int.from_bytes(line.hear(4)) - 4)
    line.say(_message(b"E", _ERROR))
    line.hear_out()


def _message(kind: bytes, payload: bytes) -> bytes:
    return kind + (len(payload) + 4).to_bytes(4) + payload


UNREACHED = ConnectionRefused(
    f"{HOST}:{PORT} cannot be reached from this stack's subnets",
    "Allow the stack's security group (output DatabaseAccessSecurityGroup) in the database's own, and check the routes",
)
OTHER_WAY = ConnectionRefused(
    f"{HOST} asks for the master user's password by a method other than SCRAM or MD5",
    "Let the master user sign in by password, without rds_iam and rds_ad, and check what answers at that address",
)
NOT_LET_IN = ConnectionRefused(
    f"{HOST} does not let the master user in to database postgres, for a reason of its own",
    "Look the reason up in the error log of the database, and set its parameter lc_messages to C so that this message"
    " can say it; then start again",
)

POSTGRESQL = Family(
    engine="aurora-postgresql",
    asks_for_tls=rb"\x00\x00\x00\x08\x04\xd2\x16\x2f",
    forms=forms,
    kinds=(
        *(
            Kind(f"no TLS, {name}", partial(without_tls, question=asked), UNVERIFIED)
            for name, asked in QUESTIONS.items()
        ),
        *(
            Kind(f"{certificate.__name__}, {name}", partial(with_tls, question=asked), UNVERIFIED, certificate)
            for certificate in (of_another_authority, of_another_host, expired, not_valid_yet, self_signed)
            for name, asked in QUESTIONS.items()
        ),
        Kind("TLS 1.0 and 1.1 only", lambda own: _over(old_tls_with(own)), UNVERIFIED, the_databases_own),
        Kind("goes on in the clear", lambda _: forgets_tls, UNVERIFIED),
        Kind("asks ahead of TLS", speaks_ahead, stranger("PostgreSQL"), the_databases_own),
        Kind("answers with an error", lambda _: says(_message(b"E", _ERROR)), stranger("PostgreSQL")),
        Kind("answers with an old error", lambda _: says(b"ETell me your password first\0"), stranger("PostgreSQL")),
        Kind("answers with garbage", lambda _: says(b"GARBAGE" * 99), stranger("PostgreSQL")),
        Kind("takes it for a GSS request", lambda _: says(b"G"), stranger("PostgreSQL")),
        Kind("answers as MySQL does", lambda _: says(b"\x4a\0\0\0\x0a8.4.6\0"), stranger("PostgreSQL")),
        Kind("closes", lambda _: says(b""), CUT_OFF),
        Kind("hangs", lambda _: hangs, UNREACHED, visits=3),
    ),
    trusted=(
        Kind("asks for it in the clear", partial(with_tls, question=CLEAR), OTHER_WAY, the_databases_own),
        Kind("refuses in Latin-1", partial(refuses, words=_IN_LATIN_1), NOT_LET_IN, the_databases_own),
        Kind("asks for a ticket", partial(with_tls, question=GSS), OTHER_WAY, the_databases_own),
    ),
    ears=(Kind("MD5", partial(with_tls, question=MD5), NOT_LET_IN, the_databases_own),),
)
