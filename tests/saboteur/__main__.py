"""Takes each control of the table away in a copy of the checkout and runs the tests that must notice.

Prints the score; ends with 1 where nobody noticed a control's absence, or it could not be taken away, and with 2 where
the tests fail by themselves. Arguments choose controls by a part of their names.
"""

from __future__ import annotations

import argparse
import os
import queue
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.checkout import copy_of_checkout
from tests.saboteur.control import Control, ControlMoved
from tests.saboteur.controls import CONTROLS

TESTS_FAILED = 1  # pytest's exit code; another one means that it could not even try
WITHOUT_SERVERS = ("tests/unit/", "tests/contract/")
SECONDS = 900  # for one run of pytest: a hang, not a slow machine


@dataclass(frozen=True)
class Verdict:
    """``noticed`` by ``how``: the first test that failed, or why nobody can tell."""

    control: Control
    noticed: bool
    how: str
    seconds: float


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    chosen = [control for control in CONTROLS if not asked.part or any(part in control.name for part in asked.part)]
    if not chosen:
        print(f"No control's name has any of {', '.join(asked.part)}", file=sys.stderr)
        return 2
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="saboteur-") as folder:
        copies: queue.Queue[Path] = queue.Queue()
        for number in range(asked.numprocesses):
            copies.put(copy_of_checkout(Path(folder) / str(number)))
        if said := _fails_by_itself(copies, chosen, asked.numprocesses):
            print(f"The tests fail although nothing was taken away:\n{said}", file=sys.stderr)
            return 2
        with ThreadPoolExecutor(asked.numprocesses) as saboteurs:
            at_work = [saboteurs.submit(_sabotage, copies, control) for control in _slowest_first(chosen)]
            verdicts = [_tell(done.result(), f"{n}/{len(chosen)}") for n, done in enumerate(as_completed(at_work), 1)]
    return _score(verdicts, time.monotonic() - began)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.saboteur", description=__doc__)
    parser.add_argument("part", nargs="*", help="part of the name of a control; none: all of them")
    parser.add_argument("-n", "--numprocesses", type=int, default=2, help="so many at once (default 2)")
    return parser


def _slowest_first(controls: Iterable[Control]) -> list[Control]:
    """Those that need servers first, so that nobody waits for the last one alone."""
    return sorted(controls, key=lambda control: all(test.startswith(WITHOUT_SERVERS) for test in control.noticed_by))


def _fails_by_itself(copies: queue.Queue[Path], controls: Iterable[Control], processes: int) -> str:
    """What pytest says where the tests do not pass as they are; a test that always fails would notice everything."""
    tests = sorted({test for control in controls for test in control.noticed_by})
    print(f"{len(tests)} test files, nothing taken away ...", flush=True)
    tree = copies.get()
    done = _pytest(tree, [*tests, "--numprocesses", str(processes), "--dist", "loadfile"])
    copies.put(tree)
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-3000:]


def _sabotage(copies: queue.Queue[Path], control: Control) -> Verdict:
    tree, began = copies.get(), time.monotonic()
    file = tree / control.file
    whole = file.read_text()
    try:
        _write(file, control.taken_from(tree))
        done = _pytest(tree, ["--exitfirst", *control.noticed_by])
        return Verdict(control, done.returncode == TESTS_FAILED, _how(done), time.monotonic() - began)
    except ControlMoved as moved:
        return Verdict(control, noticed=False, how=str(moved), seconds=0)
    except subprocess.TimeoutExpired:
        return Verdict(control, noticed=False, how=f"No answer within {SECONDS} seconds", seconds=SECONDS)
    finally:
        _write(file, whole)
        copies.put(tree)


def _write(file: Path, text: str) -> None:
    """Each writing has a second of its own: by that and the size Python tells whether its bytecode is outdated."""
    second = int(file.stat().st_mtime) + 1
    file.write_text(text)
    os.utime(file, (second, second))


def _pytest(tree: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--quiet", *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=SECONDS, check=False)


def _how(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode == 0:
        return "NOBODY NOTICES"
    if done.returncode != TESTS_FAILED:
        return f"pytest could not try: {(done.stdout + done.stderr)[-500:]}"
    failed = re.search(r"^(?:FAILED|ERROR) \S*?([^/\s]+::[^\s\[]+)", done.stdout, re.MULTILINE)
    return failed[1] if failed else done.stdout[-300:]


def _tell(verdict: Verdict, place: str) -> Verdict:
    mark = "noticed" if verdict.noticed else "UNSEEN "
    print(f"{place:>7} {mark} {verdict.seconds:5.1f} s  {verdict.control.name}\n{'':25}{verdict.how}", flush=True)
    return verdict


def _score(verdicts: Sequence[Verdict], seconds: float) -> int:
    unseen = [verdict for verdict in verdicts if not verdict.noticed]
    for verdict in unseen:
        print(f"\nUNSEEN  {verdict.control.name} ({verdict.control.file})\n        {verdict.how}")
    noticed = len(verdicts) - len(unseen)
    print(f"\n{noticed} of {len(verdicts)} controls: a test fails when they are taken away ({seconds:.0f} s)")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
