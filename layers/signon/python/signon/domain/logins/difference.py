"""The difference between a database's logins and its profile, as a look inside finds it before anything is changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from signon.domain.finding import Advice, Finding
from signon.domain.limits import counted
from signon.domain.logins.change import NONE, ChangeKind, LoginChange, LoginChanges, grouped, ungrouped
from signon.domain.logins.login import Statement
from signon.errors import DatabaseUnusable
from signon.foreign import LONGEST_LINE, on_one_line

LONGEST_SQL = 1_000_000  # characters: of what can be read, whatever is done
Part = tuple[str, ...]  # of a document: what one step of the plan does
LOCKS: Part = ("locks",)
OTHERS: Part = ("changes", "unseen", "if_approved")
BeforeChange = Callable[[Sequence[Statement]], object]  # is given what is about to be run; raises where it may not be


@dataclass(frozen=True)
class Difference:
    """``statements`` make the changes, as far as they can be written before anything is made.

    ``locks`` are of logins that the profile no longer lists, ``changes`` all others. ``waits``: there is something to
    remember besides. ``full``: why that is too much; then there are locks alone. ``taken_over``: what is changed in
    addition once a person has approved that what is in dispute is ours, and ``disputed`` is that. ``advice`` and
    ``asked`` are about whom all of it would be given to.
    """

    changes: LoginChanges = NONE
    locks: LoginChanges = NONE
    statements: tuple[Statement, ...] = ()
    waits: bool = False
    taken_over: tuple[LoginChange, ...] = ()
    disputed: bool = False
    advice: tuple[Advice, ...] = ()
    asked: tuple[Finding, ...] = ()
    full: DatabaseUnusable | None = None

    @classmethod
    def of(
        cls,
        statements: Iterable[Statement],
        opens: Iterable[str] = (),
        *,
        locks: Iterable[Statement] = (),
        unseen: Iterable[str] = (),
        waits: bool = False,
        full: DatabaseUnusable | None = None,
    ) -> Difference:
        """``opens``: the logins that are there and are opened when they have what they need."""
        statements, locks = tuple(statements), tuple(locks)
        opened = (LoginChange(ChangeKind.UNLOCK, name) for name in opens)
        changes = LoginChanges.of((*_changes(statements), *opened), unseen)
        return cls(changes, LoginChanges.of(_changes(locks)), (*locks, *statements), waits, full=full)

    @property
    def is_made(self) -> bool:
        """Whether *Create logins* has something to do."""
        return bool(self.changes or self.waits or self.disputed)

    def and_taken_over(self, if_ours: Difference) -> Difference:
        """With what ``if_ours`` has besides: the difference that there is if the disputed logins count as ours."""
        return replace(self, taken_over=tuple(self.changes.beyond(if_ours.changes.all)), disputed=True)

    def to_json(self) -> dict[str, Any]:
        """All that a run of the plan may change, and what only an approval of a dispute adds."""
        locks = {"locks": grouped(self.locks.all)}
        return {**locks, **self.changes.to_json(), "if_approved": grouped(self.taken_over)}

    def sha256(self, part: Part) -> str:
        """By which a step of the plan knows all of its part."""
        return digest(self.to_json(), part)

    @property
    def summary(self) -> str:
        """How many of each kind."""
        return self.changes.summary

    @property
    def lines(self) -> Iterator[str]:
        """Each change in words."""
        yield from self.changes.lines()
        if self.disputed:
            yield "take over what is in dispute, if the plan is approved"
        yield from (f"{each}, if the plan is approved" for each in self.taken_over)


IN_SYNC = Difference()


def _changes(statements: Iterable[Statement]) -> Iterator[LoginChange]:
    return (change for statement in statements for change in statement.changes)


def allowed_locks(document: Mapping[str, Any]) -> LoginChanges:
    """The logins that may be locked by the difference in a document. Raises what ``allowed`` raises."""
    return LoginChanges.of(ungrouped(document["locks"]))


def allowed(document: Mapping[str, Any], *, approved: bool) -> LoginChanges:
    """What a run may change by the difference in a document, where its dispute was ``approved`` or not.

    Raises KeyError, TypeError, ValueError: it is something else.
    """
    more = document["if_approved"] if approved else ()
    return LoginChanges.of(ungrouped((*document["changes"], *more)), map(str, document["unseen"]))


def digest(document: Mapping[str, Any], part: Part) -> str:
    """Of what a document says of this part of the difference."""
    said = {name: document[name] for name in part}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def as_sql(statements: Iterable[Statement], text: Callable[[Statement], str]) -> str:
    """What would be run, to be read; ``text`` is a statement as the server gets it.

    What a statement does stands in a comment on one line, whatever names it quotes.
    """
    said, room, left = list[str](), LONGEST_SQL, 0
    for statement in statements:
        written = f"-- {on_one_line(statement.description, LONGEST_LINE)}\n{text(statement)};\n"
        room -= len(written)
        if room < 0:
            left += 1
        else:
            said.append(written)
    return "\n".join((*said, *([f"-- and {counted(left, 'more statement')}\n"] if left else ())))
