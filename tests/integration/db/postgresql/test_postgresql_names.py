"""Whatever a name is, PostgreSQL stores exactly that, or nothing; and no name says anything but itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass

import psycopg2
import pytest
from psycopg2 import sql as composing

from signon.db import postgresql_logins
from signon.db.locking import lock_each
from signon.db.session import Session
from signon.domain.names import login_name, login_problem, postgresql_role_problem
from signon.domain.profile.presets import Preset
from signon.domain.profile.profile import DirectoryLogin, Role, Schemas
from tests import hostile_names
from tests.builders import REALM, a_profile
from tests.integration.db.naming import drive
from tests.notebook import NOTEBOOK
from tests.whole import only_in_test_all

from .conftest import ADMIN_ONLY, MASTER, SQL, Operator, SignIn

MARK = json.dumps({"signon": {"profile": "payments", "complete": True}}).replace("{", "{{").replace("}", "}}")
ALONE = {"read": Role(Preset.READ)}
WITH_GRANTS = {"read": Role(Preset.READ, postgresql=Schemas("payments", ("core",)))}


@dataclass
class PostgreSQL:
    """As ``naming.Server``."""

    connection: psycopg2.extensions.connection
    session: Session

    def create(self, names: Sequence[str], roles: Mapping[str, Role] = ALONE, *, lock_leavers: bool = False) -> None:
        logins = tuple(DirectoryLogin(name, ("read",)) for name in names)
        profile = a_profile(logins=logins, roles=roles, lock_leavers=lock_leavers)
        lock_each(self.session, postgresql_logins.locks(self.session, SQL, profile, NOTEBOOK.memory), lambda _: None)
        postgresql_logins.create(self.session, SQL, profile, before_change=lambda _: None, **NOTEBOOK.of_a_run())

    def everything(self) -> Mapping[Hashable, object]:
        found: dict[Hashable, list[object]] = {}
        for row in self.run("SELECT rolname, r.*, shobj_description(oid, 'pg_authid') FROM pg_authid r"):
            found.setdefault(str(row[0]), []).append(row)
        for row in self.run("SELECT u.rolname, m.* FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member"):
            found.setdefault(str(row[0]), []).append(row)
        for row in self.run("SELECT datname, datacl::text, datdba FROM pg_database"):
            found["database", *row] = []
        return {name: sorted(map(repr, rows)) for name, rows in found.items()}

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
    if payments.version >= ADMIN_ONLY:
        pytest.skip("from PostgreSQL 16 on the master user may change only roles of its own, not those that are here")
    with closing(payments.connect(database="payments")) as connection, as_master() as session:
        yield PostgreSQL(connection, session)


OLDEST = pytest.mark.parametrize("server", ["oldest"], indirect=True)


@only_in_test_all
@OLDEST
@pytest.mark.parametrize("source", [hostile_names.curated, hostile_names.some], ids=["curated", "random"])
def test_a_name_is_stored_exactly_or_refused(source: Callable[[], list[str]], postgresql: PostgreSQL) -> None:
    """Beneath the grammar, which lets none of most of them come so far."""
    hostile = source()
    driven = drive(postgresql, hostile)
    print(f"seed {hostile_names.SEED}: {len(driven.stored)} stored exactly, {len(driven.refused)} refused")
    assert set(driven.refused) == {
        name for name in hostile if postgresql_role_problem(login_name(name, REALM)) or name.startswith("pg_")
    }
    for name, refusal in driven.refused.items():
        problem = postgresql_role_problem(login_name(name, REALM))
        assert str(refusal).startswith(
            f"The name {problem}" if problem else "The database refused a statement (PostgreSQL error 42939)"
        )  # reserved
    assert set(driven.stored) >= {name for name in hostile if not login_problem(name, MASTER[0])}


def exact(names: Sequence[str], taken: Set[str]) -> list[str]:
    """Those that are not taken, and that PostgreSQL keeps as they are."""
    return [name for name in names if not (postgresql_role_problem(name) or name.startswith("pg_") or name in taken)]


@OLDEST
def test_names_that_others_left_in_the_catalogue_are_only_names(postgresql: PostgreSQL) -> None:
    """Of tables, sequences and schemas, on which our roles are granted something, and of roles that bear our mark."""
    taken = postgresql.run("SELECT rolname FROM pg_roles UNION SELECT nspname FROM pg_namespace")
    left = exact(
        hostile_names.curated(), {"none", f"alice@{REALM}", "signon.payments.read", *(str(name) for (name,) in taken)}
    )
    for first in range(0, len(left), 100):
        some = left[first : first + 100]
        postgresql.run("; ".join(["CREATE TABLE core.{} (a int)"] * len(some)), *some)
        postgresql.run("; ".join(["CREATE SCHEMA {}"] * len(some)), *some)
        postgresql.run("; ".join(["CREATE ROLE {} LOGIN IN ROLE rds_ad"] * len(some)), *some)
        for name in some:
            postgresql.run(f"COMMENT ON ROLE {{}} IS '{MARK}'", name)
    postgresql.run("; ".join(["ALTER TABLE core.{} OWNER TO dbadmin"] * len(left)), *left)
    before = postgresql.everything()
    postgresql.create(["alice"], WITH_GRANTS, lock_leavers=True)
    after = postgresql.everything()
    assert set(map(str, set(after) - set(before))) >= {f"alice@{REALM}", "signon.payments.read"}
    granted = postgresql.run(
        "SELECT relname FROM pg_class WHERE relnamespace = 'core'::regnamespace AND relkind = 'r'"
        " AND has_table_privilege('signon.payments.read', oid, 'SELECT')"
    )
    assert {name for (name,) in granted} == {"invoices", "customers", *left}
    closed = postgresql.run(
        "SELECT rolname FROM pg_roles WHERE NOT rolcanlogin AND oid IN (SELECT objoid FROM pg_shdescription)"
    )
    assert {name for (name,) in closed} >= set(left)
