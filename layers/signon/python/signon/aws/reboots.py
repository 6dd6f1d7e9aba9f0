"""Reboots: the next instance that needs one, with its intent stored before the call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from signon.aws import rds_changes, records
from signon.domain.memory.record import Record
from signon.domain.rds.database import Database
from signon.domain.rds.readiness import Readiness
from signon.domain.rds.reboot import Reboot, after, remaining, since
from signon.domain.times import in_iso
from signon.errors import DatabaseBusy


def reboot_next(
    table: str, database: Database, before: Reboot | None, now: datetime, begun: Mapping[str, str]
) -> Reboot:
    """Reboots the next instance, and passes over those that were rebooted at an earlier request of ours; ``begun`` is
    remembered before that, as by whatever changes something first (``Plan.as_begun``).

    At most one at a time: while one restarts, no other is touched.
    Raises DatabaseBusy: another instance is not in a state that lets this one restart.
    """
    resource = database.id.resource_id
    record = records.read(table, resource) or Record()
    before, done = since(before, record.associated_at), dict[str, datetime]()
    for instance in remaining(database, before):
        intent = record.open_intents.get(instance.name)
        restarts = intent is not None and instance.status == "rebooting"
        if intent and (restarts or rds_changes.restarted_since(instance, intent, now)):
            done[instance.name] = intent
            if restarts:
                break
            continue
        if database.deciding_status.readiness is Readiness.CHANGING:
            raise DatabaseBusy(database.deciding_status.describe(database.id.name))
        intents = {**record.reboot_intents, instance.name: now}
        noted = {name: in_iso(at) for name, at in intents.items()}
        records.note(table, resource, {**begun, "reboot_intents": noted})
        rds_changes.reboot(instance)
        done[instance.name] = now
        break
    return after(before, database, done, now, requested=now in done.values())
