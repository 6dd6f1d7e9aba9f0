"""Real PostgreSQL servers, the oldest and the newest that this machine has; RDS's own superuser in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg2
import pytest
from psycopg2 import sql as composing

from localcloud.servers import World
from localcloud.servers.postgresql import PostgreSQL
from signon.db import postgresql_logins
from signon.db.locking import lock_each
from signon.db.session import Session, sign_in
from signon.domain.engines import POSTGRESQL_AD, Method
from signon.domain.logins.login import Proof
from signon.domain.profile.profile import Profile
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database
from tests import as_planned
from tests.builders import a_database, a_database_id
from tests.notebook import NOTEBOOK
from tests.whole import WHOLE

HOST = "payments-orders.cluster-cabc123def45.us-east-1.rds.amazonaws.com"
MASTER = ("dbadmin", "M4ster'Pass\\word%s{}")  # with the characters that SQL, and a driver, must quote
SQL = {Method.KERBEROS: POSTGRESQL_AD}
RDS_ROLES = ("rdsadmin", "rds_superuser", "rds_replication", "rds_password", "rds_iam", "rds_ad")
ADMIN_ONLY = 160000  # from this version on a membership may give nothing


@dataclass
class Operator:
    """Our own view of the server: RDS's superuser, by the server's socket, besides the sessions that are tested."""

    server: PostgreSQL
    folder: str

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Runs the statements; answers the rows of the last one."""
        with closing(self.connect(database=database)) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def connect(self, user: str = "rdsadmin", database: str = "postgres") -> psycopg2.extensions.connection:
        connection = psycopg2.connect(
            host=self.folder,
            hostaddr="",
            user="rdsadmin",
            dbname=database,
            options="-c default_transaction_read_only=off -c role=none",
        )
        connection.autocommit = True
        if user != "rdsadmin":
            with connection.cursor() as cursor:
                cursor.execute(composing.SQL("SET SESSION AUTHORIZATION {}").format(composing.Identifier(user)))
        return connection

    @cached_property
    def version(self) -> int:
        ((version,),) = self.run("SHOW server_version_num")
        return int(version)

    def roles(self) -> dict[str, bool]:
        """Every role but RDS's and PostgreSQL's own: whether it may sign in."""
        rows = self.run("SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname !~ '^pg_'")
        return {name: can_login for name, can_login in rows if name not in (*RDS_ROLES, MASTER[0])}

    def opened(self) -> list[str]:
        return sorted(name for name, can_login in self.roles().items() if can_login)

    def as_it_was_made(self) -> None:
        """Takes everything back that a test has made."""
        own = "datname NOT IN ('postgres', 'template0', 'template1', 'rdsadmin')"
        for (name,) in self.run(f"SELECT quote_ident(datname) FROM pg_database WHERE {own}"):
            self.run(f"DROP DATABASE {name} WITH (FORCE)")
        admin_only = "GRANT rds_ad, rds_iam TO dbadmin WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
        self.run(
            "REVOKE rds_ad, rds_iam FROM dbadmin CASCADE",
            *([admin_only] if self.version >= ADMIN_ONLY else []),
            "ALTER ROLE dbadmin RESET ALL",
            "ALTER ROLE dbadmin IN DATABASE postgres RESET ALL",
            "ALTER DATABASE postgres RESET ALL",
        )
        if made := ", ".join('"' + name.replace('"', '""') + '"' for name in self.roles()):
            self.run(f"DROP OWNED BY {made} CASCADE", f"DROP ROLE {made}")


@pytest.fixture(scope="session", params=["oldest", "newest"] if WHOLE else ["newest"])
def server(request: pytest.FixtureRequest, world: World) -> PostgreSQL:
    version = None if request.param == "newest" else world.machine.postgresql[0].major
    return world.postgresql(f"payments-{request.param}", [HOST], *MASTER, version=version)


@pytest.fixture
def operator(server: PostgreSQL) -> Operator:
    """The server is as RDS makes one: no logins of anybody's, no databases of anybody's."""
    operator = Operator(server, str(server.log.parent))
    operator.as_it_was_made()
    return operator


@pytest.fixture
def payments(operator: Operator) -> Operator:
    """The worked example's database: schema core with two tables and a sequence, all of them the master user's."""
    operator.run("CREATE DATABASE payments OWNER dbadmin")
    operator.run(
        "SET SESSION AUTHORIZATION dbadmin",
        "CREATE SCHEMA core",
        "CREATE TABLE core.invoices (id serial, amount int)",
        "CREATE TABLE core.customers (name text)",
        "CREATE VIEW core.amounts AS SELECT amount FROM core.invoices",
        database="payments",
    )
    return operator


@pytest.fixture(autouse=True)
def names(server: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
    """libpq resolves names by itself; it is told the address, and verifies the name."""
    monkeypatch.setenv("PGHOSTADDR", server.address)


@pytest.fixture
def database() -> Database:
    return a_database(id=a_database_id(engine="aurora-postgresql"), host=HOST, port=5432, master_user=MASTER[0])


SignIn = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def as_master(operator: Operator, database: Database, bundle: str) -> SignIn:
    """Signs in as the product does."""

    @contextmanager
    def as_master() -> Iterator[Session]:
        with sign_in(database, lambda: Credentials(*MASTER), bundle) as session:
            yield session

    return as_master


Create = Callable[[Profile], int]
Verify = Callable[[Profile], Proof]


@pytest.fixture
def create(as_master: SignIn) -> Create:
    """One run of the function that creates logins; how many statements it took."""

    def create(profile: Profile) -> int:
        with as_master() as session:
            return as_planned.create(postgresql_logins, session, SQL, profile, NOTEBOOK)

    return create


@pytest.fixture
def create_unplanned(as_master: SignIn) -> Create:
    """The same, not held to a plan: the server refuses some of it, or others work at the same time."""

    def create(profile: Profile) -> int:
        with as_master() as session:
            lock_each(session, postgresql_logins.locks(session, SQL, profile, NOTEBOOK.memory), lambda _: None)
            return postgresql_logins.create(session, SQL, profile, before_change=lambda _: None, **NOTEBOOK.of_a_run())

    return create


@pytest.fixture
def verify(as_master: SignIn) -> Verify:
    def verify(profile: Profile) -> Proof:
        with as_master() as session:
            return postgresql_logins.verify(session, SQL, profile, NOTEBOOK.memory)

    return verify
