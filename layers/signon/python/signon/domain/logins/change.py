"""What is to be changed inside a database, typed: who gets or loses what, and where.

A plan names every change before it is made, and nothing else is made: at its step, a change that the plan does not
cover makes a new plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from signon.domain.limits import counted
from signon.foreign import shown


class ChangeKind(StrEnum):
    """Whoever loses something comes first."""

    LOCK = "lock"
    CLOSE = "close"
    CREATE = "create"
    ADOPT = "adopt"
    ALTER = "alter"
    GRANT = "grant"
    UNLOCK = "unlock"


# Whoever is made or changed is opened by the same run, once it was read back as complete.
_OPENS = frozenset({ChangeKind.CREATE, ChangeKind.ADOPT, ChangeKind.ALTER, ChangeKind.UNLOCK})
_SAID = {
    ChangeKind.LOCK: "lock",
    ChangeKind.CREATE: "create",
    ChangeKind.ADOPT: "take over",
    ChangeKind.ALTER: "alter",
    ChangeKind.GRANT: "make",
    ChangeKind.CLOSE: "lock",
    ChangeKind.UNLOCK: "unlock",
}
_BECAUSE = {
    ChangeKind.LOCK: ", which the profile no longer lists",
    ChangeKind.CLOSE: ", which no longer signs in here as the profile says",
    ChangeKind.ADOPT: ", once nobody is signed in with it",
}
_ORDER = tuple(ChangeKind)
_FIELDS = ("kind", "what", "on", "objects", "database")
Where = tuple[str, str, str, bool]
LOGIN, GROUP_ROLE, MEMBERSHIP = "login", "group role", "membership"


@dataclass(frozen=True, slots=True)
class LoginChange:
    """``subject`` is a login, or the group role that ``what`` says it is. A grant has ``what`` (privileges, or
    membership) ``on`` a database, a schema or a role; ``objects``: on what lies in the schema, as one change, so that a
    migration does not make another. ``database``: in which of PostgreSQL's databases it is made.
    """

    kind: ChangeKind
    subject: str
    what: str = LOGIN
    on: str = ""
    objects: str = ""
    database: str = ""

    def __str__(self) -> str:
        if self.kind is ChangeKind.GRANT:
            where = f"{self.objects} of {self.on}" if self.objects else self.on
            return f"grant {shown(self.subject)} {self.what} {'of' if self.what == MEMBERSHIP else 'on'} {where}"
        return f"{_SAID[self.kind]} {self.what} {shown(self.subject)}{_BECAUSE.get(self.kind, '')}"

    @property
    def where(self) -> Where:
        """Who gains or loses something, on what; a schema itself is another thing than what lies in it."""
        return self.kind, self.subject, self.on, bool(self.objects)

    @property
    def parts(self) -> frozenset[str]:
        """Its privileges."""
        return frozenset(self.what.split(", "))

    @property
    def noun(self) -> str:
        """What it is counted as."""
        return "grant" if self.kind is ChangeKind.GRANT else self.what


@dataclass(frozen=True)
class LoginChanges:
    """All changes of a plan; ``unseen`` are the databases that could not be looked into: what is found there later is
    covered.
    """

    all: tuple[LoginChange, ...] = ()
    unseen: tuple[str, ...] = ()

    @classmethod
    def of(cls, changes: Iterable[LoginChange], unseen: Iterable[str] = ()) -> LoginChanges:
        """Each once, the losses first; in an order that does not depend on that of the server's answers."""
        return cls(tuple(sorted(dict.fromkeys(changes), key=_place)), tuple(sorted(unseen)))

    def __bool__(self) -> bool:
        return bool(self.all or self.unseen)

    @property
    def summary(self) -> str:
        """One sentence: how many of each kind."""
        numbers = Counter((each.kind, each.noun) for each in self.all)
        said = [f"{_SAID[kind]} {counted(number, noun)}" for (kind, noun), number in numbers.items()]
        if self.unseen:
            said.append(f"look into {counted(len(self.unseen), 'database')} that could not be entered yet")
        text = ", ".join(said)
        return text[:1].upper() + text[1:]

    def beyond(self, changes: Iterable[LoginChange]) -> Sequence[LoginChange]:
        """Those that are no part of these. New objects of a planned schema are, and so is opening what was planned."""
        return tuple(
            each
            for each in changes
            if not (
                each.parts <= self._planned.get(each.where, set())
                or (each.kind is ChangeKind.UNLOCK and each.subject in self._opened)
                or (each.database and each.database in self.unseen)
            )
        )

    @cached_property
    def _planned(self) -> Mapping[Where, Set[str]]:
        planned: dict[Where, set[str]] = defaultdict(set)
        for each in self.all:
            planned[each.where] |= each.parts
        return planned

    @cached_property
    def _opened(self) -> Set[str]:
        return {each.subject for each in self.all if each.kind in _OPENS}

    def lines(self) -> Iterator[str]:
        """Each in words."""
        yield from map(str, self.all)
        yield from (f"look into database {shown(name)}, which could not be entered yet" for name in self.unseen)

    def to_json(self) -> dict[str, Any]:
        return {"changes": grouped(self.all), "unseen": list(self.unseen)}


NONE = LoginChanges()


def grouped(changes: Iterable[LoginChange]) -> list[dict[str, Any]]:
    """As JSON: those that differ in their subject alone are one, because a thousand people are given the same."""
    found: dict[tuple[str, ...], list[str]] = {}
    for each in changes:
        found.setdefault((each.kind, each.what, each.on, each.objects, each.database), []).append(each.subject)
    return [
        {**{name: text for name, text in zip(_FIELDS, same, strict=True) if text}, "subjects": subjects}
        for same, subjects in found.items()
    ]


def ungrouped(document: Iterable[Mapping[str, Any]]) -> Iterator[LoginChange]:
    """What was ``grouped``. Raises KeyError, TypeError, ValueError: it is something else."""
    for group in document:
        same = {name: text for name, text in group.items() if name not in ("kind", "subjects")}
        yield from (LoginChange(ChangeKind(group["kind"]), subject, **same) for subject in group["subjects"])


def _place(change: LoginChange) -> tuple[int, str, str, str, str]:
    return _ORDER.index(change.kind), change.subject, change.on, change.objects, change.what
