"""What we know of the logins of a database, whatever it says of itself: a mark proves nothing.

Ours is what we remember having made, or what a person has let us take over. What bears our mark and is not remembered
is in dispute: a restored copy, a lost table, or somebody who has written the mark himself. Nothing is granted to it
and nothing of it is opened until a person has approved a plan that names it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from signon.domain.limits import counted, shortened
from signon.foreign import REMEDY

# What an item of DynamoDB takes (400 KB) has room for five thousand names of the greatest length.
NO_OID = ""  # of an engine whose logins have a name and nothing else that is theirs

UNREMEMBERED = (
    "it bears our mark, and we do not remember having made it"
    f"{REMEDY}In a restored copy, or after a loss of the table, start a dry run and approve the plan, which takes it"
    " over; if you do not know it, remove it"
)


Remember = Callable[[Mapping[str, str]], object]  # writes down what is made from now on: names with their oids


@dataclass(frozen=True)
class Memory:
    """``made``: the names of what we have made or taken over, each with its oid (``NO_OID`` where there is none).

    ``master_user``: RDS's name for the master user, who may be another one than we are signed in as. ``trusts``: the
    database was onboarded before anything was remembered, so that what bears our mark counts as remembered this once,
    where nothing contradicts. ``takes_over``: the digest of the dispute that a person has decided for us.
    """

    made: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    master_user: str = ""
    trusts: bool = False
    takes_over: str = ""

    def having(self, made: Mapping[str, str]) -> Memory:
        """The memory of these, by which nothing else is trusted or taken over any more."""
        return replace(self, made=made, trusts=False, takes_over="")

    def judge(self, remembered: Mapping[str, str], claimed: Mapping[str, str]) -> Judgement:
        """``remembered`` is there as it was made; ``claimed`` bears our mark, and nothing else speaks against it."""
        if claimed and (self.trusts or digest(claimed) == self.takes_over):
            return Judgement({**remembered, **claimed})
        return Judgement(remembered, claimed)


@dataclass(frozen=True)
class Judgement:
    """``made`` is what counts as ours, and is to be remembered; ``disputed`` only bears our mark. Names and oids."""

    made: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    disputed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


NOTHING = Judgement()


def digest(disputed: Mapping[str, str]) -> str:
    """What a person approves: exactly these names, with exactly these oids. "" where nothing is in dispute."""
    text = json.dumps(sorted(disputed.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16] if disputed else ""


def named(disputed: Mapping[str, str], wanted: frozenset[str]) -> str:
    """The dispute in words. What the profile does not name, somebody else may have named: that is only counted."""
    known = shortened(sorted(wanted & disputed.keys()))
    others = len(disputed.keys() - wanted)
    more = (f"{counted(others, 'login or group role', 'logins and group roles')} that the profile does not name",)
    return ", ".join((*known, *(more if others else ())))
