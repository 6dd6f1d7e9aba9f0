"""The roles of a PostgreSQL server, and who is a member of whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from signon.domain.engines import POSTGRESQL_AD, POSTGRESQL_IAM
from signon.domain.memory.made import NOTHING, Judgement

DEEPEST = 200  # memberships, one of the other: PostgreSQL allows any number
MOST_OTHERS = 1_000  # who may use a role are looked for, of two hundred thousand: a message names twenty
SHOWN_OF_A_WAY = 3  # names at either end
_RDSADMIN = "rdsadmin"
# RDS's own, which the master user is a member of: it controls what its members have.
_RDS_SUPERUSER = "rds_superuser"
_OF_RDS = "rds_"  # begins the names of roles that RDS has made, and of no others
# PostgreSQL's own, which nobody else can create. Those that are named only read how the server does.
# https://www.postgresql.org/docs/current/predefined-roles.html
_OF_POSTGRESQL = "pg_"
_OBSERVERS = ("pg_monitor", "pg_read_all_settings", "pg_read_all_stats", "pg_stat_scan_tables")
_SIGN_INS = (POSTGRESQL_AD.role, POSTGRESQL_IAM.role)
_NONE: frozenset[str] = frozenset()


def is_utf_8(name: str) -> bool:
    """Whether the name was text in UTF-8 when it was read; if not, it has escapes of bytes (PEP 383)."""
    return name.isascii() or name == name.encode(errors="replace").decode()


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

    @property
    def has_utf_8_name(self) -> bool:
        """Whether a statement of ours can name it. A database of another encoding makes names that none can."""
        return is_utf_8(self.name)


@dataclass(frozen=True)
class Way:
    """Memberships that lead from one role to another: ``names``, of a long one at either end, and how many between.

    Chains are as long as somebody inside makes them, and each of a thousand logins may be at the end of one.
    """

    names: tuple[str, ...]
    left_out: int = 0

    @property
    def reversed(self) -> Way:
        """The same from the other end."""
        return Way(self.names[::-1], self.left_out)

    def after(self, name: str) -> Way:
        """The way that begins with ``name``."""
        names = (name, *self.names)
        if (over := len(names) - 2 * SHOWN_OF_A_WAY) <= 0:
            return Way(names)
        return Way((*names[:SHOWN_OF_A_WAY], *names[-SHOWN_OF_A_WAY:]), self.left_out + over)


@dataclass(frozen=True)
class Roles:
    """Every role of a server. Whatever is asked of each role is answered by one walk through all memberships.

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

    @property
    def without_sessions(self) -> Roles:
        """As if nobody were signed in."""
        idle = {name: replace(role, signed_in=False) if role.signed_in else role for name, role in self.present.items()}
        return replace(self, present=idle)

    def is_master(self, name: str) -> bool:
        """Whether it is the account that we are signed in as, the master user, or RDS's own."""
        return name in (self.master, self.master_user, _RDSADMIN)

    def in_other_hands(self, name: str) -> bool:
        """Whether anybody besides the master may use the role or give it away."""
        return name in self._above_strangers or bool(self.administrators_of(name))

    def others_with_access(self, name: str) -> list[str]:
        """Who besides the master may use the role or give it away; no more than ``MOST_OTHERS``."""
        return first_others({*self.administrators_of(name), *self.strangers_beneath(name)})

    def administrators_of(self, name: str) -> list[str]:
        """Who besides the master may give the role away; no more than ``MOST_OTHERS``."""
        direct = self.present[name].administrators
        through = self._with_rds_superuser if _RDS_SUPERUSER in direct else ()
        return first_others(self._strangers({*direct, *through} - {_RDS_SUPERUSER}))

    def creators(self) -> list[str]:
        """Who besides the master could change or copy what we make: from PostgreSQL 16 on who may become the master."""
        masters = [name for name in self.present if self.is_master(name)]
        creators = [name for name, role in self.present.items() if "CREATEROLE" in role.powers]
        able = {*masters, *(creators if self.open_to_creators else ())}
        may_be = {each for name in masters for each in self.present[name].administrators}
        people = self._strangers(_reached(self._members, able | may_be))
        return [name for name in people if not name.startswith(_OF_RDS)]

    def _strangers(self, names: Iterable[str]) -> list[str]:
        return sorted(filter(self.is_stranger, names))

    def is_stranger(self, name: str) -> bool:
        """Whether it is neither the master's nor a superuser's."""
        return not (self.is_master(name) or self.present[name].is_superuser)

    def is_strange_owner(self, name: str) -> bool:
        """Whether what it owns is somebody else's: not the master's, a superuser's or RDS's."""
        return name in self.present and self.is_stranger(name) and not name.startswith(_OF_RDS)

    def may_change(self, name: str) -> bool:
        """Whether the master user may alter and grant the role, as far as we know."""
        return not self.believed or self.present[name].administered

    def way(self, first: Iterable[str], target: str) -> Way | None:
        """The shortest of the memberships that lead from one of ``first`` to ``target``, or None."""
        beneath = self._tree(target)
        found = min(((beneath[name].steps, name) for name in first if name in beneath), default=None)
        return found and _way(beneath, found[1])

    def way_from_master(self, target: str) -> Way | None:
        """The memberships that lead from the master to ``target``, or None."""
        above = self._above_master
        return _way(above, target).reversed if target in above and target != self.master else None

    def members(self, name: str) -> list[str]:
        """Everybody who is a member of ``name``, directly or not."""
        return [each for each in _reached(self._members, [name]) if each != name]

    def strangers_beneath(self, name: str, ours: Callable[[str], bool] = lambda _: False) -> list[str]:
        """Those of its members, direct or not, who are strangers and not ``ours``; no more than ``MOST_OTHERS``."""
        beneath = (
            each
            for each in _reached(self._members, [name])
            if each != name and self.is_stranger(each) and not ours(each)
        )
        return list(islice(beneath, MOST_OTHERS))

    def beneath(self, name: str) -> Set[str]:
        """``name`` and its members, direct or not; looked for once."""
        return self._tree(name).keys()

    @cached_property
    def powerful(self) -> Mapping[str, str]:
        """Whoever is a member of a role with a power, directly or not; each with the nearest such role."""
        return _nearest(self._members, filter(self._has_power, self.present))

    def _has_power(self, name: str) -> bool:
        """Whether its members could do what no login of ours can: a predefined role, a master, one with CREATEROLE."""
        is_predefined = name.startswith((_OF_POSTGRESQL, _OF_RDS)) and name not in (*_OBSERVERS, *_SIGN_INS)
        return is_predefined or self.is_master(name) or bool(self.present[name].powers)

    def above(self, names: Iterable[str]) -> Mapping[str, str]:
        """Everything that one of ``names`` is a member of, directly or not; each with the nearest of them."""
        return _nearest(self._memberships, names)

    def signs_in_by(self, role: str) -> Mapping[str, str]:
        """What those who sign in by ``role`` are members of, each with one of them."""
        return self._found_above(role, lambda each: each in self.beneath(role))

    def signs_in_without(self, role: str) -> Mapping[str, str]:
        """What those who sign in, and not by ``role``, are members of, each with one of them."""
        return self._found_above(
            f"not {role}", lambda each: self.present[each].can_login and each not in self.beneath(role)
        )

    def _found_above(self, what: str, these: Callable[[str], bool]) -> Mapping[str, str]:
        if what not in self._above:
            self._above[what] = self.above(filter(these, self.present))
        return self._above[what]

    @cached_property
    def _above(self) -> dict[str, Mapping[str, str]]:
        return {}

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
        return () if top is None else _chain(below, top)

    @cached_property
    def _above_strangers(self) -> Mapping[str, str]:
        return self.above(filter(self.is_stranger, self.present))

    @cached_property
    def _above_master(self) -> Mapping[str, _Step]:
        return _tree(self._memberships, self.master)

    @cached_property
    def _with_rds_superuser(self) -> Sequence[str]:
        return first_others(self._strangers(self.members(_RDS_SUPERUSER)))

    def _tree(self, target: str) -> Mapping[str, _Step]:
        if target not in self._trees:
            self._trees[target] = _tree(self._members, target)
        return self._trees[target]

    @cached_property
    def _trees(self) -> dict[str, Mapping[str, _Step]]:
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


