"""Logins in a real server: locked until complete, created once, repaired after a failure, and nobody else's touched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from localcloud.servers import MySQL, World
from localcloud.servers import mysql as servers
from signon.db import mysql_logins
from signon.db.session import sign_in
from signon.domain.finding import Remark
from signon.domain.logins.login import Proof, Statement
from signon.domain.logins.mysql import make, open_complete, prove, wanted_logins
from signon.domain.logins.mysql_accounts import Accounts
from signon.domain.profile.presets import Preset
from signon.domain.profile.profile import DirectoryLogin, Profile, Role
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database
from signon.errors import ClaimLost, LoginsIncomplete, TemporaryFailure
from tests import as_planned
from tests.builders import a_profile
from tests.notebook import NOTEBOOK

from .conftest import MASTER, RDSADMIN, SQL, Names, Operator, SignIn, as_user

CHANGES = ("create_user", "alter_user", "drop_user", "grant", "revoke", "update", "insert", "delete")
OPEN = "SELECT User FROM mysql.user u WHERE plugin = 'auth_pam' AND account_locked = 'N'"
GRANTED = "SELECT 1 FROM mysql.db d WHERE d.User = u.User AND d.Host = u.Host AND d.Select_priv = 'Y'"
WITHOUT_GRANTS = f"{OPEN} AND NOT EXISTS ({GRANTED})"


def create(as_master: SignIn, database: Database, profile: Profile) -> int:
    with as_master() as session:
        return as_planned.create(mysql_logins, session, SQL, profile, NOTEBOOK)


def present(as_master: SignIn, database: Database) -> Accounts:
    with as_master() as session:
        return mysql_logins.read_logins(session, SQL)


def ours(accounts: Accounts) -> dict[str, tuple[bool, object, object]]:
    """Every login with a mark: locked, mark, grants."""
    return {login.user: (login.locked, login.mark, login.grants) for login in accounts.logins if login.mark is not None}


def a_team(count: int, **changes: object) -> Profile:
    return a_profile(
        logins=tuple(DirectoryLogin(f"member-{number:03}", ("read",)) for number in range(count)), **changes
    )


# ---- made, and proved


def test_wanted_logins_are_made_and_proved(as_master: SignIn, database: Database) -> None:
    create(as_master, database, a_profile())
    accounts = present(as_master, database)
    assert prove(SQL, a_profile(), accounts) == Proof(2, ())
    read, write = {"SELECT", "SHOW VIEW"}, {"SELECT", "SHOW VIEW", "INSERT", "UPDATE", "DELETE", "EXECUTE"}
    mark = {"profile": "payments", "complete": True}
    assert ours(accounts) == {"alice": (False, mark, {"payments": read}), "bob": (False, mark, {"payments": write})}


def test_what_the_profile_gave_once_stays_and_is_told(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    create(as_master, database, a_profile())
    fewer = a_profile(logins=tuple(replace(login, roles=("read",)) for login in a_profile().logins))
    assert create(as_master, database, fewer) == 0
    operator.run("GRANT SELECT ON ledger.* TO 'alice'@'%'")
    assert prove(SQL, fewer, present(as_master, database)) == Proof(
        2, (), excess=("alice: SELECT on ledger", "bob: DELETE, EXECUTE, INSERT, UPDATE on payments")
    )


def test_a_login_requires_tls_and_the_directory(as_master: SignIn, database: Database, operator: Operator) -> None:
    create(as_master, database, a_profile())
    ((text,),) = operator.run("SHOW CREATE USER 'alice'@'%'")
    assert "IDENTIFIED WITH 'auth_pam'" in text
    assert "REQUIRE SSL" in text


def test_a_login_can_do_nothing_on_the_server_as_a_whole(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    create(as_master, database, a_profile())
    assert operator.run("SHOW GRANTS FOR 'bob'@'%'")[0] == ("GRANT USAGE ON *.* TO `bob`@`%`",)


def test_a_second_call_makes_no_statement_and_only_reads(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    create(as_master, database, a_profile())
    before = operator.counts(*CHANGES)
    assert create(as_master, database, a_profile()) == 0
    assert operator.counts(*CHANGES) == before


def test_what_is_reported_is_what_the_server_counted(as_master: SignIn, database: Database, operator: Operator) -> None:
    before = operator.counts(*CHANGES)
    statements = create(as_master, database, a_profile())
    after = operator.counts(*CHANGES)
    assert statements == sum(after.values()) - sum(before.values())


def test_a_grant_that_somebody_took_away_is_given_again_and_missed_until_then(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    create(as_master, database, a_profile())
    operator.run("REVOKE UPDATE ON payments.* FROM 'bob'@'%'")
    with pytest.raises(LoginsIncomplete, match="bob lacks UPDATE on payments"):
        prove(SQL, a_profile(), present(as_master, database))
    assert create(as_master, database, a_profile()) == 1
    assert prove(SQL, a_profile(), present(as_master, database)).verified == 2


# ---- locked until complete


def test_between_any_two_statements_there_is_no_open_login_without_its_grants(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    opened_after = []
    statements = undisturbed(as_master, database, a_profile())
    with as_master() as session:
        for statement in statements:
            session.run([statement])
            opened_after.append(len(operator.run(OPEN)))
            assert operator.run(WITHOUT_GRANTS) == ()
    assert opened_after == [0] * (len(statements) - 1) + [2]


def test_no_observer_ever_sees_an_open_login_without_its_grants_while_hundreds_are_created(
    as_master: SignIn, database: Database, server: MySQL, operator: Operator
) -> None:
    ended, caught, looks = threading.Event(), [], [0]
    with closing(as_user(server.address, *RDSADMIN)) as observer:

        def look() -> None:
            while not ended.is_set():
                with observer.cursor() as cursor:
                    cursor.execute(WITHOUT_GRANTS)
                    caught.extend(cursor.fetchall())
                looks[0] += 1

        looking = threading.Thread(target=look)
        looking.start()
        try:
            statements = create(as_master, database, a_team(250))
        finally:
            ended.set()
            looking.join()
    assert caught == []
    assert looks[0] > 0
    assert statements == 9  # three batches made, granted, opened
    assert prove(SQL, a_team(250), present(as_master, database)).verified == 250


def test_hundreds_of_logins_are_read_in_the_same_number_of_round_trips(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    create(as_master, database, a_team(250))
    with as_master() as session:
        before = session.round_trips
        assert mysql_logins.create(session, SQL, a_team(250), before_change=lambda _: None, **NOTEBOOK.of_a_run()) == 0
        assert session.round_trips - before == 3


def undisturbed(as_master: SignIn, database: Database, profile: Profile) -> list[Statement]:
    """The statements of a run that nothing disturbs, which has been made and taken back."""
    accounts = present(as_master, database)
    wanted = wanted_logins(SQL, profile, literal_names=accounts.literal_names, lower_case=accounts.lower_case)
    making = make(profile.name, wanted, accounts.logins).statements
    with as_master() as session:
        session.run(making)
        opening = open_complete(profile.name, wanted, mysql_logins.read_logins(session, SQL).logins)
        users = tuple(part for login in wanted for part in (login.user, "%"))
        session.run([Statement("Drop", f"DROP USER {', '.join(['%s@%s'] * len(wanted))}", users)])
    return [*making, *opening]


@pytest.mark.parametrize("survived", range(5))
def test_a_run_that_was_cut_off_is_completed_by_the_next_one(
    survived: int, as_master: SignIn, database: Database, operator: Operator
) -> None:
    profile = a_profile(
        roles={"read": Role(Preset.READ, ("payments", "core")), "write": Role(Preset.WRITE, ("payments",))}
    )
    statements = undisturbed(as_master, database, profile)
    assert len(statements) == 5
    with as_master() as session:
        session.run(statements[:survived])
        ((own,),) = session.query("Ask", "SELECT CONNECTION_ID()")
        operator.run(f"KILL {own}")
        with pytest.raises(TemporaryFailure):
            session.run(statements[survived : survived + 1])
    create(as_master, database, profile)
    repaired = ours(present(as_master, database))
    operator.run("DROP USER 'alice'@'%', 'bob'@'%'")
    create(as_master, database, profile)
    assert repaired == ours(present(as_master, database))
    assert create(as_master, database, profile) == 0


def test_a_run_that_has_been_outdated_changes_nothing(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    def outdated(_: object) -> None:
        raise ClaimLost

    before = operator.counts(*CHANGES)
    with as_master() as session, pytest.raises(ClaimLost):
        mysql_logins.create(session, SQL, a_profile(), before_change=outdated, **NOTEBOOK.of_a_run())
    assert operator.counts(*CHANGES) == before


def test_a_run_that_is_outdated_half_way_leaves_nothing_that_anybody_could_use(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    answers = iter([None, ClaimLost()])

    def outdated_later(_: object) -> None:
        if error := next(answers):
            raise error

    with as_master() as session, pytest.raises(ClaimLost):
        mysql_logins.create(session, SQL, a_profile(), before_change=outdated_later, **NOTEBOOK.of_a_run())
    assert operator.run("SELECT DISTINCT account_locked FROM mysql.user WHERE plugin = 'auth_pam'") == (("Y",),)


def test_two_runs_at_once_leave_complete_logins_behind(as_master: SignIn, database: Database) -> None:
    start, errors = threading.Barrier(2), []

    def run() -> None:
        start.wait()
        try:
            create(as_master, database, a_team(40))
        except Exception as error:  # noqa: BLE001  the claim keeps two runs apart; without it one may be outrun
            errors.append(type(error))

    both = [threading.Thread(target=run) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert errors in ([], [TemporaryFailure])
    create(as_master, database, a_team(40))
    assert prove(SQL, a_team(40), present(as_master, database)).verified == 40


# ---- other people's logins


@pytest.mark.parametrize(
    "made",
    [
        "CREATE USER 'alice'@'%' IDENTIFIED BY 'Al1ce.Own'",
        "CREATE USER 'alice'@'%' IDENTIFIED WITH 'auth_pam' REQUIRE SSL",
        "CREATE USER 'alice'@'%' IDENTIFIED WITH 'auth_pam' REQUIRE SSL ACCOUNT LOCK",
        "CREATE USER 'alice'@'%' IDENTIFIED WITH 'auth_pam' REQUIRE SSL ATTRIBUTE '{\"team\": \"billing\"}'",
        "CREATE USER 'alice'@'%' IDENTIFIED WITH 'auth_pam' ATTRIBUTE '{\"signon\": {\"profile\": \"billing\"}}'",
        "CREATE USER 'alice'@'%' IDENTIFIED WITH 'auth_pam' REQUIRE SSL ATTRIBUTE '{\"signon\": \"yes\"}'",
    ],
)
def test_a_login_of_somebody_else_is_left_as_it_is(
    made: str, as_master: SignIn, database: Database, operator: Operator
) -> None:
    operator.run(made)
    before = operator.run("SHOW CREATE USER 'alice'@'%'") + operator.run("SHOW GRANTS FOR 'alice'@'%'")
    create(as_master, database, a_profile())
    assert operator.run("SHOW CREATE USER 'alice'@'%'") + operator.run("SHOW GRANTS FOR 'alice'@'%'") == before
    proof = prove(SQL, a_profile(), present(as_master, database))
    assert proof.verified == 1
    assert [said.problem.partition(":")[0] for said in proof.left_alone] == ["alice"]


def test_a_login_of_the_same_name_from_one_host_is_another_account(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    operator.run("CREATE USER 'alice'@'10.0.0.1' IDENTIFIED BY 'Al1ce.Own'")
    before = operator.run("SHOW CREATE USER 'alice'@'10.0.0.1'")
    create(as_master, database, a_profile())
    assert operator.run("SHOW CREATE USER 'alice'@'10.0.0.1'") == before
    proof = prove(SQL, a_profile(), present(as_master, database))
    assert (proof.verified, len(proof.not_ours)) == (1, 1)


def test_a_login_of_ours_that_somebody_locked_stays_locked(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    create(as_master, database, a_profile())
    operator.run("ALTER USER 'alice'@'%' ACCOUNT LOCK")
    assert create(as_master, database, a_profile()) == 0
    left_alone = prove(SQL, a_profile(), present(as_master, database)).left_alone
    assert left_alone == (Remark("alice: locked by somebody else"),)


def test_what_somebody_else_noted_in_a_login_of_ours_is_kept(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    create(as_master, database, a_profile())
    operator.run("ALTER USER 'alice'@'%' ATTRIBUTE '{\"ticket\": \"OPS-7\"}'")
    create(as_master, database, a_profile(logins=()))
    create(as_master, database, a_profile())
    ((attribute,),) = operator.run("SELECT ATTRIBUTE FROM information_schema.user_attributes WHERE USER = 'alice'")
    assert '"ticket": "OPS-7"' in attribute
    assert prove(SQL, a_profile(), present(as_master, database)).verified == 2


# ---- who leaves and comes back


def test_a_leaver_is_locked_and_a_returner_is_unlocked(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    locked = "SELECT User, account_locked FROM mysql.user WHERE plugin = 'auth_pam' ORDER BY User"
    bob = (DirectoryLogin("bob", ("read", "write")),)
    create(as_master, database, a_profile())
    assert create(as_master, database, a_profile(logins=bob)) == 1
    assert operator.run(locked) == (("alice", "Y"), ("bob", "N"))
    assert create(as_master, database, a_profile(logins=bob)) == 0
    assert create(as_master, database, a_profile()) == 1
    assert operator.run(locked) == (("alice", "N"), ("bob", "N"))


def test_a_leaver_stays_where_the_profile_says_so(as_master: SignIn, database: Database, operator: Operator) -> None:
    create(as_master, database, a_profile())
    assert create(as_master, database, a_profile(logins=(), lock_leavers=False)) == 0


def test_logins_of_another_profile_are_no_leavers(as_master: SignIn, database: Database, operator: Operator) -> None:
    create(as_master, database, a_profile(name="billing", logins=(DirectoryLogin("carol", ("read",)),)))
    create(as_master, database, a_profile())
    assert operator.run("SELECT account_locked FROM mysql.user WHERE User = 'carol'") == (("N",),)


# ---- names


def test_names_at_the_edges_of_the_grammar_are_stored_exactly(
    as_master: SignIn, database: Database, operator: Operator
) -> None:
    edges = ("a", "0", "7of9", "a" * 20, "a.b-c_d", "x--", "x__", "0123456789.1234567-9", "true", "null", "select")
    tokens = ("A", "App", "app", "APP", "_app", "A" * 32)  # as logins with tokens may be called
    profile = a_profile(logins=tuple(DirectoryLogin(name, ("read",)) for name in (*edges, *tokens)))
    create(as_master, database, profile)
    stored = operator.run("SELECT User FROM mysql.user WHERE plugin = 'auth_pam'")
    assert sorted(name for (name,) in stored) == sorted((*edges, *tokens))
    assert prove(SQL, profile, present(as_master, database)).verified == len(stored)


@pytest.fixture(params=["with partial revokes", "without partial revokes"])
def wildcards(request: pytest.FixtureRequest, operator: Operator) -> Iterator[None]:
    """Whether `_` and `%` are wildcards in a GRANT; without partial revokes the master user can bear none."""
    if request.param == "with partial revokes":
        yield
        return
    own = (
        "INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, CREATE VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER"
    )
    operator.run(f"GRANT {own} ON mysql.* TO 'admin'@'%'", "SET GLOBAL partial_revokes = OFF")
    yield
    operator.run(
        "DROP USER 'alice'@'%'", "SET GLOBAL partial_revokes = ON", f"REVOKE {own} ON mysql.* FROM 'admin'@'%'"
    )


@pytest.mark.usefixtures("wildcards")
def test_a_grant_on_a_name_with_wildcards_reaches_that_database_alone(
    as_master: SignIn, database: Database, operator: Operator, server: MySQL
) -> None:
    for name in ("pay_roll", "payXroll", "50%-off", "50XX-off", "with-hyphen", "with$dollar"):
        operator.run(f"CREATE DATABASE `{name}`", f"CREATE TABLE `{name}`.t (a INT)")
    wanted = ("pay_roll", "50%-off", "with-hyphen", "with$dollar")
    profile = a_profile(roles={"read": Role(Preset.READ, wanted)}, logins=(DirectoryLogin("alice", ("read",)),))
    create(as_master, database, profile)
    assert create(as_master, database, profile) == 0
    assert prove(SQL, profile, present(as_master, database)).verified == 1
    operator.run("ALTER USER 'alice'@'%' IDENTIFIED WITH caching_sha2_password BY 'Al1ce.Passw0rd'")
    with closing(as_user(server.address, "alice", "Al1ce.Passw0rd")) as alice, alice.cursor() as cursor:
        cursor.execute("SHOW DATABASES")
        shown = {name for (name,) in cursor.fetchall()} - {"information_schema", "performance_schema"}
    assert shown == set(wanted)


@pytest.fixture
def folding(world: World, names: Names, database: Database) -> Iterator[Database]:
    """A database whose server writes all names in lower case, which is decided when it is made."""
    host = database.host.replace("orders", "folding")
    option = "--lower-case-table-names=1"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(servers, "INITIALIZE", (*servers.INITIALIZE, option))
        patch.setattr(servers, "SERVE", (*servers.SERVE, option, "--plugin-load-add=auth_pam=rdsauth.so"))
        server = world.mysql("folding", host, *MASTER)
    names.addresses[host] = server.address
    yield replace(database, host=host)
    server.delete()


def test_a_server_that_writes_names_in_lower_case_is_understood(folding: Database, bundle: str) -> None:
    profile = a_profile(roles={"read": Role(Preset.READ, ("Pay_Roll",))}, logins=(DirectoryLogin("alice", ("read",)),))
    with sign_in(folding, lambda: Credentials(*MASTER), bundle) as session:
        mysql_logins.create(session, SQL, profile, before_change=lambda _: None, **NOTEBOOK.of_a_run())
        assert prove(SQL, profile, mysql_logins.read_logins(session, SQL)).verified == 1
        assert mysql_logins.create(session, SQL, profile, before_change=lambda _: None, **NOTEBOOK.of_a_run()) == 0


def test_a_grant_may_be_given_before_its_database_exists(as_master: SignIn, database: Database) -> None:
    create(as_master, database, a_profile())
    assert prove(SQL, a_profile(), present(as_master, database)).verified == 2
