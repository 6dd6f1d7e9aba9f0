"""Text that others have written, on its way into our messages: it is data there, and nothing else.

Names in a database's catalogue, tags, descriptions, events, what AWS and drivers say: anyone who may write one of them
could forge a line of a message, a remedy or a terminal's colours, or make an answer too large to pass on.
``shown`` is for a text within a sentence of ours; ``on_one_line`` for the whole sentence, where it leaves us.
``as_words`` is for a whole answer of AWS's, whose names are used as they are if they are names at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

REMEDY = " | Remedy: "  # between what is wrong and what to do in the text of an error, and nowhere else
LONGEST = 100  # characters of a text within a sentence
LONGEST_LINE = 4_000  # of a sentence: twenty faults of a profile are one
LONGEST_SAID = 500  # of a sentence of AWS's
LONGEST_WORD = 2_048  # of a name in an answer of AWS's: an ARN
CUT = "..."

# Letters and marks that are invisible, though Unicode counts them as printable ("Default_Ignorable_Code_Point").
# https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
_BLANKS = re.compile(f"[{_BLANK}]")
# What may stand in a sentence without quotation marks: names, ARNs, addresses, versions, patterns of GRANT.
_PLAIN = re.compile(r"[\w.@/\\:$%*+=#!-]+")
# AWS's own terms of more than one word, on which decisions are made: the directions of a trust.
# https://docs.aws.amazon.com/directoryservice/latest/devguide/API_Trust.html
_TERMS = {"One-Way: Outgoing", "One-Way: Incoming"}


def visible(text: str) -> str:
    r"""The text on one line, with an escape (as \n, \x1b, \u202e) for each character that cannot be seen."""
    if text.isprintable() and not _BLANKS.search(text):
        return text
    return "".join(each if each.isprintable() and not _BLANKS.match(each) else _escape(each) for each in text)


def cut(text: str, longest: int) -> str:
    """As much of the text as ``longest`` characters take, and a sign that there was more."""
    return text if len(text) <= longest else f"{text[: longest - len(CUT)].rstrip()}{CUT}"


def shown(text: object, longest: int = LONGEST) -> str:
    """Somebody else's text within a sentence of ours: visible, cut, and in quotation marks unless it is a word."""
    seen = cut(visible(without_remedy(str(text)[: longest + 1])), longest)
    return seen if _PLAIN.fullmatch(seen) or not seen else '"' + seen.replace('"', '""') + '"'


def as_words(answer: Any, but: Collection[str] = ()) -> Any:
    """An answer of AWS's in which each text is a word, or as ``shown``: it can stand in a sentence of ours.

    A name that AWS gives out is a word, so it can go back to AWS. ``but``: what is left as it is, by its key.
    """
    if isinstance(answer, str):
        is_word = len(answer) <= LONGEST_WORD and _PLAIN.fullmatch(answer) and visible(answer) == answer
        return answer if is_word or answer in _TERMS else shown(answer)
    if isinstance(answer, Mapping):
        return {as_words(key): value if key in but else as_words(value, but) for key, value in answer.items()}
    return [as_words(each, but) for each in answer] if isinstance(answer, list) else answer


def on_one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """A sentence as it leaves us, whatever it quotes: one line, visible, not too long."""
    return cut(visible(text[: longest + 1]), longest)


def said(text: str) -> str:
    """A sentence of AWS's, as much of it as is useful."""
    return without_remedy(on_one_line(text, LONGEST_SAID))


def without_remedy(text: str) -> str:
    """The text, without anything that could be mistaken for a remedy of ours."""
    return text.replace(REMEDY, " / Remedy: ")


def with_remedy(problem: str, remedy: str) -> str:
    """Both as the text of an error. ``problem`` quotes others, so no remedy of theirs may be in it."""
    return f"{without_remedy(problem)}{REMEDY}{remedy}"


def problem_and_remedy(text: str) -> tuple[str, str | None]:
    """What ``with_remedy`` made one text of; of any other text, all of it and None."""
    problem, _, remedy = text.partition(REMEDY)
    return problem, remedy or None


def _escape(character: str) -> str:
    known = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(character)
    code = ord(character)
    return known or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
