"""What is written after `make`: an unknown option is refused, not ignored."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
NOT_OPTIONS = {"MAKEFILE_LIST", "CURDIR"}  # make's own


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "--dry-run", *words], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("option", ["ENGIN=mysql", "engine=mysql", "METHODS=iam", "X=1"])
def test_an_unknown_option_is_refused(option: str) -> None:
    done = make("help", option)
    assert done.returncode == 2
    assert f"Unknown option {option.partition('=')[0]}. The options are: ARGS ENGINE METHOD " in done.stderr


def test_known_options_pass() -> None:
    assert make("help", "ENGINE=mysql", "METHOD=iam", "ARGS=-x").returncode == 0


def test_every_option_that_a_recipe_takes_is_known() -> None:
    (known,) = re.findall(r"^options := (.*)$", MAKEFILE, re.MULTILINE)
    recipes = "\n".join(line for line in MAKEFILE.splitlines() if line.startswith("\t") or "##" in line)
    taken = set(re.findall(r"\$\((?:if \$\()?([A-Z_]+)\b", recipes)) - NOT_OPTIONS
    assert taken <= set(known.split())
    assert set(known.split()) == set(re.findall(r"\b[A-Z]+\b", known)) >= {"ENGINE", "SEED"}


def test_the_list_of_targets_names_each_and_fits_a_terminal_of_80_columns() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    described = re.findall(r"^([a-z0-9 -]+):.*## ", MAKEFILE, re.MULTILINE)
    assert re.findall(r"^  make ([a-z0-9 -]+?)(?:  .*)?$", said, re.MULTILINE) == described
    assert max(map(len, said.splitlines())) <= 80
    assert " ".join(said.split()).count("FAULTS=NAME makes it happen") == 1
