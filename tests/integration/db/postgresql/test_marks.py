"""A mark proves nothing: what somebody inside has made, copied or been given is not taken for ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from signon.db import postgresql_logins
from signon.domain.logins.login import Proof
from signon.domain.memory import made as memory_of
from signon.domain.memory.made import LONGEST_OID, UNREMEMBERED
from signon.domain.profile.profile import DirectoryLogin, Profile
from signon.errors import DatabaseUnusable
from tests import as_planned
from tests.builders import a_profile
from tests.notebook import Notebook

from .conftest import ADMIN_ONLY, MASTER, SQL, Operator, SignIn

READ, WRITE = "signon.payments.read", "signon.payments.write"
ALICE, BOB, CAROL = (f"{name}@CORP.EXAMPLE.COM" for name in ("alice", "bob", "carol"))
OF_GROUP = '{"signon": {"profile": "payments", "role": "read"}}'
OF_PERSON = '{"signon": {"profile": "payments", "complete": false}}'
OPEN = '{"signon": {"profile": "payments", "complete": true}}'
UNKNOWN = UNREMEMBERED.problem

Run = Callable[..., Proof]


@pytest.fixture
def remembered() -> Notebook:
    return Notebook(master_user=MASTER[0])


@pytest.fixture
def run(as_master: SignIn, remembered: Notebook) -> Run:
    """Both functions, by what is remembered alone."""

    def run(profile: Profile | None = None) -> Proof:
        wanted = profile or a_profile()
        with as_master() as session:
            as_planned.create(postgresql_logins, session, SQL, wanted, remembered)
        with as_master() as session:
            return postgresql_logins.verify(session, SQL, wanted, remembered.memory)

    return run


@pytest.fixture
def tenant(payments: Operator) -> Operator:
    """Somebody inside, who may make roles and sees no table."""
    payments.run("CREATE ROLE tenant LOGIN CREATEROLE CREATEDB")
    return payments


def as_tenant(operator: Operator, *statements: str) -> None:
    operator.run("SET SESSION AUTHORIZATION tenant", *statements)


def reads(operator: Operator, role: str, table: str = "core.invoices") -> bool:
    ((allowed,),) = operator.run(f"SELECT has_table_privilege('{role}', '{table}', 'SELECT')", database="payments")
    return bool(allowed)


def to_master(operator: Operator, role: str) -> list[str]:
    """What lets the master user grant a role that the tenant has made; before PostgreSQL 16 CREATEROLE is enough."""
    return [f'GRANT "{role}" TO dbadmin WITH ADMIN TRUE, INHERIT FALSE, SET FALSE'] if is_new(operator) else []


def is_new(operator: Operator) -> bool:
    return operator.version >= ADMIN_ONLY


def made_by_tenant(operator: Operator, role: str, mark: str) -> None:
    as_tenant(
        operator, f'CREATE ROLE "{role}" NOLOGIN', f"COMMENT ON ROLE \"{role}\" IS '{mark}'", *to_master(operator, role)
    )


def test_a_group_role_that_a_tenant_has_made_first_is_granted_nothing(tenant: Operator, run: Run) -> None:
    """On PostgreSQL 18 as before 16, where one grant less is needed."""
    made_by_tenant(tenant, READ, OF_GROUP)
    proof = run()
    as_tenant(tenant, f'GRANT "{READ}" TO tenant')
    assert not reads(tenant, "tenant")
    why = "others may use it or give it away (tenant)" if is_new(tenant) else UNKNOWN
    assert f"{READ}: {why}" in str(proof.not_ours)
    assert {each.problem.partition(":")[0] for each in proof.left_alone} == {ALICE, BOB}  # each of them would need it
    assert proof.verified == 0


def test_a_login_that_a_tenant_has_made_first_is_neither_granted_nor_opened(tenant: Operator, run: Run) -> None:
    made_by_tenant(tenant, ALICE, OF_PERSON)
    proof = run()
    why = "others may use it or give it away (tenant)" if is_new(tenant) else UNKNOWN
    assert [each.problem for each in proof.left_alone] == [f"{ALICE}: {why}"]
    assert tenant.opened() == [BOB, "tenant"]
    as_tenant(tenant, f'GRANT "{ALICE}" TO tenant')
    assert not reads(tenant, "tenant")


def test_a_login_that_its_maker_could_give_away_is_not_adopted(tenant: Operator, run: Run) -> None:
    if not is_new(tenant):
        pytest.skip("before PostgreSQL 16 the maker of a role does not administer it; anyone with CREATEROLE does")
    made_by_tenant(tenant, ALICE, "made by the team")
    proof = run(a_profile(adopt=frozenset({"alice"})))
    assert f"{ALICE}: others may use it or give it away (tenant)" in str(proof.left_alone)
    assert tenant.opened() == [BOB, "tenant"]


def test_added_members_of_a_group_role_are_reported_and_the_group_gets_no_more(tenant: Operator, run: Run) -> None:
    run()
    tenant.run("SET SESSION AUTHORIZATION dbadmin", f'GRANT "{READ}" TO tenant')
    tenant.run(f'REVOKE SELECT ON core.invoices FROM "{READ}"', database="payments")
    assert f"{READ}: others may use it or give it away (tenant)" in str(run().not_ours)
    assert not reads(tenant, "tenant")


def test_added_members_of_a_persons_login_are_reported_and_the_login_is_left_alone(tenant: Operator, run: Run) -> None:
    run()
    tenant.run("SET SESSION AUTHORIZATION dbadmin", f'GRANT "{ALICE}" TO tenant')
    proof = run()
    assert f"{READ}: others may use it or give it away (tenant)" in str(proof.not_ours)
    assert f"{ALICE}: " in str(proof.left_alone)


def test_a_role_that_was_dropped_and_made_again_is_another_one(tenant: Operator, run: Run) -> None:
    run()
    tenant.run("SET SESSION AUTHORIZATION dbadmin", f'DROP ROLE "{ALICE}"')
    tenant.run(f'CREATE ROLE "{ALICE}"', f"COMMENT ON ROLE \"{ALICE}\" IS '{OF_PERSON}'", *to_master(tenant, ALICE))
    assert [each.problem for each in run().left_alone] == [f"{ALICE}: {UNKNOWN}"]


# ---- what is not remembered


def test_where_the_table_was_lost_nothing_is_granted_or_opened_until_one_approval_takes_it_over(
    payments: Operator, run: Run, remembered: Notebook
) -> None:
    run()
    remembered.write({})
    payments.run(f'ALTER ROLE "{ALICE}" NOLOGIN', f"COMMENT ON ROLE \"{ALICE}\" IS '{OF_PERSON}'")
    payments.run(f'REVOKE SELECT ON core.invoices FROM "{READ}"', database="payments")
    lost = run()
    assert lost.verified == 0
    assert lost.disputed_names == f"{ALICE}, {BOB}, {READ}, {WRITE}"
    assert payments.opened() == [BOB]
    assert not reads(payments, READ)
    remembered.takes_over = lost.disputed
    found = run()
    assert (found.verified, found.disputed) == (2, None)
    assert payments.opened() == [ALICE, BOB]
    assert reads(payments, READ)


def test_a_leaver_is_locked_by_the_mark_alone(payments: Operator, run: Run, remembered: Notebook) -> None:
    run()
    remembered.write({})
    left = run(a_profile(logins=(DirectoryLogin("alice", ("read",)),)))
    assert payments.opened() == [ALICE]
    assert "2 roles that the profile does not name: it bears our mark" in str(left.not_ours)
    assert BOB not in str(left.disputed_names)


def test_where_no_more_can_be_remembered_leavers_are_locked_and_nothing_is_created(
    payments: Operator, run: Run, remembered: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    made = dict(remembered.made)
    monkeypatch.setattr(memory_of, "MOST_BYTES", sum(len(name) + len(LONGEST_OID) + 1 for name in made))
    carol = a_profile(logins=(DirectoryLogin("alice", ("read",)), DirectoryLogin("carol", ("read",))))
    for _ in range(2):
        with pytest.raises(DatabaseUnusable, match="5 logins and group roles of ours"):
            run(carol)
        assert payments.opened() == [ALICE]
        assert CAROL not in payments.roles()
        assert remembered.made == made
    payments.run(f'DROP ROLE "{BOB}"')
    assert run(carol).verified == 2
    assert payments.opened() == [ALICE, CAROL]


def test_an_approval_is_for_what_it_was_given_for(payments: Operator, run: Run, remembered: Notebook) -> None:
    run()
    remembered.write({})
    remembered.takes_over = run().disputed
    payments.run(f'CREATE ROLE "{CAROL}"', f"COMMENT ON ROLE \"{CAROL}\" IS '{OF_PERSON}'")
    found = run()
    assert found.verified == 0
    assert found.disputed != remembered.takes_over


# ---- a database that was onboarded before anything was remembered


def test_an_upgrade_keeps_every_login_and_asks_nobody(
    payments: Operator, as_master: SignIn, run: Run, remembered: Notebook
) -> None:
    run()
    there = payments.run("SELECT oid, rolname, rolcanlogin FROM pg_roles ORDER BY 1")
    made = dict(remembered.made)
    remembered.write({})
    remembered.trusts = True
    with as_master() as session:
        given = remembered.of_a_run()
        assert postgresql_logins.create(session, SQL, a_profile(), before_change=lambda _: None, **given) == 0
    assert remembered.made == made
    remembered.trusts = False
    assert run() == Proof(2, (), trusted=())
    assert payments.run("SELECT oid, rolname, rolcanlogin FROM pg_roles ORDER BY 1") == there


def test_an_upgrade_does_not_trust_what_others_control(tenant: Operator, run: Run, remembered: Notebook) -> None:
    run()
    tenant.run("SET SESSION AUTHORIZATION dbadmin", f'GRANT "{READ}" TO tenant WITH ADMIN OPTION')
    remembered.write({})
    remembered.trusts = True
    assert f"{READ}: others may use it or give it away (tenant)" in str(run().not_ours)
    assert READ not in remembered.made
    assert WRITE in remembered.made


# ---- the master


@pytest.mark.parametrize("mark", [OPEN, OF_GROUP])
def test_our_mark_on_the_master_locks_nobody_out(payments: Operator, run: Run, mark: str) -> None:
    payments.run(f"COMMENT ON ROLE dbadmin IS '{mark}'")
    try:
        assert run().verified == 2
        assert run().verified == 2
    finally:
        payments.run("COMMENT ON ROLE dbadmin IS NULL")


def test_our_mark_on_somebody_who_signs_in_by_a_password_locks_nobody_out(tenant: Operator, run: Run) -> None:
    tenant.run(f"COMMENT ON ROLE tenant IS '{OPEN}'")
    run()
    assert "tenant" in tenant.opened()


def test_the_master_user_is_spared_where_we_are_signed_in_as_somebody_else(
    tenant: Operator, run: Run, remembered: Notebook
) -> None:
    remembered.master_user = "tenant"
    tenant.run(f"COMMENT ON ROLE tenant IS '{OPEN}'", "GRANT rds_ad TO tenant")
    run()
    assert "tenant" in tenant.opened()
    tenant.run("REVOKE rds_ad FROM tenant")


def test_roles_that_could_change_what_we_create_are_named_before_postgresql_16(tenant: Operator, run: Run) -> None:
    assert run().trusted == (() if is_new(tenant) else ("tenant",))


def test_a_role_that_may_become_the_master_user_is_named_on_every_version(tenant: Operator, run: Run) -> None:
    tenant.run("CREATE ROLE boss LOGIN", "GRANT dbadmin TO boss")
    try:
        assert run().trusted == (("boss",) if is_new(tenant) else ("boss", "tenant"))
    finally:
        tenant.run("REVOKE dbadmin FROM boss")


def test_what_the_message_says_takes_a_group_role_out_of_other_hands(tenant: Operator, run: Run) -> None:
    """Also where the tenant has handed it on."""
    run()
    tenant.run("CREATE ROLE friend", "SET SESSION AUTHORIZATION dbadmin", f'GRANT "{READ}" TO tenant WITH ADMIN OPTION')
    as_tenant(tenant, f'GRANT "{READ}" TO friend')
    (told,) = run().not_ours
    assert f'REVOKE "{READ}" FROM "friend" CASCADE, likewise for each' in (told.remedy or "")
    for name in ("friend", "tenant"):
        tenant.run("SET SESSION AUTHORIZATION dbadmin", f'REVOKE "{READ}" FROM "{name}" CASCADE')
    assert run() == Proof(2, (), trusted=() if is_new(tenant) else ("tenant",))


def test_a_leaver_who_was_given_a_password_is_told(payments: Operator, run: Run) -> None:
    run()
    payments.run(
        "SET SESSION AUTHORIZATION dbadmin", f'REVOKE rds_ad FROM "{BOB}"', f"ALTER ROLE \"{BOB}\" PASSWORD 'x'"
    )
    left = run(a_profile(logins=(DirectoryLogin("alice", ("read",)),)))
    assert f"{BOB} was removed from the profile but is still open: it now signs in differently" in str(left.not_ours)
    assert BOB in payments.opened()
