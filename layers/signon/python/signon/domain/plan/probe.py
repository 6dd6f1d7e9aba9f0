"""What only the inside of a database shows, before anything is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from signon.domain.limits import counted
from signon.domain.plan.plan import Plan
from signon.domain.rds.database import Database
from signon.errors import DatabaseBusy, DatabaseInUse, DatabaseUnusable


@dataclass(frozen=True)
class Probe:
    """One look inside.

    ``plugin_loaded``: the engine's sign-in plugin is active; None where neither a look inside (PostgreSQL takes the DDL
    either way) nor the record can tell; ``other_sessions``: how many there are besides ours and RDS's own, on every
    instance that the plan reboots; ``follows``: it is read only because it follows a writer; ``set_by``: or because of
    this setting.
    """

    plugin_loaded: bool | None
    read_only: bool
    other_sessions: int
    follows: bool = False
    set_by: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "set_by": self.set_by or ""}


def as_recorded(probe: Probe, plan: Plan) -> Probe:
    """The probe, with what the record knows where no look inside can tell.

    Logins in the database that are open and bear our mark prove no restart: anybody inside can make one, and people's
    tickets would be refused for want of the reboot. The price: if somebody else joined a PostgreSQL database, or the
    record was lost, and nobody is signed in with a ticket at that moment, one reboot is due that may not be needed. It
    is made or asked for like any other, and remembered.
    """
    return replace(probe, plugin_loaded=True) if probe.plugin_loaded is None and plan.restarted else probe


def reboots(probe: Probe, plan: Plan) -> bool:
    """Whether the plan ends sessions, as far as this look shows."""
    return plan.reboots or (plan.methods.kerberos and not probe.plugin_loaded)


def with_readers(probe: Probe, readers: Sequence[Probe], *, writer_too: bool) -> Probe:
    """The probe of where logins are written, with what the readers show that are rebooted; ``writer_too``: so is it.

    Where it is not, its sessions do not matter, and whether a reboot is due is for the readers to show.
    """
    sessions = sum(reader.other_sessions for reader in readers)
    if writer_too:
        return replace(probe, other_sessions=probe.other_sessions + sessions)
    loaded = None if probe.plugin_loaded is None else all(reader.plugin_loaded for reader in readers)
    return replace(probe, plugin_loaded=loaded, other_sessions=sessions)


def judge(probe: Probe, database: Database, plan: Plan) -> None:
    """Whether the plan may be carried out.

    Raises DatabaseUnusable: logins cannot be written here. DatabaseBusy: not yet, it is failing over. DatabaseInUse:
    people are signed in and the plan would cut them off.
    """
    name = database.id.name
    if probe.follows:
        raise DatabaseBusy(f"A reader answers in place of the writer of {name}, as happens during a failover")
    if probe.read_only:
        because = f": {probe.set_by}" if probe.set_by else ""
        raise DatabaseUnusable(f"{name} is read only{because}", "Start again once it is writable")
    if reboots(probe, plan) and probe.other_sessions and not plan.tolerates_sessions:
        open_now = counted(probe.other_sessions, "other session is", "other sessions are")
        raise DatabaseInUse(
            f"{open_now} open on {name}, and a reboot would end them",
            f'Wait until these sessions end, or start with "approve": {{"plan": "{plan.checksum}"}}',
        )
