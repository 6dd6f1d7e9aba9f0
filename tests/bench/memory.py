"""The memory that a function takes which reads a large server or a large profile, each in a process of its own.

A function is imported as Lambda does it, with the AWS clients; what is measured is the largest resident set,
next to the MemorySize that the template gives it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from localcloud.servers import World
from localcloud.servers.machine import Machine
from localcloud.servers.postgresql import PostgreSQL

ROOT = Path(__file__).parents[2]
HOST, MASTER = "payments-orders.cabc123def45.us-east-1.rds.amazonaws.com", ("dbadmin", "M4ster-Passw0rd")

_AT_ONCE = 1_000  # in one transaction, which has a lock for each


def _each(number: int, does: str) -> tuple[str, ...]:
    """Statements that do this for ``each`` from 1 to the number."""
    return tuple(
        f"DO $$ BEGIN FOR each IN {first}..{min(first + _AT_ONCE - 1, number)} LOOP {does}; END LOOP; END $$"
        for first in range(1, number + 1, _AT_ONCE)
    )


@dataclass(frozen=True)
class Load:
    """What somebody has made in a server: statements of the whole server, and of the database payments."""

    title: str
    server: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


_ROLE = "EXECUTE format('CREATE ROLE %I', 'role-' || each)"
_LINK = "IF each > 1 THEN EXECUTE format('GRANT %I TO %I', 'role-' || each, 'role-' || each - 1); END IF"
_TEAM = (
    "EXECUTE format('CREATE ROLE %I', 'team-' || each); EXECUTE (SELECT format('GRANT %I TO ', 'team-' || each)"
    " || string_agg(quote_ident('role-' || one), ',') FROM generate_series(1, 2000) one)"
)
_COMMENT = (
    "EXECUTE format('COMMENT ON ROLE %I IS %L', 'role-' || each,"
    ' \'{"signon": {"profile": "x\' || repeat(\'x\', 1000000))'
)
LOADS = (
    Load("an empty server"),
    Load("100,000 roles", _each(100_000, _ROLE)),
    Load("200,000 memberships", (*_each(2_000, _ROLE), *_each(100, _TEAM))),
    Load("a chain of 20,000 roles", (*_each(20_000, _ROLE), *_each(20_000, _LINK))),
    Load("300 comments of 1 MB", (*_each(300, _ROLE), *_each(300, _COMMENT))),
    Load("50,000 schemas", within=_each(50_000, "EXECUTE format('CREATE SCHEMA %I', 'schema-' || each)")),
    Load("20,000 tables", within=_each(20_000, "EXECUTE format('CREATE TABLE core.%I ()', 'table-' || each)")),
)
_MADE = (
    "SELECT string_agg(quote_ident(rolname), ',')"
    " FROM (SELECT rolname FROM pg_roles WHERE rolname ~ '^(role|team)-' LIMIT 1000) made"
)


def memory_size() -> int:
    """Of every function, in megabytes, as the template's Globals say."""
    return next(
        int(line.split(":")[1])
        for line in (ROOT / "template.yaml").read_text().splitlines()
        if line.strip().startswith("MemorySize:")
    )


def measured() -> Iterator[tuple[str, int]]:
    """What was read, and the largest resident set in megabytes."""
    with World(Machine.read()) as world:
        server = world.postgresql("memory", [HOST], *MASTER)
        for load in LOADS:
            _emptied(server)
            _run(server, "postgres", *load.server)
            _run(server, "payments", "CREATE SCHEMA core AUTHORIZATION dbadmin", *load.within)
            yield load.title, peak("server", server.address, str(world.authority.bundle))
    yield "a profile of 2 MB", peak("profile")


def peak(*arguments: str) -> int:
    """Of a process that reads this once, in megabytes."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.bench.reading", *arguments],
        check=True,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1", "PGHOSTADDR": arguments[1] if len(arguments) > 1 else ""},
    )
    return int(json.loads(process.stdout)["kilobytes"]) // 1024


def _emptied(server: PostgreSQL) -> None:
    _run(server, "postgres", "DROP DATABASE IF EXISTS payments WITH (FORCE)")
    while names := _run(server, "postgres", _MADE)[0][0]:
        _run(server, "postgres", f"DROP ROLE {names}")
    _run(server, "postgres", "CREATE DATABASE payments OWNER dbadmin")


def _run(server: PostgreSQL, database: str, *statements: str) -> list[tuple[object, ...]]:
    with (
        closing(
            psycopg2.connect(host=str(server.log.parent), hostaddr="", user="rdsadmin", dbname=database)
        ) as connection,
        connection.cursor() as cursor,
    ):
        connection.autocommit = True
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []
