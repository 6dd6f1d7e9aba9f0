"""Logins in real servers: nobody signs in before they are complete, and nobody else's login is touched."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from signon.db import postgresql_logins
from signon.db.connection import Values
from signon.db.session import Session
from signon.domain.engines import POSTGRESQL_IAM, Method
from signon.domain.finding import Remark
from signon.domain.logins.login import Proof, Statement
from signon.domain.profile.profile import DirectoryLogin, IamLogin, Profile
from signon.errors import ClaimLost, LoginsIncomplete, TemporaryFailure
from tests.builders import a_profile
from tests.notebook import NOTEBOOK

from .conftest import ADMIN_ONLY, SQL, Create, Operator, SignIn, Verify

ALICE, BOB = "alice@CORP.EXAMPLE.COM", "bob@CORP.EXAMPLE.COM"
READ, WRITE = "signon.payments.read", "signon.payments.write"
MEMBERSHIPS = """\
SELECT m.rolname, g.rolname
FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
WHERE m.rolname LIKE '%@%' ORDER BY 1, 2"""
MARK = "SELECT shobj_description(oid, 'pg_authid')::json -> 'signon' FROM pg_roles WHERE rolname = '%s'"


def a_team(count: int, **changes: object) -> Profile:
    people = tuple(DirectoryLogin(f"member-{number:04}", ("read",)) for number in range(count))
    return a_profile(logins=people, **changes)


def without(user: str) -> Profile:
    return a_profile(logins=tuple(login for login in a_profile().logins if login.user != user))


# ---- made, and proved


def test_wanted_logins_are_made_and_proved(payments: Operator, create: Create, verify: Verify) -> None:
    create(a_profile())
    assert verify(a_profile()) == Proof(2, ())
    assert payments.roles() == {ALICE: True, BOB: True, READ: False, WRITE: False}
    assert payments.run(MEMBERSHIPS) == [
        (ALICE, "rds_ad"), (ALICE, READ), (BOB, "rds_ad"), (BOB, READ), (BOB, WRITE),
    ]  # fmt: skip


def test_a_login_carries_our_mark(payments: Operator, create: Create) -> None:
    create(a_profile())
    assert payments.run(MARK % ALICE) == [({"profile": "payments", "complete": True},)]
    assert payments.run(MARK % READ) == [({"profile": "payments", "role": "read"},)]


def test_a_login_has_no_power_and_no_password(payments: Operator, create: Create) -> None:
    create(a_profile())
    powers = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolpassword IS NULL"
    assert payments.run(
        f"SELECT DISTINCT {powers} FROM pg_authid WHERE rolname LIKE '%@%' OR rolname LIKE 'signon.%'"
    ) == [(False, False, False, False, False, True)]


def test_no_membership_may_be_handed_on(payments: Operator, create: Create) -> None:
    create(a_profile())
    given_on = (
        "SELECT 1 FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member WHERE admin_option AND rolname LIKE '%@%'"
    )
    assert payments.run(given_on) == []


def test_the_master_gets_nothing_by_making_somebody(payments: Operator, create: Create) -> None:
    """From PostgreSQL 16 on who makes a role administers it, and might be its member if the server says so."""
    if payments.version >= ADMIN_ONLY:
        payments.run("ALTER ROLE dbadmin SET createrole_self_grant = 'set, inherit'")
    create(a_profile())
    reached = "SELECT rolname FROM pg_roles WHERE rolname LIKE '%@%' AND pg_has_role('dbadmin', oid, 'USAGE')"
    assert payments.run(reached) == []
    assert payments.run(reached.replace("USAGE", "SET" if payments.version >= ADMIN_ONLY else "USAGE")) == []


def test_a_second_call_makes_no_statement_and_only_reads(payments: Operator, create: Create, as_master: SignIn) -> None:
    assert create(a_profile()) > 0
    payments.run("ALTER ROLE dbadmin SET default_transaction_read_only = on")  # whatever writes is refused now
    with as_master() as session:
        assert (
            postgresql_logins.create(
                session, SQL, a_profile(), before_change=lambda said: pytest.fail(str(said)), **NOTEBOOK.of_a_run()
            )
            == 0
        )
        assert session.round_trips == 3  # roles and databases; in the database its schemas


def test_everything_that_changes_is_confirmed_before(payments: Operator, as_master: SignIn) -> None:
    confirmed = []
    with as_master() as session:
        postgresql_logins.create(
            session,
            SQL,
            a_profile(),
            before_change=lambda _: confirmed.append(session.round_trips),
            **NOTEBOOK.of_a_run(),
        )
    assert len(confirmed) == 4  # group roles, grants in the database, people, LOGIN


def test_a_membership_that_somebody_took_away_is_given_again_and_missed_until_then(
    payments: Operator, create: Create, verify: Verify
) -> None:
    create(a_profile())
    payments.run("SET SESSION AUTHORIZATION dbadmin", f'REVOKE "{WRITE}" FROM "{BOB}" CASCADE')
    with pytest.raises(
        LoginsIncomplete, match=f"1 login is not as the profile requires: {BOB} lacks membership of {WRITE}"
    ):
        verify(a_profile())
    assert create(a_profile()) == 1
    assert verify(a_profile()).verified == 2


# ---- nobody half-made signs in


def statements_of(session: Session, profile: Profile) -> list[Statement]:
    """The statements of a run, in their order."""
    ran: list[Statement] = []
    run = session.run

    def noting(statements: Sequence[Statement]) -> None:
        ran.extend(statements)
        run(statements)

    session.run = noting  # type: ignore[method-assign]
    postgresql_logins.create(session, SQL, profile, before_change=lambda _: None, **NOTEBOOK.of_a_run())
    return ran


def test_people_are_made_read_back_and_opened_in_one_transaction(payments: Operator, as_master: SignIn) -> None:
    """An observer sees everybody at once, complete."""
    seen: list[dict[str, bool]] = []
    with as_master() as session:
        postgresql_logins.create(
            session, SQL, a_profile(), before_change=lambda _: seen.append(payments.roles()), **NOTEBOOK.of_a_run()
        )
    groups = {READ: False, WRITE: False}
    assert seen == [{}, groups, groups, groups]
    assert payments.roles() == {ALICE: True, BOB: True, **groups}


@pytest.mark.parametrize("survived", range(16))
def test_a_run_that_is_cut_off_between_statements_is_completed_by_the_next_one(
    survived: int, payments: Operator, create: Create, verify: Verify, as_master: SignIn
) -> None:
    def cut_off() -> None:
        payments.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'dbadmin'")

    with as_master() as session:
        left, run = [survived], session._run

        def counted(description: str, sql: str, values: Values, *, changes: bool) -> Sequence[tuple[Any, ...]]:
            if left[0] == 0:
                cut_off()
            left[0] -= 1
            return run(description, sql, values, changes=changes)

        session._run = counted  # type: ignore[method-assign]
        with pytest.raises(TemporaryFailure):
            postgresql_logins.create(session, SQL, a_profile(), before_change=lambda _: None, **NOTEBOOK.of_a_run())
    assert payments.opened() in ([], [ALICE, BOB])
    create(a_profile())
    assert verify(a_profile()) == Proof(2, ())
    assert create(a_profile()) == 0


def test_a_run_that_has_been_outdated_changes_nothing(payments: Operator, as_master: SignIn) -> None:
    def outdated(_: object) -> None:
        raise ClaimLost

    with as_master() as session, pytest.raises(ClaimLost):
        postgresql_logins.create(session, SQL, a_profile(), before_change=outdated, **NOTEBOOK.of_a_run())
    assert payments.roles() == {}


@pytest.mark.parametrize("confirmations", [1, 2, 3])
def test_a_run_that_is_outdated_on_its_way_leaves_nobody_behind(
    confirmations: int, payments: Operator, as_master: SignIn, create: Create, verify: Verify
) -> None:
    answers = iter([None] * confirmations)

    def outdated_later(_: object) -> None:
        if next(answers, ClaimLost()):
            raise ClaimLost

    with as_master() as session, pytest.raises(ClaimLost):
        postgresql_logins.create(session, SQL, a_profile(), before_change=outdated_later, **NOTEBOOK.of_a_run())
    assert payments.roles() == {READ: False, WRITE: False}
    create(a_profile())
    assert verify(a_profile()).verified == 2


def test_two_runs_at_once_do_not_disturb_each_other(
    payments: Operator, create: Create, create_unplanned: Create, verify: Verify
) -> None:
    start, errors, statements = threading.Barrier(4), [], []

    def run() -> None:
        start.wait()
        try:
            statements.append(create_unplanned(a_team(60)))
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    runs = [threading.Thread(target=run) for _ in range(4)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    assert errors == []
    assert verify(a_team(60)).verified == 60
    assert create(a_team(60)) == 0


# ---- round trips


def test_a_thousand_logins_take_few_statements_and_round_trips(
    payments: Operator, as_master: SignIn, verify: Verify
) -> None:
    with as_master() as session:
        statements = postgresql_logins.create(
            session, SQL, a_team(1000), before_change=lambda _: None, **NOTEBOOK.of_a_run()
        )
        # group role, CONNECT; USAGE, SELECT, SELECT on what is new; ten batches made, ten joined, ten opened
        assert statements == 2 + 3 + 30
        # two looks, begin, two looks, oids, commit; look, begin, look, commit; begin, look, look, commit
        assert session.round_trips == statements + 7 + 4 + 4
    assert verify(a_team(1000)).verified == 1000
    with as_master() as session:
        assert (
            postgresql_logins.create(session, SQL, a_team(1000), before_change=lambda _: None, **NOTEBOOK.of_a_run())
            == 0
        )
        assert session.round_trips == 3


def test_round_trips_are_counted_as_the_server_counts_them(payments: Operator, as_master: SignIn) -> None:
    payments.run("ALTER ROLE dbadmin SET log_statement = 'all'")
    log, line = payments.server.log, b"LOG:  statement: "  # others have names in it that are not UTF-8
    before = log.read_bytes().count(line)
    with as_master() as session:
        postgresql_logins.create(session, SQL, a_profile(), before_change=lambda _: None, **NOTEBOOK.of_a_run())
        assert session.round_trips == log.read_bytes().count(line) - before


# ---- other people's logins


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ("CREATE ROLE {} LOGIN PASSWORD 'Al1ce.Own'", "made by somebody else (member of no role)"),
        ("CREATE ROLE {} NOLOGIN", "made by somebody else (member of no role)"),
        ("CREATE ROLE {} LOGIN; GRANT rds_ad TO {}", "made by somebody else (member of rds_ad)"),
        ("CREATE ROLE {} LOGIN; COMMENT ON ROLE {} IS 'billing''s'", "made by somebody else (member of no role)"),
        (
            "CREATE ROLE {} LOGIN; COMMENT ON ROLE {} IS '{{\"signon\": 7}}'",
            "made by somebody else (member of no role)",
        ),
        (
            'CREATE ROLE {} NOLOGIN; COMMENT ON ROLE {} IS \'{{"signon": {{"profile": "billing"}}}}\'',
            "made for profile billing",
        ),
    ],
)
def test_a_login_of_somebody_else_is_left_as_it_is(
    made: str, reason: str, payments: Operator, create: Create, verify: Verify
) -> None:
    payments.run(made.format(f'"{ALICE}"', f'"{ALICE}"'))
    everything = f"SELECT a.*, shobj_description(a.oid, 'pg_authid') FROM pg_authid a WHERE rolname = '{ALICE}'"
    before = payments.run(everything)
    members = [row for row in payments.run(MEMBERSHIPS) if row[0] == ALICE]
    create(a_profile())
    assert payments.run(everything) == before
    assert [row for row in payments.run(MEMBERSHIPS) if row[0] == ALICE] == members
    assert verify(a_profile()) == Proof(1, (Remark(f"{ALICE}: {reason}"),))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("ALTER ROLE {} NOLOGIN", "locked by somebody else"),
        ("ALTER ROLE {} CREATEROLE CREATEDB", "changed since we made it (CREATEROLE, CREATEDB)"),
        ("ALTER ROLE {} SUPERUSER", "changed since we made it (SUPERUSER)"),
        ("COMMENT ON ROLE {} IS NULL", f"made by somebody else (member of rds_ad, {READ})"),
        ("COMMENT ON ROLE {} IS 'ours now'", f"made by somebody else (member of rds_ad, {READ})"),
    ],
)
def test_a_login_of_ours_that_somebody_changed_is_left_alone_and_reported(
    change: str, reason: str, payments: Operator, create: Create, verify: Verify
) -> None:
    create(a_profile())
    payments.run(change.format(f'"{ALICE}"'))
    assert create(a_profile()) == 0
    creates_logins = "CREATEROLE" in change and payments.version < ADMIN_ONLY
    left_alone = (Remark(f"{ALICE}: {reason}"),)
    assert verify(a_profile()) == Proof(1, left_alone, trusted=(ALICE,) if creates_logins else ())


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ("CREATE ROLE {}", "made by somebody else"),
        ("CREATE ROLE {}; CREATE ROLE mallory; GRANT {} TO mallory", "made by somebody else"),
    ],
)
def test_nobody_gets_privileges_by_a_group_role_that_was_there_before_us(
    made: str, reason: str, payments: Operator, create: Create, verify: Verify
) -> None:
    """A role that others create under one of our names, with members of their choice, is granted nothing."""
    payments.run(made.replace("{}", f'"{READ}"'))
    create(a_profile())
    held = f"SELECT has_table_privilege('{READ}', 'core.invoices', 'SELECT')"
    assert payments.run(held, database="payments") == [(False,)]
    assert payments.opened() == []
    needs = Remark(f"it needs {READ}, which is not ours to use: {reason}")
    left_alone = (needs.after(f"{ALICE}: "), needs.after(f"{BOB}: "))
    assert verify(a_profile()) == Proof(0, left_alone, not_ours=(Remark(f"{READ}: {reason}"),))


def test_a_group_role_of_ours_that_was_given_more_is_no_longer_given_to_anybody(
    payments: Operator, create: Create, verify: Verify
) -> None:
    create(without("bob"))
    payments.run(f'GRANT rds_superuser TO "{READ}"')
    assert create(a_profile()) == 7  # all for group role `write`; nothing for bob, who needs `read` too
    assert payments.opened() == [ALICE]
    changed = "changed since we made it (member of rds_superuser)"
    proof = verify(a_profile())
    assert proof.not_ours == (Remark(f"{READ}: {changed}"),)
    assert Remark(f"{BOB}: it needs {READ}, which is not ours to use: {changed}") in proof.left_alone


# ---- who leaves and comes back


def test_a_leaver_is_locked_and_a_returner_is_unlocked(payments: Operator, create: Create) -> None:
    create(a_profile())
    assert create(without("alice")) == 1
    assert payments.opened() == [BOB]
    assert create(without("alice")) == 0
    assert create(a_profile()) == 1
    assert payments.opened() == [ALICE, BOB]


def test_a_leaver_stays_where_the_profile_says_so(payments: Operator, create: Create) -> None:
    create(a_profile())
    bob = without("alice").logins
    assert create(a_profile(logins=bob, lock_leavers=False)) == 0
    assert payments.opened() == [ALICE, BOB]


def test_logins_of_another_profile_are_not_leavers_and_are_reported(
    payments: Operator, create: Create, verify: Verify
) -> None:
    create(a_profile(name="billing", logins=(DirectoryLogin("carol", ("read",)),)))
    create(a_profile())
    assert payments.opened() == [ALICE, BOB, "carol@CORP.EXAMPLE.COM"]
    still_open = Remark("carol@CORP.EXAMPLE.COM: still open, made for profile billing")
    assert verify(a_profile()).not_ours == (still_open,)


# ---- names


def test_names_at_the_edges_of_the_grammar_are_stored_exactly(
    payments: Operator, create: Create, verify: Verify
) -> None:
    edges = ("a", "0", "7of9", "a" * 20, "a.b-c_d", "x--", "x__", "0123456789.1234567-9", "true", "null", "select")
    profile = a_profile(logins=tuple(DirectoryLogin(name, ("read",)) for name in edges))
    create(profile)
    assert payments.opened() == sorted(f"{name}@CORP.EXAMPLE.COM" for name in edges)
    assert verify(profile).verified == len(edges)


IAM = {Method.IAM: POSTGRESQL_IAM}
TOKENS = ("App", "app", "APP", "_app", "PaymentsReportingApplication", "A" * 63, "a.b-c_D")


def with_tokens(**changes: object) -> Profile:
    return a_profile(logins=tuple(IamLogin(name, ("read",)) for name in TOKENS), **changes)


def test_names_of_logins_with_tokens_are_stored_in_capitals_and_as_long_as_the_server_takes_them(
    payments: Operator, as_master: SignIn
) -> None:
    with as_master() as session:
        postgresql_logins.create(session, IAM, with_tokens(), before_change=lambda _: None, **NOTEBOOK.of_a_run())
        assert postgresql_logins.verify(session, IAM, with_tokens(), NOTEBOOK.memory).verified == len(TOKENS)
        assert (
            postgresql_logins.create(session, IAM, with_tokens(), before_change=lambda _: None, **NOTEBOOK.of_a_run())
            == 0
        )
    assert payments.opened() == sorted(TOKENS)


def test_logins_with_such_names_are_adopted(payments: Operator, as_master: SignIn) -> None:
    made = [statement for name in TOKENS for statement in (f'CREATE ROLE "{name}" LOGIN', f'GRANT rds_iam TO "{name}"')]
    payments.run("SET SESSION AUTHORIZATION dbadmin", *made)
    with as_master() as session:
        postgresql_logins.create(
            session, IAM, with_tokens(adopt=TOKENS), before_change=lambda _: None, **NOTEBOOK.of_a_run()
        )
        assert postgresql_logins.verify(session, IAM, with_tokens(adopt=TOKENS), NOTEBOOK.memory).verified == len(
            TOKENS
        )
    assert payments.run(MARK % ("A" * 63)) == [({"profile": "payments", "complete": True},)]


def test_a_database_has_other_peoples_sessions_all_the_while(payments: Operator, create: Create) -> None:
    with closing(payments.connect()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN; SELECT count(*) FROM pg_roles")
        create(a_profile())
        assert isinstance(other, psycopg2.extensions.connection)
    assert payments.opened() == [ALICE, BOB]
