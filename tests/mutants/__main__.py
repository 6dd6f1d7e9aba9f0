"""Makes every mutant of the chosen modules, in a copy of the checkout, and runs their unit tests against each.

Prints the score and the survivors; ends with 1 where accepted.yaml lacks a survivor or names one that is none, and with
2 where the tests fail by themselves. Arguments choose modules by a part of their names.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.mutants.modules import LAYER, MODULES, UNIT
from tests.mutants.score import ACCEPTED, Score, accepted
from tests.mutants.session import CannotTell, workshop


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m tests.mutants", description=__doc__)
    parser.add_argument("part", nargs="*", help="part of the name of a module; none: all of them")
    parts = parser.parse_args(arguments).part
    chosen = {module: tests for module, tests in MODULES.items() if not parts or any(part in module for part in parts)}
    if not chosen:
        print(f"No module's name has any of {', '.join(parts)}", file=sys.stderr)
        return 2
    began = time.monotonic()
    try:
        scores = list(_scores(chosen))
    except CannotTell as error:
        print(error, file=sys.stderr)
        return 2
    survivors = sum(len(score.survivors) for score in scores)
    unexplained = sum(len(score.unexplained) for score in scores)
    print(f"Survivors: {survivors}; not accepted: {unexplained} ({time.monotonic() - began:.0f} s)")
    return 0 if all(score.is_good for score in scores) else 1


def _scores(chosen: Mapping[str, Sequence[str]]) -> Iterator[Score]:
    """Printed as they come."""
    reasons = accepted(ACCEPTED.read_text())
    tests = {module: [f"{UNIT}/{test}" for test in names] for module, names in chosen.items()}
    with (
        tempfile.TemporaryDirectory(prefix="mutants-") as folder,
        workshop(Path(folder), sorted({test for names in tests.values() for test in names})) as shop,
    ):
        for module, names in tests.items():
            print(f"{module} ...", flush=True)
            score = Score(module, list(shop.mutants(f"{LAYER}/{module}", names)), reasons.get(module, {}))
            print(*score.lines(), sep="\n", flush=True)
            yield score


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
