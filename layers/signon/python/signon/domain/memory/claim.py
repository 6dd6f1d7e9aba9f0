"""A claim: which execution works on a database, and the number that outdates every earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Claim:
    """``fence`` grows with every claim on the database; the holder of a smaller one has been outdated."""

    database: str
    execution: str
    fence: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Claim:
        return cls(**document)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def is_abandoned(stopped_at: datetime | None, longest_timeout: timedelta, now: datetime) -> bool:
    """Whether nobody can still be working under a claim.

    ``stopped_at`` is when its execution stopped, None while it runs. A function that an execution has started continues
    after the execution was stopped, up to its own timeout.
    """
    return stopped_at is not None and now - stopped_at > longest_timeout
