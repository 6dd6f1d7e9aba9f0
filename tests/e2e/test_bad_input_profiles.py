"""Profiles that say what no profile may say: all that is wrong is named with line and path; nothing is changed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.e2e.refusals import MENDED, ODD, Odd, Refusals, about_it, each

OF_IT = about_it(profile=ODD)
TAGGED = {"database": {"instance": ODD}}


def broken(name: str, said: str, profile: bytes) -> Odd:
    """A file that is no YAML."""
    return Odd(name, [(f"The profile is not YAML: {said}", MENDED)], OF_IT, {}, profile)


def no_profile(name: str, profile: bytes) -> Odd:
    return Odd(
        name, [(f"Profile {ODD} is invalid: line 1, the profile: must be a mapping", MENDED)], OF_IT, {}, profile
    )


def tag(name: str, value: str, said: tuple[str, str], end: str = "Needs a person") -> Odd:
    return Odd(name, [said], TAGGED, {"tags": [{"Key": "signon:profile", "Value": value}]}, end=end)


def invalid(name: str, *said: str, **profile: Any) -> Odd:
    """A profile of which some parts say otherwise than the usual one; its parts stand in the alphabet's order."""
    return Odd(name, [(f"Profile {ODD} is invalid: {'; '.join(said)}", MENDED)], OF_IT, {}, profile)


def login(name: str, said: str, user: str) -> Odd:
    said = f"line 12, logins.0.user: {user!r}{said}"
    return invalid(name, said, logins=[{"user": user, "roles": ["read"]}])


def granted(name: str, said: str, database: str) -> Odd:
    said = f"line 20, roles.read.mysql.databases.0: {database!r}{said}"
    return invalid(name, said, roles={"read": {"preset": "read", "mysql": {"databases": [database]}}})


LOGIN = (
    ": a login is 1 to 20 lower-case letters, digits, dots, hyphens and underscores, and begins with a letter or digit"
)
RESERVED = " is reserved: it is the master user's, or the engine's or RDS's own"
DATABASE = ": a database name here is 1 to 64 letters, digits, underscores, dollar signs and hyphens"
REALM = " is no Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM"
UNSEEN = " has a character that cannot be seen"
ADMITS = {"engines": ["mysql"], "names": ["odd-*"]}
DIRECTORY = {"id": "d-9367000001", "realm": "CORP.EXAMPLE.COM"}
READER = {"user": "alice", "roles": ["read"]}
NAME_A_PROFILE = "Write the name of one profile: lower-case letters, digits and hyphens"
BILLION_LAUGHS = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    f"{one}: &{one} [{', '.join([f'*{other}'] * 9)}]\n".encode() for other, one in pairwise("abcdefghi")
)

