"""What a profile may not say, and how it is told."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from signon.domain.profile import schema as profile_schema
from signon.domain.profile.profile import read_profile
from signon.domain.profile.schema import MOST_IAM_ROLES, MOST_LOGINS, checked, schema
from signon.domain.profile.yaml_document import load
from signon.errors import ProfileUnusable

PROFILES = Path(__file__).parents[2] / "profiles"
EXAMPLE = (PROFILES / "payments.yaml").read_bytes()


def test_the_published_schema_is_the_one_that_is_checked() -> None:
    published = PROFILES / "schema.json"
    layer = PROFILES.parent / "layers/signon/python/signon/domain/profile/profile.schema.json"
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
    ("version", None, "the profile: version is missing"),
    ("admits", None, "the profile: admits is missing"),
    ("directory", None, "the profile: directory is missing, but methods names kerberos"),
    ("methods", None, "the profile: methods is missing"),
    ("roles", None, "the profile: roles is missing"),
    ("logins", None, "the profile: logins is missing"),
    ("login", "x", "the profile: 'login' is not a field here"),
    ("admits.engines", [], "admits.engines: is empty"),
    (
        "admits.engines.0",
        "oracle",
        "admits.engines.0: must be mysql or aurora-mysql or postgres or aurora-postgresql or mariadb",
    ),
    ("admits.names", None, "admits: names is missing"),
    ("admits.names", "payments-*", "admits.names: must be a list"),
    (
        "admits.names.0",
        "Payments",
        "admits.names.0: must be up to 63 lower-case letters, digits and hyphens, with * for anything",
    ),
    ("admits.accounts", ["1111"], "admits.accounts.0: must be the 12 digits of an account"),
    ("admits.vpcs", ["0a1b"], "admits.vpcs.0: must be a VPC's id, as vpc-0a1b2c3d"),
    ("directory.id", "d-1", "directory.id: must be a directory's id, as d-9367000001"),
    ("directory.realm", None, "directory: realm is missing"),
    (
        "directory.realm",
        "corp.example.com",
        "directory.realm: 'corp.example.com' is not a Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM",
    ),
    ("directory.trusted_realms", [], "directory.trusted_realms: is empty"),
    (
        "directory.trusted_realms",
        ["ONPREM.EXAMPLE.COM", "onprem"],
        (
            "directory.trusted_realms.1: 'onprem' is not a Kerberos realm: upper-case labels with dots, as "
            "CORP.EXAMPLE.COM"
        ),
    ),
    ("directory.mysql_over_trust", "yes", "directory.mysql_over_trust: must be refused or allowed"),
    ("methods", {}, "methods: is empty"),
    ("methods.mysql.0", "password", "methods.mysql.0: must be kerberos or iam"),
    ("methods.mysql", ["kerberos", "iam"], "methods.mysql: has more than 1 entry"),
    (
        "methods.oracle",
        ["kerberos"],
        "methods: 'oracle' is not a field here",
    ),
    ("change.apply", "now", "change.apply: must be immediately or window"),
    ("change.reboot", "never", "change.reboot: must be allowed or ask"),
    ("change.existing", "no", "change.existing: must be allowed or ask"),
    ("change.freeze", "x", "change: 'freeze' is not a field here"),
    (
        "change.not_during.0",
        "2026-02-29/2026-03-01",
        "change.not_during.0: '2026-02-29/2026-03-01' has a day that does not exist",
    ),
    (
        "change.not_during.0",
        "2026-03-02/2026-03-01",
        "change.not_during.0: '2026-03-02/2026-03-01' ends before it begins",
    ),
    ("access.leavers.drop", "now", "access.leavers: 'drop' is not a field here"),
    ("access.leavers.lock", "later", "access.leavers.lock: must be now or never"),
    ("roles", {}, "roles: is empty"),
    ("roles.read.preset", "owner", "roles.read.preset: must be read or write"),
    ("roles.read.preset", None, "roles.read: preset is missing"),
    ("roles.read.mysql.databases", [], "roles.read.mysql.databases: is empty"),
    (
        "roles.read.mysql.databases.0",
        "mysql",
        "roles.read.mysql.databases.0: 'mysql' is reserved: it belongs to the engine",
    ),
    (
        "roles.read.mysql.databases.0",
        "pay*",
        (
            "roles.read.mysql.databases.0: 'pay*' contains '*' (U+002A): a database name consists of letters, digits,"
            " underscores, dollar signs and hyphens"
        ),
    ),
    ("roles.read.sql", "GRANT ALL", "roles.read: 'sql' is not a field here"),
    ("logins", [], "logins: is empty"),
    ("logins.0", {"user": "carol"}, "logins.0: roles is missing"),
    ("logins.0", {"group": "DBA", "roles": ["read"]}, "logins.0: must have either user or iam"),
    ("logins.0", {"user": "carol", "iam": "carol", "roles": ["read"]}, "logins.0: must have either user or iam"),
    (
        "logins.0",
        {"iam": "-app", "roles": ["read"]},
        (
            "logins.0.iam: '-app' begins with '-' (U+002D): a login consists of letters, digits, dots, hyphens and"
            " underscores, and begins with a letter, a digit or an underscore"
        ),
    ),
    (
        "logins.0",
        {"iam": "app", "roles": ["read"], "used_by": ["role/app"]},
        "logins.0.used_by.0: must be the ARN of an IAM role, as IAM shows it",
    ),
    (
        "logins.0",
        {"iam": "app", "roles": ["read"], "used_by": [f"arn:aws:iam::123456789012:role/{each}" for each in range(101)]},
        "logins.0.used_by: has more than 100 entries",
    ),
    (
        "logins.0",
        {"iam": "app", "roles": ["read"], "used_by": [f"arn:aws:iam::123456789012:role/{'x/' * 350}api"]},
        "logins.0.used_by.0: is longer than 640 characters",
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
        "logins.0.realm: 'x' is not a Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM",
    ),
    (
        "access.adopt",
        ["nobody"],
        "access.adopt.0: 'nobody' is not listed under logins; adopt can only name a login listed there",
    ),
    ("access.adopt", ["alice", "alice"], "access.adopt: lists something twice"),
    ("logins.0", {"user": "carol", "roles": []}, "logins.0.roles: is empty"),
    (
        "logins.0",
        {"user": "carol", "roles": ["dba"]},
        "logins.0.roles.0: there is no role 'dba'; roles has read, write",
    ),
    (
        "logins.0",
        {"user": "o'brien", "roles": ["read"]},
        (
            'logins.0.user: "o\'brien" contains "\'" (U+0027): a login consists of lower-case letters, digits, dots,'
            " hyphens and underscores, and begins with a letter or a digit"
        ),
    ),
    (
        "logins.0",
        {"user": "rdsadmin", "roles": ["read"]},
        "logins.0.user: 'rdsadmin' is reserved: it belongs to the engine or to RDS",
    ),
    ("logins.0", {"user": "alice", "roles": ["read"]}, "logins: 'alice' is listed twice"),
    ("directory.id", "d-9367000001\n", "directory.id: contains U+000A, a character that cannot be seen"),
    ("admits.names.0", "a\n", "admits.names.0: contains U+000A, a character that cannot be seen"),
    ("access.master", "managed\n", "access.master: contains U+000A, a character that cannot be seen"),
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
@pytest.mark.parametrize(
    "value",
    [
        "password",
        "arn:aws:s3:::x",
        "",
        "arn:aws:secretsmanager:us-east-1:1:secret:x",
        # what no secret can be called: it matches a pattern of MasterSecretArns, and would be told as a sentence
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:payments. What to do: GRANT rds_superuser TO tenant",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:payments*",
        f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{'x' * 520}",
    ],
)
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
    assert refused.value.remedy == "Fix the file and upload it to the profile bucket again"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"user: bob", b"user: Bob", "line 23, logins.1.user: 'Bob' begins with 'B' (U+0042): "),
        (b"lock: now", b"lock: later", "line 17, access.leavers.lock: must be now or never"),
        (
            b"  names: ",
            b"  named: ",
            "line 4, admits: names is missing; line 6, admits: 'named' is not a field here",
        ),
        (b"  names: ", b"  # ", "line 4, admits: names is missing"),
        (b"version: 1", b"version: 2", "line 3, version: must be 1"),
        (b"version: 1\n", b"", "line 1, the profile: version is missing"),
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


@pytest.mark.parametrize("where", ["password: ", "access: {password: ", "access: {master: ", "version: "])
def test_a_password_with_a_character_that_cannot_be_seen_is_not_repeated(where: str) -> None:
    text = f'{where}"Hunter2\\u200b"{"}" if "{" in where else ""}\n'
    with pytest.raises(ProfileUnusable) as refused:
        checked("payments", text.encode())
    assert "Hunter2" not in str(refused.value)


def the_patterns(part: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, Mapping):
        if isinstance(part.get("pattern"), str):
            yield part
        for each in part.values():
            yield from the_patterns(each)
    elif isinstance(part, list):
        for each in part:
            yield from the_patterns(each)


def test_every_pattern_is_told_in_words_here_and_in_an_editor() -> None:
    found = list(the_patterns(schema()))
    assert len(found) == 8
    assert all(part["patternErrorMessage"] for part in found)


@pytest.mark.parametrize(
    ("engines", "methods", "longest"),
    [
        (["postgres"], ["iam"], 63),
        (["aurora-postgresql", "postgres"], ["iam"], 63),
        (["mysql"], ["iam"], 32),
        (["mariadb"], ["iam"], 32),
        (["mysql", "postgres"], ["iam"], 32),
    ],
)
def test_a_login_with_a_token_is_as_long_as_all_of_its_engines_take_it(
    engines: list[str], methods: list[str], longest: int
) -> None:
    document = changed("methods", dict.fromkeys(engines, methods))
    document["admits"]["engines"] = engines
    document["logins"] = [{"iam": "A" * longest, "roles": ["read"]}]
    assert problems(document) == []
    document["logins"][0]["iam"] += "b"
    assert problems(document) == [
        f"logins.0.iam: {'A' * longest + 'b'!r} is too long: {longest + 1} of at most {longest} characters"
    ]


def test_a_login_with_a_token_is_measured_by_the_engines_that_it_is_made_on() -> None:
    document = changed("logins.0", {"iam": "A" * 63, "engines": ["aurora-postgresql"], "roles": ["read"]})
    document["methods"] = {"mysql": ["kerberos"], "aurora-postgresql": ["kerberos", "iam"]}
    assert problems(document) == []
    del document["logins"][0]["engines"]
    assert problems(document) == []  # on mysql there are no tokens, and no such login
    document["methods"]["mysql"] = ["iam"]
    assert problems(document) == [f"logins.0.iam: {'A' * 63!r} is too long: 63 of at most 32 characters"]


def used_by(number: int) -> dict[str, Any]:
    """A profile whose logins are used by so many IAM roles, a hundred each."""
    document = changed("methods.mysql", ["iam"])
    roles = [f"arn:aws:iam::123456789012:role/role-{each}" for each in range(number)]
    for first in range(0, number, 100):
        document["logins"].append({"iam": f"app{first}", "roles": ["read"], "used_by": roles[first : first + 100]})
    document["logins"].append({"iam": "again", "roles": ["read"], "used_by": roles[:100]})
    return document


def test_the_iam_roles_of_all_logins_have_a_number() -> None:
    assert problems(used_by(MOST_IAM_ROLES)) == []
    (problem,) = problems(used_by(MOST_IAM_ROLES + 1))
    assert problem == (
        "logins: used_by lists 201 different IAM roles in all, and a profile may have 200: split the profile, or have"
        " several logins used by one role"
    )


def test_the_iam_roles_of_two_versions_fit_into_the_record() -> None:
    longest = schema()["properties"]["logins"]["items"]["properties"]["used_by"]["items"]["maxLength"]
    assert 2 * MOST_IAM_ROLES * (longest + len("2026-11-20T12:00:00.000000+00:00") + 8) < 300_000


def test_of_logins_that_are_too_many_no_more_are_looked_at_than_there_may_be() -> None:
    assert schema()["properties"]["logins"]["maxItems"] == MOST_LOGINS
    many = {"version": "1", "logins": [{"user": "x"} for _ in range(20_000)]}
    found = profile_schema.problems(many)
    assert "logins: has more than 1000 entries" in map(str, found)
    assert {problem.path[1] for problem in found if len(problem.path) > 1} == set(range(MOST_LOGINS + 1))
