"""Signs in to a server in a process of its own, which resolves the world's names; also the program of that process."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymysql

if TYPE_CHECKING:
    from localcloud.servers import World
    from localcloud.servers.mysql_family import MySQLFamily


@dataclass(frozen=True)
class Outcome:
    """The rows of the last statement, or the error, as "<code> <message>"."""

    rows: list[list[Any]]
    error: str


def sign_in(
    world: World,
    server: MySQLFamily,
    user: str,
    password: str,
    *statements: str,
    host: str | None = None,
    bundle: Path | None = None,
    tls: bool = True,
) -> Outcome:
    """Signs in and runs the statements. Host and bundle are the server's and the world's, unless given."""
    request = {
        "host": host or server.host,
        "port": server.port,
        "user": user,
        "password": password,
        "bundle": str(bundle or world.authority.bundle) if tls else None,
        "statements": statements,
    }
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(request),
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path), **world.resolving},
        capture_output=True,
        text=True,
        check=True,
    )
    return Outcome(**json.loads(done.stdout))


def main() -> None:
    """Reads a request, prints the outcome."""
    request = json.load(sys.stdin)
    verified = {"ssl_ca": request["bundle"], "ssl_verify_cert": True, "ssl_verify_identity": True}
    outcome: dict[str, Any] = {"rows": [], "error": ""}
    try:
        with (
            pymysql.connect(
                host=request["host"],
                port=request["port"],
                user=request["user"],
                password=request["password"],
                autocommit=True,
                **(verified if request["bundle"] else {"ssl_disabled": True}),
            ) as connection,
            connection.cursor() as cursor,
        ):
            for statement in request["statements"]:
                cursor.execute(statement)
            outcome["rows"] = cursor.fetchall()
    except pymysql.MySQLError as error:
        outcome["error"] = " ".join(map(str, error.args))
    print(json.dumps(outcome, default=str))


if __name__ == "__main__":
    main()
