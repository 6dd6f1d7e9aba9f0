"""The questions about logins, and their making, in PostgreSQL's SQL.

Everything is read first, and only where something is to be done it is read once more, by a session that no other run of
ours is beside, and done in one transaction. What people get is read back and judged before that is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from signon.db.postgresql_reading import read_databases, read_objects, read_roles
from signon.db.session import Session
from signon.domain.logins import Proof, Statement
from signon.domain.postgresql_grants import GrantPlan, Object, on_database, within_database
from signon.domain.postgresql_logins import (
    Group,
    Ways,
    group_troubles,
    make,
    make_groups,
    open_complete,
    prove,
    unusable,
    wanted_groups,
)
from signon.domain.postgresql_roles import Roles
from signon.domain.probe import Probe
from signon.domain.profile import Profile
from signon.errors import DatabaseUnusable, SignonError

# "If createrole_self_grant is set, ... the role that was created is granted to its creator": then the master user would
# be a member of rds_ad by everybody it makes. The lock is a number of ours; two runs at once would disturb each other
# ("tuple concurrently updated").
# https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-CREATEROLE-SELF-GRANT
_BEGIN = """\
BEGIN;
SELECT set_config(name, '', true) FROM pg_settings WHERE name = 'createrole_self_grant';
SELECT pg_advisory_xact_lock(91534213766990)
"""

# Without pg_read_all_stats the kind of a session is not shown, its user is.
_OTHERS = """\
SELECT count(*) FROM pg_stat_activity
WHERE COALESCE(backend_type, 'client backend') = 'client backend' AND pid <> pg_backend_pid()
  AND usename NOT IN ('rdsadmin', 'rdsrepladmin')
"""

_SIGNED_IN = "SELECT DISTINCT usename::text FROM pg_stat_activity WHERE usename IS NOT NULL"

_INSIDE = """\
SELECT pg_is_in_recovery(), (SELECT setting = 'on' FROM pg_settings WHERE name = 'default_transaction_read_only'),
  EXISTS (SELECT FROM pg_stat_gssapi WHERE gss_authenticated)
    OR EXISTS (SELECT FROM pg_roles WHERE rolcanlogin
      AND rolname LIKE '%@%' AND shobj_description(oid, 'pg_authid') LIKE '{{"signon": {{%"complete": true%')
"""


def probe(session: Session, ways: Ways) -> Probe:  # noqa: ARG001  every family is asked alike
    """What only the inside of an instance shows: is it the writer, is anybody else signed in.

    PostgreSQL takes a login's DDL whether the instance was restarted after the join or not, and shows nothing of it.
    That it was is proved by somebody who has signed in with a ticket, and by directory logins of ours that are open:
    those are opened after the restarts only.
    """
    ((follows, read_only, restarted),) = session.query("Look at the server", _INSIDE)
    return Probe(
        plugin_loaded=True if restarted else None,
        read_only=follows or read_only,
        other_sessions=other_sessions(session),
        follows=follows,
    )


def other_sessions(session: Session) -> int:
    """How many sessions there are besides ours and RDS's own."""
    ((others,),) = session.query("Look who is signed in", _OTHERS)
    return int(others)


@dataclass(frozen=True)
class _Sight:
    """What one look shows: the roles, the group roles that are ours to use, and those of their databases that exist."""

    roles: Roles
    groups: tuple[Group, ...]
    databases: Mapping[str, Object]

    def by_database(self) -> dict[str, list[Group]]:
        """The group roles of each database that the profile names."""
        found: dict[str, list[Group]] = {}
        for group in self.groups:
            found.setdefault(group.schemas.database, []).append(group)
        return found

    def on_databases(self) -> list[GrantPlan]:
        return [on_database(name, groups, self.databases.get(name)) for name, groups in self.by_database().items()]

    def inside(self) -> Iterator[tuple[str, list[Group]]]:
        """The databases that can be looked into."""
        for name, groups in self.by_database().items():
            if name in self.databases and self.databases[name].reachable:
                yield name, groups


