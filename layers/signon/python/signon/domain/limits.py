"""What travels between states and in messages has a limit: 32,768 characters for a cause, 262,144 bytes for a state."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from signon.foreign import on_one_line

MOST_LINES = 20
LONGEST_OF_MANY = 1_500  # characters of one of them
MOST_LISTED = 20  # names within a sentence
LONGEST_LISTED = 300  # characters of all of them
MOST_OF_MANY = 20_000  # of all of them, as JSON writes them in ASCII
LONGEST_SUBJECT = 99

T = TypeVar("T")
W = TypeVar("W")


@dataclass(frozen=True)
class Shortened(Generic[T]):
    """The first of many, as many as may travel, and how many were left out."""

    kept: tuple[T, ...] = ()
    left_out: int = 0

    @property
    def number(self) -> int:
        """How many there were."""
        return len(self.kept) + self.left_out

    @property
    def more(self) -> tuple[str, ...]:
        """The line that stands for what was left out; none if nothing was."""
        return (f"and {self.left_out} more",) if self.left_out else ()


def first_of(many: Sequence[T], written: Callable[[T], W]) -> Shortened[W]:
    """The first twenty as they are ``written`` to JSON, or as many of these as there is room for."""
    kept: list[W] = []
    room = MOST_OF_MANY
    for each in many[:MOST_LINES]:
        short = written(each)
        room -= len(json.dumps(short))
        if kept and room < 0:
            break
        kept.append(short)
    return Shortened(tuple(kept), len(many) - len(kept))


def line_of_many(text: str) -> str:
    """One of many texts, on one line and not too long."""
    return on_one_line(text, LONGEST_OF_MANY)


def shortened(lines: Sequence[str]) -> tuple[str, ...]:
    """The first twenty for people to read, each on one line and not too long, and how many more there are."""
    first = first_of(lines, line_of_many)
    return (*first.kept, *first.more)


def first_within(lines: Sequence[str], longest: int) -> tuple[str, ...]:
    """The first lines, as many as ``longest`` characters take; each is held to one line that is not too long."""
    kept = list[str]()
    for line in lines:
        longest -= len(short := on_one_line(line, LONGEST_LISTED))
        if kept and longest < 0:
            break
        kept.append(short)
    return tuple(kept)


def as_read(values: Sequence[Any], left_out: int | None) -> Shortened[Any]:
    """What a state has of many; ``left_out`` is None in a state of an older version."""
    # An execution that was running when the stack was updated may have such a state: its last line says how many.
    last = values[-1] if left_out is None and values else None
    if isinstance(last, str) and (found := re.fullmatch(r"and ([0-9]+) more", last)):
        return Shortened(tuple(values[:-1]), int(found[1]))
    return Shortened(tuple(values), left_out or 0)


def listed(names: Sequence[str]) -> str:
    """Names within a sentence: the first ones, in so few characters that what the sentence says of them fits."""
    room, kept = LONGEST_LISTED, 0
    for name in names[:MOST_LISTED]:
        room -= len(name) + len(", ")
        if kept and room < 0:
            break
        kept += 1
    left = len(names) - kept
    return ", ".join((*names[:kept], *([f"and {left} more"] if left else ())))


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 login", "2 logins"."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def sentence(text: str) -> str:
    """A text with the full stop that it lacks, so that another can follow it."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def subject(headline: str) -> str:
    """A headline as the subject of a message: one line of printable ASCII, shorter than 100 characters.

    It quotes nobody; this holds it to what SNS takes. "Subjects must be ASCII text that begins with a
    letter, number, or punctuation mark; must not include line breaks or control characters; and must be less than 100
    characters long."
    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    """
    letters = "".join(each for each in unicodedata.normalize("NFKD", headline) if not unicodedata.combining(each))
    printable = "".join(each if each.isprintable() else " " for each in letters)
    line = " ".join(printable.encode("ascii", "replace").decode().split()) or "?"
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 3].rstrip()}..."
