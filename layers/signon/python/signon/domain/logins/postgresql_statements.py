"""The statements about logins of PostgreSQL's family: the engine's texts (``PostgreSqlLogins``), filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from string import Formatter

from signon.domain.engines import Method, PostgreSqlLogins
from signon.domain.logins.change import LOGIN, ChangeKind, LoginChange
from signon.domain.logins.login import Name, Statement, batches
from signon.domain.logins.postgresql_marks import quoted
from signon.domain.logins.postgresql_roles import Roles
from signon.foreign import shown

Ways = Mapping[Method, PostgreSqlLogins]  # how logins are made, by how they sign in


def for_roles(
    description: str, kind: ChangeKind, names: Sequence[str], sql: str, marks: Mapping[str, str], *, what: str = LOGIN
) -> Iterator[Statement]:
    """One statement for up to a hundred roles: all of them, or none."""
    for batch in batches(names):
        commands = [filled(sql, login=[Name(name)], mark=[marks[name]]) for name in batch]
        yield Statement(
            f"{description}: {', '.join(map(shown, batch))}",
            "; ".join(text for text, _ in commands),
            tuple(value for _, values in commands for value in values),
            tuple(LoginChange(kind, name, what) for name in batch),
        )


def filled(template: str, **fields: Sequence[str | Name]) -> tuple[str, tuple[str | Name, ...]]:
    """The template with a parameter for each value of its fields, and the values in this order."""
    text = ""
    values: list[str | Name] = []
    for literal, field, _, _ in Formatter().parse(template):
        text += literal
        if field:
            text += ", ".join(["{}"] * len(fields[field]))
            values += fields[field]
    return text, tuple(values)


def to_let_change(role: str, roles: Roles) -> str:
    """What to run if the master user may not alter or grant a role. It must not become a member of it that way."""
    return (
        f"Have an administrator of {shown(role)} run GRANT {quoted(role)} TO {quoted(roles.master)}"
        " WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
    )
