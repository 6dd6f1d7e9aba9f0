"""The reboots after joining: one instance at a time, readers first, each only once however often the function runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from signon.domain.rds.database import Database, Instance
from signon.domain.times import in_iso, moment


@dataclass(frozen=True)
class Reboot:
    """How far the reboots are; travels between the states.

    ``at`` is the first intent, ``requested`` says that this execution asked RDS for one; ``instances`` are those that
    were rebooted, ``remaining`` those that will be. Which ones these are is settled at the first visit: an instance
    that appears later was started after the join.
    """

    at: datetime
    requested: bool
    instances: tuple[str, ...]
    remaining: tuple[str, ...]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Reboot:
        return cls(
            at=moment(document["at"], "at"),
            requested=document["requested"],
            instances=tuple(document["instances"]),
            remaining=tuple(document["remaining"]),
        )

    def to_json(self) -> dict[str, Any]:
        """``more``: there is another one to reboot."""
        return {**asdict(self), "at": in_iso(self.at), "more": bool(self.remaining)}


def since(before: Reboot | None, joined: datetime | None) -> Reboot | None:
    """What this execution has rebooted since we asked RDS to join the database, if we did: that makes reboots due."""
    return before if before and (joined is None or before.at >= joined) else None


def remaining(database: Database, before: Reboot | None) -> tuple[Instance, ...]:
    """The instances that are still to be rebooted, in that order; those that have been deleted need none."""
    if before is None:
        return database.to_reboot
    return tuple(instance for instance in database.instances if instance.name in before.remaining)


def cut_off(database: Database, before: Reboot | None) -> tuple[Instance, ...]:
    """The instances whose sessions the remaining reboots end: with a writer's, maybe those of its readers."""
    left = remaining(database, before)
    return database.instances if left and database.restarts_together else left


def after(
    before: Reboot | None, database: Database, done: Mapping[str, datetime], now: datetime, *, requested: bool
) -> Reboot:
    """How far the reboots are after a visit.

    ``done`` are the instances that it found rebooted or asked RDS to reboot, and since when; none if those that were to
    be rebooted have been deleted.
    """
    return Reboot(
        at=min([now, *([before.at] if before else []), *done.values()]),
        requested=requested or (before is not None and before.requested),
        instances=((*before.instances, *done) if before else tuple(done)),
        remaining=tuple(one.name for one in remaining(database, before) if one.name not in done),
    )
