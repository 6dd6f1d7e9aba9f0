from __future__ import annotations

from datetime import datetime

import pytest

from signon.domain.memory.record import Record
from signon.domain.times import in_iso, moment, moment_or_none
from tests.builders import NOW, a_record, at

EARLY, LATE = at(hours=-2), at(hours=-1)


@pytest.mark.parametrize(
    ("record", "due"),
    [
        (a_record(), None),
        (a_record(rebooted_at=LATE), None),
        (a_record(associated_at=EARLY), True),
        (a_record(associated_at=LATE, rebooted_at=EARLY), True),
        (a_record(associated_at=EARLY, rebooted_at=LATE), False),
        (a_record(associated_at=EARLY, rebooted_at=EARLY), False),
        (a_record(associated_at=EARLY, reboot_intents={"orders": LATE}), True),
    ],
)
def test_a_reboot_is_due_from_joining_until_logins_have_worked_after_one(record: Record, due: bool | None) -> None:
    assert record.reboot_due is due


@pytest.mark.parametrize(
    ("record", "restarted"),
    [
        (a_record(), False),
        (a_record(associated_at=EARLY), False),
        (a_record(associated_at=EARLY, left_as={"directory": "d-1"}), False),  # it has joined anew
        (a_record(associated_at=EARLY, rebooted_at=LATE), True),
        (a_record(rebooted_at=LATE), True),  # somebody else joined it, we rebooted it
        (a_record(left_as={"directory": "d-1"}), True),  # somebody else did both
        (a_record(left_as={"directory": "d-2"}), False),
        (a_record(left_as={"iam": "on"}, onboarded_at=LATE), False),
    ],
)
def test_a_restart_is_known_from_our_reboot_or_from_a_run_that_finished(record: Record, restarted: bool) -> None:
    assert record.was_restarted_in("d-1") is restarted


@pytest.mark.parametrize(
    ("record", "intent"),
    [
        (a_record(), None),
        (a_record(associated_at=EARLY), None),
        (a_record(reboot_intents={"orders": EARLY}), EARLY),
        (a_record(associated_at=EARLY, reboot_intents={"orders": LATE}), LATE),
        (a_record(associated_at=LATE, reboot_intents={"orders": EARLY}), None),
    ],
)
def test_an_intent_belongs_to_the_last_association(record: Record, intent: datetime | None) -> None:
    assert record.open_intents == ({"orders": intent} if intent else {})


@pytest.mark.parametrize(
    ("record", "ours"),
    [
        (a_record(), False),
        (a_record(told="x"), False),
        (a_record(reboot_intents={"orders": EARLY}, told="x"), False),
        (a_record(reboot_intents={"orders": LATE}), False),
        (a_record(associated_at=EARLY), True),
        (a_record(onboarded_at=EARLY), True),  # joined by somebody else, and given its logins by us
    ],
)
def test_a_database_is_ours_when_we_have_begun_to_work_on_it(record: Record, ours: bool) -> None:
    assert record.is_ours is ours


def test_a_stored_time_is_read_as_it_was_written() -> None:
    assert moment(in_iso(NOW), "x") == NOW
    assert moment("2026-11-20T12:30:00.000Z", "x") == NOW
    assert [moment_or_none(text, "x") for text in (None, "")] == [None, None]
