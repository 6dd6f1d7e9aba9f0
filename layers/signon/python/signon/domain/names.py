"""Names are refused, never repaired: a trimmed, cut or transliterated name would be somebody else's."""

from __future__ import annotations

import re

# The default grammar: what sAMAccountName (20 characters), a MySQL account name (32) and a shell all take unquoted.
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,19}", re.ASCII)
_SCHEMA = re.compile(r"[A-Za-z0-9_$-]{1,64}", re.ASCII)
_REALM = re.compile(r"[A-Z0-9]([A-Z0-9-]*[A-Z0-9])?(\.[A-Z0-9]([A-Z0-9-]*[A-Z0-9])?)+", re.ASCII)
_RESERVED = re.compile(r"(rds.*|mysql([._-].*)?|root|admin|public|none|event_scheduler)", re.ASCII)
_SYSTEM_SCHEMAS = {"mysql", "sys", "information_schema", "performance_schema"}


def login_problem(name: str, master_user: str) -> str | None:
    """Why ``name`` is no legal login, or None."""
    if not _LOGIN.fullmatch(name):
        return (
            f"{name!r}: a login is 1 to 20 lower-case letters, digits, dots, hyphens and underscores,"
            " and begins with a letter or digit"
        )
    if name == master_user or _RESERVED.fullmatch(name):
        return f"{name!r} is reserved: it is the master user's, or the engine's or RDS's own"
    return None if not name.endswith(".") else f"{name!r}: Active Directory has no names that end with a dot"


def schema_problem(name: str) -> str | None:
    """Why nothing may be granted on the database ``name``, or None."""
    if not _SCHEMA.fullmatch(name):
        return f"{name!r}: a database name here is 1 to 64 letters, digits, underscores, dollar signs and hyphens"
    return f"{name!r} belongs to the engine" if name.lower() in _SYSTEM_SCHEMAS else None


def realm_problem(name: str) -> str | None:
    """Why ``name`` is no Kerberos realm, or None."""
    return (
        None
        if _REALM.fullmatch(name)
        else f"{name!r} is no Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM"
    )
