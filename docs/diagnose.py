"""What a client's error text most likely means, and what to do about it. Ends with 1 when the text is not known.

PYTHONPATH=layers/signon/python python docs/diagnose.py 'ERROR TEXT'    (without one: from standard input)
"""  # noqa: INP001  a program, not a package

from __future__ import annotations

import shutil
import sys
import textwrap

from signon.domain.diagnosis import Diagnosis, diagnose

UNKNOWN = "This text is not known. The kit's check-connection says what is not reached from your machine."


def told(found: Diagnosis) -> str:
    """For a person."""
    return "".join(f"{_folded(each)}\n" for each in (found.cause, found.remedy))


def _folded(text: str) -> str:
    """In lines that fit the terminal; what is copied, as get-caller-identity, is not broken at a hyphen."""
    width = min(100, shutil.get_terminal_size((80, 24)).columns)
    return textwrap.fill(text, width, break_on_hyphens=False, break_long_words=False)


if __name__ == "__main__":
    diagnosis = diagnose(" ".join(sys.argv[1:]) or sys.stdin.read())
    sys.stdout.write(told(diagnosis) if diagnosis else f"{_folded(UNKNOWN)}\n")
    sys.exit(0 if diagnosis else 1)
