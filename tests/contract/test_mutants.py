"""The tables of the mutants: modules and tests are there, and what may survive is a line of its module."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checkout import ROOT
from tests.mutants.modules import LAYER, MODULES, UNIT
from tests.mutants.score import ACCEPTED, Score, accepted
from tests.mutants.session import Fate, Mutant, read_mutant

REASONS = accepted(ACCEPTED.read_text())
CHANGES = [(module, was) for module, reasons in REASONS.items() for was, _ in reasons]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_and_its_tests_are_there(module: str) -> None:
    assert (ROOT / LAYER / module).is_file()
    assert MODULES[module]
    assert all((ROOT / UNIT / test).is_file() for test in MODULES[module])


def test_only_of_these_modules_something_may_survive() -> None:
    assert set(REASONS) <= set(MODULES)


@pytest.mark.parametrize(("module", "was"), CHANGES)
def test_what_may_be_changed_is_a_line_of_the_module(module: str, was: str) -> None:
    assert was in [" ".join(line.split()) for line in (ROOT / LAYER / module).read_text().splitlines()]


def test_every_acceptance_has_a_reason() -> None:
    assert all(reason.strip() for reasons in REASONS.values() for reason in reasons.values())


ITEM = {"mutations": [{"module_path": "some.py", "definition_name": None, "start_pos": [7, 3]}]}
DIFF = "--- mutation diff ---\n--- a/some.py\n+++ b/some.py\n@@ -6,3 +6,3 @@\n \n-x =  1\n+x =  2\n "


@pytest.mark.parametrize(
    ("outcome", "output", "fate"),
    [
        ("survived", "9 passed in 0.50s", Fate.SURVIVED),
        ("killed", "FAILED tests/unit/test_some.py::test_x - AssertionError: 1\n1 failed in 0.5s", Fate.KILLED),
        ("killed", "ERROR tests/unit/test_some.py::test_x - KeyError: 1\n1 error in 0.5s", Fate.KILLED),
        ("killed", "timeout", Fate.KILLED),
        ("killed", "ERROR tests/unit/test_some.py - TypeError: 1\n1 error in 0.5s", Fate.INVALID),
        ("killed", "ImportError while loading conftest '/tests/unit/conftest.py'.", Fate.INVALID),
    ],
)
def test_a_mutant_is_read_with_what_became_of_it(outcome: str, output: str, fate: Fate) -> None:
    result: dict[str, Any] = {"diff": DIFF, "test_outcome": outcome, "output": output}
    assert read_mutant(ITEM, result) == Mutant("some.py", "", 7, "x = 1", "x = 2", fate)


def mutant(was: str, fate: Fate = Fate.SURVIVED) -> Mutant:
    return Mutant("some.py", "", 7, was, "pass", fate)


def test_a_module_is_good_where_every_survivor_has_a_reason_and_every_reason_a_survivor() -> None:
    mutants = [mutant("a"), mutant("b", Fate.KILLED), mutant("c", Fate.INVALID)]
    good = Score("some.py", mutants, {("a", "pass"): "The same"})
    assert good.is_good
    assert next(good.lines()) == "some.py: 1 of 2 killed (50.0%)"
    assert "    The same" in good.lines()


def test_a_survivor_without_a_reason_and_a_reason_without_a_survivor_are_reported() -> None:
    missing = Score("some.py", [mutant("a")], {})
    assert (missing.is_good, missing.unexplained) == (False, [mutant("a")])
    outdated = Score("some.py", [mutant("b", Fate.KILLED)], {("b", "pass"): "The same"})
    assert (outdated.is_good, outdated.unneeded) == (False, [("b", "pass")])
