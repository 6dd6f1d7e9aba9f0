"""One conditional write decides who works on a database, however many ask at once."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from localcloud.cloud import Cloud
from signon.aws import claims, records
from signon.domain.memory.claim import Claim
from signon.errors import AlreadyInProgress, ClaimLost, ClaimSettling

from .conftest import Start, Stop

LONGEST = timedelta(minutes=5)
PURPOSE = "payments 7975c524ec81"


@pytest.fixture
def database() -> str:
    """A resource id that nobody has claimed."""
    return f"db-{uuid.uuid4().hex[:26].upper()}"


Take = Callable[..., Claim]


@pytest.fixture
def take(table: str, database: str, cloud: Cloud) -> Take:
    def take(execution: str, now: datetime | None = None, purpose: str = PURPOSE, *, by_hand: bool = True) -> Claim:
        return claims.take(
            table, database, execution, now or cloud.clock.now(), LONGEST, purpose=purpose, by_hand=by_hand
        )

    return take


def settled(stopped_at: datetime) -> datetime:
    """When nothing of an execution that stopped then can be running any more."""
    return stopped_at + LONGEST + timedelta(seconds=1)


# ---- taking


def test_the_first_claim_on_a_database_has_fence_1(take: Take, start: Start, table: str, database: str) -> None:
    execution = start()
    claim = take(execution)
    assert claim == Claim(database, execution, 1)
    claims.confirm(table, claim)


def test_claims_on_two_databases_are_independent(take: Take, start: Start, table: str, cloud: Cloud) -> None:
    take(start())
    another, now = f"db-{uuid.uuid4().hex}", cloud.clock.now()
    assert claims.take(table, another, start(), now, LONGEST, purpose=PURPOSE, by_hand=False).fence == 1


def test_a_running_holder_keeps_everybody_else_out(take: Take, start: Start, table: str) -> None:
    claim = take(start())
    with pytest.raises(AlreadyInProgress, match="is held by"):
        take(start())
    claims.confirm(table, claim)


def test_a_running_holder_keeps_its_claim_however_long_it_runs(take: Take, start: Start, cloud: Cloud) -> None:
    take(start())
    with pytest.raises(AlreadyInProgress):
        take(start(), cloud.clock.now() + timedelta(days=300))


def test_an_execution_may_take_its_own_claim_again_and_outdates_itself(take: Take, start: Start, table: str) -> None:
    execution = start()
    first = take(execution)
    second = take(execution)
    assert second.fence == first.fence + 1
    claims.confirm(table, second)
    with pytest.raises(ClaimLost):
        claims.confirm(table, first)


# ---- taking over


def test_the_claim_of_one_that_has_only_just_stopped_has_to_settle(take: Take, start: Start, stop: Stop) -> None:
    holder = start()
    take(holder)
    stopped_at = stop(holder)
    with pytest.raises(ClaimSettling, match="one of its functions may still run"):
        take(start(), stopped_at + LONGEST)


def test_the_claim_of_one_that_stopped_long_ago_is_taken_over_and_the_old_one_is_lost(
    take: Take, start: Start, stop: Stop, table: str
) -> None:
    holder = start()
    old = take(holder)
    new = take(start(), settled(stop(holder)))
    assert new.fence == old.fence + 1
    claims.confirm(table, new)
    with pytest.raises(ClaimLost, match=r"no longer holds the claim on "):
        claims.confirm(table, old)


def test_the_claim_of_one_that_step_functions_has_forgotten_is_taken_over(
    take: Take, start: Start, waiting: str
) -> None:
    take(waiting.replace(":stateMachine:", ":execution:") + ":of-long-ago")
    assert take(start()).fence == 2


def test_an_outdated_holder_cannot_release_the_claim(take: Take, start: Start, stop: Stop, table: str) -> None:
    holder = start()
    old = take(holder)
    new = take(start(), settled(stop(holder)))
    assert claims.release(table, old, "2026-11-20T12:00:01Z") is False
    claims.confirm(table, new)


def test_one_is_overtaken_by_the_next_claim_and_not_by_its_own_release(take: Take, start: Start, table: str) -> None:
    first = take(start())
    assert not claims.is_overtaken(table, first)
    claims.release(table, first, "now")
    assert not claims.is_overtaken(table, first)
    second = take(start())
    assert (claims.is_overtaken(table, first), claims.is_overtaken(table, second)) == (True, False)


def test_an_old_fence_is_lost_even_under_the_same_execution(take: Take, start: Start, table: str) -> None:
    claim = take(start())
    with pytest.raises(ClaimLost):
        claims.confirm(table, replace(claim, fence=claim.fence + 1))


def test_a_claim_that_was_never_taken_is_lost(table: str, database: str) -> None:
    with pytest.raises(ClaimLost):
        claims.confirm(table, Claim(database, "arn:of:nobody", 1))


# ---- releasing


def test_a_released_claim_is_free_for_the_next_with_a_higher_fence(take: Take, start: Start, table: str) -> None:
    claim = take(start())
    assert claims.release(table, claim, "2026-11-20T12:00:02Z") is False
    with pytest.raises(ClaimLost):
        claims.confirm(table, claim)
    assert take(start()).fence == 2


def test_a_release_that_is_tried_again_does_no_harm(take: Take, start: Start, table: str) -> None:
    claim = take(start())
    claims.release(table, claim, "2026-11-20T12:00:03Z")
    assert claims.release(table, claim, "2026-11-20T12:00:04Z") is False
    other = take(start())
    assert claims.release(table, claim, "2026-11-20T12:00:05Z") is False
    claims.confirm(table, other)


def test_an_execution_that_was_asked_for_meanwhile_keeps_the_claim_and_works_again(
    take: Take, start: Start, table: str
) -> None:
    claim = take(start())
    for _ in range(2):
        with pytest.raises(AlreadyInProgress):
            take(start())
    assert claims.release(table, claim, "2026-11-20T12:00:06Z") is True
    claims.confirm(table, claim)
    assert claims.release(table, claim, "2026-11-20T12:00:07Z") is False
    with pytest.raises(ClaimLost):
        claims.confirm(table, claim)


def test_an_execution_already_doing_what_an_event_asks_for_is_not_asked_again(
    take: Take, start: Start, table: str
) -> None:
    claim = take(start(), by_hand=False)
    with pytest.raises(AlreadyInProgress):
        take(start(), by_hand=False)
    assert claims.release(table, claim, "2026-11-20T12:00:06Z") is False


def test_an_event_by_which_another_version_of_the_profile_is_met_asks_again(
    take: Take, start: Start, table: str
) -> None:
    claim = take(start(), by_hand=False)
    with pytest.raises(AlreadyInProgress):
        take(start(), purpose="payments 0000", by_hand=False)
    assert claims.release(table, claim, "2026-11-20T12:00:06Z") is True


def test_a_claim_says_what_its_newest_holder_came_for(take: Take, start: Start, stop: Stop, table: str) -> None:
    holder = start()
    take(holder, purpose="payments 0000", by_hand=False)
    new = take(start(), settled(stop(holder)), by_hand=False)
    with pytest.raises(AlreadyInProgress):
        take(start(), by_hand=False)
    assert claims.release(table, new, "2026-11-20T12:00:08Z") is False


def test_an_execution_that_takes_over_is_not_asked_what_the_previous_one_was_asked(
    take: Take, start: Start, stop: Stop, table: str
) -> None:
    holder = start()
    take(holder)
    with pytest.raises(AlreadyInProgress):
        take(start())
    new = take(start(), settled(stop(holder)))
    assert claims.release(table, new, "2026-11-20T12:00:08Z") is False


def test_the_claim_and_the_record_of_a_database_do_not_change_each_other(
    take: Take, start: Start, table: str, database: str
) -> None:
    claim = take(start())
    records.note(table, database, {"told": "a"})
    claims.confirm(table, claim)
    claims.release(table, claim, "2026-11-20T12:00:09Z")
    record = records.read(table, database)
    assert record is not None
    assert record.told == "a"


# ---- in the middle of another's call


def test_a_claim_that_is_released_while_another_looks_who_holds_it_is_asked_for_again(
    take: Take, start: Start, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, read = take(start()), claims._read

    def released_meanwhile(*asked: str) -> dict[str, Any]:
        claims.abandon(table, first)
        return read(*asked)

    monkeypatch.setattr(claims, "_read", released_meanwhile)
    with pytest.raises(ClaimSettling, match="was released just now"):
        take(start())


def test_a_claim_that_is_released_before_its_holder_is_told_to_plan_again_is_asked_for_again(
    take: Take, start: Start, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take(start())
    monkeypatch.setattr(claims, "_stopped_at", lambda _: claims.abandon(table, first))
    with pytest.raises(ClaimSettling, match="was released just now"):
        take(start())


def test_what_was_taken_over_is_not_ended_by_the_last_holder(take: Take, start: Start, stop: Stop, table: str) -> None:
    holder = start()
    old = take(holder)
    new = take(start(), settled(stop(holder)))
    claims.abandon(table, old)
    claims.confirm(table, new)


# ---- at once


def all_at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """What each answered, or the error that it raised."""
    barrier, answers = threading.Barrier(count), [object()] * count

    def run(number: int) -> None:
        barrier.wait()
        try:
            answers[number] = act(number)
        except Exception as error:  # noqa: BLE001  it is the answer
            answers[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_exactly_one_of_fifty_simultaneous_attempts_holds_the_claim(take: Take, start: Start, table: str) -> None:
    executions = [start() for _ in range(50)]
    answers = all_at_once(50, lambda number: take(executions[number]))
    (holder,) = [answer for answer in answers if isinstance(answer, Claim)]
    assert sum(isinstance(answer, AlreadyInProgress) for answer in answers) == 49
    assert holder.fence == 1
    claims.confirm(table, holder)
    assert claims.release(table, holder, "2026-11-20T12:00:10Z") is True  # the others wanted it


def test_exactly_one_of_twenty_simultaneous_takeovers_holds_the_claim(
    take: Take, start: Start, stop: Stop, table: str
) -> None:
    first = start()
    take(first)
    now = settled(stop(first))
    executions = [start() for _ in range(20)]
    answers = all_at_once(20, lambda number: take(executions[number], now))
    (holder,) = [answer for answer in answers if isinstance(answer, Claim)]
    assert sum(isinstance(answer, AlreadyInProgress) for answer in answers) == 19
    assert holder.fence == 2
    claims.confirm(table, holder)


def test_a_release_that_is_tried_again_gives_the_same_answer(take: Take, start: Start, table: str) -> None:
    """The answer of the first try was lost on its way."""
    claim = take(start())
    with pytest.raises(AlreadyInProgress):
        take(start())
    for _ in range(3):
        assert claims.release(table, claim, "2026-11-20T13:00:00Z") is True
    claims.confirm(table, claim)
    for _ in range(3):
        assert claims.release(table, claim, "2026-11-20T14:00:00Z") is False
    with pytest.raises(ClaimLost):
        claims.confirm(table, claim)
