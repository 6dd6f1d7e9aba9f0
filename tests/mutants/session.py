"""A session of Cosmic Ray: all mutants of one module, and what became of each.

https://cosmic-ray.readthedocs.io/en/latest/
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from tests.checkout import copy_of_checkout

FORKED_PYTEST = Path(__file__).with_name("forked_pytest.py")
# 60 seconds for one test: a loop without an end.
PYTEST = ("--quiet", "--exitfirst", "--timeout", "60", "-W", "ignore::pytest.PytestAssertRewriteWarning")
SECONDS = 900  # until Cosmic Ray gives up; pytest has given up long before

# Each comparison becomes those of which tests that notice them notice every other one too.
# (Kaminski, Ammann, Offutt: Improving logic-based testing, 2013)
COMPARISONS = r"Eq_(LtE|GtE)|NotEq_(Lt|Gt)|Lt_(LtE|NotEq)|Gt_(GtE|NotEq)|LtE_(Lt|Eq)|GtE_(Gt|Eq)|Is_IsNot|IsNot_Is"
# Cosmic Ray changes no text. Regular expressions of its operators that are left out:
LEFT_OUT = (
    # Each operator becomes one other. The rest fails by its type, or says nothing more; `|` stands in annotations.
    r"core/ReplaceBinaryOperator_(?!Add_Sub|Sub_Add|Mul_Add|Div_Mul|FloorDiv_Mul|Mod_Mul|Pow_Mul)",
    # All comparisons but these.
    rf"core/ReplaceComparisonOperator_(?!({COMPARISONS})$)",
)


class CannotTell(Exception):
    """Cosmic Ray failed, or the tests fail although nothing was changed."""


class Fate(Enum):
    """What became of a mutant."""

    KILLED = "a test fails"
    SURVIVED = "no test fails"
    INVALID = "the module cannot be imported, which proves nothing"


@dataclass(frozen=True)
class Mutant:
    """``was`` became ``becomes`` in line ``line`` of ``module``, in the function or class ``place`` ("": in none)."""

    module: str
    place: str
    line: int
    was: str
    becomes: str
    fate: Fate

    @property
    def change(self) -> tuple[str, str]:
        return self.was, self.becomes


@dataclass(frozen=True)
class Workshop:
    """``tree`` is a copy of the checkout, ``folder`` is for what the tools write."""

    tree: Path
    folder: Path

    @property
    def socket(self) -> Path:
        return self.folder / "pytest"

    def mutants(self, module: str, tests: Sequence[str]) -> Iterator[Mutant]:
        """Makes each mutant of ``module`` and runs ``tests`` against it; both are paths in the checkout.

        Raises CannotTell.
        """
        config, session = self.folder / "config.toml", self.folder / "session.sqlite"
        config.write_text(self._config(module, tests))
        self._cosmic_ray("cosmic-ray", "init", "--force", config, session)
        self._cosmic_ray("cr-filter-operators", session, config)
        self._cosmic_ray("cosmic-ray", "exec", config, session)
        for line in self._cosmic_ray("cosmic-ray", "dump", session).splitlines():
            item, result = json.loads(line)
            if result is None or result["worker_outcome"] not in ("normal", "skipped"):
                raise CannotTell(f"{module}: {result and result['output']}")
            if result["worker_outcome"] == "normal":
                yield read_mutant(item, result)

    def _config(self, module: str, tests: Sequence[str]) -> str:
        command = (sys.executable, "-IS", str(FORKED_PYTEST), str(self.socket), *PYTEST, "--tb=no", *tests)
        return "\n".join(
            (
                "[cosmic-ray]",
                f"module-path = {json.dumps(module)}",
                f"timeout = {SECONDS}.0",
                f"test-command = {json.dumps(shlex.join(command))}",
                "[cosmic-ray.distributor]",
                'name = "local"',
                "[cosmic-ray.filters.operators-filter]",
                f"exclude-operators = {json.dumps(LEFT_OUT)}",
            )
        )

    def _cosmic_ray(self, program: str, *arguments: str | Path) -> str:
        command = [self.tree / ".machine/mutants/bin" / program, *arguments]
        done = subprocess.run(command, cwd=self.tree, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotTell(f"{program} {arguments[0]}: {done.stdout}{done.stderr}")
        return done.stdout


@contextmanager
def workshop(folder: Path, tests: Sequence[str]) -> Iterator[Workshop]:
    """A workshop in ``folder``, in which pytest is ready. Raises CannotTell: one of ``tests`` fails already."""
    shop = Workshop(copy_of_checkout(folder / "tree"), folder)
    whole = subprocess.run(
        [sys.executable, "-m", "pytest", *PYTEST, *tests],
        cwd=shop.tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if whole.returncode:
        raise CannotTell(f"The tests fail although nothing was changed:\n{(whole.stdout + whole.stderr)[-3000:]}")
    with subprocess.Popen(
        [sys.executable, "-B", "-m", "tests.mutants.forked_pytest", shop.socket],
        cwd=shop.tree, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        try:
            if server.stdout.readline() != "ready\n":
                raise CannotTell("pytest does not get ready")
            yield shop
        finally:
            server.kill()


def read_mutant(item: dict[str, Any], result: dict[str, Any]) -> Mutant:
    """The mutant in a pair of what `cosmic-ray dump` prints."""
    (mutation,) = item["mutations"]
    _, _, changed = result["diff"].partition("\n@@")
    was, becomes = (
        " ".join(" ".join(line[1:] for line in changed.splitlines() if line.startswith(sign)).split()) for sign in "-+"
    )
    return Mutant(
        mutation["module_path"],
        mutation["definition_name"] or "",
        mutation["start_pos"][0],
        was,
        becomes,
        _fate(result["test_outcome"], result["output"]),
    )


def _fate(outcome: str, output: str) -> Fate:
    if outcome == "survived":
        return Fate.SURVIVED
    killed = output == "timeout" or re.search(r"^(FAILED|ERROR) \S+::", output, re.MULTILINE)
    return Fate.KILLED if killed else Fate.INVALID
