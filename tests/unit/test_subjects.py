"""The subject of a mail: which database, and how its run ended; nothing that others have written."""

from __future__ import annotations

from typing import Any

import pytest

from signon.aws import notifications, records, reporting
from signon.domain.outcome.dossier import Dossier, Failure
from signon.domain.outcome.outcome import Outcome, decide
from signon.errors import End
from tests.hostile_texts import FORGED, TEXTS


@pytest.fixture
def subjects(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of the mails that are sent."""
    sent: list[str] = []
    monkeypatch.setattr(notifications, "tell", lambda _, headline, __: sent.append(headline))
    monkeypatch.setattr(notifications, "announce", lambda *_: None)
    monkeypatch.setattr(records, "read", lambda *_: None)
    return sent


def test_a_mail_is_headed_without_the_reason(subjects: list[str]) -> None:
    ended = Outcome(End.NEEDS_A_PERSON, "payments-orders: a person is needed", why=f"x {FORGED}")
    reporting.remember_and_tell("table", "topic", ended, Dossier(), "execution", "2026-11-20T12:00:00+00:00")
    assert subjects == ["payments-orders: a person is needed"]


@pytest.mark.parametrize("title", [title for title in TEXTS if title != "400 KB"])
def test_what_an_input_calls_its_database_is_repeated_only_where_it_is_a_name(title: str) -> None:
    asked: dict[str, Any] = {"database": {"instance": TEXTS[title][:60]}}
    assert decide(Dossier(error=Failure("InvalidRequest", None)), asked).subject == "The request: failed"


@pytest.mark.parametrize("name", ["payments-orders", "A" * 63, "Orders-1", "rds:orders-2026"])
def test_a_name_is_repeated(name: str) -> None:
    asked = {"database": {"instance": name}}
    assert decide(Dossier(error=Failure("InvalidRequest", None)), asked).subject == f"{name}: failed"
