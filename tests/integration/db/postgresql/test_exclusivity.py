"""rds_ad and rds_iam never meet in a role, by whatever way, and neither reaches the master user."""

from __future__ import annotations

import pytest

from signon.db import postgresql_logins
from signon.domain.finding import Remark
from signon.domain.logins.login import Proof
from signon.errors import DatabaseUnusable
from tests.builders import a_profile
from tests.notebook import NOTEBOOK

from .conftest import ADMIN_ONLY, MASTER, SQL, Create, Operator, SignIn, Verify

ALICE, BOB = "alice@CORP.EXAMPLE.COM", "bob@CORP.EXAMPLE.COM"
READ = "signon.payments.read"

# The roles that have both, whatever a membership gives, but for those that only administer.
BOTH = """\
WITH RECURSIVE m (member, roleid) AS (
  SELECT member, roleid FROM pg_auth_members a WHERE NOT {admin_only}
  UNION SELECT m.member, a.roleid FROM m JOIN pg_auth_members a ON a.member = m.roleid WHERE NOT {admin_only})
SELECT r.rolname FROM pg_roles r
WHERE EXISTS (SELECT 1 FROM m WHERE m.member = r.oid AND m.roleid = 'rds_ad'::regrole)
  AND EXISTS (SELECT 1 FROM m WHERE m.member = r.oid AND m.roleid = 'rds_iam'::regrole)"""


def have_both(operator: Operator) -> list[str]:
    gives_nothing = "(NOT a.inherit_option AND NOT a.set_option)" if operator.version >= ADMIN_ONLY else "false"
    return [name for (name,) in operator.run(BOTH.format(admin_only=gives_nothing))]


def test_making_logins_gives_nobody_both_and_the_master_neither(payments: Operator, create: Create) -> None:
    create(a_profile())
    assert have_both(payments) == []


def test_a_login_of_ours_that_was_given_rds_iam_is_left_alone_and_reported(
    payments: Operator, create: Create, verify: Verify
) -> None:
    create(a_profile())
    payments.run("CREATE ROLE app", "CREATE ROLE token", "GRANT rds_iam TO token", "GRANT token TO app")
    payments.run(f'GRANT app TO "{ALICE}"')
    assert create(a_profile()) == 0
    way = f"{ALICE} is a member of app is a member of token is a member of rds_iam"
    assert verify(a_profile()) == Proof(1, (Remark(f"{ALICE}: no login may have both rds_ad and rds_iam: {way}"),))


def test_a_login_that_is_already_a_member_of_rds_iam_is_not_ours(
    payments: Operator, create: Create, verify: Verify
) -> None:
    payments.run(f'CREATE ROLE "{ALICE}" LOGIN', f'GRANT rds_iam TO "{ALICE}"')
    create(a_profile())
    assert have_both(payments) == []
    assert verify(a_profile()) == Proof(1, (Remark(f"{ALICE}: made by somebody else (member of rds_iam)"),))


def test_a_group_role_that_leads_to_rds_iam_is_given_to_nobody(
    payments: Operator, create: Create, verify: Verify
) -> None:
    create(a_profile(logins=a_profile().logins[:1]))
    payments.run("CREATE ROLE app", "GRANT rds_iam TO app", f'GRANT app TO "{READ}"')
    create(a_profile())
    assert payments.opened() == [ALICE]
    changed = "changed since we made it (member of app)"
    assert Remark(f"{BOB}: it needs {READ}, which is not ours to use: {changed}") in verify(a_profile()).left_alone


def test_no_login_is_created_where_somebody_joined_the_two_roles(
    payments: Operator, create: Create, verify: Verify
) -> None:
    payments.run("GRANT rds_iam TO rds_ad")
    try:
        create(a_profile())
        assert payments.opened() == []
        assert verify(a_profile()).verified == 0
    finally:
        payments.run("REVOKE rds_iam FROM rds_ad")


def test_a_membership_without_inheritance_counts_where_one_can_change_to_it(
    payments: Operator, create: Create, verify: Verify
) -> None:
    """PostgreSQL 16 and newer: INHERIT FALSE, SET TRUE is taken by SET ROLE; ADMIN alone gives nothing."""
    if payments.version < ADMIN_ONLY:
        pytest.skip("before 16 every membership gives everything")
    create(a_profile())
    payments.run(f'GRANT rds_iam TO "{ALICE}" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE')
    assert verify(a_profile()) == Proof(2, ())
    payments.run(f'GRANT rds_iam TO "{BOB}" WITH INHERIT FALSE, SET TRUE')
    assert verify(a_profile()).verified == 1


# ---- the master user


@pytest.mark.parametrize("role", ["rds_ad", "rds_iam"])
def test_a_master_who_reaches_either_ends_the_run_before_anything_is_changed(
    role: str, payments: Operator, as_master: SignIn, create: Create
) -> None:
    with as_master() as session:
        payments.run("CREATE ROLE team", f"GRANT {role} TO team", "GRANT team TO dbadmin")
        with pytest.raises(DatabaseUnusable) as refused:
            postgresql_logins.create(
                session, SQL, a_profile(), before_change=lambda said: pytest.fail(str(said)), **NOTEBOOK.of_a_run()
            )
    way = f"dbadmin is a member of team is a member of {role}"
    assert refused.value.problem == f"The master user would sign in by {role} alone: {way}"
    assert refused.value.remedy == "Revoke the role team from dbadmin, then start again"
    assert payments.roles() == {"team": False}


def test_a_login_that_the_master_is_a_member_of_is_not_given_rds_ad(
    payments: Operator, create: Create, verify: Verify
) -> None:
    create(a_profile())
    payments.run(
        "SET SESSION AUTHORIZATION dbadmin",
        f'REVOKE rds_ad FROM "{ALICE}"',
        f'ALTER ROLE "{ALICE}" NOLOGIN',
        f'COMMENT ON ROLE "{ALICE}" IS \'{{"signon": {{"profile": "payments", "complete": false}}}}\'',
    )
    more = " WITH INHERIT TRUE, SET TRUE" if payments.version >= ADMIN_ONLY else ""  # he administers it already
    payments.run(f'GRANT "{ALICE}" TO dbadmin{more}')
    assert create(a_profile()) == 0
    shut_out = f"rds_ad would shut the master user out: dbadmin is a member of {ALICE}"
    assert verify(a_profile()) == Proof(1, (Remark(f"{ALICE}: {shut_out}"),))


def test_a_transaction_that_would_shut_the_master_out_is_rolled_back(payments: Operator, as_master: SignIn) -> None:
    """Somebody makes the master a member of alice's role after we have looked and before it is given rds_ad."""
    confirmed = []

    def meanwhile(_: object) -> None:
        confirmed.append(1)
        if len(confirmed) == 3:  # group roles, grants, people
            payments.run("CREATE ROLE team", "GRANT team TO dbadmin", "GRANT rds_ad TO team")

    with as_master() as session, pytest.raises(DatabaseUnusable, match="The master user would sign in by rds_ad alone"):
        postgresql_logins.create(session, SQL, a_profile(), before_change=meanwhile, **NOTEBOOK.of_a_run())
    assert [name for name in payments.roles() if "@" in name] == []


def test_the_master_still_signs_in_by_password_after_every_run(payments: Operator, create: Create) -> None:
    for _ in range(3):
        create(a_profile())
    inherited = f"SELECT pg_has_role('{MASTER[0]}', 'rds_ad', 'USAGE'), pg_has_role('{MASTER[0]}', 'rds_iam', 'USAGE')"
    assert payments.run(inherited) == [(False, False)]
