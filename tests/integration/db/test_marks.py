"""A mark proves nothing, in MySQL and MariaDB: it is believed where we remember having made what bears it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from signon.db import mysql_logins
from signon.domain.logins.login import Proof
from signon.domain.memory import made as memory_of
from signon.domain.memory.made import UNREMEMBERED
from signon.domain.profile.profile import IamLogin, Profile
from signon.errors import DatabaseUnusable
from tests import as_planned
from tests.builders import a_profile
from tests.notebook import Notebook

from .conftest import Operator, as_user
from .test_both_of_the_family import MASTER, PROFILE, Server, family, started

__all__ = ["family", "started"]  # its fixtures

OPEN = '{"signon": {"profile": "payments", "complete": true}}'
UNKNOWN = UNREMEMBERED.problem
SIGNED_IN_BY_IAM = "IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"
ALICE_ALONE = a_profile(logins=(IamLogin("alice", ("read",)),), roles=PROFILE.roles)


def a_notebook() -> Notebook:
    return Notebook(master_user=MASTER[0])


def run(family: Server, notebook: Notebook, profile: Profile = PROFILE) -> Proof:
    """Both functions, by what is remembered alone."""
    with family.sign_in():
        as_planned.create(mysql_logins, family.session, family.ways, profile, notebook)
    with family.sign_in():
        return mysql_logins.verify(family.session, family.ways, profile, notebook.memory)


def mark(family: Server, user: str) -> None:
    """Writes our mark on a login that is there. In MariaDB who makes a role is who may grant it."""
    if family.kind == "mysql":
        family.run(f"ALTER USER '{user}'@'%' ATTRIBUTE '{OPEN}'")
        return
    with closing(as_user(family.server.address, *MASTER)) as connection:
        Operator(connection, family.server.address).run(
            f"CREATE ROLE 'signon.payments.{user}'",
            "CREATE ROLE IF NOT EXISTS 'signon.payments'",
            f"GRANT 'signon.payments' TO '{user}'@'%'",
        )


def act(family: Server, user: str, password: str, *statements: str) -> tuple[tuple[object, ...], ...]:
    """What somebody does in the server; the rows of the last statement."""
    with closing(as_user(family.server.address, user, password)) as connection:
        return Operator(connection, family.server.address).run(*statements)


def grants(family: Server, user: str) -> str:
    return str(family.run(f"SHOW GRANTS FOR '{user}'@'%'"))


def is_locked(family: Server, user: str) -> bool:
    return "ACCOUNT LOCK" in str(family.run(f"SHOW CREATE USER '{user}'@'%'"))


def test_a_login_that_a_tenant_has_made_first_with_our_mark_is_granted_nothing(family: Server) -> None:
    family.run(f"CREATE USER 'alice'@'%' {SIGNED_IN_BY_IAM}")
    mark(family, "alice")
    proof = run(family, a_notebook())
    assert [each.problem for each in proof.left_alone] == [f"alice: {UNKNOWN}"]
    assert (proof.verified, proof.disputed_names) == (1, "alice")
    assert "payments" not in grants(family, "alice").replace("signon.payments", "")


def test_where_the_table_was_lost_nothing_is_granted_or_opened_until_one_approval_takes_it_over(family: Server) -> None:
    notebook = a_notebook()
    run(family, notebook)
    notebook.write({})
    family.run("REVOKE SELECT, SHOW VIEW ON `payments`.* FROM 'alice'@'%'")
    lost = run(family, notebook)
    assert (lost.verified, lost.disputed_names) == (0, "alice, bob")
    assert "`payments`" not in grants(family, "alice")
    notebook.takes_over = lost.disputed
    assert run(family, notebook).verified == 2
    assert "`payments`" in grants(family, "alice")


def test_a_leaver_is_locked_by_the_mark_alone(family: Server) -> None:
    notebook = a_notebook()
    run(family, notebook)
    notebook.write({})
    left = run(family, notebook, ALICE_ALONE)
    assert is_locked(family, "bob")
    assert not is_locked(family, "alice")
    assert "1 login that the profile does not name: it bears our mark" in str(left.not_ours)


def test_where_no_more_can_be_remembered_leavers_are_locked_and_nothing_is_created(
    family: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = a_notebook()
    run(family, notebook)
    made = dict(notebook.made)
    monkeypatch.setattr(memory_of, "MOST_BYTES", 12)  # for alice and carol, not for bob as well
    carol = a_profile(logins=(IamLogin("alice", ("read",)), IamLogin("carol", ("read",))), roles=PROFILE.roles)
    for _ in range(2):
        with pytest.raises(DatabaseUnusable, match="3 logins and group roles of ours"):
            run(family, notebook, carol)
        assert is_locked(family, "bob")
        assert not is_locked(family, "alice")
        assert family.run("SELECT User FROM mysql.user WHERE User = 'carol'") == ()
        assert notebook.made == made
    family.run("DROP USER 'bob'@'%'")
    assert run(family, notebook, carol).verified == 2
    assert set(notebook.made) == {"alice", "carol"}


def test_an_upgrade_keeps_every_login_and_asks_nobody(family: Server) -> None:
    notebook = a_notebook()
    run(family, notebook)
    notebook.write({})
    notebook.trusts = True
    with family.sign_in():
        given = notebook.of_a_run()
        assert mysql_logins.create(family.session, family.ways, PROFILE, before_change=lambda _: None, **given) == 0
    notebook.trusts = False
    assert set(notebook.made) == {"alice", "bob"}
    assert run(family, notebook).verified == 2


def test_our_mark_on_the_master_locks_nobody_out(family: Server) -> None:
    mark(family, MASTER[0])
    try:
        assert run(family, a_notebook()).verified == 2
        assert not is_locked(family, MASTER[0])
        run(family, a_notebook())
    finally:
        if family.kind == "mysql":
            family.run(f"ALTER USER '{MASTER[0]}'@'%' ATTRIBUTE '{{\"signon\": null}}'")


def test_our_mark_on_an_application_with_a_password_locks_nobody_out(family: Server) -> None:
    family.run("CREATE USER 'app'@'%' IDENTIFIED BY 'App.Passw0rd'")
    mark(family, "app")
    proof = run(family, a_notebook())
    assert not is_locked(family, "app")
    assert proof.disputed is None  # an approval does not take it over either


def test_the_master_user_is_spared_where_we_are_signed_in_as_somebody_else(family: Server) -> None:
    family.run(f"CREATE USER 'owner'@'%' {SIGNED_IN_BY_IAM}")
    mark(family, "owner")
    assert run(family, Notebook(master_user="owner")).trusted == ()  # and our own account is not named either
    assert not is_locked(family, "owner")
    run(family, a_notebook())
    assert is_locked(family, "owner")  # any other that bears our mark has left


def test_a_login_that_was_granted_to_somebody_is_left_alone_and_told(family: Server) -> None:
    if family.kind == "mariadb":
        pytest.skip("in MariaDB a login cannot be granted")
    notebook = a_notebook()
    run(family, notebook)
    family.run("CREATE USER 'tenant'@'%' IDENTIFIED BY 'T.Passw0rd'", "GRANT 'alice'@'%' TO 'tenant'@'%'")
    proof = run(family, notebook)
    (left,) = proof.left_alone
    assert left.problem == "alice: others may use it ('tenant'@'%')"
    assert "REVOKE 'alice'@'%' FROM 'tenant'@'%'" in (left.remedy or "")
    notebook.write({})
    notebook.trusts = True
    run(family, notebook)
    assert set(notebook.made) == {"bob"}  # and it is not trusted for having been there before


def test_roles_that_could_change_what_we_create_are_named(family: Server) -> None:
    assert run(family, a_notebook()).trusted == ()
    family.run("CREATE USER 'tenant'@'10.%' IDENTIFIED BY 'T.Passw0rd'", "GRANT CREATE USER ON *.* TO 'tenant'@'10.%'")
    assert run(family, a_notebook()).trusted == ("'tenant'@'10.%'",)
    if family.kind == "mysql":
        family.run("CREATE USER 'granter'@'%' IDENTIFIED BY 'G.Passw0rd'", "GRANT ROLE_ADMIN ON *.* TO 'granter'@'%'")
        assert run(family, a_notebook()).trusted == ("'granter'@'%'", "'tenant'@'10.%'")


def test_a_login_with_such_a_right_through_a_role_is_named_and_the_role_is_not(family: Server) -> None:
    family.run("CREATE ROLE 'dba'", "GRANT CREATE USER ON *.* TO 'dba'")
    family.run("CREATE ROLE 'boss'", "GRANT 'dba' TO 'boss'")
    family.run("CREATE USER 'tenant'@'10.%' IDENTIFIED BY 'T.Passw0rd'", "GRANT 'boss' TO 'tenant'@'10.%'")
    try:
        assert run(family, a_notebook()).trusted == ("'tenant'@'10.%'",)
    finally:
        family.run("DROP ROLE 'dba'", "DROP ROLE 'boss'")


# By kind of server, what is granted to the tenant.
ABLE = {
    "mysql": (
        "SET_ANY_DEFINER ON *.*",
        "SYSTEM_VARIABLES_ADMIN ON *.*",  # sets init_connect, which every login runs that signs in
        "UPDATE ON *.*",
        "INSERT ON mysql.*",
        "DELETE ON `my%`.*",
        "UPDATE ON mysql.user",
        "UPDATE (authentication_string) ON mysql.user",
        "INSERT ON mysql.global_grants",
    ),
    "mariadb": (
        "SET USER ON *.*",
        "CONNECTION ADMIN ON *.*",
        "UPDATE ON *.*",
        "INSERT ON mysql.*",
        "DELETE ON `my%`.*",
        "UPDATE ON mysql.global_priv",
        "UPDATE (Priv) ON mysql.global_priv",
        "INSERT ON mysql.roles_mapping",
    ),
}
UNABLE = ("SELECT ON *.*", "UPDATE ON payments.*", "SELECT ON mysql.*", r"UPDATE ON `mysq\_`.*", "CREATE ON *.*")


@pytest.mark.parametrize("right", sorted({*ABLE["mysql"], *ABLE["mariadb"], *UNABLE}))
def test_whoever_has_a_right_to_change_or_act_as_our_logins_is_named(family: Server, right: str) -> None:
    if right not in (*ABLE[family.kind], *UNABLE):
        pytest.skip(f"{family.kind} does not have this privilege")
    ((version,),) = family.run("SELECT VERSION()")
    if tuple(map(int, str(version).split(".")[:2])) < (8, 2):
        right = right.replace("SET_ANY_DEFINER", "SET_USER_ID")  # its name before MySQL 8.2
    family.run("CREATE USER 'tenant'@'%' IDENTIFIED BY 'T.Passw0rd'")
    family.run(f"GRANT {right} TO 'tenant'@'%'")
    assert run(family, a_notebook()).trusted == (() if right in UNABLE else ("'tenant'@'%'",))


def test_who_may_write_everything_but_the_tables_of_accounts_is_not_named(family: Server) -> None:
    if family.kind == "mariadb":
        pytest.skip("MariaDB has no partial revokes")
    family.run("CREATE USER 'tenant'@'%' IDENTIFIED BY 'T.Passw0rd'", "GRANT INSERT, UPDATE ON *.* TO 'tenant'@'%'")
    family.run("REVOKE INSERT ON mysql.* FROM 'tenant'@'%'")
    assert run(family, a_notebook()).trusted == ("'tenant'@'%'",)
    family.run("REVOKE UPDATE ON mysql.* FROM 'tenant'@'%'")
    assert run(family, a_notebook()).trusted == ()


def test_everybody_is_named_where_a_role_that_all_have_may_make_logins(family: Server) -> None:
    make = "CREATE USER 'another'@'%' IDENTIFIED BY 'x'"
    family.run("CREATE USER 'tenant'@'%' IDENTIFIED BY 'T.Passw0rd'")
    if family.kind == "mysql":
        family.run("CREATE ROLE maker", "GRANT CREATE USER ON *.* TO maker")
        family.run("SET GLOBAL mandatory_roles = 'maker', activate_all_roles_on_login = ON")
    else:
        family.run("GRANT CREATE USER ON *.* TO PUBLIC")
    try:
        act(family, "tenant", "T.Passw0rd", make)
        role = {"mysql": "'maker'@'%'", "mariadb": "'PUBLIC'@''"}[family.kind]
        assert run(family, a_notebook()).trusted == (f"everybody, through the role {role}",)
    finally:
        if family.kind == "mysql":
            family.run("SET GLOBAL mandatory_roles = '', activate_all_roles_on_login = OFF")
        else:
            family.run("DELETE FROM mysql.global_priv WHERE User = 'PUBLIC'", "FLUSH PRIVILEGES")


@pytest.mark.parametrize("name", ["", "al%", "alic_"])
def test_a_proxy_of_everybody_or_of_a_pattern_is_reported(family: Server, name: str) -> None:
    """A server compares the names with patterns. Who has signed in with the account may grant it."""
    notebook = a_notebook()
    run(family, notebook)
    family.run(f"CREATE USER '{name}'@'%' IDENTIFIED BY 'x'", "CREATE USER 'mallory'@'%' IDENTIFIED BY 'x'")
    try:
        act(family, name or "anybody", "x", f"GRANT PROXY ON '{name}'@'%' TO 'mallory'@'%'")
        family.run(f"DROP USER '{name}'@'%'")
        (left, *more) = run(family, notebook).left_alone
        assert left.problem.startswith("alice: others may act as it by PROXY ('mallory'@'%')")
        assert "DROP USER 'mallory'@'%'" in (left.remedy or "")
        assert len(more) == (name == "")  # bob too
        family.run("DROP USER 'mallory'@'%'")
        assert run(family, notebook).left_alone == ()
    finally:
        family.run("DELETE FROM mysql.proxies_priv WHERE User = 'mallory'", "FLUSH PRIVILEGES")


OPS = replace(PROFILE, logins=(*PROFILE.logins, IamLogin("ops", ("read",))), adopt=("ops",))


def test_an_account_with_powers_on_the_whole_server_is_not_adopted_until_it_has_lost_them(family: Server) -> None:
    notebook = a_notebook()
    family.run("CREATE USER 'ops'@'%' IDENTIFIED BY 'x'", "GRANT SELECT, CREATE USER, PROCESS ON *.* TO 'ops'@'%'")
    family.run("GRANT CREATE USER ON *.* TO 'ops'@'%' WITH GRANT OPTION")
    proof = run(family, notebook, OPS)
    (left,) = proof.left_alone
    assert (proof.verified, "ops" in notebook.made) == (2, False)
    assert left.problem == "ops: it is not adopted with CREATE USER, GRANT OPTION, which no login of ours has"
    family.run((left.remedy or "").removeprefix("Run "))
    adopted = run(family, notebook, OPS)
    assert (adopted.verified, adopted.excess) == (3, ("ops: PROCESS, SELECT on *.*",))


def test_a_system_account_is_left_alone_and_the_others_go_on(family: Server) -> None:
    if family.kind == "mariadb":
        pytest.skip("MariaDB has no SYSTEM_USER")
    notebook = a_notebook()
    family.run("CREATE USER 'ops'@'%' IDENTIFIED BY 'x'", "GRANT SYSTEM_USER ON *.* TO 'ops'@'%'")
    proof = run(family, notebook, OPS)
    (left,) = proof.left_alone
    assert (proof.verified, left.problem.partition(" (")[0]) == (2, "ops: it is a system account")
    family.run("GRANT SYSTEM_USER ON *.* TO 'bob'@'%'")
    gone = run(family, notebook, ALICE_ALONE)
    assert gone.verified == 1
    (told,) = gone.not_ours
    assert told.problem.startswith("bob was removed from the profile but is still open: it is a system account")
    family.run((told.remedy or "").partition("run ")[2])
    assert run(family, notebook, ALICE_ALONE).not_ours == ()
    assert is_locked(family, "bob")


def test_nothing_is_opened_where_somebody_else_made_the_role_that_marks_open_logins(family: Server) -> None:
    if family.kind == "mysql":
        pytest.skip("only MariaDB marks logins by roles, which others can make too")
    notebook = a_notebook()
    family.run("CREATE USER 'mallory'@'%' IDENTIFIED BY 'x'", "GRANT CREATE USER ON *.* TO 'mallory'@'%'")
    act(family, "mallory", "x", "CREATE ROLE `signon.payments`")
    proof = run(family, notebook)
    assert (proof.verified, len(proof.left_alone)) == (0, 2)
    assert proof.left_alone[0].problem.startswith(
        "alice: the role signon.payments, by which we mark open logins, is administered by 'mallory'@'%'"
    )
    assert family.run("SELECT COUNT(*) FROM mysql.user WHERE User IN ('alice', 'bob')") == ((0,),)
    statement = (proof.left_alone[0].remedy or "").partition("run ")[2].partition(";")[0]
    act(family, *MASTER, statement)
    assert run(family, notebook).verified == 2


def test_a_login_of_ours_that_was_renamed_is_locked_and_in_dispute(family: Server) -> None:
    notebook = a_notebook()
    run(family, notebook)
    family.run("RENAME USER 'alice'@'%' TO 'alice2'@'%'")
    proof = run(family, notebook)
    assert (proof.verified, proof.disputed_names) == (2, "1 login or group role that the profile does not name")
    assert is_locked(family, "alice2")


def test_of_two_roles_that_name_a_login_ours_counts_and_the_other_is_told(family: Server) -> None:
    if family.kind == "mysql":
        pytest.skip("only MariaDB marks logins by roles, which others can make too")
    notebook = a_notebook()
    run(family, notebook)
    family.run("CREATE USER 'mallory'@'%' IDENTIFIED BY 'x'", "GRANT CREATE USER ON *.* TO 'mallory'@'%'")
    act(family, "mallory", "x", *(f"CREATE ROLE `signon.p{number}.alice`" for number in range(2)))
    proof = run(family, notebook)
    (told,) = proof.not_ours
    assert (proof.verified, told.problem) == (
        2,
        "alice counts as made for profile payments, and other roles name it too: signon.p0.alice, signon.p1.alice",
    )


def test_an_account_of_the_masters_name_at_another_host_is_not_the_master(family: Server) -> None:
    namesake = f"'{MASTER[0]}'@'10.%'"
    notebook = a_notebook()
    family.run(f"CREATE USER {namesake} IDENTIFIED BY 'T.Passw0rd'", f"GRANT CREATE USER ON *.* TO {namesake}")
    try:
        assert run(family, notebook).trusted == (namesake,)
        if family.kind == "mysql":  # in MariaDB a login cannot be granted
            family.run(f"GRANT 'alice'@'%' TO {namesake}")
            assert f"alice: others may use it ({namesake})" in str(run(family, notebook).left_alone)
    finally:
        family.run(f"DROP USER {namesake}")


def test_a_grantee_of_proxy_on_our_login_is_reported_even_after_the_login_has_left(family: Server) -> None:
    """It outlasts the lock, and even the login: `CURRENT_USER()` is then alice, when the tenant signs in."""
    notebook = a_notebook()
    run(family, notebook)
    family.run(
        "CREATE USER 'tenant'@'%' IDENTIFIED BY 'T.Passw0rd'", "ALTER USER 'alice'@'%' IDENTIFIED BY 'A.Passw0rd'"
    )
    with closing(as_user(family.server.address, "alice", "A.Passw0rd")) as connection:
        Operator(connection, family.server.address).run("GRANT PROXY ON 'alice'@'%' TO 'tenant'@'%'")
    family.run(f"ALTER USER 'alice'@'%' {SIGNED_IN_BY_IAM}")
    said = "others may act as it by PROXY ('tenant'@'%')"
    assert f"alice: {said}" in str(run(family, notebook).left_alone)
    gone = run(family, notebook, a_profile(logins=PROFILE.logins[1:], roles=PROFILE.roles))
    assert is_locked(family, "alice")
    assert f"alice was removed from the profile, and {said}" in str(gone.not_ours)
    with closing(as_user(family.server.address, *MASTER)) as connection:
        Operator(connection, family.server.address).run("DROP USER 'tenant'@'%'")  # as the remedy says
    assert run(family, notebook, a_profile(logins=PROFILE.logins[1:], roles=PROFILE.roles)).not_ours == ()


def test_a_login_that_mandatory_roles_give_to_everybody_is_told(family: Server) -> None:
    if family.kind == "mariadb":
        pytest.skip("MariaDB has no mandatory_roles")
    notebook = a_notebook()
    run(family, notebook)
    family.run("SET GLOBAL mandatory_roles = '`alice`@`%`'")
    try:
        assert "alice: everybody may use it (mandatory_roles)" in str(run(family, notebook).left_alone)
    finally:
        family.run("SET GLOBAL mandatory_roles = ''")


def test_a_leaver_who_was_given_a_password_is_told(family: Server) -> None:
    notebook = a_notebook()
    run(family, notebook)
    plugin = {"mysql": "caching_sha2_password", "mariadb": "mysql_native_password"}[family.kind]
    how = "WITH caching_sha2_password BY 'B.Passw0rd'" if family.kind == "mysql" else "BY 'B.Passw0rd'"
    family.run(f"ALTER USER 'bob'@'%' IDENTIFIED {how}")
    assert f"bob was removed from the profile but is still open: it now signs in by {plugin}" in str(
        run(family, notebook, ALICE_ALONE).not_ours
    )
