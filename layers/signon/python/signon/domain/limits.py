"""What travels between states and in messages has a limit: 32,768 characters for a cause, 262,144 bytes for a state."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence

from signon.foreign import on_one_line

MOST_LINES = 20
LONGEST_OF_MANY = 1_500  # characters of one of them
MOST_LISTED = 20  # names within a sentence
LONGEST_LISTED = 300  # characters of all of them
MOST_OF_MANY = 20_000  # of all of them, as JSON writes them in ASCII
LONGEST_SUBJECT = 99


def shortened(lines: Sequence[str]) -> tuple[str, ...]:
    """The first twenty, each on one line and not too long, and how many more there are."""
    kept: list[str] = []
    room = MOST_OF_MANY
    for line in lines[:MOST_LINES]:
        told = on_one_line(line, LONGEST_OF_MANY)
        room -= len(json.dumps(told))
        if room < 0:
            break
        kept.append(told)
    left = len(lines) - len(kept)
    return (*kept, f"and {left} more") if left else tuple(kept)


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


def whole(lines: Sequence[str]) -> int:
    """How many lines there were before they were shortened."""
    left = left_out(lines[-1]) if lines else 0
    return len(lines) - 1 + left if left else len(lines)


def left_out(line: str) -> int:
    """How many lines this last one stands for; 0 if it is an ordinary line."""
    found = re.fullmatch(r"and ([0-9]+) more", line)
    return int(found[1]) if found else 0


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
