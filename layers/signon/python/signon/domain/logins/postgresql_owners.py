"""Who else owns what the profile's roles are about. An owner may change it at any time and give it away, and what is
attached to a table runs with the rights of whoever uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from signon.domain.finding import Advice, Finding
from signon.domain.limits import counted, listed
from signon.domain.logins.postgresql import Group
from signon.domain.logins.postgresql_grants import Object
from signon.domain.logins.postgresql_roles import Roles
from signon.domain.profile.presets import GrantKind
from signon.foreign import shown

_OF_THE_DATABASE = "pg_database_owner"  # of schema public from PostgreSQL 15 on: whoever owns the database
_OWNED = (GrantKind.DATABASE, GrantKind.SCHEMA, GrantKind.TABLES)
MOST_OWNERS = 5  # that are told of by name


@dataclass(frozen=True)
class Owners:
    """``advice`` about each owner that the profile does not name; ``asked`` where something of theirs would run."""

    advice: tuple[Advice, ...] = ()
    asked: tuple[Finding, ...] = ()


def strange_owners(database: Object, groups: Sequence[Group], found: Sequence[Object], roles: Roles) -> Owners:
    """Of one database. ``found``: the schemas that ``groups`` are about, and what is in them.

    Superusers, the master user and RDS's own are no strangers.
    """
    name, expected = database.name.text, {owner for group in groups for owner in group.schemas.owners}
    by_owner: dict[str, list[Object]] = {}
    for each in (database, *found):
        owner = database.owner if each.owner == _OF_THE_DATABASE else each.owner
        if each.kind in _OWNED and owner not in expected and roles.is_strange_owner(owner):
            by_owner.setdefault(owner, []).append(each)
    told = sorted(by_owner.items())[:MOST_OWNERS]
    advice = [_advice(name, owner, these) for owner, these in told]
    if left := len(by_owner) - len(told):
        advice.append(Advice(f"In database {shown(name)} there are {counted(left, 'more such owner')}", _NAME_THEM))
    return Owners(tuple(advice), tuple(_asked(name, by_owner)))


_NAME_THEM = "If they are trusted with the people of the profile, name them under postgresql.owners of its roles"


def _advice(database: str, owner: str, these: Iterable[Object]) -> Advice:
    these = tuple(these)
    schemas = [shown(each.name.text) for each in these if each.kind is GrantKind.SCHEMA]
    tables = sum(each.kind is GrantKind.TABLES for each in these)
    what = (
        *([f"database {shown(database)}"] if any(each.kind is GrantKind.DATABASE for each in these) else []),
        *([f"in {shown(database)} schema {listed(schemas)}"] if schemas else []),
        *([f"in {shown(database)} {counted(tables, 'table')}"] if tables else []),
    )
    return Advice(
        f"{shown(owner)} owns {', '.join(what)}, can change what is there and give it away, and is not named under"
        " owners",
        f"{_NAME_THEM}; otherwise find out who made it",
    )


def _asked(database: str, by_owner: Mapping[str, Sequence[Object]]) -> Iterator[Finding]:
    running = [each for owner in sorted(by_owner) for each in by_owner[owner] if each.runs_code]
    if running:
        owners = listed([shown(owner) for owner in dict.fromkeys(each.owner for each in running)])
        tables = listed([f"{shown(each.schema)}.{shown(each.name.text)}" for each in running])
        yield Finding(
            f"In database {shown(database)} there are triggers or row policies of {owners} that run with the rights of"
            f" whoever uses the table: {tables}",
            "Look at what they do; then approve the plan, or name the owner under postgresql.owners of the roles",
            approvable=True,
        )


def first_of_the_owners(found: Sequence[Owners]) -> Owners:
    """Of many databases as much as a state holds. What is left out is asked about in one line."""
    advice = [each for of_one in found for each in of_one.advice]
    asked = [each for of_one in found for each in of_one.asked]
    if left := asked[MOST_OWNERS:]:
        others = Finding(
            f"In {counted(len(left), 'more database')} there are triggers or row policies of other owners, too",
            "Look at what they do; then approve the plan, or name the owners under postgresql.owners of the roles",
            approvable=True,
        )
        asked = [*asked[:MOST_OWNERS], others]
    return Owners(tuple(advice[:MOST_OWNERS]), tuple(asked))
