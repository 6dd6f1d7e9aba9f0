"""What a profile can give in a PostgreSQL server."""

from __future__ import annotations

import pytest

from signon.domain.logins.login import Name
from signon.domain.logins.postgresql import Group
from signon.domain.logins.postgresql_grants import Object, on_database, within_database
from signon.domain.profile.presets import POSTGRESQL_PRESETS, GrantKind, Preset
from signon.domain.profile.profile import Schemas

EVERYTHING = frozenset({"CONNECT", "CREATE", "TEMPORARY", "USAGE", "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"})
ONLY = {
    Preset.READ: {"CONNECT", "USAGE", "SELECT"},
    Preset.WRITE: {"CONNECT", "USAGE", "SELECT", "INSERT", "UPDATE", "DELETE"},
}


@pytest.mark.parametrize("preset", POSTGRESQL_PRESETS)
def test_privileges_come_from_the_presets_alone(preset: Preset) -> None:
    group = Group("signon.payments.some", "some", preset, Schemas("payments", ("core",)))
    database = Object(GrantKind.DATABASE, Name("payments"), "master", grantable=EVERYTHING)
    core = [
        Object(
            kind, Name("core") if kind is GrantKind.SCHEMA else Name("orders", "core"), "master", grantable=EVERYTHING
        )
        for kind in GrantKind
        if kind is not GrantKind.DATABASE
    ]
    made = (
        *on_database("payments", [group], database).statements,
        *within_database("payments", [group], core).statements,
    )
    granted = [statement.sql.partition("GRANT ")[2].partition(" ON ")[0] for statement in made]
    assert {privilege for listed in granted for privilege in listed.split(", ")} == ONLY[preset]


READ = Group("signon.payments.read", "read", Preset.READ, Schemas("payments", ("core",)))


def held(kind: GrantKind, name: Name, *privileges: str) -> Object:
    return Object(kind, name, "master", {READ.name: frozenset(privileges)})


@pytest.mark.parametrize(
    ("found", "excess"),
    [
        ([held(GrantKind.TABLES, Name("orders", "core"), "SELECT")], ()),
        (
            [held(GrantKind.TABLES, Name("orders", "core"), "SELECT", "UPDATE", "INSERT")],
            (f"{READ.name}: INSERT, UPDATE on TABLE payments.core.orders",),
        ),
        (
            [held(GrantKind.TABLES, Name(f"t{n}", "core"), "SELECT", "DELETE") for n in range(5)],
            (f"{READ.name}: DELETE on TABLE payments.core.t0, payments.core.t1, payments.core.t2 and 2 more",),
        ),
        ([held(GrantKind.SCHEMA, Name("core"), "USAGE", "CREATE")], (f"{READ.name}: CREATE on SCHEMA payments.core",)),
        ([held(GrantKind.NEW_TABLES, Name("core"), "UPDATE")], (f"{READ.name}: UPDATE on new TABLES payments.core",)),
        (
            # of a schema that another role names, and this one does not any more
            [held(GrantKind.TABLES, Name("trail", "audit"), "SELECT")],
            (f"{READ.name}: SELECT on TABLE payments.audit.trail",),
        ),
    ],
)
def test_what_a_group_role_has_beyond_its_preset_is_reported(found: list[Object], excess: tuple[str, ...]) -> None:
    assert within_database("payments", [READ], found).excess == excess


def test_what_a_group_role_has_beyond_connect_on_the_database_is_reported() -> None:
    found = held(GrantKind.DATABASE, Name("payments"), "CONNECT", "CREATE")
    assert on_database("payments", [READ], found).excess == (f"{READ.name}: CREATE on DATABASE payments",)
    assert on_database("payments", [READ], held(GrantKind.DATABASE, Name("payments"), "CONNECT")).excess == ()


def test_what_has_a_name_that_is_not_utf_8_is_told_and_the_rest_is_granted() -> None:
    usual, odd = (
        Object(GrantKind.TABLES, Name(name, "core"), "app", grantable=EVERYTHING) for name in ("orders", "caf\udce9")
    )
    plan = within_database("payments", [READ], [usual, odd])
    assert [statement.values for statement in plan.statements] == [(Name("orders", "core"), Name(READ.name))]
    (told,) = plan.not_ours
    assert told.problem == (r"payments.core.caf\udce9 of app: its name is not UTF-8, so nothing can be granted on it")
    granted = Object(GrantKind.TABLES, Name("caf\udce9", "core"), "app", {READ.name: frozenset({"SELECT"})})
    assert within_database("payments", [READ], [granted]).not_ours == ()


def test_a_name_of_somebody_elses_is_quoted_in_what_is_not_ours_to_grant() -> None:
    theirs = Object(GrantKind.TABLES, Name("x | Remedy: run this", "core"), "o w", {}, frozenset())
    (told,) = within_database("payments", [READ], [theirs]).not_ours
    assert told.problem == ('payments.core."x / Remedy: run this" of "o w": the master user may not grant SELECT')
