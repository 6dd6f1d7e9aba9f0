"""What an error of PostgreSQL's that passes by itself is said to be: no code stands alone."""

from __future__ import annotations

import pytest

from signon.db.postgresql import _our_error
from signon.errors import StatementRefused, TemporaryFailure


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("08006", "connection"),
        ("40P01", "somebody else"),
        ("53200", "no memory"),
        ("53300", "connection left"),
        ("57014", "too long"),
        ("25P03", "too long"),
        ("57P01", "stops"),
        ("58030", "system"),
        ("55P03", "lock"),
        ("42710", "just made"),
        ("42P01", "dropped"),
    ],
)
def test_what_passes_says_why(code: str, said: str) -> None:
    error = _our_error(code, concurrent=False)
    assert isinstance(error, TemporaryFailure)
    assert str(error).startswith(f"PostgreSQL error {code}: ")
    assert said in str(error)


def test_a_row_that_somebody_has_just_changed_passes_whatever_its_code() -> None:
    error = _our_error("XX000", concurrent=True)
    assert isinstance(error, TemporaryFailure)
    assert "somebody else" in str(error)


def test_an_error_that_nobody_foresaw_says_what_was_refused_and_where_to_look() -> None:
    error = _our_error("42939", concurrent=False)
    assert isinstance(error, StatementRefused)
    assert error.problem == "The database refused a statement (PostgreSQL error 42939)"
    assert "errcodes-appendix" in error.remedy
