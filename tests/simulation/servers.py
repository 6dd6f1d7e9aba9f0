"""Real servers that stay up: what RDS would restart is cut off and given its plugin instead, in milliseconds."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any
from unittest import mock

import psycopg2
import pymysql
from psycopg2 import sql as composing

from localcloud.servers import World
from localcloud.servers import mysql as mysql_servers
from localcloud.servers.mysql import MySQL
from localcloud.servers.mysql_family import IAM
from localcloud.servers.postgresql import PostgreSQL

RDSADMIN = ("rdsadmin", "RdsAdmin-Passw0rd")
SUPERUSER = f"""\
CREATE USER '{RDSADMIN[0]}'@'%' IDENTIFIED BY '{RDSADMIN[1]}';
GRANT ALL ON *.* TO '{RDSADMIN[0]}'@'%' WITH GRANT OPTION;
"""
NO_PEOPLE = (RDSADMIN[0], "event_scheduler")
MYSQL_OWN = f"('{RDSADMIN[0]}', 'root', 'mysql.sys', 'mysql.session', 'mysql.infoschema')"


class WarmServers:
    """In the place of a world of servers, for RDS: each database gets the one server of its engine.

    ``addresses`` are those of the names of endpoints behind which somebody listens.
    """

    def __init__(self, world: World) -> None:
        self.addresses: dict[str, str] = {}
        self.migrations: dict[str, str] = {}
        self.authority = world.authority
        self._world = world
        self._servers: dict[str, WarmMySQL | WarmPostgreSQL] = {}
        self._readers: dict[str, PostgreSQL] = {}  # by the name of their writer

    @property
    def warm(self) -> Iterable[WarmMySQL | WarmPostgreSQL]:
        """Those behind which a database is."""
        return [server for server in self._servers.values() if server.host in self.addresses]

    def mysql(self, name: str, host: str, user: str, password: str) -> WarmMySQL:
        if host not in self._servers:
            with mock.patch.object(mysql_servers, "MASTER", mysql_servers.MASTER + SUPERUSER):
                server = self._world.mysql(name, host, user, password)
            self._servers[host] = WarmMySQL(server, self.addresses)
        warm = self._servers[host]
        assert isinstance(warm, WarmMySQL)
        warm.begin(user, password)
        return warm

    def postgresql(
        self, name: str, hosts: Sequence[str], user: str, password: str, version: int | None = None
    ) -> WarmPostgreSQL:
        if hosts[0] not in self._servers:
            server = self._world.postgresql(name, hosts, user, password)
            self._servers[hosts[0]] = WarmPostgreSQL(server, self.addresses, server.hosts)
        warm = self._servers[hosts[0]]
        assert isinstance(warm, WarmPostgreSQL)
        warm.begin(user, password)
        return warm

    def postgresql_replica(self, name: str, hosts: Sequence[str], source: WarmPostgreSQL) -> WarmPostgreSQL:
        """All readers of a writer are one server, good for the names of all of them: they show the same."""
        if source.host not in self._readers:
            all_of_them = f"*.{hosts[0].partition('.')[2]}"
            self._readers[source.host] = self._world.postgresql_replica(name, (all_of_them, *hosts[1:]), source.real)
        if hosts[0] not in self._servers:
            self._servers[hosts[0]] = WarmPostgreSQL(self._readers[source.host], self.addresses, hosts)
        warm = self._servers[hosts[0]]
        assert isinstance(warm, WarmPostgreSQL)
        warm.switch_iam(on=False)
        warm.restart()
        return warm


class WarmMySQL:
    """A MySQL server; ``operator`` is RDS's own superuser in it."""

    def __init__(self, real: MySQL, addresses: dict[str, str]) -> None:
        self.real, self.host, self.address, self._addresses = real, real.host, real.address, addresses
        self.tokens = real.tokens
        anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        self.operator = pymysql.connect(
            host=real.address, user=RDSADMIN[0], password=RDSADMIN[1], ssl=anybody, autocommit=True
        )

    def run(self, *statements: str) -> Sequence[tuple[Any, ...]]:
        with self.operator.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return tuple(cursor.fetchall())

    def begin(self, user: str, password: str) -> None:
        """As RDS makes one: nobody's accounts but the master user's, whose password this is; no plugin; it runs."""
        self._cut_off()
        there = self.run(f"SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User NOT IN {MYSQL_OWN}")
        if made := [account for (account,) in there if account != f"'{user}'@'%'"]:
            self.run(f"DROP USER {', '.join(made)}")
        self.change_password(user, "", password)
        self.switch_iam(on=False)
        self.restart()

    def create_database(self, name: str) -> None:
        self.run(f"CREATE DATABASE IF NOT EXISTS `{name}`")

    def change_password(self, user: str, old: str, new: str) -> None:
        with self.operator.cursor() as cursor:
            cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", (user, new))

    def restart(self, methods: Iterable[str] = (), *, read_only: bool = False) -> None:
        self._cut_off()
        self._load_plugin("auth_pam", wanted="kerberos" in set(methods))
        self.run(f"SET GLOBAL read_only = {'ON' if read_only else 'OFF'}")
        self._addresses[self.host] = self.address

    def switch_iam(self, on: bool) -> None:
        self._load_plugin(IAM, wanted=on)

    def stop(self) -> None:
        self._cut_off()
        self._addresses.pop(self.host, None)

    crash = delete = stop

    def _cut_off(self) -> None:
        """Waits until they are gone: the product counts sessions."""
        deadline = time.monotonic() + 60
        while others := [row[0] for row in self.run("SHOW PROCESSLIST") if row[1] not in NO_PEOPLE]:
            assert time.monotonic() < deadline, f"sessions that do not end: {others}"
            for process in others:
                with suppress(pymysql.err.OperationalError):  # "Unknown thread id": it has just signed out by itself
                    self.run(f"KILL {process}")

    def _load_plugin(self, plugin: str, *, wanted: bool) -> None:
        ((loaded,),) = self.run(f"SELECT COUNT(*) FROM information_schema.plugins WHERE plugin_name = '{plugin}'")
        if wanted and not loaded:
            self.run(f"INSTALL PLUGIN {plugin} SONAME 'rdsauth.so'")
        if loaded and not wanted:
            self.run(f"UNINSTALL PLUGIN {plugin}")


