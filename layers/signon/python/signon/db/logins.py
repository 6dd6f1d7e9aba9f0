"""The questions that every engine's family answers in its own SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from signon.db import mysql
from signon.db.session import Session
from signon.domain.database import Database
from signon.domain.engines import ENGINES, Family, LoginSql, Method
from signon.domain.logins import Accounts, make, open_complete, wanted_logins
from signon.domain.plan import Plan
from signon.domain.probe import Probe
from signon.domain.profile import Profile


class _Questions(Protocol):
    """What a family's module answers."""

    def probe(self, session: Session, plugin: str) -> Probe: ...
    def read_logins(self, session: Session) -> Accounts: ...


_SQL: Mapping[Family, _Questions] = {Family.MYSQL: mysql}


def login_sql(database: Database, plan: Plan) -> LoginSql:
    """The row's SQL for the plan's method."""
    return ENGINES[database.id.engine].logins[Method(plan.method)]


def probe(session: Session, database: Database, plan: Plan) -> Probe:
    """Two round trips."""
    return _SQL[ENGINES[database.id.engine].family].probe(session, login_sql(database, plan).plugin)


def read(session: Session, database: Database) -> Accounts:
    """Every account of the database; two round trips however many there are."""
    return _SQL[ENGINES[database.id.engine].family].read_logins(session)


def create(
    session: Session, sql: LoginSql, database: Database, profile: Profile, before_change: Callable[[], object]
) -> int:
    """Makes what is missing, reads it back, opens what is complete; how many statements that took (0: all was there).

    ``before_change`` is called before the first statement of either half, and raises where this execution has been
    outdated.
    """
    accounts = read(session, database)
    wanted = wanted_logins(profile, literal_names=accounts.literal_names, lower_case=accounts.lower_case)
    making = make(sql, profile.name, wanted, accounts.logins, lock_leavers=profile.lock_leavers).statements
    if making:
        before_change()
        session.run(making)
        accounts = read(session, database)
    opening = open_complete(sql, profile.name, wanted, accounts.logins)
    if opening:
        before_change()
        session.run(opening)
    return len(making) + len(opening)
