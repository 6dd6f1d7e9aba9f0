"""The memory that reading MySQL's and MariaDB's accounts takes. They are written into the server's own tables, because
100,000 statements CREATE USER would take minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

import pymysql

from localcloud.servers import World
from localcloud.servers.machine import Machine
from localcloud.servers.mysql_family import ADMIN, MySQLFamily
from tests.bench.memory import HOST, MASTER, peak

_NUMBERS = (
    "(WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {number}) SELECT n FROM n) AS numbers"
)
_TABLES = {"mysql": "mysql.user", "mariadb": "mysql.global_priv"}
_GRANTS = (
    "INSERT INTO mysql.db (Host, Db, User, Select_priv, Insert_priv)"
    " SELECT Host, 'payments', User, 'Y', 'Y' FROM {table} WHERE User LIKE 'account-%'"
)
_MEMBERS = (
    "INSERT INTO mysql.role_edges (FROM_HOST, FROM_USER, TO_HOST, TO_USER)"
    " SELECT Host, 'account-1', Host, User FROM mysql.user WHERE User LIKE 'account-%'"
)


@dataclass(frozen=True)
class Load:
    """So many accounts, each of them a copy of the master user's, with other texts in some columns; and a statement."""

    title: str
    number: int
    texts: Mapping[str, str] = field(default_factory=dict)
    then: str = ""
    engines: tuple[str, ...] = ("mysql", "mariadb")


LOADS = (
    Load("99,000 accounts", 99_000),
    Load("99,000, 198,000 grants", 99_000, then=_GRANTS),
    Load("99,000 of long hosts", 99_000, {"Host": "CONCAT('10.', REPEAT('x', 200))"}, engines=("mysql",)),
    Load("99,000 members of one", 99_000, then=_MEMBERS, engines=("mysql",)),
)


def measured() -> Iterator[tuple[str, int]]:
    """What was read, and the largest resident set in megabytes."""
    with World(Machine.read()) as world:
        for engine in ("mysql", "mariadb"):
            server: MySQLFamily = getattr(world, engine)("memory", HOST, *MASTER)
            server.switch_iam(on=True)
            for load in (each for each in LOADS if engine in each.engines):
                _fill(server, engine, load)
                yield f"{engine}: {load.title}", peak("accounts", server.address, str(world.authority.bundle), engine)
            server.delete()


def _fill(server: MySQLFamily, engine: str, load: Load) -> None:
    table, texts = _TABLES[engine], {"User": "CONCAT('account-', n)", **load.texts}
    with (
        closing(pymysql.connect(unix_socket=str(server.log.parent / "socket"), user=ADMIN, autocommit=True)) as opened,
        opened.cursor() as cursor,
    ):
        cursor.execute("SET SESSION sql_log_bin = 0")
        depth = {"mysql": "cte_max_recursion_depth", "mariadb": "max_recursive_iterations"}[engine]
        cursor.execute(f"SET SESSION {depth} = 10000000")
        cursor.execute(f"SHOW COLUMNS FROM {table}")
        columns = [str(name) for name, *_ in cursor.fetchall()]
        said = ", ".join(texts.get(each, f"`{each}`") for each in columns)
        for left in (table, "mysql.db", *(["mysql.role_edges"] if engine == "mysql" else [])):
            name = "TO_USER" if left == "mysql.role_edges" else "User"
            cursor.execute(f"DELETE FROM {left} WHERE {name} LIKE 'account-%'")
        numbers = _NUMBERS.format(number=load.number)
        cursor.execute(f"INSERT INTO {table} SELECT {said} FROM {table} JOIN {numbers} WHERE User = '{MASTER[0]}'")
        if load.then:
            cursor.execute(load.then.format(table=table))
        cursor.execute("FLUSH PRIVILEGES")
