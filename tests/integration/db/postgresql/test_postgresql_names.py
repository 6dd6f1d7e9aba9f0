"""Whatever a name is, PostgreSQL stores exactly that, or nothing; and no name says anything but itself."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import psycopg2
import pytest
from psycopg2 import sql as composing

from signon.db import postgresql_logins
from signon.db.session import Session
from signon.domain.profile import DirectoryLogin, Role, Schemas
from tests import hostile_names
from tests.builders import REALM, a_profile
from tests.integration.db.naming import drive

from .conftest import SQL, Operator, SignIn

ROLES = {"read": Role("read", postgresql=Schemas("payments", ("core",)))}


@dataclass
class PostgreSQL:
    """As ``naming.Server``."""

    connection: psycopg2.extensions.connection
    session: Session

    def create(self, names: Sequence[str]) -> None:
        profile = a_profile(
            logins=tuple(DirectoryLogin(name, ("read",)) for name in names), roles=ROLES, lock_leavers=False
        )
        postgresql_logins.create(self.session, SQL, profile, before_change=lambda: None)

    def everything(self) -> Mapping[Hashable, object]:
        found: dict[Hashable, list[object]] = {}
        for name, *row in self.run("SELECT rolname, * FROM pg_authid"):
            found[name] = row
        return found

    def stored(self, name: str) -> Hashable:
        return f"{name}@{REALM}"

    def forget(self, accounts: Sequence[Hashable]) -> None:
        self.run("DROP ROLE " + ", ".join(["{}"] * len(accounts)), *map(str, accounts))

    def run(self, sql: str, *names: str) -> Sequence[Sequence[object]]:
        with self.connection.cursor() as cursor:
            cursor.execute(composing.SQL(sql).format(*map(composing.Identifier, names)))
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def postgresql(payments: Operator, as_master: SignIn) -> Iterator[PostgreSQL]:
    with closing(payments.connect(database="payments")) as connection, as_master() as session:
        server = PostgreSQL(connection, session)
        server.create(["first"])
        yield server


@pytest.mark.parametrize("source", [hostile_names.curated, hostile_names.some], ids=["curated", "random"])
def test_a_name_is_stored_exactly_or_refused(source: Callable[[], list[str]], postgresql: PostgreSQL) -> None:
    hostile = source()
    driven = drive(postgresql, hostile)
    print(f"seed {hostile_names.SEED}: {len(driven.stored)} stored exactly, {len(driven.refused)} refused")
    import collections

    print(collections.Counter(str(r)[-150:] for r in driven.refused.values()))
