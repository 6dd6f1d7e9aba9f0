"""Runs that are held to their plan: the difference is what is done, and afterwards there is none, but for logins that
wait until nobody is signed in with them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import ModuleType
from typing import Any

from signon.db.locking import Locks, lock_each
from signon.db.session import Session
from signon.domain.logins.change import ChangeKind, LoginChanges
from signon.domain.logins.difference import BeforeChange, Difference
from signon.domain.logins.login import Statement
from signon.domain.profile.profile import Profile
from tests.notebook import Notebook


def create(
    family: ModuleType,
    session: Session,
    ways: Any,
    profile: Profile,
    notebook: Notebook,
    elsewhere: Collection[str] = (),
) -> int:
    """One run of what *Lock leavers* and *Create logins* do, as a look just before has planned it; how many logins were
    locked and statements run.
    """

    def difference() -> Difference:
        found: Difference = family.difference(session, ways, profile, memory=notebook.memory)
        return found

    def held_to(allowed: LoginChanges) -> BeforeChange:
        def before_change(statements: Sequence[Statement]) -> None:
            assert all(statement.changes for statement in statements)
            assert not allowed.beyond(change for statement in statements for change in statement.changes)

        return before_change

    def waiting(found: Difference) -> set[str]:
        return {change.subject for change in found.changes.all if change.kind is ChangeKind.ADOPT}

    planned = difference()
    locks: Locks = family.locks(session, ways, profile, notebook.memory)
    locked, _ = lock_each(session, locks, held_to(planned.locks))
    count: int = family.create(session, ways, profile, held_to(planned.changes), elsewhere, **notebook.of_a_run())
    left = difference()
    assert {change.subject for change in left.changes.all} <= waiting(left)
    assert bool(count) is bool({*planned.changes.all} - {*left.changes.all})
    assert {change.subject for change in left.locks.all} <= locks.unsure
    assert locked == len(planned.locks.all) - len(left.locks.all)
    return locked + count
