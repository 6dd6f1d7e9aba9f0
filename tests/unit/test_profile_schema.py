"""What a profile may not say, and how it is told."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from signon.domain import profile_schema
from signon.domain.profile import load, read_profile
from signon.domain.profile_schema import checked, schema
from signon.errors import ProfileUnusable

PROFILES = Path(__file__).parents[2] / "profiles"
EXAMPLE = (PROFILES / "payments.yaml").read_bytes()


def test_the_published_schema_is_the_one_that_is_checked() -> None:
    published = PROFILES / "schema.json"
    layer = PROFILES.parent / "layers/signon/python/signon/domain/profile.schema.json"
    assert published.read_bytes() == layer.read_bytes()


def test_the_schema_itself_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", sorted(PROFILES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_worked_example_is_valid(path: Path) -> None:
    assert checked(path.stem, path.read_bytes()).name == path.stem


def problems(document: Any) -> list[str]:
    return list(map(str, profile_schema.problems(document, "payments")))


def changed(path: str, value: Any) -> Any:
    """The example with another value in one place; None takes the place out."""
    document = copy.deepcopy(load(EXAMPLE))
    *above, last = path.split(".")
    place = document
    for step in above:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is None:
        del place[last]
    elif isinstance(place, list):
        place.insert(int(last), value)
    else:
        place[last] = value
    return document


INVALID = [
    ("version", "2", "version: must be 1"),
    ("version", None, "the profile: 'version' is a required property"),
    ("admits", None, "the profile: 'admits' is a required property"),
    ("directory", None, "the profile: directory is missing, and methods names kerberos"),
    ("methods", None, "the profile: 'methods' is a required property"),
    ("roles", None, "the profile: 'roles' is a required property"),
    ("logins", None, "the profile: 'logins' is a required property"),
    ("login", "x", "the profile: Additional properties are not allowed ('login' was unexpected)"),
    ("admits.engines", [], "admits.engines: [] should be non-empty"),
    (
        "admits.engines.0",
        "oracle",
        "admits.engines.0: must be mysql or aurora-mysql or postgres or aurora-postgresql or mariadb",
    ),
    ("admits.names", None, "admits: 'names' is a required property"),
    ("admits.names", "payments-*", "admits.names: must be a list"),
    ("admits.names.0", "Payments", "admits.names.0: does not match '^[a-z0-9*-]{1,63}$'"),
    ("admits.accounts", ["1111"], "admits.accounts.0: does not match '^[0-9]{12}$'"),
    ("admits.vpcs", ["0a1b"], "admits.vpcs.0: does not match '^vpc-[0-9a-f]+$'"),
    ("directory.id", "d-1", "directory.id: does not match '^d-[0-9a-f]{10}$'"),
    ("directory.realm", None, "directory: 'realm' is a required property"),
    (
        "directory.realm",
        "corp.example.com",
        "directory.realm: 'corp.example.com' is no Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM",
    ),
    ("directory.trusted_realms", [], "directory.trusted_realms: [] should be non-empty"),
    (
        "directory.trusted_realms",
        ["ONPREM.EXAMPLE.COM", "onprem"],
        ("directory.trusted_realms.1: 'onprem' is no Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM"),
    ),
    ("directory.mysql_over_trust", "yes", "directory.mysql_over_trust: must be refused or allowed"),
    ("methods", {}, "methods: {} should be non-empty"),
    ("methods.mysql.0", "password", "methods.mysql.0: must be kerberos or iam"),
    ("methods.mysql", ["kerberos", "iam"], "methods.mysql: is longer than 1"),
    (
        "methods.oracle",
        ["kerberos"],
        "methods: Additional properties are not allowed ('oracle' was unexpected)",
    ),
    ("change.apply", "now", "change.apply: must be immediately or window"),
    ("change.reboot", "never", "change.reboot: must be allowed or ask"),
    ("change.existing", "no", "change.existing: must be allowed or ask"),
    ("change.freeze", "x", "change: Additional properties are not allowed ('freeze' was unexpected)"),
    (
        "change.not_during.0",
        "2026-02-29/2026-03-01",
        "change.not_during.0: '2026-02-29/2026-03-01' has a day that no calendar has",
    ),
    (
        "change.not_during.0",
        "2026-03-02/2026-03-01",
        "change.not_during.0: '2026-03-02/2026-03-01' ends before it begins",
    ),
    ("access.leavers.drop", "now", "access.leavers: Additional properties are not allowed ('drop' was unexpected)"),
    ("access.leavers.lock", "later", "access.leavers.lock: must be now or never"),
    ("roles", {}, "roles: {} should be non-empty"),
    ("roles.read.preset", "owner", "roles.read.preset: must be read or write"),
    ("roles.read.preset", None, "roles.read: 'preset' is a required property"),
    ("roles.read.mysql.databases", [], "roles.read.mysql.databases: [] should be non-empty"),
    (
        "roles.read.mysql.databases.0",
        "mysql",
        "roles.read.mysql.databases.0: 'mysql' is reserved: it belongs to the engine",
    ),
    (
        "roles.read.mysql.databases.0",
        "pay*",
        (
            "roles.read.mysql.databases.0: 'pay*' contains '*' (U+002A): a database name is of letters, digits,"
            " underscores, dollar signs and hyphens"
        ),
    ),
    ("roles.read.sql", "GRANT ALL", "roles.read: Additional properties are not allowed ('sql' was unexpected)"),
    ("logins", [], "logins: [] should be non-empty"),
    ("logins.0", {"user": "carol"}, "logins.0: 'roles' is a required property"),
    ("logins.0", {"group": "DBA", "roles": ["read"]}, "logins.0: must have either user or iam"),
    ("logins.0", {"user": "carol", "iam": "carol", "roles": ["read"]}, "logins.0: must have either user or iam"),
    (
        "logins.0",
        {"iam": "App", "roles": ["read"]},
        (
            "logins.0.iam: 'App' begins with 'A' (U+0041): a login is of lower-case letters, digits, dots, hyphens and"
            " underscores, and begins with a letter or digit"
        ),
    ),
    (
        "logins.0",
        {"iam": "app", "roles": ["read"], "used_by": ["role/app"]},
        "logins.0.used_by.0: does not match '^arn:aws[a-z-]*:iam::[0-9]{12}:role/([!-~]+/)?[A-Za-z0-9+=,.@_-]{1,64}$'",
    ),
    (
        "logins.0",
        {"iam": "app", "roles": ["read"], "realm": "X.Y"},
        "logins.0.realm: belongs to a login of the other kind",
    ),
    (
        "logins.0",
        {"user": "carol", "roles": ["read"], "used_by": ["arn:aws:iam::123456789012:role/api"]},
        "logins.0.used_by: belongs to a login of the other kind",
    ),
    (
        "logins.0",
        {"user": "carol", "roles": ["read"], "realm": "x"},
        "logins.0.realm: 'x' is no Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM",
    ),
    ("access.adopt", ["nobody"], "access.adopt.0: 'nobody' is none of the logins: what should it be made into?"),
    ("access.adopt", ["alice", "alice"], "access.adopt: names something twice"),
    ("logins.0", {"user": "carol", "roles": []}, "logins.0.roles: [] should be non-empty"),
    (
        "logins.0",
        {"user": "carol", "roles": ["dba"]},
        "logins.0.roles: there is no role 'dba'; roles has read, write",
    ),
    (
        "logins.0",
        {"user": "o'brien", "roles": ["read"]},
        (
            'logins.0.user: "o\'brien" contains "\'" (U+0027): a login is of lower-case letters, digits, dots, hyphens'
            " and underscores, and begins with a letter or digit"
        ),
    ),
    (
        "logins.0",
        {"user": "rdsadmin", "roles": ["read"]},
        "logins.0.user: 'rdsadmin' is reserved: it is the engine's or RDS's own",
    ),
    ("logins.0", {"user": "alice", "roles": ["read"]}, "logins: 'alice' stands there twice"),
    ("directory.id", "d-9367000001\n", "directory.id: 'd-9367000001\\n' has a character that cannot be seen"),
    ("admits.names.0", "a\n", "admits.names.0: 'a\\n' has a character that cannot be seen"),
    ("access.master", "managed\n", "access.master: 'managed\\n' has a character that cannot be seen"),
]


@pytest.mark.parametrize(("path", "value", "message"), INVALID, ids=[f"{path}={value}" for path, value, _ in INVALID])
def test_a_profile_is_refused_with_the_path_to_what_is_wrong(path: str, value: Any, message: str) -> None:
    found = problems(changed(path, value))
    assert message in found
    assert all(": " in problem for problem in found)


def test_a_profile_may_name_domains_that_the_directory_trusts() -> None:
    document = changed("directory.trusted_realms", ["ONPREM.EXAMPLE.COM"])
    document["logins"].append({"user": "carol", "realm": "ONPREM.EXAMPLE.COM", "roles": ["read"]})
    assert problems(document) == []
    profile = read_profile("payments", document)
    assert (profile.trusted_realms, profile.mysql_over_trust) == (("ONPREM.EXAMPLE.COM",), False)
    document["directory"]["mysql_over_trust"] = "allowed"
    assert read_profile("payments", document).mysql_over_trust
    assert profile.foreign_realms("mysql") == ("ONPREM.EXAMPLE.COM",)


def test_a_role_name_is_refused_by_its_grammar() -> None:
    assert any("DBA" in problem for problem in problems(changed("roles.DBA", {"preset": "read"})))


@pytest.mark.parametrize("path", ["access.master"])
@pytest.mark.parametrize("value", ["password", "arn:aws:s3:::x", "", "arn:aws:secretsmanager:us-east-1:1:secret:x"])
def test_a_master_secret_is_an_arn_or_managed(path: str, value: str) -> None:
    assert [problem for problem in problems(changed(path, value)) if problem.startswith("access.master: ")]


@pytest.mark.parametrize("document", [None, [], "x", {}, ["version", "admits"]])
def test_what_is_no_profile_at_all_is_refused(document: Any) -> None:
    assert all(problem.startswith("the profile: ") for problem in problems(document))
    assert problems(document)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    document = changed("version", "2")
    document["directory"]["id"] = "x"
    document["logins"] = []
    with pytest.raises(ProfileUnusable) as refused:
        checked("payments", yaml.safe_dump(document).encode())
    assert refused.value.problem.startswith("Profile payments is invalid: line 21, directory.id: ")
    assert "; line 23, logins: " in refused.value.problem
    assert "; line 52, version: " in refused.value.problem
    assert refused.value.remedy == "Mend the file and put it into the profile bucket again"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"user: bob", b"user: Bob", "line 23, logins.1.user: 'Bob' begins with 'B' (U+0042): "),
        (b"lock: now", b"lock: later", "line 17, access.leavers.lock: must be now or never"),
        (
            b"  names: ",
            b"  named: ",
            "line 6, admits: Additional properties are not allowed ('named' was unexpected); ",
        ),
        (b"  names: ", b"  # ", "line 4, admits: 'names' is a required property"),
        (b"version: 1", b"version: 2", "line 3, version: must be 1"),
        (b"version: 1\n", b"", "line 1, the profile: 'version' is a required property"),
        (
            b"schemas: [core]",
            b"schemas: [core, pg_x]",
            "line 19, roles.read.postgresql.schemas.1: 'pg_x' is reserved: ",
        ),
    ],
)
def test_a_problem_is_told_with_its_line(before: bytes, after: bytes, said: str) -> None:
    with pytest.raises(ProfileUnusable) as refused:
        checked("payments", EXAMPLE.replace(before, after, 1))
    assert refused.value.problem.startswith(f"Profile payments is invalid: {said}")


def test_a_password_in_the_wrong_place_is_not_repeated() -> None:
    for path in ("access.master", "directory.id", "version", "change.reboot", "methods.mysql", "admits.vpcs"):
        assert "Hunter2" not in "".join(map(str, problems(changed(path, "Hunter2"))))


@pytest.mark.parametrize("unseen", ["\n", "\t", "\u200b", "\u202e", "\x7f", "\u2028"])
def test_a_character_that_cannot_be_seen_is_refused_wherever_it_stands(unseen: str) -> None:
    found = problems(changed("access.master", f"arn:aws:secretsmanager:us-east-1:123456789012:secret:m{unseen}"))
    assert found
    assert all(problem.isprintable() for problem in found)
