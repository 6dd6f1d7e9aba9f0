"""Who was taken out is locked, whoever else holds locks meanwhile."""

from __future__ import annotations

from contextlib import closing

import pytest

from signon.db import postgresql_logins
from signon.db.locking import lock_each
from signon.errors import TemporaryFailure
from tests.builders import a_profile
from tests.notebook import NOTEBOOK

from .conftest import SQL, Create, Operator, SignIn

ALICE, BOB = "alice@CORP.EXAMPLE.COM", "bob@CORP.EXAMPLE.COM"
NOBODY = a_profile(logins=())
OURS = 91534213766990  # the lock by which runs of ours wait for each other


def lock(as_master: SignIn) -> int:
    with as_master() as session:
        locks = postgresql_logins.locks(session, SQL, NOBODY, NOTEBOOK.memory)
        locked, refused = lock_each(session, locks, lambda _: None)
    assert refused == ()
    return locked


def test_the_lock_of_other_runs_is_not_waited_for(payments: Operator, create: Create, as_master: SignIn) -> None:
    create(a_profile())
    with closing(payments.connect()) as somebody, somebody.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (OURS,))
        assert lock(as_master) == 2
    assert payments.opened() == []


def test_a_leaver_in_whose_row_somebody_writes_holds_up_no_other(
    payments: Operator, create: Create, as_master: SignIn
) -> None:
    create(a_profile())
    with closing(payments.connect()) as somebody, somebody.cursor() as cursor:
        cursor.execute(f"BEGIN; ALTER ROLE \"{ALICE}\" PASSWORD 'x'")
        with pytest.raises(
            TemporaryFailure, match=r"alice@CORP\.EXAMPLE\.COM could not be locked, after 1 other login had been: "
        ):
            lock(as_master)
    assert payments.opened() == [ALICE]
    assert lock(as_master) == 1
    assert payments.opened() == []
