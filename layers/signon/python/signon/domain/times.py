"""Times as state, table and events hold them: texts in ISO 8601, which say how far they are from UTC."""

from __future__ import annotations

from datetime import datetime


def moment(text: str, field: str) -> datetime:
    """The time that was read from ``field``. Raises ValueError: it is none; names the field."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None:
        raise ValueError(f"{field} must be a time with its offset from UTC, as 2026-11-20T12:30:00+00:00")
    return found


def moment_or_none(text: str | None, field: str) -> datetime | None:
    """The time that was read from ``field``; None if there is none. Raises ValueError, as ``moment`` does."""
    return moment(text, field) if text else None


def in_iso(time: datetime) -> str:
    """As state and table hold it."""
    return time.isoformat()


def as_events_say(time: datetime) -> str:
    """As EventBridge writes it: in UTC, with a Z."""
    return in_iso(time).replace("+00:00", "Z")
