"""Who may act as whom in a server of MySQL's family, and who may make and alter logins, from the rows of its tables.

The chains are followed here: a server follows them only as far as its parameters allow (cte_max_recursion_depth,
max_recursive_iterations), and MariaDB then ends in silence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

HOST = "%"
Account = tuple[str, str]  # user and host; a role of MariaDB has no host
PUBLIC: Account = ("PUBLIC", "")  # MariaDB's role that everybody has
_WILD = frozenset("%_\\")

_NOBODY: frozenset[Account] = frozenset()


@dataclass(frozen=True)
class Relations:
    """``makers`` may make and alter logins, or assume their rights, by a right of their own or through roles;
    ``system`` only accounts that have SYSTEM_USER may alter; ``members`` are who was granted an account or a role,
    ``proxies`` who may act as an account when signing in, by the name that was granted; ``everybodys`` are the roles
    that everybody has; ``roles`` are ours of MariaDB, ``administrators`` who may grant each.
    """

    makers: frozenset[Account] = _NOBODY
    system: frozenset[Account] = _NOBODY
    members: Mapping[Account, frozenset[Account]] = field(default_factory=dict)
    proxies: Mapping[Account, frozenset[Account]] = field(default_factory=dict)
    everybodys: frozenset[Account] = _NOBODY
    roles: frozenset[str] = frozenset()
    administrators: Mapping[str, frozenset[Account]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, str, str, str]], everybodys: Collection[Account] = ()) -> Relations:
        """From rows of a kind, an account or role, and an account that has something of it ("" where none has)."""
        found: dict[str, dict[Account, set[Account]]] = defaultdict(lambda: defaultdict(set))
        for kind, user, host, other_user, other_host in rows:
            found[kind][user, host].add((other_user, other_host))
        members = _frozen(found["role"])
        return cls(
            makers=reached(found["maker"], members),
            system=frozenset(found["system"]),
            members=members,
            proxies=_frozen(found["proxy"]),
            everybodys=frozenset(everybodys),
            roles=frozenset(name for name, _ in found["mark"]),
            administrators={name: frozenset(others) for (name, _), others in found["administrator"].items()},
        )

    def proxies_by_pattern(self, users: Collection[str]) -> dict[Account, frozenset[Account]]:
        """By the name that was granted, who may act as every account whose name is like it.

        A server compares names as LIKE does, and "" is everybody's; it then takes the account at exactly the host that
        was granted. An installation grants PROXY on everybody to accounts that RDS does not make: what is granted to an
        account that does not exist does not count.
        """
        found = {
            granted: frozenset(other for other in others if other[0] in users or _is_pattern(other[0]))
            for granted, others in self.proxies.items()
            if granted[1] in (HOST, "") and (_is_pattern(granted[0]) or not granted[1])
        }
        return {granted: others for granted, others in found.items() if others}


def reached(first: Iterable[Account], members: Mapping[Account, Collection[Account]]) -> frozenset[Account]:
    """These, and whoever has one of them as a role, or as a role of a role; each is looked at once."""
    found = set(first)
    waiting = list(found)
    while waiting:
        new = [each for each in members.get(waiting.pop(), ()) if each not in found]
        found.update(new)
        waiting += new
    return frozenset(found)


def like(pattern: str) -> Callable[[str], object]:
    """Whether a name is like this one, as a server compares them, in a time that grows with both lengths alone."""
    if not pattern:
        return lambda _: True
    first, *more = _segments(pattern)
    middle = "".join(f"(?>.*?{each})" for each in more[:-1])
    return re.compile(f"{first}{middle}{f'.*{more[-1]}' if more else ''}", re.DOTALL).fullmatch


def _segments(pattern: str) -> Iterator[str]:
    """What is between its per cent signs, as regular expressions."""
    segment = ""
    for sign in re.findall(r"\\?.", pattern, re.DOTALL):
        if sign == "%":
            yield segment
            segment = ""
        else:
            segment += "." if sign == "_" else re.escape(sign[-1])
    yield segment


def _is_pattern(name: str) -> bool:
    return not name or not _WILD.isdisjoint(name)


def _frozen(found: Mapping[Account, set[Account]]) -> dict[Account, frozenset[Account]]:
    return {account: frozenset(others) for account, others in found.items()}
