"""A MySQL that is killed, as `trial.Server`."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, Self

import pymysql
import pytest

from localcloud.servers import World
from localcloud.servers import mysql as servers
from tests.integration.db.conftest import HOST, MASTER, RDSADMIN

from .runs import Where

OTHERS = f"'{MASTER[0]}', '{RDSADMIN[0]}', 'root', 'mysql.sys', 'mysql.session', 'mysql.infoschema'"
OPENED = f"""\
SELECT u.User, u.Host, u.plugin, u.ssl_type, u.User_attributes, (
  SELECT JSON_ARRAYAGG(CONCAT_WS(' ', d.Db, d.Select_priv, d.Show_view_priv, d.Insert_priv, d.Update_priv,
    d.Delete_priv, d.Execute_priv))
  FROM mysql.db d WHERE d.User = u.User AND d.Host = u.Host)
FROM mysql.user u WHERE u.account_locked = 'N' AND u.User NOT IN ({OTHERS})"""
TABLES = ("user", "db", "tables_priv", "columns_priv", "procs_priv", "proxies_priv", "role_edges", "global_grants")


class KilledMySQL:
    opened = OPENED
    everything = tuple(f"SELECT * FROM mysql.{table}" for table in TABLES)
    unreachable = (pymysql.MySQLError, OSError)

    def __init__(self, world: World) -> None:
        self._server = world.mysql("killed", HOST.replace("orders", "killed"), *MASTER)
        self.restart()
        self.where = Where("mysql", self._server.host, self._server.port, *MASTER, str(world.authority.bundle))

    @classmethod
    @contextmanager
    def running(cls, world: World) -> Iterator[Self]:
        """As on RDS, a page survives that was just being written: doublewrite."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(servers, "SERVE", (*servers.SERVE, "--innodb-doublewrite=ON"))
            killed = cls(world)
            yield killed
            killed._server.delete()

    def connect(self) -> pymysql.Connection[Any]:
        """By the server's socket, where RDS's own account needs no password. PyMySQL would leave its end of it open
        where nobody listens.
        """
        path = str(self._server.log.parent / "socket")
        connection = pymysql.connect(
            unix_socket=path, user=RDSADMIN[0], autocommit=True, ssl_disabled=True, defer_connect=True
        )
        with ExitStack() as unless_connected:
            line = unless_connected.enter_context(socket.socket(socket.AF_UNIX))
            line.connect(path)
            connection.connect(line)
            unless_connected.pop_all()
        return connection

    def forget_logins(self) -> None:
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User NOT IN ({OTHERS})")
            if there := ", ".join(account for (account,) in cursor.fetchall()):
                cursor.execute(f"DROP USER {there}")

    def kill(self) -> None:
        self._server.crash()

    def restart(self) -> None:
        self._server.restart(["kerberos"])

    @contextmanager
    def blocking(self) -> Iterator[None]:
        """A backup: "account management statements are blocked".

        https://dev.mysql.com/doc/refman/8.4/en/lock-instance-for-backup.html
        """
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("LOCK INSTANCE FOR BACKUP")
            yield

    def blocks(self, sql: str) -> bool:
        return sql.startswith(("CREATE USER", "GRANT", "ALTER USER"))

    def waiting(self) -> int:
        return sum(state == "Waiting for backup lock" for *_, state, _ in self._processes())

    def sessions(self) -> int:
        return sum(user == MASTER[0] for _, user, *_ in self._processes())

    def _processes(self) -> list[tuple[Any, ...]]:
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW PROCESSLIST")
            return list(cursor.fetchall())
