"""Logins: what those of every family have in common.

A login of ours is created closed, is given what it needs, is read back, and only then opened; so a run that is cut off
leaves nothing half-made that anybody could use. It carries our mark, and we remember having made it. A login without
the mark is always left alone, and so is one that has it and is not remembered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from signon.domain.finding import Remark
from signon.domain.limits import Shortened, as_read, counted, first_of, first_within, line_of_many
from signon.domain.logins.change import LoginChange
from signon.domain.memory.made import UNREMEMBERED
from signon.errors import LoginsIncomplete
from signon.foreign import shown

LOGINS_PER_STATEMENT = 100
LONGEST_REFUSED = 300  # characters, in a state

T = TypeVar("T")


@dataclass(frozen=True)
class Name:
    """An identifier as a value: the driver quotes it, wherever it comes from."""

    text: str
    schema: str | None = None


@dataclass(frozen=True)
class Statement:
    """What goes to the server in one round trip: what it does, its SQL, and the values of its parameters.

    A value is a text, which becomes a literal, or a ``Name``; only PostgreSQL's driver accepts names. ``changes`` is
    the same in the words of a plan.
    """

    description: str
    sql: str
    values: tuple[str | Name, ...] = ()
    changes: tuple[LoginChange, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class LoginPlan:
    """``statements`` to run now, in this order; ``left_alone`` says why wanted logins are left alone.

    ``makes``: the names of those that are thus created or taken over, and are to be remembered. ``opens``: the names of
    those that are there already, and are opened once they have what they need.
    """

    statements: tuple[Statement, ...]
    left_alone: tuple[Remark, ...]
    makes: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()


@dataclass(frozen=True)
class LoginState:
    """The state of a wanted login in the database.

    ``there``: something has its name; then ``mark`` is what we wrote on it (None where somebody else made it), ``kind``
    what it is, ``changed`` how it differs from what we make, ``locked`` that nobody can use it, ``disputed`` that we do
    not remember having made it. ``obstacle`` is a reason outside the login itself to leave it alone. ``lacks`` is what
    it still needs, ``excess`` what it has besides, ``ahead`` what the server prefers to it at sign-in, each in words.
    ``to_alter``: the profile changes how it signs in, or takes it over from somebody else;
    ``in_use``: somebody is signed in with it.
    """

    name: str
    there: bool = False
    mark: Mapping[str, Any] | None = None
    kind: str = ""
    changed: str | None = None
    locked: bool = False
    disputed: bool = False
    obstacle: Remark | None = None
    to_alter: bool = False
    in_use: bool = False
    lacks: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    excess: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether our mark says that it was opened with all its grants."""
        return bool(self.mark and self.mark.get("complete"))

    def objection(self, profile: str) -> Remark | None:
        """Why this login is to be left alone, or None."""
        if not self.there:
            return self.obstacle
        if self.mark is None and self.to_alter:
            return self.obstacle or (Remark("somebody is signed in with it") if self.in_use else None)
        if self.mark is None:
            return Remark(f"made by somebody else ({self.kind})")
        if self.mark.get("profile") != profile:
            return Remark(f"made for profile {shown(self.mark.get('profile'))}")
        if self.changed and not self.to_alter:
            return Remark(f"changed since we made it ({self.changed})")
        if self.obstacle:
            return self.obstacle
        if self.disputed:
            return UNREMEMBERED
        if self.to_alter:
            return None
        return Remark("locked by somebody else") if self.locked and self.is_complete else None

    @property
    def awaits_adoption(self) -> bool:
        """Whether it is to be taken over as soon as nobody is signed in with it."""
        return self.there and self.mark is None and self.to_alter and not self.obstacle

    def is_ready(self, profile: str) -> bool:
        """Whether it is ours, has everything that it needs, and is not open yet."""
        return self.is_to_open(profile) and not self.lacks

    def is_to_open(self, profile: str) -> bool:
        """Whether it is there and ours, and is opened as soon as it has what it needs."""
        return self.there and not (self.objection(profile) or self.to_alter or self.is_complete)

    def fault(self, profile: str) -> str | None:
        """What is wrong with a login of ours after a run that should have completed it, or None."""
        if self.objection(profile):
            return None
        if not self.there:
            return "does not exist"
        if self.to_alter:
            return "still signs in as before"
        if not self.is_complete or self.locked:
            return "is locked"
        return f"lacks {'; '.join(self.lacks)}" if self.lacks else None


