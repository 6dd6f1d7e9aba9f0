"""Hostile names, and a real server: each is stored exactly as asked or refused, and nothing else happens."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from signon.errors import SignonError

AT_ONCE = 100


class Server(Protocol):
    """A real server behind the product's own code, and how it looks from outside."""

    def create(self, names: Sequence[str]) -> None:
        """The product makes logins of these names. Raises SignonError."""

    def everything(self) -> Mapping[Hashable, object]:
        """Every account, whole, and whatever else a statement might have changed."""

    def stored(self, name: str) -> Hashable:
        """What ``everything`` calls the login of this name."""

    def forget(self, accounts: Sequence[Hashable]) -> None:
        """Takes logins away again."""


@dataclass
class Driven:
    """What became of the names."""

    stored: list[str] = field(default_factory=list)
    refused: dict[str, SignonError] = field(default_factory=dict)


def drive(server: Server, names: Sequence[str]) -> Driven:
    """Has the product make all of these logins; where a batch is refused, the halves of it.

    Every name is another one, so that as many accounts as names says that no two of them became one. What a refused
    batch that changed anyway is found after the next one that is not.
    """
    assert len(set(names)) == len(names)
    driven = Driven()
    before = dict(server.everything())
    waiting = [names[first : first + AT_ONCE] for first in range(0, len(names), AT_ONCE)]
    while waiting:
        batch = waiting.pop()
        try:
            server.create(batch)
        except SignonError as refusal:
            if len(batch) == 1:
                driven.refused[batch[0]] = refusal
            else:
                waiting += [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
            continue
        after = dict(server.everything())
        made = [server.stored(name) for name in batch if server.stored(name) not in before]
        assert set(after) - set(before) == set(made), f"stored otherwise: {set(after) - set(before) ^ set(made)!r}"
        assert {account: after.get(account) for account in before} == before, f"changed something else: {batch!r}"
        driven.stored += [name for name in batch if server.stored(name) not in before]
        if made:
            server.forget(made)
    assert server.everything() == before
    return driven
