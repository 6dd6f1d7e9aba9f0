"""The roles of a PostgreSQL server, and who is a member of whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

DEEPEST = 200  # memberships, one of the other: PostgreSQL takes any number


@dataclass(frozen=True, slots=True)
class PresentRole:
    """A role as it was read. ``powers`` are attributes that no login of ours has, as CREATEROLE.

    ``member_of``: its own memberships that give something, by inheritance or by SET ROLE. From PostgreSQL 16 on there
    are others: who makes a role administers it, and gets nothing else by that. ``only_by_set_role`` are those of which
    it has the rights after SET ROLE alone; ``inherits``: a new one would not be such. ``takes_nobody`` is CONNECTION
    LIMIT 0. ``administered``: by the master user, as far as the catalogue shows.
    """

    name: str
    can_login: bool = False
    powers: tuple[str, ...] = ()
    mark: Mapping[str, Any] | None = None
    member_of: frozenset[str] = frozenset()
    signed_in: bool = False
    takes_nobody: bool = False
    inherits: bool = True
    only_by_set_role: frozenset[str] = frozenset()
    administered: bool = True


@dataclass(frozen=True)
class Roles:
    """Every role of a server; ``master`` is who we are.

    ``believed``: a role that the catalogue does not show the master user to administer is not tried to be changed. RDS
    may let its master user do more ("RDS is not consistent with OSS postgres"), so that it is tried first.
    https://github.com/gravitational/teleport/pull/48897
    """

    master: str
    present: Mapping[str, PresentRole]
    believed: bool = False

    def may_change(self, name: str) -> bool:
        """Whether the master user may alter and grant the role, as far as we know."""
        return not self.believed or self.present[name].administered

    def way(self, first: Iterable[str], target: str) -> tuple[str, ...] | None:
        """The memberships that lead from one of ``first`` to ``target``, as names, or None."""
        first = sorted(first)
        if target not in first and self.beneath(target).isdisjoint(first):
            return None
        came_from = _reached(self._memberships, first)
        return _way(came_from, target) if target in came_from else None

    def members(self, name: str) -> list[str]:
        """Everybody who is a member of ``name``, directly or not."""
        return [each for each in _reached(self._members, [name]) if each != name]

    def beneath(self, name: str) -> frozenset[str]:
        """The same as a set, and ``name`` with them; looked for once."""
        if name not in self._beneath:
            self._beneath[name] = frozenset(_reached(self._members, [name]))
        return self._beneath[name]

    @cached_property
    def longest_chain(self) -> tuple[str, ...]:
        """The longest way of memberships that there is, from its lowest role to its highest."""
        below: dict[str, str | None] = dict.fromkeys(self.present)
        depth = dict.fromkeys(self.present, 0)
        open_ends = {name: len(self._members.get(name, ())) for name in self.present}
        waiting = deque(name for name, number in open_ends.items() if not number)
        while waiting:
            name = waiting.popleft()
            for above in self._memberships[name] & open_ends.keys():
                if depth[name] + 1 > depth[above]:
                    depth[above], below[above] = depth[name] + 1, name
                open_ends[above] -= 1
                if not open_ends[above]:
                    waiting.append(above)
        top = max(depth, key=depth.__getitem__, default=None)
        return () if top is None else _way(below, top)

    @cached_property
    def _beneath(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _members(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for role in self.present.values():
            for above in role.member_of:
                found.setdefault(above, set()).add(role.name)
        return {name: frozenset(below) for name, below in found.items()}

    @cached_property
    def _memberships(self) -> Mapping[str, frozenset[str]]:
        return {role.name: role.member_of for role in self.present.values()}


def _reached(edges: Mapping[str, frozenset[str]], first: Iterable[str]) -> dict[str, str | None]:
    """Everything that the edges lead to from ``first``, with what comes before it on the shortest way there."""
    came_from: dict[str, str | None] = dict.fromkeys(sorted(first))
    waiting = deque(came_from)
    while waiting:
        name = waiting.popleft()
        for other in sorted(edges.get(name, frozenset())):
            if other not in came_from:
                came_from[other] = name
                waiting.append(other)
    return came_from


def _way(came_from: Mapping[str, str | None], target: str) -> tuple[str, ...]:
    """The way to ``target``, from where it begins."""
    way = [target]
    while (before := came_from[way[-1]]) is not None:
        way.append(before)
    return tuple(reversed(way))
