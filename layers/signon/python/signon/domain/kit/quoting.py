"""Quoting for every place a text is put: shells, libpq's connection strings, JDBC's URLs, krb5.conf.

What cannot be quoted is refused, never repaired.
"""

from __future__ import annotations

import re
import shlex
import string
from collections.abc import Iterable, Mapping
from unicodedata import category

_DNS_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*")
_PLAIN = re.compile(r"[A-Za-z0-9_$-]+")
_UNRESERVED = {*string.ascii_letters, *string.digits, *"-._~"}  # by RFC 3986
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control and format characters, halves of characters, ends of lines


class Unquotable(ValueError):
    """A text that cannot be quoted for its place."""


def one_line(text: str) -> str:
    """The text. Raises Unquotable: it has a character that ends a line, or an invisible control character."""
    if not (text.isascii() and text.isprintable()) and any(category(character) in _UNSEEN for character in text):
        raise Unquotable(f"{text!r} does not fit on one line")
    return text


def dns_name(name: str) -> str:
    """The name of a host or a domain. Raises Unquotable: it is not one."""
    if not _DNS_NAME.fullmatch(name):
        raise Unquotable(f"{name!r} is not a DNS name")
    return name


def shell(words: Iterable[str]) -> str:
    """A line of a POSIX shell: these words and no others. Raises Unquotable."""
    return one_line(shlex.join(words))


def libpq(values: Mapping[str, str]) -> str:
    """A connection string of libpq. Raises Unquotable."""
    return one_line(" ".join(f"{name}={_libpq_value(value)}" for name, value in values.items()))


def _libpq_value(value: str) -> str:
    if value and not set(value) & set(" '\\"):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def postgresql_url(host: str, port: int, database: str, options: Mapping[str, str]) -> str:
    """A URL of PostgreSQL's JDBC driver, which decodes each part. Raises Unquotable."""
    return f"jdbc:postgresql://{dns_name(host)}:{port}/{_percent(database)}?{_options(options)}"


def mysql_url(scheme: str, host: str, port: int, database: str, options: Mapping[str, str]) -> str:
    """A URL of MariaDB's or MySQL's JDBC driver. Raises Unquotable: MariaDB's decodes nothing, so names are plain."""
    if database and not _PLAIN.fullmatch(database):
        raise Unquotable(
            f"{database!r} cannot be a database name in a URL: letters, digits, underscores, dollars, hyphens"
        )
    return f"jdbc:{scheme}://{dns_name(host)}:{port}/{database}?{_options(options)}"


def _options(options: Mapping[str, str]) -> str:
    return "&".join(f"{name}={_percent(value, ':/')}" for name, value in options.items())


def _percent(text: str, more: str = "") -> str:
    """As RFC 3986 has it; ``more`` are reserved characters that need no encoding here. Raises Unquotable."""
    plain = _UNRESERVED | set(more)
    return "".join(chr(byte) if chr(byte) in plain else f"%{byte:02X}" for byte in one_line(text).encode())
