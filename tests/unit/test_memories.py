"""What is remembered of the logins of a database, from the table."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from signon.aws import memories, records
from signon.domain.memory.made import Memory
from signon.errors import DatabaseUnusable
from tests.builders import a_database, a_plan

DATABASE = a_database(master_user="admin")


@pytest.mark.parametrize(
    ("made", "memory"),
    [
        (None, Memory({}, "admin", trusts=True, takes_over="5f2a")),
        ({}, Memory({}, "admin", takes_over="5f2a")),
        ({"alice": "16401"}, Memory({"alice": "16401"}, "admin", takes_over="5f2a")),
    ],
    ids=["nothing ever", "nothing left", "a login"],
)
def test_where_something_is_remembered_no_mark_is_trusted(
    made: Mapping[str, str] | None, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "made", lambda table, database: made)
    assert memories.recall("t", DATABASE, a_plan(trusts_marks=True, takes_over="5f2a")) == memory


def test_without_a_plan_nothing_is_trusted_or_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "made", lambda table, database: None)
    assert memories.recall("t", DATABASE) == Memory({}, "admin")


def test_more_than_an_item_holds_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "note", lambda *_, **__: pytest.fail("it was written"))
    made = {f"person{number:05}@CORP.EXAMPLE.COM".ljust(63, "x"): str(100_000 + number) for number in range(6_000)}
    with pytest.raises(DatabaseUnusable, match="6,000 logins and group roles of ours"):
        memories.remember("t", DATABASE, made)