class WarmPostgreSQL:
    """A PostgreSQL server, a writer or a reader, which answers to ``hosts``."""

    def __init__(self, real: PostgreSQL, addresses: dict[str, str], hosts: Sequence[str]) -> None:
        self.real, self.hosts, self.host, self.port = real, hosts, hosts[0], real.port
        self.address, self._addresses, self.tokens = real.address, addresses, real.tokens
        self.operator = psycopg2.connect(
            host=str(real.log.parent),
            user=RDSADMIN[0],
            dbname="postgres",
            options="-c default_transaction_read_only=off",
        )
        self.operator.autocommit = True

    def run(self, *statements: str | composing.Composable) -> Sequence[tuple[Any, ...]]:
        with self.operator.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else ()

    def begin(self, user: str, password: str) -> None:
        """As RDS makes one: nobody's roles and databases; the master user has this password; it runs."""
        self._cut_off()
        own = "datname NOT IN ('postgres', 'template0', 'template1', 'rdsadmin')"
        for (name,) in self.run(f"SELECT datname FROM pg_database WHERE {own}"):
            self.run(composing.SQL("DROP DATABASE {} WITH (FORCE)").format(composing.Identifier(name)))
        made = self.run(f"SELECT rolname FROM pg_roles WHERE rolname !~ '^(pg_|rds)' AND rolname <> '{user}'")
        if made:
            roles = composing.SQL(", ").join(composing.Identifier(name) for (name,) in made)
            self.run(*(composing.SQL(f"{do} {{}}").format(roles) for do in ("DROP OWNED BY", "DROP ROLE")))
        self.change_password(user, "", password)
        self.switch_iam(on=False)
        self.restart()

    def change_password(self, user: str, old: str, new: str) -> None:
        role = composing.Identifier(user)
        self.run(composing.SQL("ALTER ROLE {} PASSWORD {}").format(role, composing.Literal(new)))

    def restart(self, methods: Iterable[str] = (), *, read_only: bool = False) -> None:
        """Nothing in the server shows whether it knows tickets; read only it is for RDS alone to make."""
        self._cut_off()
        self._addresses.update(dict.fromkeys(self.hosts, self.address))

    def switch_iam(self, on: bool) -> None:
        if on is not self.real._takes_tokens:
            self.real.switch_iam(on)

    def stop(self) -> None:
        self._cut_off()
        for host in self.hosts:
            self._addresses.pop(host, None)

    crash = delete = stop

    def _cut_off(self) -> None:
        """Waits until they are gone: the product counts sessions."""
        others = f"backend_type = 'client backend' AND usename <> '{RDSADMIN[0]}'"
        self.run(f"SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE {others}")
