"""A person's machine next to the servers: the kits' files in folders, and the clients that the kits speak of."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from localcloud.iam.policies import statements
from localcloud.iam.principals import Principal
from localcloud.rds.tokens import Destination, verify
from localcloud.servers import AuroraMySQL, MariaDB, MySQL, PostgreSQL, SambaDirectory, World
from localcloud.servers.controller import KERBEROS_PORT
from signon.domain.engines import ENGINES
from signon.domain.kit.facts import KitFacts
from signon.domain.kit.files import render
from tests.integration.servers import psql
from tests.integration.servers.accounts import ALICE, BOB, MASTER, REALM
from tests.integration.servers.conftest import REGION
from tests.integration.servers.sign_in import sign_in

from .client_errors import GRACE
from .jdbc import ask_drivers

ROOT = Path(__file__).parents[4]
RDS_BUNDLE = ROOT / "layers/signon/rds-ca-bundle.pem"
SHOP = f"shop.cabc123def45.{REGION}"
BOOKS = f"books.cluster-cabc123def45.{REGION}"
LEDGER = f"ledger.cluster-cabc123def45.{REGION}"
MYSQL_IAM = "IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret"}
# Logins by token, and how late it is where theirs are looked at.
TOKENS = {"payments_app": timedelta(0), "late_app": timedelta(minutes=16)}
# What is added to a kit's line that a person would type afterwards: the statement, and rows without decoration.
ASKING = {
    "mysql": '--batch --skip-column-names --execute "$SQL"',
    "mariadb": '--batch --skip-column-names --execute "$SQL"',
    "psql": '--no-psqlrc --no-password --no-align --tuples-only --command "$SQL"',
}


@dataclass(frozen=True)
class Answer:
    """What a client wrote."""

    rows: str
    error: str


@dataclass(frozen=True)
class Cell:
    """A database that a kit is for, and where it really listens."""

    facts: KitFacts
    address: str
    kit: Path


@dataclass(frozen=True)
class Desk:
    """Where somebody sits: the programs under the names that kits use, and tickets in files."""

    world: World
    folder: Path
    environment: Mapping[str, str]

    def cell(self, engine: str, server: MySQL | MariaDB | PostgreSQL) -> Cell:
        """Of an engine and all of its methods, with the kit's files in a folder of their own.

        The local authority's certificate is there besides RDS's.
        """
        row = ENGINES[engine]
        where = (row.family, "us-east-1", server.host, server.port)
        facts = KitFacts("ours", engine, row.title, *where, tuple(row.logins), REALM)
        folder = self.folder / engine
        folder.mkdir()
        bundle = RDS_BUNDLE.read_bytes() + self.world.authority.bundle.read_bytes()
        for name, content in render(facts, bundle).items():
            (folder / name).write_bytes(content)
        return Cell(facts, server.address, folder)

    def run(self, line: str, kit: Path, *, sql: str = "", typed: str = "", **more: str) -> Answer:
        """Runs a line in the kit's folder as a POSIX shell does; ``typed`` is what the client asks for."""
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=kit,
            env={**self.environment, **self.kerberos(kit), "SQL": sql, **more},
            input=f"{typed}\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
            start_new_session=True,  # without a terminal of its own a client reads the password from here
        )
        return Answer(done.stdout.strip(), done.stderr.removeprefix("Enter password: ").strip())

    def ask_drivers(
        self, questions: Iterable[Sequence[str]], kit: Path, options: Iterable[str] = (), **more: str
    ) -> list[list[str]]:
        """The answers of the JDBC drivers, in the kit's folder."""
        return ask_drivers(questions, kit, {**self.environment, **self.kerberos(kit), **more}, options)

    def skip_without_plugin(self) -> None:
        """Where MySQL's client takes tickets, and this machine's has no plugin for them: Ubuntu's has none."""
        folder = self.world.machine.mysql_plugin_dir
        if folder and not (folder / "authentication_kerberos_client.so").exists():
            pytest.skip("this machine's MySQL client has no plugin for Kerberos")

    def kerberos(self, kit: Path) -> dict[str, str]:
        """The kit's krb5.conf, and alice's tickets."""
        return {"KRB5_CONFIG": f"{kit}/krb5.conf", "KRB5CCNAME": self.tickets("alice")}

    def in_java(self, kit: Path) -> list[str]:
        """The same as the kit's options for a JVM. It asks DNS itself, and not as this machine's programs do: where the
        KDCs are stands before the kit's lines.
        """
        (kit / "krb5-here.conf").write_text((self.folder / "kdcs.conf").read_text() + (kit / "krb5.conf").read_text())
        return [
            "-Djava.security.krb5.conf=krb5-here.conf",
            "-Djava.security.auth.login.config=jaas.conf",
        ]

    def tickets(self, whose: str) -> str:
        """The file of somebody's tickets, as KRB5CCNAME."""
        return f"FILE:{self.folder}/{whose}.tickets"


