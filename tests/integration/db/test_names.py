"""Whatever a name is, MySQL stores exactly that, or nothing; and no name says anything but itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from signon.db import mysql_logins
from signon.db.locking import lock_each
from signon.db.session import Session
from signon.domain.names import login_problem, mysql_account_problem
from signon.domain.profile.presets import Preset
from signon.domain.profile.profile import DirectoryLogin, Role
from tests import hostile_names
from tests.builders import a_profile
from tests.notebook import NOTEBOOK
from tests.whole import first_alone

from .conftest import MASTER, RDSADMIN, SQL, Operator, SignIn
from .naming import drive

MARK = json.dumps({"signon": {"profile": "payments", "complete": True}})


@dataclass
class MySQL:
    """As ``naming.Server``."""

    operator: Operator
    session: Session

    def create(self, names: Sequence[str]) -> None:
        logins = tuple(DirectoryLogin(name, ("read",)) for name in names)
        profile = a_profile(logins=logins, roles={"read": Role(Preset.READ, ("payments",))})
        lock_each(self.session, mysql_logins.locks(self.session, SQL, profile, NOTEBOOK.memory), lambda _: None)
        mysql_logins.create(self.session, SQL, profile, before_change=lambda _: None, **NOTEBOOK.of_a_run())

    def everything(self) -> Mapping[Hashable, object]:
        found: dict[Hashable, list[object]] = {}
        for table in ("mysql.user", "mysql.db", "mysql.tables_priv", "mysql.global_grants"):
            host, user = ("Host", "User") if table != "mysql.global_grants" else ("HOST", "USER")
            for row in self.operator.run(f"SELECT {host}, {user}, t.* FROM {table} t"):
                found.setdefault(f"{_text(row[0])}@{_text(row[1])}", []).append(row)
        for row in self.operator.run("SELECT SCHEMA_NAME FROM information_schema.schemata"):
            found[row] = []
        return {name: sorted(map(repr, rows)) for name, rows in found.items()}

    def stored(self, name: str) -> Hashable:
        return f"%@{name}"

    def forget(self, accounts: Sequence[Hashable]) -> None:
        self.run(
            f"DROP USER {', '.join(['%s@%s'] * len(accounts))}", [str(name).partition("@")[2] for name in accounts]
        )

    def run(self, sql: str, names: Sequence[str], *more: str) -> None:
        with self.operator.connection.cursor() as cursor:
            cursor.execute(sql, [part for name in names for part in (name, "%")] + list(more))


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@pytest.fixture
def mysql(operator: Operator, as_master: SignIn) -> Iterator[MySQL]:
    operator.run("CREATE DATABASE payments")
    with as_master() as session:
        yield MySQL(operator, session)


SOURCES = first_alone([hostile_names.curated], [hostile_names.some])


@pytest.mark.parametrize("source", SOURCES, ids=["curated", "random"])
def test_a_name_is_stored_exactly_or_refused(source: Callable[[], list[str]], mysql: MySQL) -> None:
    """Beneath the grammar, which lets none of most of them come so far."""
    hostile = source()
    driven = drive(mysql, hostile)
    print(f"seed {hostile_names.SEED}: {len(driven.stored)} stored exactly, {len(driven.refused)} refused")
    assert {name: str(refusal) for name, refusal in driven.refused.items()} == {
        name: f"Login {problem} | Remedy: Use another name, or remove the login from the profile"
        for name in hostile
        if (problem := mysql_account_problem(name))
    }
    assert set(driven.stored) >= {name for name in hostile if not login_problem(name, MASTER[0])}


def test_names_that_others_left_in_the_catalogue_are_only_names(mysql: MySQL) -> None:
    """Of accounts that bear our mark and are not in the profile: they are locked, by the names that are shown."""
    left = [
        name
        for name in hostile_names.curated()
        if not mysql_account_problem(name) and name not in (MASTER[0], RDSADMIN[0])
    ]
    for first in range(0, len(left), 100):
        some = left[first : first + 100]
        accounts = ", ".join(["%s@%s IDENTIFIED WITH 'auth_pam'"] * len(some))
        mysql.run(f"CREATE USER {accounts} REQUIRE SSL ATTRIBUTE %s", some, MARK)
    before = mysql.everything()
    mysql.create(["alice"])
    after = mysql.everything()
    assert set(after) - set(before) == {"%@alice"}
    assert {name for name in before if before[name] != after[name]} == {f"%@{name}" for name in left}
    locked = mysql.operator.run("SELECT User FROM mysql.user WHERE account_locked = 'Y' AND plugin = 'auth_pam'")
    assert {_text(name) for (name,) in locked} == set(left)
    mysql.forget([f"%@{name}" for name in [*left, "alice"]])
