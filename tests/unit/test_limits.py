"""What is cut to what AWS takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.limits import (
    LONGEST_SUBJECT,
    MOST_OF_MANY,
    Shortened,
    as_read,
    first_of,
    line_of_many,
    shortened,
    subject,
)


@pytest.mark.parametrize(
    ("headline", "line"),
    [
        ("payments-orders: onboarded", "payments-orders: onboarded"),
        (
            "payments-orders: the DB instance\nisn't in a valid\r\n state",
            "payments-orders: the DB instance isn't in a valid state",
        ),
        ("\x1b[31mred\x07\tand\u2028more\x00", "[31mred and more"),
        ("Z\u00fcrich \u2014 \u65e5\u672c", "Zurich ? ??"),
        ("  begins late", "begins late"),
        ("\n\t", "?"),
        ("x" * 99, "x" * 99),
        ("x" * 100, "x" * 96 + "..."),
        ("x" * 95 + " " + "y" * 50, "x" * 95 + "..."),
    ],
)
def test_a_headline_becomes_a_subject_that_sns_takes(headline: str, line: str) -> None:
    assert subject(headline) == line


@given(st.text())
def test_whatever_the_headline_the_subject_is_one_short_line_of_ascii(headline: str) -> None:
    line = subject(headline)
    assert line.isascii()
    assert line.isprintable()
    assert 0 < len(line) <= LONGEST_SUBJECT
    assert line == line.strip()


def test_of_many_lines_the_first_are_left_and_how_many_more_there_are() -> None:
    lines = [str(number) for number in range(25)]
    assert shortened(lines) == (*lines[:20], "and 5 more")
    assert shortened(lines[:20]) == tuple(lines[:20])


@pytest.mark.parametrize("number", [0, 1, 20, 21, 25, 5_000])
def test_the_first_of_many_still_say_how_many_there_were(number: int) -> None:
    first = first_of([f"{each} and 7 more" for each in range(number)], line_of_many)
    assert (first.number, len(first.kept)) == (number, min(number, 20))
    assert as_read(list(first.kept), first.left_out) == first


def test_a_line_that_reads_like_a_count_is_a_line() -> None:
    assert as_read(["x", "and 5 more"], 0) == Shortened(("x", "and 5 more"))
    assert as_read(["x", "and 5 more"], 3).number == 5


def test_a_state_of_an_older_version_says_how_many_in_its_last_line() -> None:
    assert as_read(["x", "y", "and 5 more"], None) == Shortened(("x", "y"), 5)
    assert as_read(["x", "y and 5 more"], None) == Shortened(("x", "y and 5 more"))
    assert as_read([["x"]], None) == Shortened((["x"],))
    assert as_read([], None) == Shortened()


def test_of_many_at_least_the_first_is_left() -> None:
    assert first_of(["x"] * 3, lambda each: each * MOST_OF_MANY).number == 3
    assert len(first_of(["x"] * 3, lambda each: each * MOST_OF_MANY).kept) == 1
