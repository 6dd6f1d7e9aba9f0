"""Locking logins that were removed from the profile: each by itself, so that none holds up another."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from signon.db.session import Session
from signon.domain.logins.difference import BeforeChange
from signon.domain.logins.login import Statement
from signon.errors import SignonError, StatementRefused


@dataclass(frozen=True)
class Locks:
    """``statements``, each of which locks one login; ``first`` is run before them, and has none of them wait long for
    somebody else. ``unsure``: logins that the server may refuse us to lock, as far as its catalogue shows; reading back
    tells of them.
    """

    first: Statement
    statements: tuple[Statement, ...]
    unsure: Set[str] = frozenset()


def lock_each(session: Session, locks: Locks, before_change: BeforeChange) -> int:
    """How many logins it locked. Raises the first of the errors, after all have been tried."""
    if locks.statements:
        session.run([locks.first])
        before_change(locks.statements)
    locked, failures = set[str](), list[SignonError]()
    for statement in locks.statements:
        names = {change.subject for change in statement.changes}
        try:
            session.run([statement])
        except SignonError as error:
            if not (isinstance(error, StatementRefused) and names <= locks.unsure):
                failures.append(error)
        else:
            locked |= names
    if failures:
        raise failures[0]
    return len(locked)
