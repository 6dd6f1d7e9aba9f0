"""Makes text from others safe to print on a terminal."""

import re

# Letters and marks that are invisible, though Unicode counts them as printable; as in signon/foreign.py.
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
_BLANKS = re.compile(f"[{_BLANK}]")


def printable(text: str) -> str:
    r"""The text on one line, with an escape (as \n, \x1b) for each character that moves a cursor or cannot be seen."""
    return "".join(
        each if each.isprintable() and not _BLANKS.match(each) else each.encode("unicode_escape").decode()
        for each in text
    )


def printable_lines(text: str) -> str:
    """The text on its own lines, each of them as ``printable``; for a text whose lines are ours."""
    return "\n".join(map(printable, text.split("\n")))
