"""What a session says of itself."""

from pathlib import Path

from tests.timing import GUESSED, lines

REPORTS = [
    ("tests/unit/test_a.py::test_one", "gw0", 0.25, 101.0),
    ("tests/unit/test_a.py::test_one", "gw0", 0.25, 102.0),
    ("tests/e2e/test_b.py::test_two", "gw1", 8.0, 110.0),
    ("tests/unit/test_a.py::test_three", "gw0", 1.0, 103.5),
]


def test_kinds_are_told_with_their_items_and_seconds_and_workers_with_their_idle_end() -> None:
    assert list(lines(REPORTS)) == [
        "kind            items  seconds",
        "e2e                 1      8.0",
        "unit                2      1.5",
        "gw0: busy for 1.5 s, idle for the last 6.5 s",
        "gw1: busy for 8.0 s, idle for the last 0.0 s",
    ]


def test_nothing_ran_nothing_is_told() -> None:
    assert list(lines([])) == []


def test_the_files_that_are_known_to_take_minutes_are_there() -> None:
    checkout = Path(__file__).parents[2]
    assert [file for file in GUESSED if "/" in file and not (checkout / file).exists()] == []
