"""Roles get access: what others wrote stays, even where IAM does not show it yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from signon.aws import connect_policies, connecting, policy_lock, rds, records
from signon.aws.connect_policies import Attachment
from signon.aws.connecting import Owner
from signon.aws.policy_lock import Lock
from signon.domain.limits import Shortened
from signon.domain.logins.connect_policies import Connected, dbuser
from signon.domain.profile.profile import IamLogin
from signon.domain.rds.database import DatabaseId
from signon.errors import ConnectPolicyRefused, TemporaryFailure
from tests.builders import EXECUTION, NOW, a_cluster_id, a_database_id, a_profile

ROLE = "arn:aws:iam::123456789012:role/payments-api"
ORDERS, LEDGER = a_database_id(), a_cluster_id()


class Iam:
    """IAM and our table; ``shown`` is what IAM shows, which may be older than what was ``written``."""

    def __init__(self) -> None:
        self.written: list[frozenset[str]] = []
        self.shown: list[frozenset[str]] | None = None
        self.said: list[frozenset[str]] | None = None
        self.writes = self.guarded = 0
        self.asked: list[str] = []  # in this order: the lock, and every database of the account

    def read(self, _: str, __: str) -> list[frozenset[str]]:
        return list(self.written if self.shown is None else self.shown)

    def write(self, _: str, __: str, number: int, users: frozenset[str], *, exists: bool) -> None:
        self.writes += 1
        self.written = [*self.written[: number - 1], users, *self.written[number:]]

    def remember(self, policies: Any) -> None:
        self.said = list(policies)

    @contextmanager
    def held(self, *_: object) -> Iterator[Any]:
        self.asked.append("lock")
        yield self

    def remembered(self, *_: object) -> list[frozenset[str]]:
        return self.said or []

    def every_database(self) -> frozenset[str]:
        self.asked.append("every database")
        return frozenset({ORDERS.resource_id, LEDGER.resource_id})

    def let_in(self, database: DatabaseId, *logins: str) -> Connected:
        profile = a_profile(logins=tuple(IamLogin(login, ("read",), used_by=(ROLE,)) for login in logins))
        return connecting.allow_to_connect(
            Owner("signon-us-east-1", frozenset()),
            database,
            profile,
            earlier={ROLE: NOW},
            lock=Lock("t", EXECUTION, NOW, timedelta(hours=2)),
            before_change=self.guard,
        )

    def guard(self) -> None:
        self.guarded += 1


@pytest.fixture
def iam(monkeypatch: pytest.MonkeyPatch) -> Iam:
    iam = Iam()
    monkeypatch.setattr(connect_policies, "read", iam.read)
    monkeypatch.setattr(connect_policies, "write", iam.write)
    monkeypatch.setattr(
        connect_policies, "attach", lambda *_: Attachment("payments-api", "p", attached=True, done=False)
    )
    monkeypatch.setattr(policy_lock, "held", iam.held)
    monkeypatch.setattr(records, "note", lambda *_: None)
    monkeypatch.setattr(policy_lock, "remembered", iam.remembered)
    monkeypatch.setattr(rds, "resource_ids", iam.every_database)
    return iam


def test_a_second_run_writes_nothing_and_asks_nobody(iam: Iam) -> None:
    assert iam.let_in(ORDERS, "payments_app").changed == 1
    assert iam.let_in(ORDERS, "payments_app").changed == 0
    assert (iam.writes, iam.guarded) == (1, 1)


def test_what_another_database_has_just_written_stays_although_iam_does_not_show_it_yet(iam: Iam) -> None:
    iam.let_in(ORDERS, "payments_app")
    iam.shown = []
    iam.let_in(LEDGER, "payments_app")
    assert iam.written == [frozenset({dbuser(ORDERS, "payments_app"), dbuser(LEDGER, "payments_app")})]


def test_what_somebody_has_edited_is_undone(iam: Iam) -> None:
    iam.let_in(ORDERS, "payments_app")
    iam.written = [frozenset({"arn:aws:rds-db:us-east-1:123456789012:dbuser:db-ELSE/somebody"})]
    assert iam.let_in(ORDERS, "payments_app").changed == 1
    assert iam.written == [frozenset({dbuser(ORDERS, "payments_app")})]


def test_where_the_table_was_lost_it_begins_with_what_iam_shows(iam: Iam) -> None:
    iam.let_in(ORDERS, "payments_app")
    iam.said = None
    iam.let_in(LEDGER, "payments_app")
    assert iam.written == [frozenset({dbuser(ORDERS, "payments_app"), dbuser(LEDGER, "payments_app")})]


def test_nobody_waits_for_the_lock_while_every_database_is_listed_and_that_only_where_a_policy_is_full(
    iam: Iam,
) -> None:
    iam.let_in(ORDERS, "payments_app")
    iam.let_in(LEDGER, "payments_app")
    assert iam.asked == ["lock", "lock"]
    gone = frozenset(dbuser(a_database_id(resource_id=f"db-GONE{number:020}"), "payments_app") for number in range(60))
    full = frozenset({dbuser(ORDERS, "payments_app")}) | gone
    iam.written, iam.said, iam.asked = [full], [full], []
    iam.let_in(LEDGER, *(f"login_{number:02}" for number in range(20)))
    assert iam.asked == ["every database", "lock"]
    (policy,) = iam.written
    assert not policy & gone
    assert len(policy) == 21


def test_a_role_that_is_no_longer_named_loses_access_to_the_database(iam: Iam) -> None:
    iam.let_in(ORDERS, "payments_app", "reporter")
    assert iam.let_in(ORDERS) == Connected(0, 1, Shortened())
    assert iam.written == [frozenset()]


@pytest.mark.parametrize(("exists", "error"), [(False, ConnectPolicyRefused), (True, TemporaryFailure)])
def test_a_quota_needs_a_person_but_for_the_versions_of_a_policy(
    monkeypatch: pytest.MonkeyPatch, exists: bool, error: type[Exception]
) -> None:
    full = ClientError({"Error": {"Code": "LimitExceeded", "Message": "Cannot exceed quota"}}, "CreatePolicy")

    def refuse(**_: object) -> None:
        raise full

    client = SimpleNamespace(
        create_policy=refuse, create_policy_version=refuse, list_policy_versions=lambda **_: {"Versions": []}
    )
    monkeypatch.setattr(connect_policies, "client", lambda _: client)
    with pytest.raises(error):
        connect_policies.write("signon", ROLE, 1, frozenset(), exists=exists)
