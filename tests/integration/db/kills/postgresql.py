"""A PostgreSQL that is killed, as `trial.Server`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Self

import psycopg2
import pytest
from psycopg2 import extensions

from localcloud.servers import World
from localcloud.servers import postgresql as servers
from tests.integration.db.postgresql.conftest import HOST, MASTER, Operator

from .runs import Where

# Who may sign in; what they are a member of; and what these may do, on the server and in the database.
OPENED = """\
WITH acls (what, acl) AS (
    SELECT datname::text, datacl FROM pg_database
    UNION ALL SELECT nspname::text, nspacl FROM pg_namespace WHERE nspname = 'core'
    UNION ALL SELECT relname::text, relacl FROM pg_class WHERE relnamespace = 'core'::regnamespace
    UNION ALL SELECT 'new ' || defaclobjtype::text, defaclacl FROM pg_default_acl),
  held AS MATERIALIZED (
    SELECT grantee, string_agg(what || ' ' || privilege_type, ', ' ORDER BY what, privilege_type) AS privileges
    FROM acls, aclexplode(acl) GROUP BY grantee)
SELECT r.rolname, shobj_description(r.oid, 'pg_authid'),
  ARRAY(SELECT g.rolname || ': ' || COALESCE(privileges, '')
    FROM pg_auth_members m JOIN pg_authid g ON g.oid = m.roleid LEFT JOIN held ON held.grantee = g.oid
    WHERE m.member = r.oid ORDER BY g.rolname)
FROM pg_authid r WHERE r.rolcanlogin AND r.rolname NOT IN ('rdsadmin', 'dbadmin')"""
EVERYTHING = (
    "SELECT to_jsonb(a) - 'oid', shobj_description(oid, 'pg_authid') FROM pg_authid a ORDER BY rolname",
    """SELECT roleid::regrole::text, member::regrole::text, grantor::regrole::text,
      to_jsonb(m) - '{oid,roleid,member,grantor}'::text[] FROM pg_auth_members m ORDER BY 1, 2, 3""",
    "SELECT setdatabase, setrole::regrole::text, setconfig FROM pg_db_role_setting ORDER BY 1, 2",
    "SELECT datname, datacl::text FROM pg_database ORDER BY 1",
    "SELECT nspname, nspacl::text FROM pg_namespace ORDER BY 1",
    "SELECT oid::regclass::text, relacl::text FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') ORDER BY 1",
    """SELECT defaclrole::regrole::text, defaclnamespace::regnamespace::text, defaclobjtype, defaclacl::text
      FROM pg_default_acl ORDER BY 1, 2, 3""",
)


class KilledPostgreSQL:
    """The newest version, with the worked example's database."""

    opened, everything = OPENED, EVERYTHING
    unreachable = psycopg2.OperationalError

    def __init__(self, world: World) -> None:
        host = HOST.replace("orders", "killed")  # `HOST` may be another server's of this world
        self._server = world.postgresql("killed", [host], *MASTER)
        self.where = Where("aurora-postgresql", host, self._server.port, *MASTER, str(world.authority.bundle))
        self._operator = Operator(self._server, str(self._server.log.parent))
        self._operator.run("CREATE DATABASE payments OWNER dbadmin")
        self._operator.run(
            "SET SESSION AUTHORIZATION dbadmin",
            "CREATE SCHEMA core",
            "CREATE TABLE core.invoices (id serial, amount int)",
            "CREATE VIEW core.amounts AS SELECT amount FROM core.invoices",
            database="payments",
        )

    @classmethod
    @contextmanager
    def running(cls, world: World) -> Iterator[Self]:
        """As on RDS, a page survives that was just being written: full_page_writes."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(servers.SMALL_AND_FORGETFUL, "full_page_writes", "on")
            killed = cls(world)
            yield killed
            killed._server.delete()

    def connect(self) -> extensions.connection:
        return self._operator.connect(database="payments")

    def forget_logins(self) -> None:
        if made := ", ".join(f'"{name}"' for name in self._operator.roles()):
            self._operator.run(f"DROP OWNED BY {made} CASCADE", f"DROP ROLE {made}", database="payments")

    def kill(self) -> None:
        self._server.crash()

    def restart(self) -> None:
        self._server.restart()

    @contextmanager
    def blocking(self) -> Iterator[None]:
        """Roles can be read and not changed."""
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE pg_authid IN SHARE MODE")
            yield

    def blocks(self, sql: str) -> bool:
        return sql.startswith("CREATE ROLE")

    def waiting(self) -> int:
        return self._count("pg_locks WHERE NOT granted")

    def sessions(self) -> int:
        return self._count(f"pg_stat_activity WHERE usename = '{MASTER[0]}'")

    def _count(self, what: str) -> int:
        ((count,),) = self._operator.run(f"SELECT count(*) FROM {what}")
        return int(count)