@dataclass(frozen=True)
class Proof:
    """How many wanted logins were read back with what they need, which were left alone, and what waits.

    A login is not counted if the server may choose somebody else's account before it. ``not_ours``: such
    accounts, and whatever else is not as the profile wants it and not ours to change. ``waiting``: what a role of the
    profile names and the server does not have yet. People sign in without it. ``excess``: what logins and group roles
    of ours have besides what the profile gives, as far as it was read; nothing is revoked, and nobody need do anything.
    ``disputed`` is the digest of what bears our mark and is not remembered, ``disputed_names`` says it in words;
    ``trusted`` are those who could change or copy what we make, because the engine stops none of them.
    """

    verified: int
    left_alone: tuple[Remark, ...]
    not_ours: tuple[Remark, ...] = ()
    waiting: tuple[str, ...] = ()
    excess: tuple[str, ...] = ()
    disputed: str | None = None
    disputed_names: str | None = None
    trusted: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it travels: the first ones of each list, and how many of them were left out."""
        lists: Mapping[str, Shortened[Any]] = {
            "left_alone": first_of(self.left_alone, _written),
            "not_ours": first_of(self.not_ours, _written),
            "waiting": first_of(self.waiting, line_of_many),
            "excess": first_of(self.excess, line_of_many),
            **({"trusted": first_of(self.trusted, line_of_many)} if self.trusted else {}),
        }
        return {
            "verified": self.verified,
            **{name: list(each.kept) for name, each in lists.items()},
            "left_out": {name: each.left_out for name, each in lists.items() if each.left_out},
            **({"disputed": self.disputed, "disputed_names": self.disputed_names} if self.disputed else {}),
        }


def _written(remark: Remark) -> list[str]:
    return [line_of_many(text) for text in remark.to_json()]


@dataclass(frozen=True)
class CreatedLogins:
    """What creating the logins took: ``statements`` is 0 where nothing was missing."""

    statements: int
    round_trips: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> CreatedLogins:
        return cls(document["statements"], document["round_trips"])

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class LockedLogins:
    """How many logins were locked that the profile no longer lists, and what that took; ``refused``: whom the server
    does not let us lock.
    """

    locked: int
    round_trips: int
    refused: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> LockedLogins:
        return cls(document["locked"], document["round_trips"], tuple(document.get("refused", ())))

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "refused": list(first_within(self.refused, LONGEST_REFUSED))}


@dataclass(frozen=True)
class ShortProof:
    """A proof as a state has it."""

    verified: int
    left_alone: Shortened[Remark]
    not_ours: Shortened[Remark]
    waiting: Shortened[str]
    excess: Shortened[str]
    trusted: Shortened[str]
    disputed: str | None = None
    disputed_names: str | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ShortProof:
        left_out = document.get("left_out")

        def read(name: str) -> Shortened[Any]:
            return as_read(document.get(name, ()), None if left_out is None else left_out.get(name, 0))

        def remarks(name: str) -> Shortened[Remark]:
            found = read(name)
            return Shortened(tuple(map(Remark.from_json, found.kept)), found.left_out)

        return cls(
            document.get("verified", 0),
            remarks("left_alone"),
            remarks("not_ours"),
            read("waiting"),
            read("excess"),
            read("trusted"),
            document.get("disputed"),
            document.get("disputed_names"),
        )


def left_alone(profile: str, states: Iterable[LoginState]) -> tuple[Remark, ...]:
    """The wanted logins that are to be left alone, each with the reason."""
    return tuple(objection.after(f"{each.name}: ") for each in states if (objection := each.objection(profile)))


def proof(
    profile: str,
    states: Sequence[LoginState],
    *,
    not_ours: Iterable[Remark] = (),
    waiting: Iterable[str] = (),
    excess: Iterable[str] = (),
) -> Proof:
    """What reading back proves; ``not_ours``, ``waiting`` and ``excess`` are what else was found.

    Raises LoginsIncomplete: one of ours is not as it should be; names up to ten of them.
    """
    awaited = [each for each in states if each.awaits_adoption]
    states = [each for each in states if not each.awaits_adoption]
    faults = [f"{each.name} {fault}" for each in states if (fault := each.fault(profile))]
    if faults:
        raise LoginsIncomplete(
            f"{counted(len(faults), 'login is', 'logins are')} not as the profile requires: {'; '.join(faults[:10])}",
            "Start again; if this happens again, somebody else is changing logins at the same time",
        )
    untouched = left_alone(profile, states)
    ours = [each for each in states if not each.objection(profile)]
    verified = len([each for each in ours if not each.ahead])
    ahead = dict.fromkeys(line for each in ours for line in each.ahead)
    adopted_later = (f"{each.name} will be adopted once nobody is signed in with it" for each in awaited)
    of_ours = (f"{each.name}: {', '.join(each.excess)}" for each in ours if each.excess)
    return Proof(
        verified,
        untouched,
        (*map(Remark, ahead), *not_ours),
        (*waiting, *adopted_later),
        (*of_ours, *excess),
    )


def still_open(name: str, mark: Mapping[str, Any]) -> Remark:
    """The remark on an open login that another profile has left behind."""
    return Remark(f"{shown(name)}: still open, made for profile {shown(mark.get('profile'))}")


def mark(profile: str, **more: Any) -> str:
    """What is written on a login of ours: ``complete`` on people's."""
    return json.dumps({"signon": {"profile": profile, **more}})


def read_mark(text: str | None) -> Mapping[str, Any] | None:
    """Our mark in what was written on a login; None where that is anything else."""
    try:
        found = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    inner = found.get("signon") if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else None


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """A round trip costs more than a login: up to a hundred share a statement."""
    for first in range(0, len(items), LOGINS_PER_STATEMENT):
        yield items[first : first + LOGINS_PER_STATEMENT]
