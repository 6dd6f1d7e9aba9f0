"""docs/procedure.md names states, functions, calls and SQL: each of them is there, and no state is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import yaml

from docs import permissions
from signon.domain.engines import (
    MARIADB_IAM,
    MYSQL_IAM,
    MYSQL_PAM,
    MYSQL_TICKETS,
    POSTGRESQL_IAM,
    Method,
    MySqlLogins,
)
from signon.domain.logins import mysql_leavers, postgresql, postgresql_leavers
from signon.domain.logins.login import Name, Statement
from signon.domain.logins.mysql import make, open_complete, wanted_logins
from signon.domain.logins.mysql_accounts import Accounts, PresentLogin
from signon.domain.logins.postgresql_grants import Object, on_database, within_database
from signon.domain.logins.postgresql_roles import PresentRole, Roles
from signon.domain.profile.presets import GrantKind
from signon.domain.profile.profile import Profile, read_profile
from signon.domain.profile.yaml_document import load
from signon.domain.rds.membership import MEMBERSHIP
from tests.builders import BY_TICKET

PAGE = (permissions.ROOT / "docs/procedure.md").read_text()
STATES: dict[str, Any] = yaml.load(
    (permissions.ROOT / "statemachines/onboard_database.asl.yaml").read_text(), yaml.CSafeLoader
)["States"]
ROLES = {permissions.heading(role): role for role in permissions.roles()}
STATEMENT = re.compile(r"(CREATE|ALTER|GRANT|COMMENT|REVOKE) [A-Z'\"{]")
NOT_DONE = ("**not ours**, because ", "**not ours**, for ")
GUIDES = 5


@dataclass(frozen=True)
class Row:
    """One step: what AWS says, the states that do it, their functions, and the call, the SQL or why not."""

    step: str
    states: tuple[str, ...]
    functions: tuple[str, ...]
    how: str


def rows() -> Iterator[Row]:
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 4 and cells[1] != "state":
            yield Row(cells[0], tuple(re.findall(r"\*([^*]+)\*", cells[1])), tuple(codes(cells[2])), cells[3])


def codes(text: str) -> list[str]:
    """What stands in backticks, single or double."""
    return [double or single for double, single in re.findall(r"``(.+?)``(?!`)|`([^`]+)`", text)]


ROWS = list(rows())
DONE = [row for row in ROWS if row.states or row.functions]
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.step[:60])
each_done = pytest.mark.parametrize("row", DONE, ids=lambda row: f"{row.step[:40]} {' '.join(row.states)}")


def function_of(state: str) -> str | None:
    """The folder of the function that a state calls, None where it calls none."""
    resource = STATES[state].get("Resource")
    return re.sub(r"(?<!^)([A-Z])", r"_\1", resource[2:-1]).lower() if resource else None


def test_there_are_five_guides_with_their_links_and_what_no_guide_says() -> None:
    sections = PAGE.split("\n## ")[1:]
    assert len(sections) == GUIDES + 1
    assert all(
        re.search(r"\nAWS: \[.+?\]\(https://[a-z.]*(aws\.amazon\.com|repost\.aws)/", text) for text in sections[:-1]
    )


@each_done
def test_every_state_that_is_named_exists(row: Row) -> None:
    assert set(row.states) <= set(STATES)


@each_done
def test_the_functions_of_a_row_are_those_of_its_states(row: Row) -> None:
    of_states = {function for state in row.states if (function := function_of(state))}
    assert set(row.functions) == (of_states if row.states else set(row.functions))
    assert set(row.functions) <= {path.parent.name for path in (permissions.ROOT / "functions").glob("*/app.py")}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_named(state: str) -> None:
    assert any(state in row.states for row in ROWS)


@pytest.mark.parametrize("function", [path.parent.name for path in (permissions.ROOT / "functions").glob("*/app.py")])
def test_every_function_is_named(function: str) -> None:
    assert any(function in row.functions for row in ROWS)


@each_row
def test_a_step_is_done_or_the_row_says_why_not(row: Row) -> None:
    assert row.how
    assert row.states or row.functions or any(reason in row.how for reason in NOT_DONE)


@each_done
def test_a_function_may_make_the_calls_that_its_row_says(row: Row) -> None:
    calls = {code for code in codes(row.how) if re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z]+", code)}
    allowed = {
        permission.action.strip("`") for name in row.functions for permission in permissions.permissions(ROLES[name])
    }
    assert calls <= allowed


def test_the_table_of_statuses_is_the_codes() -> None:
    section = PAGE.split("\n### What a membership status means\n", 1)[1].split("\n## ", 1)[0]
    said = dict[str, str]()
    for line in section.splitlines():
        if line.startswith("| `"):
            statuses, verdict, _ = line.strip("|").split(" | ")
            said |= dict.fromkeys(codes(statuses), verdict.strip())
    assert said == MEMBERSHIP


# ---- SQL


def payments_of_alice() -> Any:
    document = load((permissions.ROOT / "profiles/payments.yaml").read_bytes())
    return read_profile(
        "payments", {**document, "logins": [login for login in document["logins"] if login["user"] == "alice"]}
    )


def shown(statement: Statement) -> str:
    """A statement with its values in their places: MySQL's are %s, PostgreSQL's {}."""
    if "%s" in statement.sql:
        return statement.sql % tuple(map(quoted, statement.values))
    return statement.sql.format(*map(quoted, statement.values))


def quoted(value: str | Name) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    return ".".join(f'"{part}"' for part in (value.schema, value.text) if part)


def payments_of_an_application() -> Any:
    login = {"iam": "payments_app", "roles": ["read"]}
    document = load((permissions.ROOT / "profiles/payments.yaml").read_bytes())
    return read_profile("payments", {**document, "logins": [login], "methods": {"mysql": ["iam"]}})


def mysql_statements(method: Method, sql: MySqlLogins, profile: Profile) -> set[str]:
    """What is run for somebody who is new, who signs in otherwise, who is complete, who has left."""
    ways = {method: sql}
    (wanted,) = wanted_logins(ways, profile)
    mark = {"profile": profile.name, "complete": False}
    made = PresentLogin(
        wanted.user, "%", sql.plugin, sql.tls, locked=True, mark=mark, grants=wanted.grants, stored=wanted.stored
    )
    otherwise = replace(made, plugin="auth_pam" if sql.plugin != "auth_pam" else "authentication_kerberos")
    opened = replace(made, locked=False, mark={**mark, "complete": True})
    return {
        shown(statement)
        for statement in (
            *make(profile.name, [wanted], ()).statements,
            *(make(profile.name, [wanted], [otherwise]).statements if alters(sql) else ()),
            *open_complete(profile.name, [wanted], (made,)),
            *mysql_leavers.locks(ways, replace(profile, logins=()), Accounts((opened,), literal_names=False)),
        )
    }


def alters(sql: MySqlLogins) -> bool:
    """The page shows the altering of one directory login, and of one by IAM."""
    return sql in (MYSQL_TICKETS, MYSQL_IAM)


def of_an_application_in_postgresql() -> set[str]:
    """Its login alone: its group role is made as everybody's."""
    ways, profile = {Method.IAM: POSTGRESQL_IAM}, payments_of_an_application()
    (group,), (login,) = postgresql.wanted_groups(profile), postgresql.wanted_logins(ways, profile)
    group_mark, mark = {"profile": "payments", "role": "read"}, {"profile": "payments", "complete": False}
    with_group = roles_of(PresentRole("rds_iam"), PresentRole(group.name, mark=group_mark))
    made = roles_of(*with_group.present.values(), PresentRole(login.name, mark=mark, member_of=login.roles))
    statements = (
        *postgresql.make(ways, profile, with_group).statements,
        *postgresql.open_complete(ways, profile, made),
    )
    return set(map(shown, statements))


