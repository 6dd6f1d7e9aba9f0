"""Why a sign-in to a PostgreSQL server fails. libpq says it only in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from signon.db.connection import Address, DatabaseFull
from signon.errors import ConnectionRefused, DatabaseBusy, MasterSecretUnusable, TemporaryFailure

OWN_DATABASE = "postgres"  # RDS makes it with every server


_NAMES = '"[^"]*"|«[^»]*»|»[^«]*«|„[^“]*“'  # in the quotation marks of a server's languages


class Refusal(StrEnum):
    """Patterns of what is found in libpq's words; the first that fits counts."""

    DOWN = "Connection refused"
    UNREACHABLE = (
        "timeout expired|could not translate host name|No route to host|Network is unreachable|Connection timed out"
    )
    CUT_OFF = "server closed the connection|EOF detected|unexpected eof|Connection reset|Broken pipe|decryption failed"
    TLS = "SSL error|[Cc]ertificate|does not support SSL"
    METHOD = "authentication method requirement|server did not complete authentication"
    EMPTY = "no password supplied"
    PASSWORD = "FATAL: .*password authentication failed"  # noqa: S105  what the server says
    STARTING = "FATAL: .*(the database system is|terminating connection)"
    FULL_FOR_MASTER = "FATAL: .*too many connections for role"
    FULL_DATABASE = "FATAL: .*too many connections for database"
    FULL = "FATAL: .*(too many|connection slots)"
    NO_LOGIN = "FATAL: .*is not permitted to log in"
    NO_DATABASE = 'FATAL: .*database ".*" does not exist|FATAL: .*invalid database'
    CLOSED = "FATAL: .*is not currently accepting connections"
    NOT_GRANTED = "FATAL: .*permission denied for database"
    HBA = r"FATAL: .*pg_hba\.conf"
    NOT_LET_IN = "FATAL: |failed: [^ ]+:  "  # libpq says nothing like this by itself: a word in any language
    STRANGE = "^"  # fits everything


def refusal(words: str) -> Refusal:
    """Which one these words of libpq's are. What a server, a database or a user is called says nothing of it."""
    unnamed = re.sub(_NAMES, '""', words)
    return next(each for each in Refusal if re.search(each, unnamed))


# What is wrong, and what to do: one row for each reason that only a person can change. The user's name comes from the
# secret, and is not repeated. {database} is quoted as SQL wants it.
NEEDS_PERSON: Mapping[Refusal, tuple[str, str]] = {
    Refusal.UNREACHABLE: (
        "{where} cannot be reached from this stack's subnets",
        (
            "Allow the stack's security group (output DatabaseAccessSecurityGroup) in the database's own,"
            " and check the routes"
        ),
    ),
    Refusal.TLS: (
        "The TLS of {host} cannot be verified",
        (
            "Give the database a certificate of a current RDS certificate authority, see that the file of the"
            " parameter CaBundle has the authorities of this Region, and check what answers at that address"
        ),
    ),
    Refusal.METHOD: (
        "{host} asks for the master user's password by a method other than SCRAM or MD5",
        "Let the master user sign in by password, without rds_iam and rds_ad, and check what answers at that address",
    ),
    # The server says the same of a wrong password, an expired one (VALID UNTIL), and a user that does not exist.
    Refusal.PASSWORD: (
        "{host} does not let the master user in to database {name}",
        (
            "Reset the master password, or fix the secret that the profile names. If the password is right, it has"
            " expired: have another administrator run ALTER ROLE <the master user> VALID UNTIL 'infinity'"
        ),
    ),
    Refusal.NO_LOGIN: (
        "The master user of {host} may not sign in: it is NOLOGIN",
        "Have another administrator run ALTER ROLE <the master user> LOGIN",
    ),
    Refusal.NO_DATABASE: (
        "{host} has no database {name}, in which the master user signs in",
        "Rename it back, or run CREATE DATABASE {database}",
    ),
    Refusal.CLOSED: (
        "Database {name} of {host}, in which the master user signs in, takes no connections",
        "Run ALTER DATABASE {database} ALLOW_CONNECTIONS true in another database",
    ),
    Refusal.NOT_GRANTED: (
        "The master user may not connect to database {name} of {host}",
        "Let its owner run GRANT CONNECT ON DATABASE {database} TO <the master user>",
    ),
    # RDS keeps the file, and writes it by roles.
    Refusal.HBA: (
        "{host} does not take the master user's password: pg_hba.conf rejects it",
        (
            "Check whether the master user is a member of rds_iam or rds_ad, directly or through another role, and"
            " revoke that role from it"
        ),
    ),
    Refusal.NOT_LET_IN: (
        "{host} does not let the master user in to database {name}, for a reason of its own",
        (
            "Look the reason up in the error log of the database, and set its parameter lc_messages to C so that this"
            " message can say it; then start again"
        ),
    ),
    Refusal.STRANGE: ("{where} does not answer as PostgreSQL does", "Check what answers at that address"),
}


def not_connected(address: Address, why: Refusal) -> Exception:
    """Why there is no connection, under our names."""
    where, name = f"{address.host}:{address.port}", address.database or OWN_DATABASE
    match why:
        case Refusal.DOWN:
            return DatabaseBusy(f"{where} refuses connections: the server is starting, stopping or failing over")
        case Refusal.STARTING:
            return DatabaseBusy(f"{where} accepts no sign-in yet: the server is starting, stopping or failing over")
        case Refusal.CUT_OFF:
            return TemporaryFailure(f"{where} ended the connection while we signed in")
        case Refusal.FULL_DATABASE if address.database:
            return DatabaseFull(name)
        case Refusal.FULL_DATABASE:
            return TemporaryFailure(f"{where} has no connection left for database {name}: its CONNECTION LIMIT")
        case Refusal.FULL_FOR_MASTER:
            return TemporaryFailure(f"{where} has no connection left for the master user: its CONNECTION LIMIT")
        case Refusal.FULL:
            return TemporaryFailure(f"{where} has no connection left")
        case Refusal.NO_DATABASE if address.database:
            return TemporaryFailure(f"Database {name} was dropped or renamed meanwhile")
        case Refusal.EMPTY:
            return MasterSecretUnusable(
                "The master secret has an empty password",
                "Reset the master password, or fix the secret that the profile names",
            )
        case _:
            problem, remedy = NEEDS_PERSON[why]
            quoted = '"' + name.replace('"', '""') + '"'
            said = {"where": where, "host": address.host, "name": name, "database": quoted}
            return ConnectionRefused(problem.format(**said), remedy.format(**said))
