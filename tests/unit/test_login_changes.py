"""What is to be changed inside a database, as a plan names it, and what the plan covers."""

from __future__ import annotations

import json

import pytest

from signon.domain.logins.change import MEMBERSHIP, ChangeKind, LoginChange, LoginChanges
from signon.domain.logins.difference import (
    LOCKS,
    LONGEST_SQL,
    OTHERS,
    Difference,
    allowed,
    allowed_locks,
    as_sql,
    digest,
)
from signon.domain.logins.login import Statement

CREATE = LoginChange(ChangeKind.CREATE, "alice")
GRANT = LoginChange(ChangeKind.GRANT, "alice", "SELECT", on="payments")
LOCK = LoginChange(ChangeKind.LOCK, "carol")
UNLOCK = LoginChange(ChangeKind.UNLOCK, "alice")
IN_SCHEMA = LoginChange(
    ChangeKind.GRANT, "signon.p.read", "SELECT", "payments.public", "all present tables", database="payments"
)


def a_statement(*changes: LoginChange, description: str = "Do it") -> Statement:
    return Statement(description, "SELECT %s", ("1",), changes)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (CREATE, "create login alice"),
        (LoginChange(ChangeKind.CREATE, "signon.p.read", "group role"), "create group role signon.p.read"),
        (LoginChange(ChangeKind.ADOPT, "app"), "take over login app, once nobody is signed in with it"),
        (LoginChange(ChangeKind.ALTER, "app"), "alter login app"),
        (GRANT, "grant alice SELECT on payments"),
        (IN_SCHEMA, "grant signon.p.read SELECT on all present tables of payments.public"),
        (LoginChange(ChangeKind.GRANT, "bob@X", MEMBERSHIP, "rds_ad"), "grant bob@X membership of rds_ad"),
        (UNLOCK, "unlock login alice"),
        (LOCK, "lock login carol, which the profile no longer lists"),
        (
            LoginChange(ChangeKind.LOCK, "carol\n- dave"),
            'lock login "carol\\n- dave", which the profile no longer lists',
        ),
    ],
    ids=str,
)
def test_a_change_says_who_gains_or_loses_what(change: LoginChange, says: str) -> None:
    assert str(change) == says


def test_locks_are_apart_and_each_change_is_there_once() -> None:
    found = Difference.of([a_statement(CREATE, GRANT), a_statement(GRANT)], ["dave"], locks=[a_statement(LOCK)])
    assert found.changes.all == (CREATE, GRANT, LoginChange(ChangeKind.UNLOCK, "dave"))
    assert found.summary == "Create 1 login, make 1 grant, unlock 1 login"
    assert found.locks.all == (LOCK,)
    assert found.locks.summary == "Lock 1 login"
    assert [statement.changes[0] for statement in found.statements] == [LOCK, CREATE, GRANT]


def test_changes_survive_the_bucket() -> None:
    changes, locks = LoginChanges.of((CREATE, IN_SCHEMA), unseen=["ledger"]), LoginChanges.of((LOCK,))
    found = Difference(changes, locks, taken_over=(UNLOCK,))
    document = json.loads(json.dumps(found.to_json()))
    assert all(digest(document, part) == found.sha256(part) for part in (LOCKS, OTHERS))
    assert allowed_locks(document) == locks
    assert allowed(document, approved=False) == changes
    assert allowed(document, approved=True).all == (*changes.all, UNLOCK)


def test_what_a_thousand_people_are_given_is_kept_once() -> None:
    people = [LoginChange(ChangeKind.GRANT, f"person{number}", "SELECT", "payments") for number in range(1000)]
    (group,) = LoginChanges.of(people).to_json()["changes"]
    assert (group["on"], len(group["subjects"])) == ("payments", 1000)
    assert len(json.dumps(group)) < 16_000


def test_a_part_of_what_was_planned_is_planned() -> None:
    planned = LoginChanges.of((CREATE, GRANT, LOCK))
    for some in ((), (GRANT,), (LOCK, CREATE)):
        assert planned.beyond(some) == ()


