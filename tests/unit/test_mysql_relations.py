"""Who may act as whom in MySQL and MariaDB: chains of roles, names that are patterns, and the marks made of roles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.logins.mariadb_marks import marks_of_roles
from signon.domain.logins.mysql_relations import Account, Relations, like, reached

ADMIN, MALLORY, ALICE = ("admin", "%"), ("mallory", "%"), ("alice", "%")

names = st.text(alphabet="ab%_\\", max_size=6)


# ---- chains of roles


class Counting(dict[Account, tuple[Account, ...]]):
    """Counts how often it is asked."""

    asked = 0

    def get(self, key: Account, default: Any = None) -> Any:
        self.asked += 1
        return super().get(key, default)


def test_a_chain_of_roles_of_any_length_leads_to_those_who_may_make_logins() -> None:
    length = 20_000
    chain = Counting({(f"r{number}", ""): ((f"r{number + 1}", ""),) for number in range(length)})
    assert (f"r{length}", "") in reached([("r0", "")], chain)
    assert chain.asked == length + 1


def test_roles_that_have_each_other_end() -> None:
    ring: Mapping[Account, tuple[Account, ...]] = {("a", ""): (("b", ""),), ("b", ""): (("a", ""), MALLORY)}
    assert reached([("a", "")], ring) == {("a", ""), ("b", ""), MALLORY}


def test_the_members_of_a_role_that_makes_logins_make_them_too() -> None:
    rows = [("maker", "dba", "", "", ""), ("role", "dba", "", "boss", ""), ("role", "boss", "", *MALLORY)]
    assert Relations.of(rows).makers == {("dba", ""), ("boss", ""), MALLORY}


# ---- names that are patterns


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("", "alice", True),
        ("%", "alice", True),
        ("al%", "alice", True),
        ("%ce", "alice", True),
        ("a%i%e", "alice", True),
        ("alic_", "alice", True),
        ("a%e", "a\ne", True),
        ("alic_", "alic", False),
        ("Al%", "alice", False),
        (r"al\%", "alice", False),
        (r"al\%", "al%", True),
        (r"app\_rw", "app_rw", True),
        (r"app\_rw", "appxrw", False),
        ("a.c", "abc", False),
        ("%a", "ab", False),
    ],
)
def test_names_are_compared_as_a_server_does(pattern: str, name: str, fits: bool) -> None:
    assert bool(like(pattern)(name)) is fits


@given(names, names)
def test_a_pattern_says_what_like_says(pattern: str, name: str) -> None:
    signs = re.findall(r"\\?.", pattern)
    plain = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign[-1])) for sign in signs)
    assert bool(like(pattern)(name)) is (not pattern or bool(re.fullmatch(plain, name, re.DOTALL)))


def test_a_pattern_of_many_wildcards_ends() -> None:
    assert not like("%a" * 16 + "b")("a" * 32)


def test_a_proxy_of_a_pattern_counts_where_its_grantee_exists_and_our_host_is_granted() -> None:
    rows = [
        ("proxy", "", "", "root", "vm"),  # as an installation leaves it, with no account root
        ("proxy", "al%", "%", *MALLORY),
        ("proxy", "", "%", "", "%"),
        ("proxy", "al%", "10.%", *MALLORY),
        ("proxy", "alice", "%", *MALLORY),
    ]
    found = Relations.of(rows).proxies_by_pattern({"mallory", "alice"})
    assert found == {("al%", "%"): {MALLORY}, ("", "%"): {("", "%")}}


# ---- marks that are roles


def marks(*rows: tuple[str, str, str, str, str], profile: str = "payments") -> dict[Account, Any]:
    return marks_of_roles(Relations.of(rows), {ADMIN}, profile)


def a_role(name: str, *members: Account, administrator: Account = ADMIN) -> list[tuple[str, str, str, str, str]]:
    role = ("mark", name, "", "", "")
    granted = [("role", name, "", *each) for each in (*members, administrator)]
    return [role, *granted, ("administrator", name, "", *administrator)]


def complete(profile: str, **more: bool) -> dict[str, Any]:
    return {"profile": profile, "complete": True, **more}


@pytest.mark.parametrize("profile", ["payments", "zzz", "p1"])
def test_of_two_roles_that_name_a_login_the_one_counts_by_which_we_have_completed_it(profile: str) -> None:
    forged = [row for number in range(3) for row in a_role(f"signon.p{number}.alice", administrator=MALLORY)]
    ours = [*a_role("signon.payments.alice"), *a_role("signon.payments", ALICE)]
    assert marks(*forged, *ours, profile=profile)[ALICE] == (complete("payments"), _sorted("p0", "p1", "p2", profile))
    granted = a_role("signon.p1", ALICE, administrator=MALLORY)
    assert marks(*forged, *granted, *ours, profile=profile)[ALICE][0] == complete("payments")


def _sorted(*profiles: str) -> tuple[str, ...]:
    """The profile at hand first, then by name."""
    *others, here = profiles
    return tuple(sorted(others, key=lambda each: (each != here, each)))


def test_of_two_roles_that_name_a_login_before_it_is_complete_the_profiles_own_counts() -> None:
    rows = [*a_role("signon.aaa.alice", administrator=MALLORY), *a_role("signon.payments.alice")]
    assert marks(*rows)[ALICE] == ({"profile": "payments", "complete": False}, ("aaa",))


def test_a_login_that_was_renamed_bears_our_mark_still_and_who_grants_it_does_not() -> None:
    rows = [*a_role("signon.payments.alice"), *a_role("signon.payments", ("alice2", "%"))]
    found = marks(*rows)
    assert found["alice2", "%"] == (complete("payments", renamed=True), ())
    assert ADMIN not in found


@pytest.mark.parametrize("name", ["signon.", "signon..", "signon.a.", "signon..alice", "signon.x.y.z"])
def test_a_role_of_an_odd_name_ends_nothing(name: str) -> None:
    assert ALICE not in marks(*a_role(name, administrator=MALLORY)) or name == "signon..alice"
