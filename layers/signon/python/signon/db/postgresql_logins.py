"""The questions about logins, and their making, in PostgreSQL's SQL.

Everything is read first. Only if something is to be done is it read once more, while no other run of ours is in the
database, and done in one transaction. What people get is read back and judged before that is committed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from signon.db import signed_in
from signon.db.connection import DatabaseFull
from signon.db.locking import Locks, require_locked
from signon.db.postgresql_reading import read_databases, read_objects, read_roles
from signon.db.session import Session
from signon.domain.logins import postgresql_leavers
from signon.domain.logins.difference import BeforeChange, Difference
from signon.domain.logins.login import Proof, Statement
from signon.domain.logins.postgresql import (
    Group,
    group_troubles,
    make,
    make_groups,
    missing_right,
    open_complete,
    prove,
    recognized,
    unusable,
    wanted_groups,
)
from signon.domain.logins.postgresql_grants import GrantPlan, Object, Shut, on_database, within_database
from signon.domain.logins.postgresql_owners import Owners, first_of_the_owners, strange_owners
from signon.domain.logins.postgresql_roles import Roles
from signon.domain.logins.postgresql_statements import Ways
from signon.domain.memory.made import LONGEST_OID, Memory, Remember, too_many
from signon.domain.plan.inside import Inside
from signon.domain.profile.profile import Profile
from signon.errors import (
    ConnectionRefused,
    DatabaseBusy,
    DatabaseUnusable,
    NeedsPerson,
    SignonError,
    StatementRefused,
    TemporaryFailure,
)
from signon.foreign import shown

# "If createrole_self_grant is set, ... the role that was created is granted to its creator": then the master user would
# become a member of rds_ad through every login it creates. Statements have a time of their own; transaction_timeout
# (17 and newer) would end many short ones. The lock is a number of ours; two runs at once would disturb each other
# ("tuple concurrently updated").
# https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-CREATEROLE-SELF-GRANT
_BEGIN = """\
BEGIN;
SELECT set_config(name, CASE vartype WHEN 'integer' THEN '0' ELSE '' END, true) FROM pg_settings
  WHERE name IN ('createrole_self_grant', 'transaction_timeout');
