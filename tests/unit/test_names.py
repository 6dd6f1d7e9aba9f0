from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.names import login_problem, realm_problem, schema_problem

HOSTILE = [
    "", " ", "o'brien", '"x"', "`x`", "a`b", "a b", "a\n", "\nalice", "a\x00", "a;drop user root", "../a",
    "a/b", "a\\b",
    "a@b", "a%", "%s", "{0}", "$(id)", "alice ", "Alice", "ALICE", "älice", "a\u200b", "٣", "\u202ealice",
    "\N{CYRILLIC SMALL LETTER A}lice", "\N{FULLWIDTH LATIN SMALL LETTER A}lice",
    "-a", ".a", "_a", "a" * 21, "<b>", "a,b", "a'@'%", "*", "?",
]  # fmt: skip
RESERVED = [
    "root", "admin", "rdsadmin", "rds_superuser_role", "rdsrepladmin", "mysql", "mysql.sys", "mysql.session",
    "mysql-x", "public", "none", "event_scheduler", "dbadmin",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_login_is_refused_and_shown_in_quotes(name: str) -> None:
    problem = login_problem(name, "dbadmin")
    assert problem is not None
    assert problem.startswith(repr(name))


@pytest.mark.parametrize("name", RESERVED)
def test_a_reserved_login_is_refused(name: str) -> None:
    assert (
        login_problem(name, "dbadmin") == f"{name!r} is reserved: it is the master user's, or the engine's or RDS's own"
    )


def test_a_name_that_active_directory_has_not_is_refused() -> None:
    assert login_problem("alice.", "dbadmin") == "'alice.': Active Directory has no names that end with a dot"


@pytest.mark.parametrize("name", ["a", "alice", "7", "a.b-c_d", "a" * 20, "mysqladm", "rooter", "nonesuch", "dbadmin2"])
def test_a_usual_login_passes(name: str) -> None:
    assert login_problem(name, "dbadmin") is None


@given(st.text() | st.from_regex(r"[a-z0-9._-]{1,22}\n?"))
def test_no_login_outside_the_grammar_passes(name: str) -> None:
    if login_problem(name, "") is None:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,19}", name)
        assert name.isascii()
        assert not name.startswith("rds")


@pytest.mark.parametrize(
    "name", ["", "a b", "a.b", "a`b", "a%", "a*", "a\n", "é", "a" * 65, "a\\b", "a'b", "a/b", "%s"]
)
def test_a_hostile_database_name_is_refused(name: str) -> None:
    assert schema_problem(name) == (
        f"{name!r}: a database name here is 1 to 64 letters, digits, underscores, dollar signs and hyphens"
    )


@pytest.mark.parametrize("name", ["mysql", "MySQL", "sys", "information_schema", "performance_schema", "SYS"])
def test_nothing_is_granted_on_the_databases_of_the_engine(name: str) -> None:
    assert schema_problem(name) == f"{name!r} belongs to the engine"


@pytest.mark.parametrize("name", ["payments", "Payments_2", "a$b", "a-b", "_", "a" * 64])
def test_a_usual_database_name_passes(name: str) -> None:
    assert schema_problem(name) is None


@given(st.text())
def test_no_database_name_outside_the_grammar_passes(name: str) -> None:
    if schema_problem(name) is None:
        assert re.fullmatch(r"[A-Za-z0-9_$-]{1,64}", name)


@pytest.mark.parametrize(
    "name", ["", "CORP", "corp.example.com", "CORP..COM", "-A.B", "A-.B", "A.B\n", "A.B.", "A B.C", "CÖRP.COM"]
)
def test_what_is_no_realm_is_refused(name: str) -> None:
    assert realm_problem(name) == (f"{name!r} is no Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM")


@pytest.mark.parametrize("name", ["CORP.EXAMPLE.COM", "A.B", "A-1.B2", "1.2"])
def test_a_realm_passes(name: str) -> None:
    assert realm_problem(name) is None


def test_a_long_name_is_refused_quickly() -> None:
    assert realm_problem("A-" * 5000 + "!")
    assert login_problem("a" * 100_000, "")
