"""What we know of the logins of a database, whatever it says of itself: a mark proves nothing.

Ours is what we remember having made, or what a person has approved that we take over. What bears our mark and is not
remembered is in dispute: a restored copy, a lost table, or a mark that somebody else wrote. Nothing is granted to it
and it is not opened until a person has approved a plan that names it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from signon.domain.finding import Remark
from signon.domain.limits import counted, shortened
from signon.errors import DatabaseUnusable

# "The maximum item size in DynamoDB is 400 KB"; names and values count in UTF-8, and a byte for each pair of a map.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
MOST_BYTES = 400_000  # for 5,000 names of the greatest length on PostgreSQL, with their oids; the rest is for the key
NO_OID = ""  # for an engine whose logins are identified by name alone
LONGEST_OID = "4294967295"  # in place of one that is not given yet

UNREMEMBERED = Remark(
    "it bears our mark, and we do not remember having made it",
    "If the database is a restored copy or the table was lost, start a dry run and approve the plan, which"
    " takes it over; if you do not recognize it, remove it",
)


Remember = Callable[[Mapping[str, str]], object]  # stores what is made from now on: names with their oids


@dataclass(frozen=True)
class Memory:
    """``made``: the names of what we have made or taken over, each with its oid (``NO_OID`` if there is none).

    ``master_user``: RDS's name for the master user, which may differ from the one we are signed in as. ``trusts``: the
    database was onboarded before anything was remembered, so that what bears our mark counts as remembered this once,
    unless something contradicts it. ``takes_over``: the digest of the dispute that a person has decided in our favour.
    """

    made: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    master_user: str | None = None
    trusts: bool = False
    takes_over: str | None = None

    def having(self, made: Mapping[str, str]) -> Memory:
        """The memory of these; from now on nothing else is trusted or taken over."""
        return replace(self, made=made, trusts=False, takes_over=None)

    def judge(self, remembered: Mapping[str, str], claimed: Mapping[str, str]) -> Judgement:
        """``remembered`` exists as it was made; ``claimed`` bears our mark, and nothing else contradicts it."""
        if claimed and (self.trusts or digest(claimed) == self.takes_over):
            both = {**remembered, **claimed}
            full = too_many(both)
            return Judgement(remembered, claimed, full) if full else Judgement(both)
        return Judgement(remembered, claimed)


@dataclass(frozen=True)
class Judgement:
    """``made`` is what counts as ours, and is to be remembered; ``disputed`` only bears our mark. Names and oids.

    ``full``: what is in dispute would count as ours, but it is more than can be remembered.
    """

    made: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    disputed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    full: DatabaseUnusable | None = None


NOTHING = Judgement()


def too_many(made: Mapping[str, str]) -> DatabaseUnusable | None:
    """The error where these are more than can be remembered, or None; to be asked before anything is made.

    What no longer exists in the database is not among them: to drop some makes room.
    """
    size = sum(len(f"{name}{oid}".encode(errors="surrogatepass")) + 1 for name, oid in made.items())
    if size <= MOST_BYTES:
        return None
    return DatabaseUnusable(
        f"The database would have {len(made):,} logins and group roles of ours, with"
        f" {size:,} bytes of names, and {MOST_BYTES:,} bytes can be remembered: none was created or taken over",
        "Drop logins of ours that nobody needs, such as those that were removed from the profile and are locked; then"
        " start again",
    )


def digest(disputed: Mapping[str, str]) -> str | None:
    """What a person approves: exactly these names, with exactly these oids. None if nothing is in dispute."""
    text = json.dumps(sorted(disputed.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16] if disputed else None


def named(disputed: Mapping[str, str], wanted: frozenset[str]) -> str | None:
    """The dispute in words; None if nothing is in dispute.

    Names that are not in the profile may be somebody else's choice: they are only counted.
    """
    known = shortened(sorted(wanted & disputed.keys()))
    others = len(disputed.keys() - wanted)
    more = (f"{counted(others, 'login or group role', 'logins and group roles')} that the profile does not name",)
    return ", ".join((*known, *(more if others else ()))) or None
