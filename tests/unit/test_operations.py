"""docs/operations.md names what an operator meets: parameters, outputs, errors, ends and functions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from signon import errors

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations.md").read_text()
TEMPLATE: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
CLASSES = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)} - {
    "SignonError",
    "NeedsPerson",
}


def first_cells(heading: str) -> str:
    """The first cells of the tables under a heading."""
    section = re.split(r"^#+ ", PAGE.split(f" {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    return "\n".join(re.findall(r"^\| *([^|]*?) *\|", section, re.MULTILINE))


def test_every_parameter_has_its_row_and_no_other() -> None:
    assert set(re.findall(r"`(\w+)`", first_cells("Parameters"))) == set(TEMPLATE["Parameters"])


@pytest.mark.parametrize("output", TEMPLATE["Outputs"])
def test_every_output_is_said(output: str) -> None:
    assert f"`{output}`" in PAGE


def test_every_output_that_is_said_is_one() -> None:
    assert set(re.findall(r"output `(\w+)`", PAGE)) <= set(TEMPLATE["Outputs"])


def test_every_error_has_its_row_and_no_other() -> None:
    assert set(re.findall(r"\b[A-Z][a-z]+[A-Z]\w+", first_cells("Errors"))) == CLASSES


def test_every_end_has_its_row_and_no_other() -> None:
    ends = {"Onboarded", "Planned", "Parked", "Needs a person", "Not ours", "Already in progress", "Failed"}
    assert set(re.findall(r"\*\*(.+?)\*\*", first_cells("How an execution ends"))) == ends


def test_every_function_has_its_row_and_no_other() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    assert set(re.findall(r"[a-z]+(?:_[a-z]+)+", first_cells("What it may do in your account"))) == folders
