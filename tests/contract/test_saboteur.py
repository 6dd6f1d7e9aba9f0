"""The table of the saboteur: each control still stands where it says, and tests are named that can notice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.saboteur.control import Control, ControlMoved
from tests.saboteur.controls import CONTROLS

ROOT = Path(__file__).resolve().parents[2]
LINES = "one = 1\ntwo = 1\nthree = 1\n"


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_a_control_is_where_the_table_says(control: Control) -> None:
    assert control.taken_from(ROOT) != (ROOT / control.file).read_text()


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_tests_are_named_that_notice(control: Control) -> None:
    assert control.noticed_by
    for named in control.noticed_by:
        name, _, test = named.partition("::")
        assert f"def {test}" in (ROOT / name).read_text()


def test_there_are_at_least_forty_each_under_a_name_of_its_own() -> None:
    assert len(CONTROLS) >= 40
    assert [name for name, count in Counter(control.name for control in CONTROLS).items() if count > 1] == []


def taken(tree: Path, text: str, gone: str, after: str = "") -> str:
    (tree / "some.py").write_text(LINES)
    return Control("", "some.py", text, gone, (), after).taken_from(tree)


def test_nothing_but_the_control_is_taken(tmp_path: Path) -> None:
    assert taken(tmp_path, "two = 1", "two = 0") == "one = 1\ntwo = 0\nthree = 1\n"
    assert taken(tmp_path, "= 1", "= 0", after="two") == "one = 1\ntwo = 0\nthree = 1\n"


@pytest.mark.parametrize(
    ("text", "gone", "after", "why"),
    [
        ("four", "", "", "occurs 0 times"),
        ("= 1", "= 0", "", "occurs 3 times"),
        ("= 1", "= 0", "four", "occurs 0 times"),
        ("= 1", "= 0", "= ", "occurs 3 times"),
        ("one", "", "two", "has after 'two' no 'one'"),
        ("two = 1", "two = (", "", "some.py cannot be read"),
    ],
)
def test_a_control_that_has_moved_or_leaves_no_program_is_reported(
    tmp_path: Path, text: str, gone: str, after: str, why: str
) -> None:
    with pytest.raises(ControlMoved, match=why):
        taken(tmp_path, text, gone, after)
