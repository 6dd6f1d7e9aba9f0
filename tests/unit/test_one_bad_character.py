"""One bad character in a profile is one sentence, wherever it is and whatever refers to the text that it is in."""

from __future__ import annotations

from typing import Any

import pytest

from signon.domain.profile.schema import problems
from signon.domain.profile.yaml_document import load
from tests.unit.test_foreign_profiles import places, planted

PROFILE: dict[str, Any] = load(
    b"""
version: 1
admits: {engines: [mysql, postgres, mariadb], accounts: ["123456789012"], vpcs: [vpc-0a1b], names: [odd-*]}
directory: {id: d-9367000001, realm: CORP.EXAMPLE.COM, trusted_realms: [EU.EXAMPLE.COM], mysql_over_trust: allowed}
methods: {mysql: [kerberos], postgres: [kerberos, iam], mariadb: [iam]}
change: {apply: window, reboot: ask, existing: ask, other_pending: ask, not_during: [2026-12-20/2027-01-06]}
access: {master: managed, leavers: {lock: now}, adopt: [alice, app]}
roles:
  read: {preset: read, mysql: {databases: [payments]}, postgresql: {database: shop, schemas: [core]}}
  write: {preset: write, mysql: {databases: [payments]}}
logins:
- {user: alice, roles: [read, write], engines: [mysql, postgres]}
- {user: bob, realm: EU.EXAMPLE.COM, roles: [read]}
- {iam: app, used_by: ["arn:aws:iam::123456789012:role/app"], personal: "false", roles: [read]}
"""
)
TEXTS = [place for place in places(PROFILE) if place]


def value(place: tuple[str | int, ...]) -> Any:
    part: Any = PROFILE
    for step in place:
        part = part[step]
    return part


def test_the_profile_is_a_good_one() -> None:
    assert problems(PROFILE, "odd") == []


@pytest.mark.parametrize("place", [place for place in TEXTS if isinstance(value(place), str)], ids=str)
def test_one_in_a_value_is_told_once(place: tuple[str | int, ...]) -> None:
    for bad in ("\0", "\n", "\ud800", "\N{LATIN SMALL LETTER E WITH ACUTE}"):
        told = problems(planted(PROFILE, place, value(place) + bad, as_name=False), "odd")
        assert len(told) == 1, told


@pytest.mark.parametrize("place", [place for place in TEXTS if isinstance(place[-1], str)], ids=str)
def test_one_in_the_name_of_a_field_is_told_once(place: tuple[str | int, ...]) -> None:
    told = problems(planted(PROFILE, place, f"{place[-1]}\0", as_name=True), "odd")
    assert len([problem for problem in told if r"\x00" in str(problem) or "U+0000" in str(problem)]) == 1, told


@pytest.mark.parametrize(("place", "bad"), [(("roles", "read"), "Read"), (("roles", "read"), "read\n")])
def test_a_role_with_a_bad_name_is_told_once_however_many_have_it(place: tuple[str | int, ...], bad: str) -> None:
    assert len(problems(planted(PROFILE, place, bad, as_name=True), "odd")) == 1


def test_another_role_that_is_not_there_is_told_too() -> None:
    document = planted(PROFILE, ("roles", "read"), "Read", as_name=True)
    document["logins"][0]["roles"] = ["dba"]
    assert [problem.path for problem in problems(document, "odd")] == [("roles",), ("logins", 0, "roles", 0)]
