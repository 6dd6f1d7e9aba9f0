"""Statements that people are to paste: they name exactly the account that is meant, or say where its name is found."""

from __future__ import annotations

import re
from string import printable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.finding import Remark
from signon.domain.limits import LONGEST_OF_MANY, listed
from signon.domain.logins.mysql_accounts import in_other_hands, to_run
from signon.domain.logins.postgresql_marks import in_other_hands as in_other_hands_of_postgresql
from signon.domain.logins.postgresql_marks import quoted
from signon.foreign import REMEDY
from tests.builders import a_login

ODD_CHARACTERS = "\u200b\u2060\x1b\n\\'`\" |"
names = st.text(st.sampled_from(printable[:95] + ODD_CHARACTERS + "\u00e9\u4e2d"), max_size=32)
CONCAT = re.compile(r"SET @sql = CONCAT\((?P<parts>.*)\); PREPARE signon FROM @sql; EXECUTE signon")
PART = re.compile(r"'((?:[^']|'')*)'|_utf8mb4 X'([0-9A-F]+)'")


def as_the_server_puts_it_together(sql: str) -> str:
    """The statement that a server runs."""
    if not (found := CONCAT.fullmatch(sql)):
        return sql
    parts = PART.finditer(found["parts"])
    return "".join(
        bytes.fromhex(each[2]).decode() if each[2] is not None else each[1].replace("''", "'") for each in parts
    )


def account_in(sql: str) -> tuple[str, str]:
    """What DROP USER is about, without any escape but the doubled quotation mark."""
    for sign in "'`":
        name = f"{sign}((?:[^{sign}]|{sign}{sign})*){sign}"
        if found := re.fullmatch(f"DROP USER {name}@{name}", sql):
            user, host = (part.replace(sign * 2, sign) for part in found.groups())
            return user, host
    raise AssertionError(sql)


@given(names, names)
def test_it_names_exactly_the_account_and_shows_every_character(user: str, host: str) -> None:
    sql = to_run("DROP USER {}", (user, host))
    assert sql.isprintable()
    assert REMEDY not in sql
    assert "\\" not in sql
    assert account_in(as_the_server_puts_it_together(sql)) == (user, host)


def test_a_usual_account_is_written_as_usual() -> None:
    assert to_run("REVOKE {} FROM {}", ("alice", "%"), ("o'neil", "10.%")) == "REVOKE 'alice'@'%' FROM 'o''neil'@'10.%'"


def test_what_would_be_too_long_says_where_the_name_is_found() -> None:
    sql = to_run("DROP USER {}", ("\u200b" * 128, "h" * 255))
    assert sql == (
        "DROP USER the account, whose name is too long for this text:"
        " SELECT User, Host, HEX(User), HEX(Host) FROM mysql.user"
    )


def test_a_name_of_postgresql_that_looks_like_a_remedy_is_escaped() -> None:
    assert quoted("x | Remedy: y") == r'U&"x \+00007c Remedy: y"'
    assert quoted("x | y") == '"x | y"'


def test_a_name_of_postgresql_that_is_not_utf_8_is_not_written_as_sql() -> None:
    assert quoted('caf\udce9 "') == r'''<the role "caf\udce9 """, whose name is not UTF-8>'''


# ---- those who may use a login are many


def test_names_in_a_sentence_are_few_and_the_rest_is_counted() -> None:
    assert listed([]) == ""
    assert listed(["a", "b"]) == "a, b"
    assert listed([f"n{each}" for each in range(30)]).endswith("n18, n19, and 10 more")
    assert listed(["x" * 100] * 5) == f"{', '.join(['x' * 100] * 2)}, and 3 more"
    assert listed(["x" * 400, "y"]) == f"{'x' * 400}, and 1 more"


@pytest.mark.parametrize("user", ["m", "\u200b" * 16, "'" * 32])
@pytest.mark.parametrize("host", ["%", "h" * 255, "\\" * 60])
@pytest.mark.parametrize("field", ["members", "proxies"])
def test_of_many_members_the_remedy_still_fits_into_a_line(field: str, user: str, host: str) -> None:
    changes: dict[str, Any] = {field: frozenset((f"{user[:28]}{each}", host) for each in range(1_000))}
    said = in_other_hands(a_login(**changes), frozenset()) or Remark("")
    remedy = said.remedy or ""
    assert len(said.problem) + len(remedy) < LONGEST_OF_MANY - 40
    assert re.search(r"and 9[0-9]{2} more\)$", said.problem)
    assert remedy.endswith("likewise for each")


@pytest.mark.parametrize("name", ["role", "\u200b" * 19, '"' * 60])
def test_of_many_roles_the_remedy_still_fits_into_a_line(name: str) -> None:
    said = in_other_hands_of_postgresql("alice@CORP.EXAMPLE.COM", [f"{name}{each}" for each in range(999)])
    assert len(said.problem) + len(said.remedy or "") < LONGEST_OF_MANY - 40
    assert re.search(r"and 9[0-9]{2} more\)$", said.problem)
