"""What the group roles may do in a PostgreSQL server: what is wanted, what is there, and the grants between the two.

Nothing is ever revoked, and nothing is granted that the master user may not grant: that is reported instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from signon.domain.finding import Remark
from signon.domain.logins.change import ChangeKind, LoginChange
from signon.domain.logins.login import Name, Statement, batches
from signon.domain.logins.postgresql import Group
from signon.domain.logins.postgresql_roles import is_utf_8
from signon.domain.logins.postgresql_statements import filled
from signon.domain.profile.presets import POSTGRESQL_PRESETS, GrantKind
from signon.foreign import shown

_READ_ONLY = "it is read only (default_transaction_read_only is on for it), and its roles lack grants there"
_NOT_UTF_8 = "its name is not UTF-8, so nothing can be granted on it"
_RENAME = "Rename it in a session with the encoding in which it was named (SET client_encoding), then start again"
NAMED = 3  # objects, where a line is about many
PUBLIC = ""  # as a grantee: everybody


class Shut(StrEnum):
    """Why the master user cannot work in a database, as the catalogue shows it."""

    INVALID = "it is half dropped, because its DROP DATABASE was interrupted: drop it again"
    CLOSED = "it takes no connections (ALLOW_CONNECTIONS false)"
    NOT_GRANTED = "the master user may not connect to it"
    FULL = "nobody may connect to it now (CONNECTION LIMIT 0)"  # as owners set it while they work on it


_ON_NEW = "ALTER DEFAULT PRIVILEGES IN SCHEMA {{objects}} GRANT {privileges} "
_SQL = {
    GrantKind.DATABASE: "GRANT {privileges} ON DATABASE {{objects}} TO {{group}}",
    GrantKind.SCHEMA: "GRANT {privileges} ON SCHEMA {{objects}} TO {{group}}",
    GrantKind.TABLES: "GRANT {privileges} ON TABLE {{objects}} TO {{group}}",
    GrantKind.SEQUENCES: "GRANT {privileges} ON SEQUENCE {{objects}} TO {{group}}",
    GrantKind.NEW_TABLES: _ON_NEW + "ON TABLES TO {{group}}",
    GrantKind.NEW_SEQUENCES: _ON_NEW + "ON SEQUENCES TO {{group}}",
}
_OBJECTS = {
    GrantKind.TABLES: "all present tables",
    GrantKind.SEQUENCES: "all present sequences",
    GrantKind.NEW_TABLES: "new tables of the master user",
    GrantKind.NEW_SEQUENCES: "new sequences of the master user",
}
# Every privilege there is here, in the order in which a GRANT names them.
_PRIVILEGES = ("CONNECT", "USAGE", "SELECT", "INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Object:
    """Something that privileges are on.

    ``held``: by grantee, PUBLIC among them. ``grantable``: what the master user may grant. For the two kinds of new
    objects, ``name`` is the schema's, and the privileges are those on what the master user will create there. For a
    database, ``shut`` says why the master user cannot work in it, ``read_only`` that a setting forbids writing there.
    ``runs_code``: a table has triggers or row policies, which run as whoever uses it.
    """

    kind: GrantKind
    name: Name
    owner: str
    held: Mapping[str, frozenset[str]] = field(default_factory=dict)
    grantable: frozenset[str] = frozenset()
    shut: Shut | None = None
    read_only: bool = False
    runs_code: bool = False

    @property
    def schema(self) -> str:
        """The name of the schema that it is in, or of the schema or database that it is."""
        return self.name.schema or self.name.text


@dataclass(frozen=True)
class GrantPlan:
    """``statements`` to run now; ``not_ours``: what the master user may not grant; ``waiting``: what does not exist.

    ``excess``: what the groups hold besides what their roles give.
    """

    statements: tuple[Statement, ...] = ()
    not_ours: tuple[Remark, ...] = ()
    waiting: tuple[str, ...] = ()
    excess: tuple[str, ...] = ()


def on_database(database: str, groups: Sequence[Group], found: Object | None) -> GrantPlan:
    """What the groups lack on the database itself; ``found`` is None if there is none."""
    if found is None:
        return GrantPlan(waiting=(f"{database}: there is no such database",))
    if found.shut not in (None, Shut.FULL):
        return GrantPlan(not_ours=(Remark(f"{database} of {shown(found.owner)}: {found.shut}"),))
    plan = replace(
        _plan(database, [(group, found) for group in groups]), excess=tuple(_excess(database, groups, [found]))
    )
    return replace(plan, waiting=(f"{database}: {found.shut}",)) if found.shut else plan


def within_database(
    database: str, groups: Sequence[Group], found: Sequence[Object], *, read_only: bool = False
) -> GrantPlan:
    """What the groups lack in their schemas of the database. If it is set to be read only, nothing is done there."""
    schemas = {each.name.text for each in found if each.kind is GrantKind.SCHEMA}
    wanted = dict.fromkeys(name for group in groups for name in group.schemas.names)
    plan = _plan(database, [(group, each) for group in groups for each in found if each.schema in group.schemas.names])
    waiting = tuple(f"{database}.{name}: there is no such schema" for name in wanted if name not in schemas)
    excess = tuple(_excess(database, groups, found))
    if read_only and plan.statements:
        not_ours = (*plan.not_ours, Remark(f"{database}: {_READ_ONLY}"))
        return GrantPlan(not_ours=not_ours, waiting=waiting, excess=excess)
    return GrantPlan(plan.statements, plan.not_ours, waiting, excess)


def _excess(database: str, groups: Sequence[Group], found: Sequence[Object]) -> Iterator[str]:
    """A line for each group and kind of object: a role that gives less than it did may be about thousands of tables."""
    for group in groups:
        excess: dict[tuple[GrantKind, tuple[str, ...]], list[Object]] = {}
        for each in found:
            is_meant = each.kind is GrantKind.DATABASE or each.schema in group.schemas.names
            given = POSTGRESQL_PRESETS[group.preset][each.kind] if is_meant else ()
            if more := tuple(sorted(each.held.get(group.name, frozenset()) - {*given})):
                excess.setdefault((each.kind, more), []).append(each)
        for (kind, more), these in excess.items():
            names = [_path(database, each) for each in these]
            rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            new = "new " if kind in (GrantKind.NEW_TABLES, GrantKind.NEW_SEQUENCES) else ""
            where = f"{new}{kind} {', '.join(names[:NAMED])}{rest}"
            yield f"{group.name}: {', '.join(more)} on {where}"


def _plan(database: str, pairs: Sequence[tuple[Group, Object]]) -> GrantPlan:
    statements: dict[tuple[GrantKind, str, tuple[str, ...]], list[Name]] = {}
    not_ours: dict[str, list[str]] = {}
    unnamed: dict[str, None] = {}
    for group, each in pairs:
        missing = [
            p for p in POSTGRESQL_PRESETS[group.preset][each.kind] if p not in each.held.get(group.name, frozenset())
        ]
        if missing and not is_utf_8(each.name.text):
            unnamed[_said(database, each)] = None
            continue
        if granted := tuple(p for p in missing if p in each.grantable):
            statements.setdefault((each.kind, group.name, granted), []).append(each.name)
        if refused := [p for p in missing if p not in each.grantable and p not in each.held.get(PUBLIC, frozenset())]:
            of_object = not_ours.setdefault(_said(database, each), [])
            of_object += [p for p in refused if p not in of_object]
    return GrantPlan(
        tuple(_statements(database, statements)),
        (
            *(Remark(f"{said}: the master user may not grant {', '.join(no)}") for said, no in not_ours.items()),
            *(Remark(f"{said}: {_NOT_UTF_8}", _RENAME) for said in unnamed),
        ),
    )


def _said(database: str, each: Object) -> str:
    return f"{_path(database, each)} of {shown(each.owner)}"


def _path(database: str, each: Object) -> str:
    within = () if each.kind is GrantKind.DATABASE else (each.name.schema, each.name.text)
    return ".".join(map(shown, (database, *filter(None, within))))


def _statements(
    database: str, lacking: Mapping[tuple[GrantKind, str, tuple[str, ...]], Sequence[Name]]
) -> Iterator[Statement]:
    for (kind, group, privileges), names in lacking.items():
        listed = ", ".join(privilege for privilege in _PRIVILEGES if privilege in privileges)
        for batch in batches(names):
            sql = _SQL[kind].format(privileges=listed)
            what = f"{kind} {', '.join('.'.join(map(shown, filter(None, (n.schema, n.text)))) for n in batch)}"
            new = " that the master user will create" if kind in (GrantKind.NEW_TABLES, GrantKind.NEW_SEQUENCES) else ""
            yield Statement(
                f"In {database} grant {listed} on {what}{new}: {group}",
                *filled(sql, objects=batch, group=[Name(group)]),
                tuple(dict.fromkeys(_change(database, kind, group, listed, name) for name in batch)),
            )


def _change(database: str, kind: GrantKind, group: str, privileges: str, name: Name) -> LoginChange:
    """What lies in a schema is one change."""
    within = () if kind is GrantKind.DATABASE else (name.schema or name.text,)
    on = ".".join(map(shown, (database, *within)))
    return LoginChange(ChangeKind.GRANT, group, privileges, on, _OBJECTS.get(kind, ""), database)
