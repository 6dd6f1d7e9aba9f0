"""A message to people is sent first and written down then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from signon.aws import notifications, records, reporting
from signon.domain.memory.record import Record
from signon.domain.outcome.outcome import Outcome, decide
from signon.errors import TemporaryFailure
from tests.builders import EXECUTION, NOW, a_dossier

DOSSIER = a_dossier(kit={"location": "x", "changed": 1})
CHANGED: Outcome = decide(DOSSIER)


class World:
    """What was told and what is remembered; the table does not answer as often as it is told not to."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.record: Record | None = None
        self.silent = 1

    def note(self, _: str, __: str, facts: Mapping[str, Any]) -> None:
        if self.silent:
            self.silent -= 1
            raise TemporaryFailure("UpdateItem: no answer")
        self.done.append("noted")
        self.record = Record(told=facts["told"], execution=facts["execution"])


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(notifications, "tell", lambda *_: world.done.append("told"))
    monkeypatch.setattr(notifications, "announce", lambda *_: world.done.append("announced"))
    monkeypatch.setattr(records, "read", lambda *_: world.record)
    monkeypatch.setattr(records, "note", world.note)
    return world


def report() -> None:
    reporting.remember_and_tell("table", "topic", CHANGED, DOSSIER, EXECUTION, NOW.isoformat())


def test_an_execution_cut_off_between_message_and_record_sends_the_message_again(world: World) -> None:
    with pytest.raises(TemporaryFailure):
        report()
    assert world.done == ["told", "announced"]
    report()
    assert world.done == ["told", "announced", "told", "announced", "noted"]
    report()
    assert world.done[5:] == ["noted"]
