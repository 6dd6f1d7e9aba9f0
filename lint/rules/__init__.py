"""Rules of our own for the stack: each is one function, its name a sentence; it yields what is wrong, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lint.rules import alarms, delivery, grants, keeping
from lint.stack import Stack

Rule = Callable[[Stack], Iterator[str]]

RULES: Sequence[Rule] = (*grants.RULES, *delivery.RULES, *alarms.RULES, *keeping.RULES)


def broken(stack: Stack) -> list[str]:
    """Every breach of every rule."""
    return [f"{rule.__name__.replace('_', ' ')}: {breach}" for rule in RULES for breach in rule(stack)]
