"""People's client for PostgreSQL: psql in an environment of its own, which resolves the world's names."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from localcloud.servers import PostgreSQL, World

MASTER = ("postgres", "M4ster'Pass\\word")


@dataclass(frozen=True)
class Outcome:
    """The rows of all statements, or the error."""

    rows: list[list[str]]
    error: str


def environment(world: World, ticket: Path | None = None) -> dict[str, str]:
    """Where names, servers and certificates are known, and the ticket, if there is one; and nothing else."""
    assert world.directory
    return {
        "PATH": "/usr/bin:/bin",
        "KRB5_CONFIG": str(world.directory.krb5_conf),
        "KRB5CCNAME": f"FILE:{ticket or world.home / 'no-ticket'}",
        "PGSSLROOTCERT": str(world.authority.bundle),
        "PGSSLMODE": "verify-full",
        "PGGSSENCMODE": "disable",
        **world.resolving,
    }


def kinit(world: World, user: str, password: str, ticket: Path) -> Path:
    """Gets a ticket of the directory into the file `ticket`, as a person does who signs in to a computer."""
    done = subprocess.run(
        ["kinit", user],
        input=f"{password}\n",
        env=environment(world, ticket),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return ticket


def psql(
    world: World,
    server: PostgreSQL,
    user: str,
    *statements: str,
    password: str = "",
    ticket: Path | None = None,
    host: str | None = None,
    database: str = "postgres",
    **more: str,
) -> Outcome:
    """Signs in to `server`, by its first name unless `host` is given, and runs statements; `more` is environment."""
    done = subprocess.run(
        [
            server.programs.bin / "psql",
            *("--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", "--no-password"),
            *(f"--host={host or server.host}", f"--port={server.port}", f"--username={user}", f"--dbname={database}"),
            *(f"--command={statement}" for statement in statements),
        ],
        env={**environment(world, ticket), **({"PGPASSWORD": password} if password else {}), **more},
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome([row.split("|") for row in done.stdout.splitlines()], done.stderr.strip())


def as_master(world: World, server: PostgreSQL, *statements: str, database: str = "postgres") -> Outcome:
    """Signs in as the master user."""
    return psql(world, server, MASTER[0], *statements, password=MASTER[1], database=database)
