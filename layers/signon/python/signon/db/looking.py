"""Looks inside the instances of a database, each over a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from signon.db import logins
from signon.db.session import sign_in
from signon.domain.plan.inside import Inside, Restarts, Seen, must_look_at_readers, require_writable
from signon.domain.plan.plan import Plan
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database, Instance
from signon.domain.rds.reboot import cut_off

Master = Callable[[], Credentials]


def look_inside(database: Database, credentials: Master, ca_bundle: str, plan: Plan, restarts: Restarts) -> Seen:
    """What the writer shows, and the readers that matter. Raises what ``sign_in`` and ``require_writable`` raise."""

    def look(host: str | None = None) -> Inside:
        with sign_in(database, credentials, ca_bundle, host=host) as master:
            return logins.look_inside(master, database, plan)

    writer = look()
    require_writable(writer, database)
    if not must_look_at_readers(writer, database, plan, restarts):
        return Seen(writer)
    readers = (each.host for each in cut_off(database, restarts.reboot) if each.host and not each.is_writer)
    return Seen(writer, tuple(map(look, readers)))


def other_sessions(
    database: Database, credentials: Master, ca_bundle: str, plan: Plan, instances: Iterable[Instance]
) -> int:
    """How many sessions of others there are on these instances. Raises what ``sign_in`` raises."""
    sessions = 0
    for instance in instances:
        if instance.host:
            host = None if instance.is_writer else instance.host
            with sign_in(database, credentials, ca_bundle, host=host) as master:
                sessions += logins.look_inside(master, database, plan).other_sessions
    return sessions