def postgresql_statements() -> set[str]:
    """The same in a cluster, with a database payments that has a schema core with one table."""
    (sql,), profile = BY_TICKET.values(), payments_of_alice()
    (group,), (alice,) = postgresql.wanted_groups(profile), postgresql.wanted_logins(BY_TICKET, profile)
    group_mark, person_mark = {"profile": "payments", "role": "read"}, {"profile": "payments", "complete": False}
    bare = roles_of(PresentRole(sql.role))
    with_group = roles_of(PresentRole(sql.role), PresentRole(group.name, mark=group_mark))
    made = PresentRole(alice.name, mark=person_mark, member_of=alice.roles)
    opened = replace(made, can_login=True, mark={**person_mark, "complete": True})
    statements = [
        *postgresql.make_groups(BY_TICKET, "payments", [group], bare),
        *on_database("payments", [group], thing(GrantKind.DATABASE, "payments", "CONNECT")).statements,
        *within_database(
            "payments",
            [group],
            [
                thing(GrantKind.SCHEMA, "core", "USAGE"),
                thing(GrantKind.TABLES, "orders", "SELECT", schema="core"),
                thing(GrantKind.NEW_TABLES, "core", "SELECT"),
            ],
        ).statements,
        *postgresql.make(BY_TICKET, profile, with_group).statements,
        *postgresql.open_complete(BY_TICKET, profile, roles_of(*with_group.present.values(), made)),
        *postgresql_leavers.locks(
            BY_TICKET, replace(profile, logins=()), roles_of(*with_group.present.values(), opened)
        ),
    ]
    return {shown(statement) for statement in statements}


def roles_of(*present: PresentRole) -> Roles:
    return Roles("postgres", {role.name: role for role in present})


def thing(kind: GrantKind, name: str, privilege: str, schema: str | None = None) -> Object:
    """Something of the master user's own, on which nothing is granted yet."""
    return Object(kind, Name(name, schema), "postgres", grantable=frozenset({privilege}))


def test_the_sql_is_what_the_code_makes_and_all_of_it() -> None:
    said = {code for row in ROWS for code in codes(row.how) if STATEMENT.match(code)}
    of_mysql = (
        (Method.KERBEROS, MYSQL_PAM, payments_of_alice()),
        (Method.KERBEROS, MYSQL_TICKETS, payments_of_alice()),
        (Method.IAM, MYSQL_IAM, payments_of_an_application()),
        (Method.IAM, MARIADB_IAM, payments_of_an_application()),
    )
    made = {
        sql.replace("payments_app", "alice") if sql.startswith("GRANT SELECT") else sql
        for each in of_mysql
        for sql in mysql_statements(*each)
    }
    assert said == made | postgresql_statements() | of_an_application_in_postgresql()
