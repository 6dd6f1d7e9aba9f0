"""What a client's error text most likely means, and what to do about it.

PYTHONPATH=layers/signon/python python docs/diagnose.py 'ERROR TEXT'    (without one: from standard input)
"""  # noqa: INP001  a program, not a package

from __future__ import annotations

import sys
import textwrap

from signon.domain.diagnosis import diagnose


def told(text: str) -> str:
    """For a person."""
    found = diagnose(text)
    if found is None:
        return "This text is not known. The kit's check-connection says what is not reached from your machine.\n"
    return "".join(f"{textwrap.fill(each, 100)}\n" for each in (found.cause, found.remedy))


if __name__ == "__main__":
    sys.stdout.write(told(" ".join(sys.argv[1:]) or sys.stdin.read()))
