"""Waiting for RDS to make a change that it was asked for: switching IAM on or off, leaving a directory.

One visit looks, asks if necessary, and looks again after a while.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from signon.domain.rds.membership import Progress
from signon.domain.times import in_iso, moment
from signon.domain.waits import PARK_AFTER, seconds_before_look
from signon.errors import StillWaiting


@dataclass(frozen=True)
class Visit:
    """``began_at`` is the first visit, ``looks`` how many there were; ``requested`` says that RDS was asked at one."""

    verdict: Progress
    began_at: datetime
    looks: int
    wait_seconds: int
    requested: bool

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Visit:
        began_at, verdict = moment(document["began_at"], "began_at"), Progress(document["verdict"])
        return cls(**{**document, "began_at": began_at, "verdict": verdict})

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "began_at": in_iso(self.began_at)}


def visit(before: Visit | None, now: datetime, *, done: bool, asks: bool, what: str) -> Visit:
    """The record of this visit; ``done``: the change is made, ``asks``: RDS is asked for it now.

    Raises StillWaiting: no execution waits longer; the database is parked. ``what`` says for what.
    """
    began_at = before.began_at if before else now
    if not done and now - began_at > PARK_AFTER:
        raise StillWaiting(f"{what}, after more than {PARK_AFTER.seconds // 3600} hours of waiting")
    looks = before.looks if before else 0
    return Visit(
        verdict=Progress.READY if done else Progress.WAIT,
        began_at=began_at,
        looks=looks + 1,
        wait_seconds=seconds_before_look(looks),
        requested=asks or (before is not None and before.requested),
    )
