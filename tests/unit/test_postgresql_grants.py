"""What a profile can give in a PostgreSQL server."""

from __future__ import annotations

import pytest

from signon.domain.logins import Name
from signon.domain.postgresql_grants import PRESETS, Kind, Object, on_database, within_database
from signon.domain.postgresql_logins import Group
from signon.domain.profile import Schemas

EVERYTHING = frozenset({"CONNECT", "CREATE", "TEMPORARY", "USAGE", "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"})
ONLY = {
    "read": {"CONNECT", "USAGE", "SELECT"},
    "write": {"CONNECT", "USAGE", "SELECT", "INSERT", "UPDATE", "DELETE"},
}


@pytest.mark.parametrize("preset", PRESETS)
def test_privileges_come_from_the_presets_alone(preset: str) -> None:
    group = Group("signon.payments.some", "some", preset, Schemas("payments", ("core",)))
    database = Object(Kind.DATABASE, Name("payments"), "master", grantable=EVERYTHING)
    core = [
        Object(kind, Name("core") if kind is Kind.SCHEMA else Name("orders", "core"), "master", grantable=EVERYTHING)
        for kind in Kind
        if kind is not Kind.DATABASE
    ]
    made = (
        *on_database("payments", [group], database).statements,
        *within_database("payments", [group], core).statements,
    )
    granted = [statement.sql.partition("GRANT ")[2].partition(" ON ")[0] for statement in made]
    assert {privilege for listed in granted for privilege in listed.split(", ")} == ONLY[preset]