def first_others(names: Iterable[str]) -> list[str]:
    """The first of them by name, no more than ``MOST_OTHERS``."""
    return sorted(names)[:MOST_OTHERS]


def _reached(edges: Mapping[str, frozenset[str]], first: Iterable[str]) -> Iterator[str]:
    """``first``, and everything that can be reached from them, the nearest first."""
    found = set(first)
    waiting = deque(sorted(found))
    while waiting:
        name = waiting.popleft()
        yield name
        waiting.extend(new := sorted(edges.get(name, _NONE) - found))
        found.update(new)


def _nearest(edges: Mapping[str, frozenset[str]], first: Iterable[str]) -> dict[str, str]:
    """Everything that can be reached from ``first``, each with the nearest of them."""
    nearest: dict[str, str] = {}
    waiting = deque((name, name) for name in sorted(first))
    begun = {name for name, _ in waiting}
    while waiting:
        name, of = waiting.popleft()
        for other in sorted(edges.get(name, _NONE)):
            if other in nearest:  # one at a time: a difference would look at all of them for each role
                continue
            nearest[other] = of
            if other not in begun:
                waiting.append((other, of))
    return nearest


class _Step(NamedTuple):
    """Where a role is in a tree: how many ``steps`` from its root, by which role, and the last names to the root."""

    steps: int
    by: str
    last: tuple[str, ...]


def _tree(edges: Mapping[str, frozenset[str]], root: str) -> dict[str, _Step]:
    """The shortest way to ``root`` from everything that can be reached from it."""
    found = {root: _Step(0, root, (root,))}
    waiting = deque([root])
    while waiting:
        name = waiting.popleft()
        steps, _, last = found[name]
        for other in sorted(edges.get(name, _NONE)):
            if other not in found:
                found[other] = _Step(steps + 1, name, (other, *last) if len(last) < SHOWN_OF_A_WAY else last)
                waiting.append(other)
    return found


def _way(tree: Mapping[str, _Step], name: str) -> Way:
    """The way from ``name`` to the tree's root."""
    steps, _, last = tree[name]
    first: list[str] = []
    while len(first) < min(SHOWN_OF_A_WAY, steps + 1 - len(last)):
        first.append(name)
        name = tree[name].by
    return Way((*first, *last), steps + 1 - len(first) - len(last))


def _chain(below: Mapping[str, str | None], target: str) -> tuple[str, ...]:
    """The names that lead to ``target``, from where they begin."""
    way = [target]
    while (before := below[way[-1]]) is not None:
        way.append(before)
    return tuple(reversed(way))
