"""Profiles that say what no profile may say: all that is wrong is named with line and path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from signon.domain.profile.schema import checked
from signon.errors import ProfileUnusable

FIX_IT = "Fix the file and upload it to the profile bucket again"
USUAL = {
    "version": 1,
    "admits": {"engines": ["mysql"], "names": ["odd-*"]},
    "directory": {"id": "d-9367000001", "realm": "CORP.EXAMPLE.COM"},
    "methods": {"mysql": ["kerberos"]},
    "roles": {
        "read": {"preset": "read", "mysql": {"databases": ["payments"]}},
        "write": {"preset": "write", "mysql": {"databases": ["pay_roll"]}},
    },
    "logins": [{"user": "alice", "roles": ["read"]}],
}

Parts = Mapping[str, Any]  # of a profile that say otherwise than the usual one


def invalid(name: str, *said: str, **parts: Any) -> Any:
    return pytest.param("; ".join(said), parts, id=name)


def login(name: str, said: str, user: str) -> Any:
    said = f"line 12, logins.0.user: {user!r} {said}"
    return invalid(name, said, logins=[{"user": user, "roles": ["read"]}])


def granted(name: str, said: str, database: str) -> Any:
    said = f"line 20, roles.read.mysql.databases.0: {database!r} {said}"
    return invalid(name, said, roles={"read": {"preset": "read", "mysql": {"databases": [database]}}})


LOGIN = (
    "a login consists of lower-case letters, digits, dots, hyphens and underscores, and begins with a letter or a digit"
)
DATABASE = "a database name consists of letters, digits, underscores, dollar signs and hyphens"
SCHEMA = "a schema name consists of letters, digits, underscores, dollar signs and hyphens"
RESERVED = "is reserved: it belongs to the engine or to RDS"
REALM = " is not a Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM"
ADMITS = {"engines": ["mysql"], "names": ["odd-*"]}
DIRECTORY = {"id": "d-9367000001", "realm": "CORP.EXAMPLE.COM"}
READER = {"user": "alice", "roles": ["read"]}
PROFILES = [
    invalid(
        "an unknown field",
        "line 27, the profile: 'sql' is not a field here",
        sql="DROP USER alice",
    ),
    invalid("another version", "line 27, version: must be 1", version=2),
    invalid("no engines", "line 1, admits: engines is missing", admits={"names": ["odd-*"]}),
    invalid(
        "an unknown engine",
        "line 3, admits.engines.0: must be mysql or aurora-mysql or postgres or aurora-postgresql or mariadb",
        admits={**ADMITS, "engines": ["oracle-ee"]},
    ),
    invalid(
        "a pattern in capitals",
        "line 5, admits.names.0: must be up to 63 lower-case letters, digits and hyphens, with * for anything",
        admits={**ADMITS, "names": ["ODD-*"]},
    ),
    invalid(
        "no account",
        "line 3, admits.accounts.0: must be the 12 digits of an account",
        admits={**ADMITS, "accounts": ["12345"]},
    ),
    invalid(
        "every VPC", "line 7, admits.vpcs.0: must be a VPC's id, as vpc-0a1b2c3d", admits={**ADMITS, "vpcs": ["*"]}
    ),
    invalid("an unknown method", "line 15, methods.mysql.0: must be kerberos or iam", methods={"mysql": ["password"]}),
    invalid(
        "a method of an unknown engine",
        "line 14, methods: 'oracle-ee' is not a field here",
        methods={"oracle-ee": ["kerberos"]},
    ),
    invalid(
        "a directory's name for its id",
        "line 7, directory.id: must be a directory's id, as d-9367000001",
        directory={**DIRECTORY, "id": "corp.example.com"},
    ),
    invalid(
        "a realm in lower case",
        f"line 8, directory.realm: 'corp.example.com'{REALM}",
        directory={**DIRECTORY, "realm": "corp.example.com"},
    ),
    invalid(
        "a realm that goes on",
        rf"line 8, directory.realm: 'CORP.EXAMPLE.COM\n[realms]'{REALM}",
        directory={**DIRECTORY, "realm": "CORP.EXAMPLE.COM\n[realms]"},
    ),
    invalid(
        "an unknown preset", "line 18, roles.read.preset: must be read or write", roles={"read": {"preset": "admin"}}
    ),
    invalid(
        "privileges",
        "line 18, roles.read: 'grants' is not a field here",
        roles={"read": {"preset": "read", "grants": ["ALL PRIVILEGES"]}},
    ),
    invalid(
        "a role on nothing",
        "line 19, roles.read.mysql.databases: is empty",
        roles={"read": {"preset": "read", "mysql": {"databases": []}}},
    ),
    granted("a database of the engine", "is reserved: it belongs to the engine", "mysql"),
    granted("a database of the engine in capitals", "is reserved: it belongs to the engine", "Performance_Schema"),
    granted("every database", f"begins with '*' (U+002A): {DATABASE}", "*"),
    granted("a wildcard of GRANT", f"contains '%' (U+0025): {DATABASE}", "pay%"),
    granted("a database with a backtick", f"contains '`' (U+0060): {DATABASE}", "pay`.* TO 'mallory'@'%'; -- "),
    granted("a database name that is too long", "is too long: 65 of at most 64 characters", "p" * 65),
    login("a login in capitals", f"begins with 'A' (U+0041): {LOGIN}", "Alice"),
    login("a login that is too long", "is too long: 21 of at most 20 characters", "a" * 21),
    login("an empty login", "is empty: a login is 1 to 20 characters long", ""),
    login("a login that is a space", f"begins with ' ' (U+0020): {LOGIN}", " "),
    login("a login that ends with a space", f"contains ' ' (U+0020): {LOGIN}", "alice "),
    login("a login with a quote", f'contains "\'" (U+0027): {LOGIN}', "o'brien"),
    login("a login with a realm", "has a domain: write the name without the domain, 'alice'", "alice@CORP"),
    login("a login with a domain", "has a domain: write the name without the domain, 'alice'", "CORP\\alice"),
    login("a login beyond ASCII", f"begins with '\u0430' (U+0430): {LOGIN}", "\N{CYRILLIC SMALL LETTER A}lice"),
    login("a login beyond the BMP", f"contains '\U0001f600' (U+1F600): {LOGIN}", "alice\N{GRINNING FACE}"),
    login("a name of Windows", "has a domain: write the name without the domain, 'adoe'", "adoe@CORP.EXAMPLE.COM"),
    login("MariaDB's own account", RESERVED, "mariadb.sys"),
    login("root", RESERVED, "root"),
    login("RDS's own administrator", RESERVED, "rdsadmin"),
    login("RDS's own role", RESERVED, "rds_superuser"),
    login("MySQL's own session", RESERVED, "mysql.session"),
    login("PostgreSQL's own user", RESERVED, "postgres"),
    login("PostgreSQL's own role", RESERVED, "pg_monitor"),
    invalid(
        "a login that ends with a dot",
        "line 12, logins.0.user: 'alice.': Active Directory has no names that end with a dot",
        logins=[{**READER, "user": "alice."}],
    ),
    invalid(
        "a login with a line feed",
        rf"line 12, logins.0.user: 'alice\n' contains '\n' (U+000A): {LOGIN}",
        logins=[{**READER, "user": "alice\n"}],
    ),
    invalid(
        "a login with a NUL",
        rf"line 12, logins.0.user: 'alice\x00' contains '\x00' (U+0000): {LOGIN}",
        logins=[{**READER, "user": "alice\0"}],
    ),
    invalid(
        "schemas of the engine and of SQL",
        "line 19, roles.read.postgresql.database: 'template1' is reserved: it belongs to the engine",
        "line 21, roles.read.postgresql.schemas.0: 'pg_catalog' is reserved: it belongs to the engine",
        f"line 22, roles.read.postgresql.schemas.1: 'x\"; DROP SCHEMA core; --' contains '\"' (U+0022): {SCHEMA}",
        roles={
            "read": {
                "preset": "read",
                "postgresql": {"database": "template1", "schemas": ["pg_catalog", 'x"; DROP SCHEMA core; --']},
            }
        },
    ),
    invalid(
        "a principal that PostgreSQL would cut",
        f"line 12, logins.0.user: 'alice.bob.carol@{'A' * 45}.EXAMPLE.COM' is too long for PostgreSQL: 73 of at most 63"
        " bytes",
        admits={"engines": ["aurora-postgresql"], "names": ["odd-*"]},
        methods={"aurora-postgresql": ["kerberos"]},
        directory={**DIRECTORY, "realm": f"{'A' * 45}.EXAMPLE.COM"},
        logins=[{**READER, "user": "alice.bob.carol"}],
    ),
    invalid(
        "a realm that is too long for MySQL",
        f"line 8, directory.realm: '{'A' * 50}.EXAMPLE.COM' is too long: 62 of at most 61 characters"
        " (the limit of RDS for MySQL)",
        directory={**DIRECTORY, "realm": f"{'A' * 50}.EXAMPLE.COM"},
    ),
    invalid("a login without a role", "line 10, logins.0.roles: is empty", logins=[{**READER, "roles": []}]),
    invalid(
        "a login with a password",
        "line 10, logins.0: 'password' is not a field here",
        logins=[{**READER, "password": "Hunter2"}],
    ),
    invalid("nobody", "line 9, logins: is empty", logins=[]),
    invalid(
        "a role that is not there",
        "line 11, logins.0.roles.0: there is no role 'dba'; roles has read, write",
        logins=[{**READER, "roles": ["dba"]}],
    ),
    invalid(
        "somebody twice",
        "line 9, logins: 'alice' is listed twice",
        logins=[READER, {"user": "alice", "roles": ["write"]}],
    ),
    invalid(
        "a day that no calendar has",
        "line 8, change.not_during.0: '2026-02-30/2026-03-01' has a day that does not exist",
        change={"not_during": ["2026-02-30/2026-03-01"]},
    ),
    invalid(
        "a freeze that ends before it begins",
        "line 8, change.not_during.0: '2026-12-24/2026-12-20' ends before it begins",
        change={"not_during": ["2026-12-24/2026-12-20"]},
    ),
    invalid(
        "a password for the master's secret",
        "line 2, access.master: must be managed, or the ARN of a secret",
        access={"master": "Hunter2"},
    ),
    invalid(
        "many things",
        "line 10, logins.0: roles is missing",
        "line 11, methods: is empty",
        "line 12, roles: the name 'Bad Role' must be up to 32 lower-case letters, digits, underscores and hyphens, the"
        " first one a letter",
        "line 14, roles.Bad Role.preset: must be read or write",
        "line 15, the profile: 'surprise' is not a field here",
        "line 16, version: must be 1",
        roles={"Bad Role": {"preset": "all"}},
        logins=[{"user": "alice"}],
        version=3,
        methods={},
        surprise=1,
    ),
    invalid(
        "something for the schema and something beyond it",
        f"line 8, directory.realm: 'corp'{REALM}",
        "line 10, logins.0.roles: is empty",
        f"line 14, logins.1.user: 'root' {RESERVED}",
        "line 17, methods.mysql.0: must be kerberos or iam",
        "line 22, roles.read.mysql.databases.0: 'sys' is reserved: it belongs to the engine",
        "line 24, version: must be 1",
        logins=[{**READER, "roles": []}, {**READER, "user": "root"}],
        directory={**DIRECTORY, "realm": "corp"},
        methods={"mysql": ["password"]},
        roles={"read": {"preset": "read", "mysql": {"databases": ["sys"]}}},
        version=3,
    ),
    invalid(
        "many names",
        f"line 8, directory.realm: 'corp'{REALM}",
        "line 9, logins: 'root' is listed twice",
        "line 11, logins.0.roles.0: there is no role 'dba'; roles has read, write",
        f"line 12, logins.0.user: 'Alice' begins with 'A' (U+0041): {LOGIN}",
        f"line 15, logins.1.user: 'root' {RESERVED}",
        f"line 18, logins.2.user: 'root' {RESERVED}",
        logins=[{"user": "Alice", "roles": ["dba"]}, *({"user": "root", "roles": ["read"]} for _ in range(2))],
        directory={**DIRECTORY, "realm": "corp"},
    ),
]


def profile(parts: Parts) -> bytes:
    """A file; its parts stand in the alphabet's order."""
    return yaml.safe_dump({**USUAL, **parts}).encode()


