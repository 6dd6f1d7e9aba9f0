"""One process that reads once what a function reads, and prints the largest resident set that it had.

python -m tests.bench.reading server ADDRESS BUNDLE, or accounts ADDRESS BUNDLE ENGINE, or profile
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import boto3
from aws_lambda_powertools import Logger

from signon.db import mysql_logins, postgresql_logins
from signon.db.session import sign_in
from signon.domain.engines import MARIADB_IAM, MYSQL_IAM, POSTGRESQL_AD, Method
from signon.domain.logins.mysql_statements import Ways
from signon.domain.memory.made import Memory
from signon.domain.profile.profile import IamLogin
from signon.domain.profile.schema import checked
from signon.domain.rds.credentials import Credentials
from signon.errors import ProfileUnusable
from tests.bench.memory import HOST, MASTER
from tests.builders import a_database, a_database_id, a_profile

logger = Logger(service="bench", stream=sys.stderr)


def read_server(bundle: str) -> None:
    database = a_database(id=a_database_id(engine="aurora-postgresql"), host=HOST, port=5432, master_user=MASTER[0])
    with sign_in(database, lambda: Credentials(*MASTER), bundle) as session:
        ways, profile = {Method.KERBEROS: POSTGRESQL_AD}, a_profile()
        postgresql_logins.look_inside(session, ways)
        postgresql_logins.create(
            session, ways, profile, before_change=lambda _: None, memory=Memory(), remember=lambda _: None
        )
        postgresql_logins.verify(session, ways, profile, Memory())


def read_accounts(address: str, bundle: str, engine: str) -> None:
    """As the functions do, of a profile with one login by token."""
    really = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *more, **named: really(address if host == HOST else host, *more, **named)
    database = a_database(id=a_database_id(engine=engine), host=HOST, port=3306, master_user=MASTER[0])
    ways: Ways = {Method.IAM: {"mysql": MYSQL_IAM, "mariadb": MARIADB_IAM}[engine]}
    profile = a_profile(methods={engine: ("iam",)}, logins=(IamLogin("payments_app", ("read",)),))
    with sign_in(database, lambda: Credentials(*MASTER), bundle) as session:
        mysql_logins.look_inside(session, ways)
        mysql_logins.create(
            session, ways, profile, before_change=lambda _: None, memory=Memory(), remember=lambda _: None
        )
        mysql_logins.verify(session, ways, profile, Memory())


def read_profile() -> None:
    """The largest one that is not refused at once, with a fault in each line."""
    lines = [f"  - {{user: Person{number}, roles: [read, {'x' * 60}]}}" for number in range(9_000)] + [
        "#" * 110
    ] * 10_000
    try:
        checked("payments", "\n".join(["version: 1", "logins:", *lines])[:1_900_000].rpartition("\n")[0].encode())
    except ProfileUnusable as error:
        print(str(error)[:200], file=sys.stderr)


def _largest() -> int:
    """The largest resident set of this program. What getrusage says may be of the process that started it."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])


def main() -> None:
    for service in ("s3", "rds", "secretsmanager", "dynamodb"):
        boto3.client(service)
    what, *rest = sys.argv[1:]
    match what:
        case "server":
            read_server(rest[1])
        case "accounts":
            read_accounts(*rest)
        case _:
            read_profile()
    print(json.dumps({"kilobytes": _largest()}))


if __name__ == "__main__":
    main()
