"""Looks inside the instances of a database, each over a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from signon.db import logins
from signon.db.session import sign_in
from signon.domain.logins.difference import Difference, as_sql
from signon.domain.memory.made import Memory
from signon.domain.plan.inside import Inside, Restarts, Seen, must_look_at_readers, require_writable
from signon.domain.plan.plan import Plan
from signon.domain.profile.profile import Profile
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database, Instance
from signon.domain.rds.reboot import cut_off

Master = Callable[[], Credentials]


def look_inside(
    database: Database,
    credentials: Master,
    ca_bundle: str,
    plan: Plan,
    restarts: Restarts,
    *,
    profile: Profile,
    memory: Memory,
    dispute: str | None,
) -> Seen:
    """What the writer shows, and the readers that matter. ``dispute`` is what the record says is in dispute.

    Raises what ``sign_in``, ``require_writable`` and ``difference`` raise.
    """
    with sign_in(database, credentials, ca_bundle) as master:
        writer = logins.look_inside(master, database, plan)
        require_writable(writer, database)
        found = logins.difference(master, database, plan, profile, memory=memory)
        sql = as_sql(found.statements, master.text)
        if dispute:
            ours = logins.difference(master, database, plan, profile, memory=replace(memory, takes_over=dispute))
            found = found.and_taken_over(ours)
    if not must_look_at_readers(writer, database, plan, restarts):
        return Seen(writer, (), found, sql)
    hosts = [each.host for each in cut_off(database, restarts.reboot) if each.host and not each.is_writer]
    readers = tuple(_look(database, credentials, ca_bundle, plan, host) for host in hosts)
    return Seen(writer, readers, found, sql)


def look_for_leavers(
    database: Database, credentials: Master, ca_bundle: str, plan: Plan, profile: Profile
) -> tuple[Difference, str]:
    """Who is to be locked, whatever holds up the rest, and the SQL. Raises what ``sign_in`` and ``require_writable``
    raise.
    """
    with sign_in(database, credentials, ca_bundle) as master:
        require_writable(logins.look_inside(master, database, plan), database)
        found = logins.leavers(master, database, profile)
        return found, as_sql(found.statements, master.text)


def _look(database: Database, credentials: Master, ca_bundle: str, plan: Plan, host: str | None) -> Inside:
    with sign_in(database, credentials, ca_bundle, host=host) as master:
        return logins.look_inside(master, database, plan)


def other_sessions(
    database: Database, credentials: Master, ca_bundle: str, plan: Plan, instances: Iterable[Instance]
) -> int:
    """How many sessions of others there are on these instances. Raises what ``sign_in`` raises."""
    sessions = 0
    for instance in instances:
        if instance.host:
            host = None if instance.is_writer else instance.host
            sessions += _look(database, credentials, ca_bundle, plan, host).other_sessions
    return sessions
