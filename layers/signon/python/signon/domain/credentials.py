"""A user's name and password, on their way from Secrets Manager to a connection."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """Never printed: not even by repr."""

    user: str
    password: str = field(repr=False)
