"""The roles of a PostgreSQL server, and who is a member of whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from signon.domain.memory.made import NOTHING, Judgement

DEEPEST = 200  # memberships, one of the other: PostgreSQL allows any number
_RDSADMIN = "rdsadmin"
# RDS's own, which the master user is a member of: it controls what its members have.
_RDS_SUPERUSER = "rds_superuser"
_OF_RDS = "rds_"  # begins the names of roles that RDS has made, and of no others


@dataclass(frozen=True, slots=True)
class PresentRole:
    """A role as it was read. ``powers`` are attributes that no login of ours has, as CREATEROLE.

    ``member_of``: its own memberships that give something, by inheritance or by SET ROLE. From PostgreSQL 16 on there
    are others: the creator of a role administers it, and gets nothing else from that. ``only_by_set_role`` are those
    whose rights it has only after SET ROLE; ``inherits``: a new one would be different. ``takes_nobody`` is CONNECTION
    LIMIT 0. ``administered``: by the master user, as far as the catalogue shows. ``administrators``: who may grant it,
    superusers aside. ``oid`` is the role itself, whatever it is called. ``disputed``: it bears our mark, and we do not
    remember having made it.
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
    administrators: frozenset[str] = frozenset()
    oid: str = ""
    disputed: bool = False

    @property
    def is_superuser(self) -> bool:
        return "SUPERUSER" in self.powers


@dataclass(frozen=True)
class Roles:
    """Every role of a server.

    ``master`` is the user that we are signed in as, ``master_user`` RDS's name for the master user.

    ``judged``: what counts as ours, and what is in dispute. ``open_to_creators``: anyone with CREATEROLE may change and
    grant every role that is not a superuser, as before PostgreSQL 16.
    ``believed``: no change is tried on a role that the catalogue does not show the master user to administer. RDS may
    allow its master user more ("RDS is not consistent with OSS postgres"), so it is tried first.
    https://github.com/gravitational/teleport/pull/48897
    """

    master: str
    present: Mapping[str, PresentRole]
    believed: bool = False
    master_user: str | None = None
    judged: Judgement = NOTHING
    open_to_creators: bool = False

    def is_master(self, name: str) -> bool:
        """Whether it is the account that we are signed in as, the master user, or RDS's own."""
        return name in (self.master, self.master_user, _RDSADMIN)

    def others_with_access(self, name: str) -> list[str]:
        """Who besides the master may use the role or give it away."""
        return sorted({*self.administrators_of(name), *self._strangers(self.members(name))})

    def administrators_of(self, name: str) -> list[str]:
        """Who besides the master may give the role away."""
        direct = self.present[name].administrators
        through = self.members(_RDS_SUPERUSER) if _RDS_SUPERUSER in direct else ()
        return self._strangers({*direct, *through} - {_RDS_SUPERUSER})

    def creators(self) -> list[str]:
        """Who besides the master could change or copy what we make: from PostgreSQL 16 on who may become the master."""
        masters = [name for name in self.present if self.is_master(name)]
        creators = [name for name, role in self.present.items() if "CREATEROLE" in role.powers]
        able = {*masters, *(creators if self.open_to_creators else ())}
        may_be = {each for name in masters for each in self.present[name].administrators}
        people = self._strangers({*able, *may_be, *(member for name in able | may_be for member in self.members(name))})
        return [name for name in people if not name.startswith(_OF_RDS)]

    def _strangers(self, names: Iterable[str]) -> list[str]:
        return sorted(name for name in names if not (self.is_master(name) or self.present[name].is_superuser))

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
        """The longest chain of memberships, from its lowest role to its highest."""
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
    """Everything that can be reached from ``first``, each with its predecessor on the shortest way there."""
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
