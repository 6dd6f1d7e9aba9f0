"""The presets of a role: the only privileges that a profile can give, and only on what it names."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Preset(StrEnum):
    """What a role may do with what it is on."""

    READ = "read"
    WRITE = "write"


MYSQL_PRESETS: Mapping[Preset, tuple[str, ...]] = {
    Preset.READ: ("SELECT", "SHOW VIEW"),
    Preset.WRITE: ("SELECT", "SHOW VIEW", "INSERT", "UPDATE", "DELETE", "EXECUTE"),
}


MYSQL_PRIVILEGES = ("SELECT", "SHOW VIEW", "INSERT", "UPDATE", "DELETE", "EXECUTE")  # all of them, in this order


class GrantKind(StrEnum):
    """What a privilege of PostgreSQL's is on, as GRANT says it."""

    DATABASE = "DATABASE"
    SCHEMA = "SCHEMA"
    TABLES = "TABLE"
    SEQUENCES = "SEQUENCE"
    NEW_TABLES = "TABLES"
    NEW_SEQUENCES = "SEQUENCES"


_OF_TABLES = {Preset.READ: ("SELECT",), Preset.WRITE: ("SELECT", "INSERT", "UPDATE", "DELETE")}
_OF_SEQUENCES: Mapping[Preset, tuple[str, ...]] = {Preset.READ: (), Preset.WRITE: ("USAGE",)}

# A view is a table here.
POSTGRESQL_PRESETS: Mapping[Preset, Mapping[GrantKind, tuple[str, ...]]] = {
    preset: {
        GrantKind.DATABASE: ("CONNECT",),
        GrantKind.SCHEMA: ("USAGE",),
        GrantKind.TABLES: _OF_TABLES[preset],
        GrantKind.SEQUENCES: _OF_SEQUENCES[preset],
        GrantKind.NEW_TABLES: _OF_TABLES[preset],
        GrantKind.NEW_SEQUENCES: _OF_SEQUENCES[preset],
    }
    for preset in Preset
}