@pytest.fixture(scope="session")
def desk(world: World, directory: SambaDirectory, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "kdcs.conf").write_text(
        f"[libdefaults]\n udp_preference_limit = 1\n[realms]\n {directory.realm} = {{\n"
        f"  kdc = {directory.address}:{KERBEROS_PORT}\n }}\n"
    )
    programs, machine = folder / "bin", world.machine
    programs.mkdir()
    begun: Mapping[str, Sequence[str | Path]] = {
        "mysql": machine.mysql,
        "mariadb": (*machine.mariadb, "--no-defaults"),
        "psql": [machine.postgresql[-1].bin / "psql"],
    }
    for name, command in begun.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {" ".join(map(str, command))} "$@" {ASKING[name]}\n')
        program.chmod(0o755)
    (programs / "aws").symlink_to(ROOT / ".machine/aws/bin/aws")
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        **world.client_environment,
    }
    return Desk(world, folder, environment)


@pytest.fixture(scope="session")
def payments(world: World, directory: SambaDirectory, database: MySQL) -> MySQL:
    """Besides alice, frank signs in, who has rights on a database that is gone; grace's login is locked."""
    directory.add_user(*GRACE)
    database.switch_iam(True)
    made = sign_in(
        world,
        database,
        *MASTER,
        "CREATE USER frank IDENTIFIED WITH 'auth_pam' REQUIRE SSL",
        "GRANT SELECT ON gone.* TO frank",
        "CREATE USER grace IDENTIFIED WITH 'auth_pam' REQUIRE SSL ACCOUNT LOCK",
        *(f"CREATE USER {user} {MYSQL_IAM}" for user in TOKENS),
    )
    assert made.error == ""
    return take_tokens(database)


@pytest.fixture(scope="session")
def books(world: World, directory: SambaDirectory) -> AuroraMySQL:
    """An Aurora MySQL that has joined; alice and bob sign in with tickets."""
    server = world.aurora_mysql("books", [BOOKS], *MASTER)
    server.restart(["kerberos"])
    server.switch_iam(True)
    tickets = f"IDENTIFIED WITH 'authentication_kerberos' BY '{REALM}'"
    people = [f"CREATE USER {user} {tickets}" for user in ("alice", "bob")]
    made = sign_in(world, server, *MASTER, *people, *(f"CREATE USER {user} {MYSQL_IAM}" for user in TOKENS))
    assert made.error == ""
    return take_tokens(server)


@pytest.fixture(scope="session")
def shop(world: World) -> MariaDB:
    server = world.mariadb("shop", SHOP, *MASTER)
    server.switch_iam(True)
    assert sign_in(world, server, *MASTER, *(f"CREATE USER {user} {MYSQL_IAM}" for user in TOKENS)).error == ""
    return take_tokens(server)


@pytest.fixture(scope="session")
def ledger(world: World, directory: SambaDirectory) -> PostgreSQL:
    """It has joined; alice signs in, bob's login is closed, frank has none; a table, a schema, a database are shut."""
    server = world.postgresql("ledger", [LEDGER], *psql.MASTER)
    made = psql.as_master(
        world,
        server,
        f'CREATE USER "alice@{REALM}" WITH LOGIN IN ROLE rds_ad',
        f'CREATE ROLE "bob@{REALM}" NOLOGIN IN ROLE rds_ad',
        *(f"CREATE USER {user} WITH LOGIN IN ROLE rds_iam" for user in TOKENS),
        "CREATE TABLE secrets (n int)",
        "CREATE SCHEMA core CREATE TABLE orders (n int)",
        "CREATE DATABASE closed",
        "REVOKE CONNECT ON DATABASE closed FROM PUBLIC",
    )
    assert made.error == ""
    server.restart(["kerberos"])
    server.switch_iam(True)
    return take_tokens(server)


Server = TypeVar("Server", MySQL, AuroraMySQL, MariaDB, PostgreSQL)


def take_tokens(server: Server) -> Server:
    """Those that are signed for this server with the key of a role that may use every login."""
    users = "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-ABC/"
    may = statements(f'{{"Statement": {{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "{users}*"}}}}')
    role = Principal("arn:aws:iam::123456789012:role/app", KEYS["AWS_SECRET_ACCESS_KEY"], None, (may,))
    there = Destination((f"{server.host}:{server.port}",), "us-east-1", users)

    def check(user: str, token: str) -> None:
        now = datetime.now(UTC) + TOKENS.get(user, timedelta(0))
        verify(token, user, there, {KEYS["AWS_ACCESS_KEY_ID"]: role}.get, now)

    server.tokens.check = check
    return server


@pytest.fixture(scope="session")
def cells(desk: Desk, payments: MySQL, books: AuroraMySQL, shop: MariaDB, ledger: PostgreSQL) -> Mapping[str, Cell]:
    """The kits, by engine. Of PostgreSQL's two engines the local server is the same."""
    servers: Mapping[str, MySQL | MariaDB | PostgreSQL] = {
        "mysql": payments,
        "mariadb": shop,
        "aurora-mysql": books,
        "postgres": ledger,
        "aurora-postgresql": ledger,
    }
    return {engine: desk.cell(engine, server) for engine, server in servers.items()}


@pytest.fixture(scope="session")
def tickets(desk: Desk, cells: Mapping[str, Cell]) -> None:
    """Of alice and bob, each in a file; nobody has none."""
    for name, password in (ALICE, BOB):
        kit = cells["aurora-postgresql"].kit
        said = desk.run(f"kinit {name}@{REALM}", kit, typed=password, KRB5CCNAME=desk.tickets(name))
        assert said.error == ""
