"""What only the inside of a database shows, before anything is changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from signon.domain.database import Database
from signon.domain.plan import Plan
from signon.errors import DatabaseInUse, DatabaseUnusable


@dataclass(frozen=True)
class Probe:
    """One look inside.

    ``plugin_loaded``: the engine's sign-in plugin is active, None where no look inside can tell (PostgreSQL takes the
    DDL either way); ``other_sessions``: how many there are besides ours and RDS's own.
    """

    plugin_loaded: bool | None
    read_only: bool
    other_sessions: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def judge(probe: Probe, database: Database, plan: Plan) -> None:
    """Whether the plan may be carried out.

    Raises DatabaseUnusable: logins cannot be written here. DatabaseInUse: people are signed in and the plan would cut
    them off.
    """
    name = database.id.name
    if probe.read_only:
        raise DatabaseUnusable(f"{name} is read only", "Start again when it can be written to")
    reboots = plan.interrupts or not probe.plugin_loaded
    if reboots and probe.other_sessions and not plan.tolerates_sessions:
        raise DatabaseInUse(
            f"{probe.other_sessions} other sessions are open on {name}, and a reboot would end them",
            f'Let them end, or start with "approve": {{"plan": "{plan.checksum}"}}',
        )