SELECT pg_advisory_xact_lock(91534213766990)
"""

_IMPATIENT = Statement("Wait for others 5 seconds at most", "SET lock_timeout = '5s'")

_INSIDE = """\
SELECT pg_is_in_recovery(), current_database()::text,
  (SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only' AND setting = 'on'),
  EXISTS (SELECT FROM pg_stat_gssapi WHERE gss_authenticated)
"""


def _set_for(source: str, database: str) -> str:
    """For whom something is set, from its source in pg_settings."""
    where = {
        "database": f"for database {shown(database)}",
        "user": "for the master user",
        "database user": f"for the master user in database {shown(database)}",
    }
    return where.get(source, "by a parameter")


def look_inside(session: Session, ways: Ways) -> Inside:  # noqa: ARG001  every family is asked alike
    """What only the inside of an instance shows: is it the writer, is anybody else signed in.

    PostgreSQL accepts a login's DDL whether the instance was restarted after the join or not, and shows nothing of it.
    Only somebody who has signed in with a ticket proves a restart, not logins that bear our mark (``Restarts``).
    """
    ((follows, database, set_by, has_tickets),) = session.query("Look at the server", _INSIDE)
    return Inside(
        plugin_loaded=True if has_tickets else None,
        read_only=follows or set_by is not None,
        other_sessions=signed_in.of_others_in_postgresql(session),
        follows=follows,
        set_by=f"default_transaction_read_only is on {_set_for(set_by, database)}" if set_by else None,
    )


@dataclass(frozen=True)
class _Sight:
    """What one look shows: the roles, the group roles that we may use, and those of their databases that exist."""

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
        """The databases that can be connected to."""
        for name, groups in self.by_database().items():
            if name in self.databases and not self.databases[name].shut:
                yield name, groups

    def shut(self) -> Iterator[str]:
        """Those that their owner has shut for a while."""
        yield from (name for name, each in self.databases.items() if each.shut is Shut.FULL)

    def objects(self, session: Session, groups: Sequence[Group]) -> tuple[Object, ...]:
        """The schemas that the groups are about, and what is in them; ``session`` is in their database."""
        schemas = dict.fromkeys(schema for group in groups for schema in group.schemas.names)
        return read_objects(session, schemas, [group.name for group in groups])

    def within(self, name: str, groups: Sequence[Group], found: Sequence[Object]) -> GrantPlan:
        """What the groups lack in this database, where these objects were ``found``."""
        return within_database(name, groups, found, read_only=self.databases[name].read_only)


def difference(session: Session, ways: Ways, profile: Profile, *, memory: Memory, awaited: bool = False) -> Difference:
    """What ``create`` would change if nobody were signed in; it changes nothing. ``awaited``: RDS may still make the
    role of a method.

    Raises DatabaseUnusable: no login may be made here.
    """
    seen = _look(session, ways, profile, memory, planning=True, awaited=awaited)
    plan = make(ways, profile, seen.roles)
    leaving = _locks(ways, profile, seen.roles)
    if full := seen.roles.judged.full or too_many(_made_by(ways, profile, seen)):
        return Difference.of((), locks=leaving, full=full)
    statements, unseen, owners = _on_server(ways, profile, seen), list(seen.shut()), list[Owners]()
    for name, groups in seen.inside():
        try:
            with session.in_database(name) as inside:
                found = seen.objects(inside, groups)
                statements += seen.within(name, groups, found).statements
                owners.append(strange_owners(seen.databases[name], groups, found, seen.roles))
        except DatabaseFull:
            unseen.append(name)
        except _OF_ONE_DATABASE:
            session.query("See whether the server answers", "SELECT 1")
            unseen.append(name)
    waits = seen.roles.judged.made != memory.made
    made = Difference.of((*statements, *plan.statements), plan.opens, locks=leaving, unseen=unseen, waits=waits)
    told = first_of_the_owners(owners)
    return replace(made, advice=told.advice, asked=told.asked)


def locks(session: Session, ways: Ways, profile: Profile, memory: Memory) -> Locks:
    """What locks the logins that were removed from the profile."""
    roles = recognized(ways, profile, read_roles(session), memory)
    sure = _locks(ways, profile, replace(roles, believed=True))
    tried = _locks(ways, profile, roles)
    return Locks(_IMPATIENT, tried, _subjects(tried) - _subjects(sure))


def _locks(ways: Ways, profile: Profile, roles: Roles) -> tuple[Statement, ...]:
    return tuple(postgresql_leavers.locks(ways, profile, roles))


def _subjects(statements: Sequence[Statement]) -> frozenset[str]:
    return frozenset(change.subject for statement in statements for change in statement.changes)


def create(
    session: Session,
    ways: Ways,
    profile: Profile,
    before_change: BeforeChange,
    elsewhere: Collection[str] = (),
    *,
    memory: Memory,
    remember: Remember,
) -> int:
    """Creates the group roles, grants them what they lack, then creates people's logins.

    What is created is remembered before it is committed: nobody else can have created what has its oid. If something
    fails in one database, the others and people's logins come first; then the error is raised.

    Raises DatabaseUnusable: that is more than can be remembered; nothing was changed.
    """
    count, seen = 0, _look(session, ways, profile, memory, elsewhere)
    if full := seen.roles.judged.full or too_many(_made_by(ways, profile, seen)):
        raise full
    if seen.roles.judged.made != memory.made:
        before_change(())
        remember(seen.roles.judged.made)
    memory = memory.having(seen.roles.judged.made)
    if _on_server(ways, profile, seen):
        with _explained(session, ways, profile), _alone(session):
            seen = _look(session, ways, profile, memory, elsewhere)
            count += _run(session, _on_server(ways, profile, seen), before_change)
            if made := [group.name for group in seen.groups if group.name not in seen.roles.present]:
                memory = _remembered(made, read_roles(session), memory, remember)
    failures = []
    for name, groups in seen.inside():
        try:
            count += _grant_within(session, seen, name, groups, before_change)
        except DatabaseFull:
            continue  # it waits, which is reported when everything is read back
        except _OF_ONE_DATABASE as error:
            failures.append(_in_database(name, error))
    with _explained(session, ways, profile):
        people = _People(session, ways, profile, elsewhere, before_change, memory, remember)
        count += people.make(seen.roles)
    if failures:
        raise failures[0]
    return count


def _made_by(ways: Ways, profile: Profile, seen: _Sight) -> dict[str, str]:
    """What is to be remembered of a run that creates what is missing."""
    groups = (group.name for group in seen.groups if group.name not in seen.roles.present)
    return {**seen.roles.judged.made, **dict.fromkeys((*groups, *make(ways, profile, seen.roles).makes), LONGEST_OID)}


def _remembered(names: Sequence[str], roles: Roles, memory: Memory, remember: Remember) -> Memory:
    """The memory with what has just been made or taken over, by a transaction that is not committed yet."""
    memory = memory.having({**memory.made, **{name: roles.present[name].oid for name in names}})
    remember(memory.made)
    return memory


def verify(session: Session, ways: Ways, profile: Profile, memory: Memory) -> Proof:
    """Reads everything back. What somebody has created or revoked since then waits for the next run.

    Raises PlanOutdated: who has left is open again.
    """
    seen = _look(session, ways, profile, memory)
    require_locked(_locks(ways, profile, replace(seen.roles, believed=True)))
    plans = seen.on_databases()
    for name, groups in seen.inside():
        try:
            with session.in_database(name) as inside:
                plans.append(seen.within(name, groups, seen.objects(inside, groups)))
        except DatabaseFull:
            plans.append(GrantPlan(waiting=(f"{name}: it has no connection left",)))
    waiting = [
        said
        for plan in plans
        for said in (*plan.waiting, *(f"not done yet: {each.description}" for each in plan.statements))
    ]
    return prove(
        ways,
        profile,
        replace(seen.roles, believed=True),  # whatever could be changed has been
        not_ours=[said for plan in plans for said in plan.not_ours],
        waiting=waiting,
        excess=[said for plan in plans for said in plan.excess],
    )


def _look(
    session: Session,
    ways: Ways,
    profile: Profile,
    memory: Memory,
    elsewhere: Collection[str] = (),
    *,
    planning: bool = False,
    awaited: bool = False,
) -> _Sight:
    """Two round trips. ``planning``: whoever is signed in now may have left by then. ``awaited``: a method's role that
    is not there yet is no reason to refuse.

    Raises DatabaseUnusable: no login may be made here.
    """
    read = read_roles(session, elsewhere)
    roles = recognized(ways, profile, read.without_sessions if planning else read, memory)
    there = {method: sql for method, sql in ways.items() if sql.role in roles.present} if awaited else ways
    _refuse(there, roles)
    wanted = wanted_groups(profile)
    troubles = group_troubles(profile.name, wanted, roles)
    groups = tuple(group for group in wanted if group.name not in troubles)
    databases = {group.schemas.database for group in groups}
    return _Sight(roles, groups, read_databases(session, sorted(databases), [group.name for group in groups]))


def _refuse(ways: Ways, roles: Roles) -> None:
    if problem := unusable(ways, roles):
        raise DatabaseUnusable(*problem)


def _on_server(ways: Ways, profile: Profile, seen: _Sight) -> list[Statement]:
    """What is missing besides people's logins and belongs to the whole server."""
    made = make_groups(ways, profile.name, seen.groups, seen.roles)
    return [*made, *(statement for plan in seen.on_databases() for statement in plan.statements)]


# Errors that may concern one database only. If they concern the server, the next statement meets them too.
_OF_ONE_DATABASE = (TemporaryFailure, DatabaseBusy, ConnectionRefused, StatementRefused)


def _in_database(database: str, error: SignonError) -> SignonError:
    """The error with the name of its database."""
    if isinstance(error, NeedsPerson):
        return type(error)(f"In database {database}: {error.problem}", error.remedy)
    return type(error)(f"In database {database}: {error}")


def _grant_within(
    session: Session, seen: _Sight, database: str, groups: Sequence[Group], before_change: BeforeChange
) -> int:
    """What the groups lack in this database, in a transaction; how many statements that took."""
    with session.in_database(database) as inside:
        if not seen.within(database, groups, seen.objects(inside, groups)).statements:
            return 0
        with _alone(inside):
            found = seen.objects(inside, groups)
            return _run(inside, seen.within(database, groups, found).statements, before_change)


@dataclass
class _People:
    """People's logins: made, read back and opened in one transaction."""

    session: Session
    ways: Ways
    profile: Profile
    elsewhere: Collection[str]
    before_change: BeforeChange
    memory: Memory
    remember: Remember

    def make(self, roles: Roles) -> int:
        """Makes what ``roles`` lack; how many statements that took.

        Where the server refuses that, it is tried once more without those that the catalogue does not show the
        master user to administer: one login does not hold up the others.
        """
        if not (make(self.ways, self.profile, roles).statements or open_complete(self.ways, self.profile, roles)):
            return 0
        try:
            return self._make_at_once(believed=False)
        except StatementRefused:
            roles = self._look(believed=False)
            believed = replace(roles, believed=True)
            plans = [make(self.ways, self.profile, each) for each in (roles, believed)]
            if missing_right(self.ways, self.profile, roles) or plans[0] == plans[1]:
                raise
        return self._make_at_once(believed=True)

    def _look(self, *, believed: bool) -> Roles:
        roles = replace(read_roles(self.session, self.elsewhere), believed=believed)
        return recognized(self.ways, self.profile, roles, self.memory)

    def _make_at_once(self, *, believed: bool) -> int:
        with _alone(self.session):
            plan = make(self.ways, self.profile, self._look(believed=believed))
            count = _run(self.session, plan.statements, self.before_change)
            roles = self._look(believed=believed)
            _refuse(self.ways, roles)
            if plan.makes:
                self.memory = _remembered(plan.makes, roles, self.memory, self.remember)
                roles = recognized(self.ways, self.profile, roles, self.memory)
            return count + _run(self.session, open_complete(self.ways, self.profile, roles), self.before_change)


@contextmanager
def _explained(session: Session, ways: Ways, profile: Profile) -> Iterator[None]:
    """Where the server refuses a statement: which right is missing, if the catalogue shows that."""
    try:
        yield
    except StatementRefused:
        if told := missing_right(ways, profile, read_roles(session)):
            raise StatementRefused(*told) from None
        raise


def _run(session: Session, statements: Sequence[Statement], before_change: BeforeChange) -> int:
    if statements:
        before_change(statements)
        session.run(statements)
    return len(statements)


@contextmanager
def _alone(session: Session) -> Iterator[None]:
    """A transaction; no other one of ours runs in this database meanwhile. If it fails, it is rolled back."""
    session.query("Begin, one run at a time", _BEGIN)
    try:
        yield
    except BaseException:
        with suppress(SignonError):  # the connection may be what failed
            session.query("Take it all back", "ROLLBACK")
        raise
    session.query("Commit", "COMMIT")
