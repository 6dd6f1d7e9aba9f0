"""What is cut to what AWS takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.limits import LONGEST_SUBJECT, shortened, subject, whole


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
def test_shortened_lines_still_say_how_many_there_were(number: int) -> None:
    assert whole(shortened([f"{each} and 7 more" for each in range(number)])) == number
