"""The operations that every engine family implements in its own SQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from signon.db.locking import Locks, lock_each
from signon.db.session import Session, sign_in
from signon.db.signed_in import SIGNED_IN
from signon.domain.engines import ENGINES, Family, LoginSql, Method
from signon.domain.logins.change import LoginChanges
from signon.domain.logins.difference import BeforeChange, Difference
from signon.domain.logins.login import LockedLogins, Proof
from signon.domain.memory.made import Memory, Remember
from signon.domain.plan.document import require_planned
from signon.domain.plan.inside import Inside
from signon.domain.plan.plan import Plan
from signon.domain.plan.step import StepKind
from signon.domain.profile.profile import Profile
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database


@dataclass(frozen=True)
class _Answers:
    """What a family's module provides; the ``Any`` is its kind of ``LoginSql``, by method."""

    look_inside: Callable[[Session, Any], Inside]
    difference: Callable[..., Difference]
    locks: Callable[[Session, Any, Profile, Memory], Locks]
    create: Callable[..., int]
    verify: Callable[[Session, Any, Profile, Memory], Proof]


def look_inside(session: Session, database: Database, plan: Plan) -> Inside:
    """What the instance that ``session`` is signed in to shows from inside."""
    return _family(database).look_inside(session, _ways(database, plan))


def signed_in_to_readers(database: Database, credentials: Callable[[], Credentials], ca_bundle: str) -> frozenset[str]:
    """The names of users who are signed in to a reader, where no login can be made. Raises what ``sign_in`` raises."""
    found = frozenset[str]()
    for reader in database.instances:
        if reader.host and not reader.is_writer:
            with sign_in(database, credentials, ca_bundle, host=reader.host) as session:
                found |= SIGNED_IN[ENGINES[database.id.engine].family](session)
    return found


def difference(
    session: Session,
    database: Database,
    plan: Plan,
    profile: Profile,
    *,
    memory: Memory,
) -> Difference:
    """What ``create`` would change if nobody were signed in; it changes nothing.

    Raises DatabaseUnusable: no login may be made here.
    """
    here, ways = profile.on(database.id.engine), _ways(database, plan)
    awaited = plan.has(StepKind.ASSOCIATE) or plan.has(StepKind.SWITCH_IAM)
    return _family(database).difference(session, ways, here, memory=memory, awaited=awaited)


def leavers(session: Session, database: Database, profile: Profile) -> Difference:
    """The part of the difference that ``lock`` does, whatever stands in the way of the rest."""
    return Difference.of((), locks=_locks(session, database, profile).statements)


def lock(
    session: Session, database: Database, profile: Profile, planned: LoginChanges, before_change: BeforeChange
) -> LockedLogins:
    """Locks the logins of ours that the profile no longer lists and that are ``planned`` to be, each by itself.

    ``before_change`` is as for ``create``. Raises what ``lock_each`` raises; PlanOutdated: there are more to lock.
    """
    found = _locks(session, database, profile)
    covered = tuple(each for each in found.statements if not planned.beyond(each.changes))
    locked, refused = lock_each(session, replace(found, statements=covered), before_change)
    require_planned(found.statements, planned, database.id)
    return LockedLogins(locked, session.round_trips, refused)


def _locks(session: Session, database: Database, profile: Profile) -> Locks:
    """A mark is enough to lock a login, so nothing needs to be remembered; and no method has to be usable now."""
    engine, memory = ENGINES[database.id.engine], Memory(master_user=database.master_user)
    return _family(database).locks(session, engine.logins, profile.on(engine.name), memory)


def create(
    session: Session,
    database: Database,
    plan: Plan,
    profile: Profile,
    before_change: BeforeChange,
    elsewhere: Collection[str] = (),
    *,
    memory: Memory,
    remember: Remember,
) -> int:
    """Creates what is missing, reads it back, opens what is complete; the number of statements (0: nothing missing).

    ``before_change`` is given each group of statements before it is run, and raises where this execution has been
    outdated or its plan does not cover them.
    ``elsewhere`` names users who are signed in to other instances of a cluster. ``remember`` is called with all that is
    ours before any of it can be used.
    """
    here, ways = profile.on(database.id.engine), _ways(database, plan)
    make = _family(database).create
    return make(session, ways, here, before_change, elsewhere, memory=memory, remember=remember)


def verify(session: Session, database: Database, plan: Plan, profile: Profile, memory: Memory) -> Proof:
    """Reads everything back, and changes nothing.

    Raises LoginsIncomplete: something of ours is not as it should be.
    """
    return _family(database).verify(session, _ways(database, plan), profile.on(database.id.engine), memory)


def _ways(database: Database, plan: Plan) -> Mapping[Method, LoginSql]:
    """The row's SQL for each of the plan's methods."""
    return {method: sql for method, sql in ENGINES[database.id.engine].logins.items() if method in plan.methods.used}


def _family(database: Database) -> _Answers:
    """The module of the database's family; no other driver is loaded."""
    if ENGINES[database.id.engine].family is Family.POSTGRESQL:
        from signon.db import postgresql_logins as its  # noqa: PLC0415  a run loads one driver
    else:
        from signon.db import mysql_logins as its  # type: ignore[no-redef]  # noqa: PLC0415  the same
    return _Answers(its.look_inside, its.difference, its.locks, its.create, its.verify)