def signed_in(session: Session) -> frozenset[str]:
    """Who is signed in to this instance."""
    return frozenset(name for (name,) in session.query("Look who is signed in", _SIGNED_IN))


def create(
    session: Session,
    ways: Ways,
    profile: Profile,
    before_change: Callable[[], object],
    elsewhere: Collection[str] = (),
) -> int:
    """Makes the group roles, grants them what they lack, then makes people's logins."""
    count, seen = 0, _look(session, ways, profile, elsewhere)
    if _on_server(ways, profile, seen):
        with _alone(session):
            seen = _look(session, ways, profile, elsewhere)
            count += _run(session, _on_server(ways, profile, seen), before_change)
    for name, groups in seen.inside():
        with session.beside(name) as beside:
            if _within(beside, name, groups).statements:
                with _alone(beside):
                    count += _run(beside, _within(beside, name, groups).statements, before_change)
    return count + _make_people(session, ways, profile, elsewhere, seen.roles, before_change)


def verify(session: Session, ways: Ways, profile: Profile) -> Proof:
    """Reads everything back. What somebody has made or revoked since the run waits for the next one."""
    seen = _look(session, ways, profile)
    plans = seen.on_databases()
    for name, groups in seen.inside():
        with session.beside(name) as beside:
            plans.append(_within(beside, name, groups))
    waiting = [
        said
        for plan in plans
        for said in (*plan.waiting, *(f"not done yet: {each.description}" for each in plan.statements))
    ]
    return prove(
        ways,
        profile,
        seen.roles,
        not_ours=[said for plan in plans for said in plan.not_ours],
        waiting=waiting,
        excess=[said for plan in plans for said in plan.excess],
    )


def _look(session: Session, ways: Ways, profile: Profile, elsewhere: Collection[str] = ()) -> _Sight:
    """Two round trips.

    Raises DatabaseUnusable: no login may be made here.
    """
    roles = read_roles(session, elsewhere)
    _refuse(ways, roles)
    wanted = wanted_groups(profile)
    troubles = group_troubles(profile.name, wanted, roles)
    groups = tuple(group for group in wanted if group.name not in troubles)
    databases = {group.schemas.database for group in groups}
    return _Sight(roles, groups, read_databases(session, sorted(databases), [group.name for group in groups]))


def _refuse(ways: Ways, roles: Roles) -> None:
    if problem := unusable(ways, roles):
        raise DatabaseUnusable(*problem)


def _on_server(ways: Ways, profile: Profile, seen: _Sight) -> list[Statement]:
    """What is missing beside people's logins, and is the whole server's."""
    made = make_groups(ways, profile.name, seen.groups, seen.roles)
    return [*made, *(statement for plan in seen.on_databases() for statement in plan.statements)]


def _within(session: Session, database: str, groups: Sequence[Group]) -> GrantPlan:
    schemas = dict.fromkeys(name for group in groups for name in group.schemas.names)
    return within_database(database, groups, read_objects(session, schemas, [group.name for group in groups]))


def _make_people(
    session: Session,
    ways: Ways,
    profile: Profile,
    elsewhere: Collection[str],
    roles: Roles,
    before_change: Callable[[], object],
) -> int:
    """People's logins: made, read back and opened in one transaction."""
    if not (make(ways, profile, roles).statements or open_complete(ways, profile, roles)):
        return 0
    with _alone(session):
        count = _run(session, make(ways, profile, read_roles(session, elsewhere)).statements, before_change)
        roles = read_roles(session, elsewhere)
        _refuse(ways, roles)
        return count + _run(session, open_complete(ways, profile, roles), before_change)


def _run(session: Session, statements: Sequence[Statement], before_change: Callable[[], object]) -> int:
    if statements:
        before_change()
        session.run(statements)
    return len(statements)


@contextmanager
def _alone(session: Session) -> Iterator[None]:
    """A transaction beside which no other one of ours runs in this database; what fails in it has not happened."""
    session.query("Begin, one run at a time", _BEGIN)
    try:
        yield
    except BaseException:
        with suppress(SignonError):  # the connection may be what failed
            session.query("Take it all back", "ROLLBACK")
        raise
    session.query("Commit", "COMMIT")
