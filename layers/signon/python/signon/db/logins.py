"""The questions that every engine's family answers in its own SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from signon.db.session import Session
from signon.domain.database import Database
from signon.domain.engines import ENGINES, Family, LoginSql, Method
from signon.domain.logins import Proof
from signon.domain.plan import Plan
from signon.domain.probe import Probe
from signon.domain.profile import Profile


@dataclass(frozen=True)
class _Answers:
    """What a family's module answers; the ``Any`` is its kind of ``LoginSql``."""

    probe: Callable[[Session, Any], Probe]
    other_sessions: Callable[[Session], int]
    create: Callable[[Session, Any, Profile, Callable[[], object]], int]
    verify: Callable[[Session, Any, Profile], Proof]


def probe(session: Session, database: Database, plan: Plan) -> Probe:
    """What the inside of the instance shows that ``session`` is signed in to."""
    return _family(database).probe(session, _sql(database, plan))


def other_sessions(session: Session, database: Database) -> int:
    """How many sessions the instance has that ``session`` is signed in to, besides ours and RDS's own."""
    return _family(database).other_sessions(session)


def create(
    session: Session, database: Database, plan: Plan, profile: Profile, before_change: Callable[[], object]
) -> int:
    """Makes what is missing, reads it back, opens what is complete; how many statements that took (0: all was there).

    ``before_change`` is called before each group of statements, and raises where this execution has been outdated.
    """
    return _family(database).create(session, _sql(database, plan), profile, before_change)


def verify(session: Session, database: Database, plan: Plan, profile: Profile) -> Proof:
    """Reads everything back, and changes nothing.

    Raises LoginsIncomplete: something of ours is not as it should be.
    """
    return _family(database).verify(session, _sql(database, plan), profile)


def _sql(database: Database, plan: Plan) -> LoginSql:
    """The row's SQL for the plan's method."""
    return ENGINES[database.id.engine].logins[Method(plan.method)]


def _family(database: Database) -> _Answers:
    """The answers of the database's family; the driver of another one is not loaded."""
    if ENGINES[database.id.engine].family is Family.POSTGRESQL:
        from signon.db import postgresql_logins as its  # noqa: PLC0415  a run loads one driver
    else:
        from signon.db import mysql_logins as its  # type: ignore[no-redef]  # noqa: PLC0415  the same
    return _Answers(its.probe, its.other_sessions, its.create, its.verify)
