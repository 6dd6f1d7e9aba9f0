"""The grammar admits plain names and nothing else, and of every other name says which rule it breaks."""

from __future__ import annotations

import re
import unicodedata

import pytest

from signon.domain.names import MYSQL_DATABASE, POSTGRESQL_DATABASE, POSTGRESQL_SCHEMA, Grammar, login_problem
from tests.hostile_names import SEED, hostile

SAID = "lower-case letters, digits, dots, hyphens and underscores, and begins with a letter or a digit"
RESERVED = r"rds.*|(mysql|mariadb)([._-].*)?|pg_.*|postgres|root|admin|public|none|event_scheduler"
PLAIN = "letters, digits, underscores, dollar signs and hyphens"


def broken_rule(name: str, longest: int, plain: str, what: str, reserved: str, because: str) -> str | None:
    """What must be said of the name: that it is empty, too long, which character has no place in it, or whose it is."""
    if not name:
        return f"is empty: {what.partition(' consists of ')[0]} is 1 to {longest} characters long"
    if len(name) > longest:
        return f"is too long: {len(name)} of at most {longest} characters"
    for place, character in enumerate(name):
        if not re.match(plain, name[: place + 1] if place == 0 else f"a{character}"):
            verb = "begins with" if place == 0 else "contains"
            return f"{verb} {character!r} (U+{ord(character):04X}): {what}"
    return f"is reserved: {because}" if re.fullmatch(reserved, name, re.ASCII) else None


def test_a_login_is_refused_by_the_first_rule_that_it_breaks() -> None:
    admitted = []
    for name in hostile():
        problem = login_problem(name, "dbadmin")
        rule = broken_rule(
            name,
            20,
            r"[a-z0-9][a-z0-9._-]*\Z",
            f"a login consists of {SAID}",
            RESERVED,
            "it belongs to the engine or to RDS",
        )
        if rule is None and name.endswith("."):
            rule = "Active Directory has no names that end with a dot"
        assert (problem is None) == (rule is None), (name, problem, rule)
        if problem and "has a domain" in problem:
            bare = re.fullmatch(r"([a-z0-9._-]+)@[A-Za-z0-9.-]+|[A-Za-z0-9.-]+\\([a-z0-9._-]+)", name)
            assert bare, name
            rule = f"write the name without the domain, {bare[1] or bare[2]!r}"
        assert rule is None or (problem is not None and problem.endswith(rule)), (name, problem, rule)
        if problem is None:
            admitted.append(name)
    folded = {unicodedata.normalize("NFKC", name).casefold() for name in admitted}
    print(f"seed {SEED}: {len(admitted)} of {len(hostile())} admitted")
    assert len(folded) == len(admitted) > 50


@pytest.mark.parametrize(
    ("grammar", "longest", "what", "reserved"),
    [
        (MYSQL_DATABASE, 64, "a database name", r"(?i)mysql|sys|information_schema|performance_schema"),
        (POSTGRESQL_DATABASE, 63, "a database name", r"template[01]|rdsadmin"),
        (POSTGRESQL_SCHEMA, 63, "a schema name", r"pg_.*|information_schema"),
    ],
    ids=["a database of MySQL", "a database of PostgreSQL", "a schema"],
)
def test_what_is_granted_on_is_refused_by_the_first_rule_that_it_breaks(
    grammar: Grammar, longest: int, what: str, reserved: str
) -> None:
    for name in hostile():
        rule = broken_rule(
            name, longest, r"[A-Za-z0-9_$-]+\Z", f"{what} consists of {PLAIN}", reserved, "it belongs to the engine"
        )
        problem = grammar.problem(name)
        assert (problem is None) == (rule is None), (name, problem, rule)
        assert rule is None or (problem is not None and problem.endswith(rule)), (name, problem, rule)
