"""One execution at a time writes the policies of a role; who was killed with the lock loses it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from localcloud.cloud import Cloud
from signon.aws import policy_lock
from signon.aws.policy_lock import Lock
from signon.errors import TemporaryFailure

LONGEST = timedelta(minutes=15)


@pytest.fixture
def role() -> str:
    return f"arn:aws:iam::123456789012:role/{uuid.uuid4().hex}"


@pytest.fixture
def first(table: str, cloud: Cloud) -> Lock:
    return Lock(table, "arn:first", cloud.clock.now(), LONGEST)


def a_second(first: Lock, later: timedelta) -> Lock:
    return Lock(first.table, "arn:second", first.now + later, LONGEST)


def test_while_it_is_held_another_is_told_to_come_again(first: Lock, role: str) -> None:
    with (
        policy_lock.held(first, role),
        pytest.raises(TemporaryFailure, match="Another execution writes the policies of"),
        policy_lock.held(a_second(first, LONGEST / 2), role),
    ):
        pass
    with policy_lock.held(a_second(first, LONGEST / 2), role):
        pass


def test_a_lapsed_lock_is_taken_over_and_kept_when_the_first_holder_ends_after_all(first: Lock, role: str) -> None:
    second = a_second(first, 2 * LONGEST)
    at_work = policy_lock.held(second, role)
    with policy_lock.held(first, role):
        at_work.__enter__()
    with (
        pytest.raises(TemporaryFailure, match="Another execution writes the policies of"),
        policy_lock.held(Lock(first.table, "arn:third", second.now, LONGEST), role),
    ):
        pass
    at_work.__exit__(None, None, None)
