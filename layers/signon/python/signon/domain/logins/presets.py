"""The presets of a role: the only privileges that a profile can give, and only on what it names."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

MYSQL_PRESETS: Mapping[str, tuple[str, ...]] = {
    "read": ("SELECT", "SHOW VIEW"),
    "write": ("SELECT", "SHOW VIEW", "INSERT", "UPDATE", "DELETE", "EXECUTE"),
}


MYSQL_PRIVILEGES = ("SELECT", "SHOW VIEW", "INSERT", "UPDATE", "DELETE", "EXECUTE")  # all of them, in this order


class GrantKind(Enum):
    """What a privilege of PostgreSQL's is on, as GRANT says it."""

    DATABASE = "DATABASE"
    SCHEMA = "SCHEMA"
    TABLES = "TABLE"
    SEQUENCES = "SEQUENCE"
    NEW_TABLES = "TABLES"
    NEW_SEQUENCES = "SEQUENCES"


_OF_TABLES = {"read": ("SELECT",), "write": ("SELECT", "INSERT", "UPDATE", "DELETE")}
_OF_SEQUENCES: Mapping[str, tuple[str, ...]] = {"read": (), "write": ("USAGE",)}

# A view is a table here.
POSTGRESQL_PRESETS: Mapping[str, Mapping[GrantKind, tuple[str, ...]]] = {
    preset: {
        GrantKind.DATABASE: ("CONNECT",),
        GrantKind.SCHEMA: ("USAGE",),
        GrantKind.TABLES: _OF_TABLES[preset],
        GrantKind.SEQUENCES: _OF_SEQUENCES[preset],
        GrantKind.NEW_TABLES: _OF_TABLES[preset],
        GrantKind.NEW_SEQUENCES: _OF_SEQUENCES[preset],
    }
    for preset in ("read", "write")
}
