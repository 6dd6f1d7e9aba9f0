"""What the mutants of one module say of its tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.mutants.session import Fate, Mutant

ACCEPTED = Path(__file__).with_name("accepted.yaml")
Change = tuple[str, str]  # a line as it was, and what it becomes


def accepted(text: str) -> dict[str, dict[Change, str]]:
    """The reason of each survivor that is accepted, by module and change; ``text`` is that of accepted.yaml."""
    return {
        module: {_change(shown): row["because"] for row in rows for shown in row["changes"]}
        for module, rows in yaml.load(text, yaml.CSafeLoader).items()
    }


def _change(shown: str) -> Change:
    was, becomes = shown.splitlines()
    return was.removeprefix("- "), becomes.removeprefix("+ ")


@dataclass(frozen=True)
class Score:
    """``mutants`` are all that were made of ``module``, ``reasons`` says which of them may survive."""

    module: str
    mutants: Sequence[Mutant]
    reasons: Mapping[Change, str]

    @property
    def survivors(self) -> list[Mutant]:
        return [mutant for mutant in self.mutants if mutant.fate is Fate.SURVIVED]

    @property
    def unexplained(self) -> list[Mutant]:
        """Survivors that are not accepted: a test is missing."""
        return [mutant for mutant in self.survivors if mutant.change not in self.reasons]

    @property
    def unneeded(self) -> list[Change]:
        """Changes that are accepted and that no survivor makes."""
        return [change for change in self.reasons if change not in {mutant.change for mutant in self.survivors}]

    @property
    def is_good(self) -> bool:
        return not (self.unexplained or self.unneeded)

    def lines(self) -> Iterator[str]:
        """The score, and each survivor."""
        valid = [mutant for mutant in self.mutants if mutant.fate is not Fate.INVALID]
        killed = len(valid) - len(self.survivors)
        yield f"{self.module}: {killed} of {len(valid)} killed ({killed / max(1, len(valid)):.1%})"
        for mutant in self.survivors:
            reason = self.reasons.get(mutant.change)
            yield f"  {'accepted' if reason else 'SURVIVES'}  line {mutant.line}{mutant.place and f', {mutant.place}'}"
            yield from _shown(mutant.change)
            if reason:
                yield f"    {reason}"
        for change in self.unneeded:
            yield "  UNNEEDED  accepted.yaml has this change, and no survivor makes it"
            yield from _shown(change)


def _shown(change: Change) -> Iterator[str]:
    for sign, line in zip("-+", change, strict=True):
        yield f"    {sign} {line}"
