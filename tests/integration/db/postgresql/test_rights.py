"""What the master user may not change, and what keeps people out of a login: both are said with what helps."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from signon.db import postgresql_logins
from signon.domain.logins.login import Proof
from signon.domain.profile.profile import DirectoryLogin, Profile
from signon.errors import StatementRefused, TemporaryFailure
from tests.builders import a_profile
from tests.notebook import NOTEBOOK

from .conftest import ADMIN_ONLY, SQL, Create, Operator, SignIn, Verify

ALICE, BOB = "alice@CORP.EXAMPLE.COM", "bob@CORP.EXAMPLE.COM"
READ, WRITE = "signon.payments.read", "signon.payments.write"
ADOPTING = a_profile(adopt=frozenset({"alice"}))
AS_MASTER = "SET SESSION AUTHORIZATION dbadmin"


@pytest.fixture
def newer(payments: Operator) -> Operator:
    if payments.version < ADMIN_ONLY:
        pytest.skip("CREATEROLE is enough before PostgreSQL 16")
    return payments


def told(remedy: str | None) -> str:
    """The statement that it says to run."""
    return re.split(r"\b[Rr]un ", remedy or "", maxsplit=1)[1].partition(", or reset")[0]


def without_bob() -> Profile:
    return a_profile(logins=(DirectoryLogin("alice", ("read",)),))


# ---- what keeps people out


@pytest.mark.parametrize(
    ("attributes", "granted", "said", "helps"),
    [
        ("CONNECTION LIMIT 0", (), "CONNECTION LIMIT 0 keeps everybody out", ()),
        ("NOINHERIT", (), f"NOINHERIT would keep the rights of {READ} from it", ()),
        (
            "NOINHERIT",
            (f'GRANT "{READ}" TO "{ALICE}"',),
            f"it needs {READ}, which is not ours to use: others may use it or give it away ({ALICE})",
            (f'REVOKE "{READ}" FROM "{ALICE}"', f'ALTER ROLE "{ALICE}" INHERIT'),
        ),
    ],
)
def test_what_keeps_people_out_of_an_adopted_login_is_reported_with_a_remedy_that_works(
    attributes: str,
    granted: Sequence[str],
    said: str,
    helps: Sequence[str],
    payments: Operator,
    create: Create,
    verify: Verify,
) -> None:
    create(a_profile(logins=a_profile().logins[1:]))
    payments.run(AS_MASTER, f'CREATE ROLE "{ALICE}" LOGIN {attributes}', *granted)
    create(ADOPTING)
    proof = verify(ADOPTING)
    assert proof.verified == (0 if granted else 1)  # bob needs the same group role
    assert proof.left_alone[0].problem == f"{ALICE}: {said}"
    payments.run(AS_MASTER, *(helps or [told(proof.left_alone[0].remedy)]))
    create(ADOPTING)
    assert verify(ADOPTING) == Proof(2, ())


@pytest.mark.parametrize("of", ["rds_superuser", "pg_write_all_data"])
def test_a_login_with_the_rights_of_administrators_is_adopted_once_it_has_them_no_more(
    of: str, payments: Operator, create: Create, verify: Verify
) -> None:
    payments.run(AS_MASTER, f'CREATE ROLE "{ALICE}" LOGIN', "RESET SESSION AUTHORIZATION", f'GRANT {of} TO "{ALICE}"')
    create(ADOPTING)
    (left,) = verify(ADOPTING).left_alone
    assert left.problem.startswith(f"{ALICE}: it is not adopted with the rights of {of}")
    payments.run(told(left.remedy).partition(", and start again")[0])
    create(ADOPTING)
    assert verify(ADOPTING) == Proof(2, ())


@pytest.mark.parametrize(
    "change", [f'ALTER ROLE "{ALICE}" CONNECTION LIMIT 0', f'GRANT "{READ}" TO "{ALICE}" WITH INHERIT FALSE']
)
def test_later_changes_to_a_login_of_ours_are_reported_too(
    change: str, newer: Operator, create: Create, verify: Verify
) -> None:
    create(a_profile())
    newer.run(AS_MASTER, change)
    assert create(a_profile()) == 0
    proof = verify(a_profile())
    assert proof.verified == 1
    newer.run(AS_MASTER, told(proof.left_alone[0].remedy))
    assert verify(a_profile()) == Proof(2, ())


def test_limits_that_keep_nobody_out_are_not_reported(payments: Operator, create: Create, verify: Verify) -> None:
    """Neither a ticket nor a token is a password: VALID UNTIL does not end them."""
    payments.run(AS_MASTER, f"""CREATE ROLE "{ALICE}" LOGIN CONNECTION LIMIT 1 VALID UNTIL '2020-01-01'""")
    create(ADOPTING)
    assert verify(ADOPTING) == Proof(2, ())


# ---- what the master user may not change


def test_a_group_role_that_the_master_user_may_not_grant_locks_out_only_people_who_need_it(
    newer: Operator, create: Create, create_unplanned: Create, verify: Verify
) -> None:
    create(without_bob())
    newer.run(f'REVOKE ADMIN OPTION FOR "{READ}" FROM dbadmin CASCADE')
    profile = a_profile(logins=(DirectoryLogin("carol", ("read",)), DirectoryLogin("bob", ("write",))))
    create_unplanned(profile)
    assert newer.opened() == [BOB]
    proof = verify(profile)
    assert proof.verified == 1
    assert proof.left_alone[0].problem == f"carol@CORP.EXAMPLE.COM: the master user may not grant it {READ}"
    newer.run(told(proof.left_alone[0].remedy))
    create(profile)
    assert verify(profile) == Proof(2, ())


def test_a_master_user_who_may_not_grant_rds_ad_is_reported_with_a_remedy_that_works(
    newer: Operator, create: Create, as_master: SignIn
) -> None:
    newer.run("REVOKE ADMIN OPTION FOR rds_ad FROM dbadmin")
    with pytest.raises(StatementRefused) as refused:
        create(a_profile())
    assert refused.value.problem == "The master user dbadmin may not grant rds_ad"
    assert newer.opened() == []
    newer.run(told(refused.value.remedy))
    assert create(a_profile()) > 0
    assert newer.opened() == [ALICE, BOB]
    with as_master() as session:  # and he still signs in by password
        session.query("Ask", "SELECT 1")


def test_one_login_that_the_master_user_may_not_change_keeps_nobody_else_out(
    newer: Operator, create: Create, create_unplanned: Create, verify: Verify
) -> None:
    newer.run(f'CREATE ROLE "{ALICE}" LOGIN')  # somebody else's
    assert create_unplanned(ADOPTING) > 0
    proof = verify(ADOPTING)
    assert proof.verified == 1
    assert proof.left_alone[0].problem == f"{ALICE}: the master user may not change it"
    assert (proof.left_alone[0].remedy or "").startswith("Have an administrator of ")
    newer.run(told(proof.left_alone[0].remedy))
    create(ADOPTING)
    assert verify(ADOPTING) == Proof(2, ())
    assert newer.opened() == [ALICE, BOB]


def test_a_leaver_that_the_master_user_may_not_lock_is_reported_and_blocks_nobody_else(
    newer: Operator, create: Create, create_unplanned: Create, verify: Verify
) -> None:
    create(a_profile(logins=a_profile().logins[1:]))
    newer.run(f'REVOKE ADMIN OPTION FOR "{BOB}" FROM dbadmin')
    create_unplanned(without_bob())
    assert newer.opened() == [ALICE, BOB]
    (kept,) = verify(without_bob()).not_ours
    newer.run(told(kept.remedy))
    create(without_bob())
    assert newer.opened() == [ALICE]
    assert verify(without_bob()) == Proof(1, ())


def test_a_master_user_who_may_not_create_roles_is_reported_with_a_remedy_that_works(
    payments: Operator, create: Create, verify: Verify
) -> None:
    payments.run("ALTER ROLE dbadmin NOCREATEROLE")
    try:
        with pytest.raises(StatementRefused) as refused:
            create(a_profile())
        assert refused.value.problem == "The master user dbadmin has no CREATEROLE"
        payments.run(told(refused.value.remedy))
        create(a_profile())
        assert verify(a_profile()) == Proof(2, ())
    finally:
        payments.run("ALTER ROLE dbadmin CREATEROLE")


# ---- what somebody drops meanwhile


@pytest.mark.parametrize("dropped", ["TABLE core.invoices", "SCHEMA core", "TABLE core.invoices, core.customers"])
def test_what_is_dropped_between_the_look_and_the_grant_is_looked_for_again(
    dropped: str, payments: Operator, as_master: SignIn, create: Create, verify: Verify
) -> None:
    looks: list[None] = []

    def before_change(_: object) -> None:
        looks.append(None)
        if len(looks) == 2:  # the first is for the group roles, the second within payments
            payments.run(f"DROP {dropped} CASCADE", database="payments")

    with as_master() as session, pytest.raises(TemporaryFailure, match="In database payments: PostgreSQL error"):
        postgresql_logins.create(session, SQL, a_profile(), before_change=before_change, **NOTEBOOK.of_a_run())
    assert payments.opened() == [ALICE, BOB]
    create(a_profile())
    waiting = ("payments.core: there is no such schema",) if dropped == "SCHEMA core" else ()
    assert verify(a_profile()) == Proof(2, (), waiting=waiting)
