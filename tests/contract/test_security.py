"""SECURITY.md: who could do what with the rights of a function, as the template has them, and tests that are there."""

from __future__ import annotations

import re

from tests.contract.project import FUNCTIONS, actions_of, code_of, role_of
from tests.contract.reach import ROOT
from tests.contract.test_claims_of_pages import section

PAGE = "SECURITY.md"
ONLY_READS = re.compile(r"\w+:(Describe|Get|List|BatchGet)\w*|kms:Decrypt|logs:\w+|ec2:\w+")
READS = "secretsmanager:GetSecretValue"  # which is no change, and worth as much


def rows(heading: str) -> list[list[str]]:
    """The cells of the rows of a section's table, without its head."""
    lines = [line for line in section(PAGE, heading).splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def changing(function: str) -> set[str]:
    return {action for action in actions_of(role_of(function)) if action == READS or not ONLY_READS.fullmatch(action)}


def test_every_right_to_change_something_is_listed_with_everybody_who_has_it() -> None:
    said = {
        (action, function)
        for rights, functions, _ in rows("A function that is taken over")
        for action in re.findall(r"`([^`]+)`", rights)
        for function in functions.split(", ")
    }
    assert said == {(action, code_of(function)) for function in FUNCTIONS for action in changing(function)}


def test_the_page_names_the_functions_that_can_only_read() -> None:
    (told,) = re.findall(
        r"^The others can only read: (.*?) see ", section(PAGE, "A function that is taken over"), re.MULTILINE
    )
    assert set(re.findall(r"\w+_\w+", told)) == {code_of(each) for each in FUNCTIONS if not changing(each)}


def test_every_defence_that_the_page_names_has_a_test_that_exists() -> None:
    for against, _, tests in rows("What is defended"):
        named = re.findall(r"`([^`]+)`", tests)
        assert named or tests == "the same", against
        for each in named:
            target = each.removeprefix("make ")
            known = re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE) if each != target else None
            assert known or (ROOT / each).is_file(), each
