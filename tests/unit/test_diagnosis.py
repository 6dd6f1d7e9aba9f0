"""The table of error texts: each text of the corpus is told by its row, and a page can use every pattern too."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.diagnosis import DIAGNOSES, Diagnosis, diagnose

ROOT = Path(__file__).parents[2]
CORPUS: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/error_texts.yaml").read_text())
# Letters, signs that mean themselves, .* and [^x]* and [xy], groups with |, and ? behind a letter or a group.
SIMPLE = re.compile(r"(?:[A-Za-z0-9 '\"_/:,-]|\\\.|\.\*|\[\^[^\]\\]\]\*|\[[^\]^\\]+\]|\((?!\?)|\)|\||\?)+")
each_row = pytest.mark.parametrize("row", DIAGNOSES, ids=lambda row: row.name)


@pytest.mark.parametrize("entry", CORPUS, ids=lambda entry: entry["name"])
def test_a_text_is_told_by_its_row(entry: dict[str, Any]) -> None:
    found = diagnose(entry["text"])
    assert found
    assert found.name == entry["row"]


def test_the_texts_are_many_and_all_different_in_name() -> None:
    assert len({entry["text"] for entry in CORPUS if "unprovoked" not in entry}) >= 25
    assert len({entry["name"] for entry in CORPUS}) == len(CORPUS)


@each_row
def test_a_row_is_what_some_text_is_told_by(row: Diagnosis) -> None:
    assert row.name in {entry["row"] for entry in CORPUS}


def test_names_and_patterns_are_there_once() -> None:
    assert len({row.name for row in DIAGNOSES}) == len({row.pattern for row in DIAGNOSES}) == len(DIAGNOSES)


@each_row
def test_a_pattern_means_the_same_in_python_and_in_javascript(row: Diagnosis) -> None:
    assert SIMPLE.fullmatch(row.pattern), row.pattern
    assert re.compile(row.pattern)


@each_row
def test_a_row_says_why_and_what_to_do(row: Diagnosis) -> None:
    assert row.cause.endswith(".")
    assert row.remedy.endswith(".")
    assert "switch" not in row.remedy or "do not switch" in row.remedy


@pytest.mark.parametrize("text", ["", "ERROR", "Hello", "SELECT 1"])
def test_what_is_not_known_is_not_guessed(text: str) -> None:
    assert diagnose(text) is None


@given(st.text(max_size=300))
def test_any_text_may_be_asked_about(text: str) -> None:
    assert diagnose(text) is None or diagnose(text) in DIAGNOSES


def told(error: str) -> str:
    done = subprocess.run(
        [sys.executable, ROOT / "docs/diagnose.py", error],
        env={"PYTHONPATH": str(ROOT / "layers/signon/python")},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_make_diagnose_tells_cause_and_remedy() -> None:
    said = told('FATAL:  PAM authentication failed for user "alice"')
    assert "older than 15 minutes" in said.replace("\n", " ")
    assert "Make a new token" in said
    assert "a service control policy of the organization" in said.replace("\n", " ")


def test_a_command_in_a_remedy_is_not_broken_at_a_hyphen() -> None:
    assert "get-caller-identity" in told("Unable to locate credentials")