FILES = [
    broken("no YAML", "line 1, column 15: expected ',' or ']', but got '<stream end>'", b"logins: [alice"),
    broken("a tab", r"line 2, column 1: found character '\t' that cannot start any token", b"version: 1\n\tx: all\n"),
    broken("no text", "it has bytes that are no text", b"\xff\xff\xff"),
    broken("a field twice", "line 3, column 1: 'version' stands there twice", b"version: 1\nlogins: []\nversion: 1\n"),
    broken("an alias of nothing", "line 1, column 10: found undefined alias", b"version: *nothing\n"),
    broken("two documents", "line 2, column 1: but found another document", b"version: 1\n---\nversion: 1\n"),
    broken(
        "a billion laughs",
        "line 1, column 1: it has more than 100000 parts when its aliases are written out",
        BILLION_LAUGHS,
    ),
    broken("a quote that is left open", "line 1, column 19: found unexpected end of stream", b'admits: {names: "}'),
    no_profile("an object of Python", b"!!python/object/apply:os.system ['id']\n"),
    no_profile("an empty file", b""),
    no_profile("a list", b"- version: 1\n"),
    no_profile("a text", b"version 1\n"),
]
TAGS = [
    tag("a tag in capitals", "Usual", ("The tag signon:profile is no profile's name: 'Usual'", NAME_A_PROFILE)),
    tag("a path", "../usual", ("The tag signon:profile is no profile's name: '../usual'", NAME_A_PROFILE)),
    tag("two profiles", "usual,odd", ("The tag signon:profile is no profile's name: 'usual,odd'", NAME_A_PROFILE)),
    tag("an empty tag", "", (f"{ODD} bears no tag signon:profile", ""), "Not ours"),
]
PROFILES = [
    invalid(
        "an unknown field",
        "line 1, the profile: Additional properties are not allowed ('sql' was unexpected)",
        sql="DROP USER alice",
    ),
    invalid("another version", "line 27, version: must be 1", version=2),
    invalid("no engines", "line 1, admits: 'engines' is a required property", admits={"names": ["odd-*"]}),
    invalid(
        "an unknown engine", "line 3, admits.engines.0: must be mysql", admits={**ADMITS, "engines": ["oracle-ee"]}
    ),
    invalid(
        "a pattern in capitals",
        "line 5, admits.names.0: does not match '^[a-z0-9*-]{1,63}$'",
        admits={**ADMITS, "names": ["ODD-*"]},
    ),
    invalid(
        "no account",
        "line 3, admits.accounts.0: does not match '^[0-9]{12}$'",
        admits={**ADMITS, "accounts": ["12345"]},
    ),
    invalid("every VPC", "line 7, admits.vpcs.0: does not match '^vpc-[0-9a-f]+$'", admits={**ADMITS, "vpcs": ["*"]}),
    invalid("an unknown method", "line 15, methods.mysql.0: must be kerberos", methods={"mysql": ["password"]}),
    invalid(
        "a method of an unknown engine",
        "line 13, methods: Additional properties are not allowed ('oracle-ee' was unexpected)",
        methods={"oracle-ee": ["kerberos"]},
    ),
    invalid(
        "a directory's name for its id",
        "line 7, directory.id: does not match '^d-[0-9a-f]{10}$'",
        directory={**DIRECTORY, "id": "corp.example.com"},
    ),
    invalid(
        "a realm in lower case",
        f"line 8, directory.realm: 'corp.example.com'{REALM}",
        directory={**DIRECTORY, "realm": "corp.example.com"},
    ),
    invalid(
        "a realm that goes on",
        rf"line 8, directory.realm: 'CORP.EXAMPLE.COM\n[realms]'{UNSEEN}",
        rf"line 8, directory.realm: 'CORP.EXAMPLE.COM\n[realms]'{REALM}",
        directory={**DIRECTORY, "realm": "CORP.EXAMPLE.COM\n[realms]"},
    ),
    invalid(
        "an unknown preset", "line 18, roles.read.preset: must be read or write", roles={"read": {"preset": "admin"}}
    ),
    invalid(
        "privileges",
        "line 17, roles.read: Additional properties are not allowed ('grants' was unexpected)",
        roles={"read": {"preset": "read", "grants": ["ALL PRIVILEGES"]}},
    ),
    invalid(
        "a role on nothing",
        "line 19, roles.read.mysql.databases: [] should be non-empty",
        roles={"read": {"preset": "read", "mysql": {"databases": []}}},
    ),
    granted("a database of the engine", " belongs to the engine", "mysql"),
    granted("a database of the engine in capitals", " belongs to the engine", "Performance_Schema"),
    granted("every database", DATABASE, "*"),
    granted("a wildcard of GRANT", DATABASE, "pay%"),
    granted("a database with a backtick", DATABASE, "pay`.* TO 'mallory'@'%'; -- "),
    granted("a database name that is too long", DATABASE, "p" * 65),
    login("a login in capitals", LOGIN, "Alice"),
    login("a login that is too long", LOGIN, "a" * 21),
    login("an empty login", LOGIN, ""),
    login("a login that is a space", LOGIN, " "),
    login("a login that ends with a space", LOGIN, "alice "),
    login("a login with a quote", LOGIN, "o'brien"),
    login("a login with a realm", LOGIN, "alice@CORP.EXAMPLE.COM"),
    login("a login with a domain", LOGIN, "CORP\\alice"),
    login("a login beyond ASCII", LOGIN, "\N{CYRILLIC SMALL LETTER A}lice"),
    login("a login beyond the BMP", LOGIN, "alice\N{GRINNING FACE}"),
    login("root", RESERVED, "root"),
    login("RDS's own administrator", RESERVED, "rdsadmin"),
    login("the engine's own session", RESERVED, "mysql.session"),
    login("a login that ends with a dot", ": Active Directory has no names that end with a dot", "alice."),
    invalid(
        "a login with a line feed",
        rf"line 12, logins.0.user: 'alice\n'{UNSEEN}",
        rf"line 12, logins.0.user: 'alice\n'{LOGIN}",
        logins=[{**READER, "user": "alice\n"}],
    ),
    invalid(
        "a login with a NUL",
        rf"line 12, logins.0.user: 'alice\x00'{UNSEEN}",
        rf"line 12, logins.0.user: 'alice\x00'{LOGIN}",
        logins=[{**READER, "user": "alice\0"}],
    ),
    invalid(
        "a login without a role", "line 10, logins.0.roles: [] should be non-empty", logins=[{**READER, "roles": []}]
    ),
    invalid(
        "a login with a password",
        "line 10, logins.0: Additional properties are not allowed ('password' was unexpected)",
        logins=[{**READER, "password": "Hunter2"}],
    ),
    invalid("nobody", "line 9, logins: [] should be non-empty", logins=[]),
    invalid(
        "a role that is not there",
        "line 10, logins.0.roles: there is no role 'dba'; roles has read, write",
        logins=[{**READER, "roles": ["dba"]}],
    ),
    invalid(
        "somebody twice",
        "line 9, logins: 'alice' stands there 2 times",
        logins=[READER, {"user": "alice", "roles": ["write"]}],
    ),
    invalid(
        "a day that no calendar has",
        "line 8, change.not_during.0: '2026-02-30/2026-03-01' has a day that no calendar has",
        change={"not_during": ["2026-02-30/2026-03-01"]},
    ),
    invalid(
        "a freeze that ends before it begins",
        "line 8, change.not_during.0: '2026-12-24/2026-12-20' ends before it begins",
        change={"not_during": ["2026-12-24/2026-12-20"]},
    ),
    invalid(
        "a password for the master's secret",
        "line 2, access.master: does not match '^(managed|arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+)$'",
        access={"master": "Hunter2"},
    ),
    invalid(
        "many things",
        "line 1, the profile: Additional properties are not allowed ('surprise' was unexpected)",
        "line 10, logins.0: 'roles' is a required property",
        "line 11, methods: {} should be non-empty",
        "line 12, roles: the name 'Bad Role' does not match '^[a-z][a-z0-9_-]{0,31}$'",
        "line 14, roles.Bad Role.preset: must be read or write",
        "line 16, version: must be 1",
        roles={"Bad Role": {"preset": "all"}},
        logins=[{"user": "alice"}],
        version=3,
        methods={},
        surprise=1,
    ),
    invalid(
        "many names",
        f"line 8, directory.realm: 'corp'{REALM}",
        f"line 12, logins.0.user: 'Alice'{LOGIN}",
        "line 10, logins.0.roles: there is no role 'dba'; roles has read, write",
        f"line 15, logins.1.user: 'root'{RESERVED}",
        f"line 18, logins.2.user: 'root'{RESERVED}",
        "line 9, logins: 'root' stands there 2 times",
        logins=[{"user": "Alice", "roles": ["dba"]}, *({"user": "root", "roles": ["read"]} for _ in range(2))],
        directory={**DIRECTORY, "realm": "corp"},
    ),
]
ALL = [*FILES, *TAGS, *PROFILES]


@each(ALL)
def test_a_bad_profile_says_all_that_is_wrong_with_it(odd: Odd, refusals: Refusals) -> None:
    refusals.check(odd, ALL)
