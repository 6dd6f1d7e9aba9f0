"""Locking logins that were removed from the profile: each by itself, so that none holds up another."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from signon.db.session import Session
from signon.domain.limits import counted, listed
from signon.domain.logins.difference import BeforeChange
from signon.domain.logins.login import Statement
from signon.errors import NeedsPerson, PlanOutdated, SignonError, StatementRefused
from signon.foreign import shown


@dataclass(frozen=True)
class Locks:
    """``statements``, each of which locks one login; ``first`` is run before them, and has none of them wait long for
    somebody else. ``unsure``: logins that the server may refuse us to lock, as far as its catalogue shows; reading back
    tells of them.
    """

    first: Statement
    statements: tuple[Statement, ...]
    unsure: Set[str] = frozenset()


def lock_each(session: Session, locks: Locks, before_change: BeforeChange) -> tuple[int, tuple[str, ...]]:
    """How many logins it locked, and whom the server has refused us to lock, as was to be expected.

    Raises, after all have been tried, what failed: what passes by itself first, since that is tried again. Its text
    says who is still open.
    """
    if locks.statements:
        session.run([locks.first])
        before_change(locks.statements)
    locked, refused, failed = set[str](), set[str](), dict[str, SignonError]()
    for statement in locks.statements:
        names = {change.subject for change in statement.changes}
        try:
            session.run([statement])
        except SignonError as error:
            if isinstance(error, StatementRefused) and names <= locks.unsure:
                refused |= names
            else:
                failed |= dict.fromkeys(names, error)
        else:
            locked |= names
    locked -= failed.keys()
    if failed:
        raise _still_open(failed, len(locked))
    return len(locked), tuple(sorted(refused))


def require_locked(locks: Iterable[Statement]) -> None:
    """To be called with what would lock somebody still, once a run is done. Raises PlanOutdated: there is somebody."""
    if names := dict.fromkeys(change.subject for statement in locks for change in statement.changes):
        raise PlanOutdated(f"{counted(len(names), 'login')} that the profile no longer lists can sign in again")


def _still_open(failed: dict[str, SignonError], locked: int) -> SignonError:
    """The first failure that passes, else the first one, with what became of all of them."""
    error = next((each for each in failed.values() if not isinstance(each, NeedsPerson)), next(iter(failed.values())))
    said = f"{listed(list(map(shown, failed)))} could not be locked, after {counted(locked, 'other login')} had been: "
    if isinstance(error, NeedsPerson):
        return type(error)(f"{said}{error.problem}", error.remedy)
    return type(error)(f"{said}{error}")