def test_a_login_that_was_to_be_made_is_opened_too() -> None:
    assert LoginChanges.of((CREATE,)).beyond([UNLOCK]) == ()
    assert LoginChanges.of((GRANT,)).beyond([UNLOCK]) == (UNLOCK,)


@pytest.mark.parametrize(
    "other",
    [
        LoginChange(ChangeKind.LOCK, "alice"),
        LoginChange(ChangeKind.CREATE, "mallory"),
        LoginChange(ChangeKind.GRANT, "alice", "SELECT", on="ledger"),
        LoginChange(ChangeKind.GRANT, "signon.p.read", "SELECT", "payments.other", "all present tables", "payments"),
    ],
    ids=str,
)
def test_any_other_loss_or_gain_is_not(other: LoginChange) -> None:
    assert LoginChanges.of((CREATE, GRANT, IN_SCHEMA)).beyond([GRANT, other]) == (other,)


def test_new_objects_of_a_planned_schema_are_planned() -> None:
    views = LoginChange(ChangeKind.GRANT, "signon.p.read", "SELECT", "payments.public", "new tables", "payments")
    assert LoginChanges.of((IN_SCHEMA,)).beyond([views]) == ()


def test_other_privileges_than_planned_are_not() -> None:
    more = LoginChange(ChangeKind.GRANT, "alice", "SELECT, INSERT", on="payments")
    assert LoginChanges.of((GRANT,)).beyond([more]) == (more,)
    assert LoginChanges.of((more,)).beyond([GRANT]) == ()
    itself = LoginChange(ChangeKind.GRANT, "signon.p.read", "SELECT", "payments.public", database="payments")
    assert LoginChanges.of((IN_SCHEMA,)).beyond([itself]) == (itself,)


def test_the_order_in_which_a_server_answers_is_no_difference() -> None:
    people = [LoginChange(ChangeKind.LOCK, name) for name in ("dave", "carol", "erin")]
    assert LoginChanges.of(people) == LoginChanges.of(people[::-1])
    assert LoginChanges.of((), ["b", "a"]) == LoginChanges.of((), ["a", "b"])


def test_what_is_found_in_a_database_that_could_not_be_entered_is_planned_and_nothing_else() -> None:
    planned = LoginChanges.of((), unseen=["payments"])
    assert planned.beyond([IN_SCHEMA]) == ()
    assert planned.beyond([LOCK]) == (LOCK,)
    assert planned
    assert list(planned.lines()) == ["look into database payments, which could not be entered yet"]


def test_what_a_dispute_would_add_is_allowed_and_said_to_wait_for_the_approval() -> None:
    found = Difference.of([a_statement(GRANT)])
    both = found.and_taken_over(Difference.of([a_statement(GRANT, UNLOCK)]))
    assert list(both.lines) == [
        "grant alice SELECT on payments",
        "take over what is in dispute, if the plan is approved",
        "unlock login alice, if the plan is approved",
    ]
    document = both.to_json()
    assert allowed(document, approved=True).beyond([UNLOCK]) == ()
    assert allowed(document, approved=False).beyond([UNLOCK]) == (UNLOCK,)


def test_a_dispute_of_logins_that_lack_nothing_is_a_difference() -> None:
    complete = Difference.of([]).and_taken_over(Difference.of([], waits=True))
    assert complete.is_made
    assert (complete.summary, list(complete.lines)) == ("", ["take over what is in dispute, if the plan is approved"])


def test_there_is_a_difference_where_something_is_only_to_be_remembered() -> None:
    assert not Difference.of([]).is_made
    assert not Difference.of([], locks=[a_statement(LOCK)]).is_made
    assert Difference.of([], waits=True).is_made


def test_the_sql_of_a_plan_cannot_be_broken_out_of_by_a_name() -> None:
    text = as_sql([a_statement(CREATE, description="Create: x\nDROP TABLE t; --")], lambda each: each.sql)
    assert text == "-- Create: x\\nDROP TABLE t; --\nSELECT %s;\n"


def test_a_plan_shows_so_much_sql_and_says_how_much_more_there_is() -> None:
    text = as_sql([a_statement(CREATE)] * 3, lambda _: "x" * (LONGEST_SQL // 2))
    assert text.endswith("-- and 2 more statements\n")
