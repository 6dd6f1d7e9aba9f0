"""What travels between states and in messages has a limit: 32,768 characters for a cause, 262,144 bytes for a state."""

from __future__ import annotations

from collections.abc import Sequence

MOST_LINES = 20


def shortened(lines: Sequence[str]) -> tuple[str, ...]:
    """The first twenty, and how many more there are."""
    left = len(lines) - MOST_LINES
    return (*lines[:MOST_LINES], f"and {left} more") if left > 0 else tuple(lines)
