"""Takes each control of the table away in a copy of the checkout and runs the tests that must notice.

Prints the score; ends with 1 where a control was not missed, or could not be taken away. Arguments choose controls by
a part of their names.
"""

from __future__ import annotations

import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.saboteur.control import Control, ControlMoved
from tests.saboteur.controls import CONTROLS

ROOT = Path(__file__).resolve().parents[2]
COPIES = 2  # as many sabotages at once
TESTS_FAILED = 1  # pytest's exit code; another one means that it could not even try
SECONDS = 600


@dataclass(frozen=True)
class Verdict:
    """``noticed`` by ``how``: the first test that failed, or why nobody can tell."""

    control: Control
    noticed: bool
    how: str
    seconds: float


def main(chosen: Sequence[str]) -> int:
    controls = [control for control in CONTROLS if not chosen or any(part in control.name for part in chosen)]
    if not controls:
        print(f"No control's name has any of {', '.join(chosen)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="saboteur-") as folder:
        copies: queue.Queue[Path] = queue.Queue()
        for number in range(COPIES):
            copies.put(_copy(Path(folder) / str(number)))
        if said := _fails_by_itself(copies, controls):
            print(f"The tests fail although nothing was taken away:\n{said}", file=sys.stderr)
            return 2
        with ThreadPoolExecutor(COPIES) as saboteurs:
            verdicts = list(saboteurs.map(lambda control: _tell(_sabotage(copies, control)), controls))
    missed = sum(verdict.noticed for verdict in verdicts)
    print(f"\n{missed} of {len(verdicts)} controls are missed by a test when they are taken away")
    return 0 if missed == len(verdicts) else 1


def _copy(folder: Path) -> Path:
    """The checkout as it is now, what is ignored left out, and what make has prepared."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    (folder / ".machine").symlink_to(ROOT / ".machine")
    folder.parent.chmod(0o755)  # servers that run as nobody read programs here
    return folder


def _fails_by_itself(copies: queue.Queue[Path], controls: Iterable[Control]) -> str:
    """What pytest says where the tests do not pass as they are; a test that always fails would notice everything."""
    tests = sorted({test for control in controls for test in control.noticed_by})
    print(f"{len(tests)} test files, nothing taken away ...", flush=True)
    tree = copies.get()
    done = _pytest(tree, tests)
    copies.put(tree)
    return "" if done.returncode == 0 else done.stdout[-3000:]


def _sabotage(copies: queue.Queue[Path], control: Control) -> Verdict:
    tree, began = copies.get(), time.monotonic()
    file = tree / control.file
    whole = file.read_text()
    try:
        file.write_text(control.taken_from(tree))
        done = _pytest(tree, ["--exitfirst", *control.noticed_by])
        return Verdict(control, done.returncode == TESTS_FAILED, _how(done), time.monotonic() - began)
    except ControlMoved as moved:
        return Verdict(control, noticed=False, how=str(moved), seconds=0)
    finally:
        file.write_text(whole)
        copies.put(tree)


def _pytest(tree: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    # no bytecode: a file that is changed twice within a second would keep the first one's
    command = [sys.executable, "-B", "-m", "pytest", "--quiet", *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=SECONDS, check=False)


def _how(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode == 0:
        return "NOBODY NOTICES"
    if done.returncode != TESTS_FAILED:
        return f"pytest could not try: {(done.stdout + done.stderr)[-500:]}"
    failed = re.search(r"^(?:FAILED|ERROR) \S*?([^/\s]+::[^\s\[]+)", done.stdout, re.MULTILINE)
    return failed[1] if failed else done.stdout[-300:]


def _tell(verdict: Verdict) -> Verdict:
    mark = "missed " if verdict.noticed else "UNMISSED"
    print(f"{mark} {verdict.seconds:5.1f} s  {verdict.control.name}\n{'':17}{verdict.how}", flush=True)
    return verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
