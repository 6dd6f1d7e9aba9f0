"""What a plan says besides its steps."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from signon.foreign import on_one_line


class Verdict(StrEnum):
    """What happens with a plan."""

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


def _held_to_lines(said: Finding | Advice) -> None:
    """Keeps what they quote from AWS or others on one line."""
    for name in ("problem", "remedy"):
        object.__setattr__(said, name, on_one_line(getattr(said, name)))