@pytest.mark.parametrize(("said", "parts"), PROFILES)
def test_a_bad_profile_says_all_that_is_wrong_with_it(said: str, parts: Parts) -> None:
    with pytest.raises(ProfileUnusable) as refused:
        checked("odd-1", profile(parts))
    assert (refused.value.problem, refused.value.remedy) == (f"Profile odd-1 is invalid: {said}", FIX_IT)


def test_the_usual_profile_is_a_good_one() -> None:
    assert checked("odd-1", profile({})).name == "odd-1"


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("user: alice", 12),
        ("vpcs: [vpc-0a1b]", 4),
        ("realm: CORP.EXAMPLE.COM", 8),
        ("databases: [payments]", 20),
        ("schemas: [core]", 21),
        ("roles: [read]", 13),
        ("database: shop", 21),
    ],
)
@pytest.mark.parametrize("half", ["\\ud800", "\\udfff", "\\ud83d\\ude00"])
def test_half_a_character_is_refused_with_its_line(place: str, line: int, half: str) -> None:
    text = b"""version: 1
admits:
  engines: [mysql, postgres]
  vpcs: [vpc-0a1b]
  names: [odd-*]
directory:
  id: d-9367000001
  realm: CORP.EXAMPLE.COM
methods: {mysql: [kerberos], postgres: [kerberos]}
access: {adopt: [alice]}
logins:
- user: alice
  roles: [read]
- iam: app
  roles: [read]
roles:
  read:
    preset: read
    mysql:
      databases: [payments]
    postgresql: {database: shop, schemas: [core]}
"""
    assert checked("odd-1", text)
    key, _, value = place.partition(": ")
    bare = value.strip("[]")
    odd = place.replace(bare, f'"{bare}{half}"')
    with pytest.raises(ProfileUnusable) as refused:
        checked("odd-1", text.replace(place.encode(), odd.encode(), 1))
    assert f"line {line}, " in refused.value.problem
    str(refused.value).encode()
    assert key
