"""What a plan says besides its steps, and what reading logins back has shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from signon.foreign import on_one_line, problem_and_remedy


class Verdict(StrEnum):
    """What happens with a plan."""

    LOOK = "LOOK"  # nothing that a person must fix first: a look inside the database finishes it
    GO = "GO"
    ASK = "ASK"  # a person must decide, or fix something
    PARK = "PARK"


@dataclass(frozen=True)
class Finding:
    """Something that stands in the way.

    ``approvable``: a person may say "go on all the same". ``passes``: it passes without anybody's help, and is waited
    for. ``alone``: it holds up nothing else, so that the rest is done without an answer.
    """

    problem: str
    remedy: str
    approvable: bool = False
    passes: bool = False
    alone: bool = False

    def __post_init__(self) -> None:
        _held_to_lines(self)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Advice:
    """Something worth knowing that holds nothing up: reported with the plan, and not part of what a person approves.

    So an approval outlives a parameter that somebody sets meanwhile.
    """

    problem: str
    remedy: str

    def __post_init__(self) -> None:
        _held_to_lines(self)


@dataclass(frozen=True)
class Remark:
    """What keeps us from a login or an object that the profile asks for; ``remedy`` is None where the usual one is
    meant.
    """

    problem: str
    remedy: str | None = None

    def __post_init__(self) -> None:
        _held_to_lines(self)

    def after(self, words: str) -> Remark:
        """The same remark, with these words before its problem."""
        return Remark(f"{words}{self.problem}", self.remedy)

    def to_json(self) -> list[str]:
        """A list, because many of them travel in one state: the problem, and the remedy if there is one."""
        return [self.problem, *([self.remedy] if self.remedy else [])]

    @classmethod
    def from_json(cls, document: Sequence[str]) -> Remark:
        # An execution that was running when the stack was updated may have the text of an older version in its state.
        return cls(*(problem_and_remedy(document) if isinstance(document, str) else document))


def _held_to_lines(said: Finding | Advice | Remark) -> None:
    """Keeps what they quote from AWS or others on one line."""
    for name in ("problem", "remedy"):
        text = getattr(said, name)
        object.__setattr__(said, name, None if text is None else on_one_line(text))
