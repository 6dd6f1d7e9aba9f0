"""One real MySQL server, RDS's own superuser in it, and a process that resolves the endpoint's name."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pymysql
import pytest

from localcloud.servers import MySQL, World
from localcloud.servers import mysql as servers
from localcloud.servers.machine import Machine
from signon.db.session import Session, sign_in
from signon.domain.engines import MYSQL_PAM, Method
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database
from tests.builders import a_database
from tests.notebook import NOTEBOOK, Notebook

HOST = "payments-orders.cabc123def45.us-east-1.rds.amazonaws.com"
MASTER = ("admin", "M4ster'Pass\\word%s")  # with the characters that SQL, and a driver, must quote
SQL = {Method.KERBEROS: MYSQL_PAM}
ANYBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the system's certificates take 25 ms to load
ANYBODY.check_hostname, ANYBODY.verify_mode = False, ssl.CERT_NONE
RDSADMIN = ("rdsadmin", "RdsAdmin-Passw0rd")

# What RDS itself can do in its servers, and the master user cannot.
SUPERUSER = f"""\
CREATE USER '{RDSADMIN[0]}'@'%' IDENTIFIED BY '{RDSADMIN[1]}';
GRANT ALL ON *.* TO '{RDSADMIN[0]}'@'%' WITH GRANT OPTION;
"""


@dataclass
class Names:
    """What the names of endpoints resolve to in this process, and which were asked for."""

    addresses: dict[str, str]
    asked: list[str] = field(default_factory=list)


@dataclass
class Operator:
    """Our own view of the server: RDS's superuser, signed in besides the sessions that are tested."""

    connection: pymysql.Connection[Any]
    address: str

    def run(self, *statements: str) -> tuple[tuple[Any, ...], ...]:
        """Runs the statements; answers the rows of the last one."""
        with self.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return tuple(cursor.fetchall())

    def counts(self, *commands: str) -> dict[str, int]:
        """How many of these commands ("create_user") the server has run since it started."""
        counted = dict(self.run("SHOW GLOBAL STATUS LIKE 'Com\\_%'"))
        return {command: int(counted[f"Com_{command}"]) for command in commands}


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with World(Machine.read()) as world:
        yield world


@pytest.fixture(scope="session")
def server(world: World) -> MySQL:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(servers, "MASTER", servers.MASTER + SUPERUSER)
        return world.mysql("payments", HOST, *MASTER)


@pytest.fixture(scope="session")
def bundle(world: World) -> str:
    return str(world.authority.bundle)


def as_user(address: str, user: str, password: str, **more: Any) -> pymysql.Connection[Any]:
    """A session of somebody, by the server's address: who it is needs no proof here."""
    return pymysql.connect(host=address, user=user, password=password, ssl=ANYBODY, autocommit=True, **more)


@pytest.fixture
def operator(server: MySQL) -> Iterator[Operator]:
    """The server is as it is after a reboot of a database that has joined; there are no logins and no databases."""
    with as_user(server.address, *RDSADMIN) as connection:
        operator = Operator(connection, server.address)
        operator.run("SET GLOBAL read_only = OFF")
        own = f"'{MASTER[0]}', '{RDSADMIN[0]}', 'root', 'mysql.sys', 'mysql.session', 'mysql.infoschema'"
        there = operator.run(f"SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User NOT IN ({own})")
        if there:
            operator.run("DROP USER " + ", ".join(account for (account,) in there))
        system = "'mysql', 'sys', 'information_schema', 'performance_schema'"
        for (name,) in operator.run(
            f"SELECT SCHEMA_NAME FROM information_schema.schemata WHERE SCHEMA_NAME NOT IN ({system})"
        ):
            operator.run(f"DROP DATABASE `{name}`")
        operator.run("SET GLOBAL partial_revokes = ON")
        load_plugin(operator)
        yield operator


def load_plugin(operator: Operator, *, loaded: bool = True) -> None:
    """As a reboot of a database that has joined, or has not."""
    (there,) = operator.run("SELECT COUNT(*) FROM information_schema.plugins WHERE plugin_name = 'auth_pam'")[0]
    if loaded and not there:
        operator.run("INSTALL PLUGIN auth_pam SONAME 'rdsauth.so'")
    if there and not loaded:
        operator.run("UNINSTALL PLUGIN auth_pam")


@pytest.fixture(autouse=True)
def notebook() -> Notebook:
    """What is remembered of earlier runs: nothing."""
    NOTEBOOK.write({})
    return NOTEBOOK


@pytest.fixture(autouse=True)
def names(server: MySQL, monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names({HOST: server.address})
    really = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **more: Any) -> Any:
        names.asked.append(host)
        return really(names.addresses.get(host, host), *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


@pytest.fixture
def database() -> Database:
    return a_database(host=HOST, master_user=MASTER[0])


SignIn = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def as_master(operator: Operator, database: Database, bundle: str) -> SignIn:
    """Signs in as the product does."""

    @contextmanager
    def as_master() -> Iterator[Session]:
        with sign_in(database, lambda: Credentials(*MASTER), bundle) as session:
            yield session

    return as_master
