"""Requests of people that are none: refused, and all that is wrong is said by name."""

from __future__ import annotations

from typing import Any

import pytest

from signon.domain.request.request import read_request
from signon.errors import InvalidRequest
from tests.builders import ACCOUNT, REGION

ODD = "odd-1"
HOW_TO = ' Start with {"database": {"instance": "NAME"}}; samples of all inputs are in events/.'
NO_NAME = 'database must be {"instance": NAME} or {"cluster": NAME}, with the name in lower case'
NO_PROFILE = "profile must be a name of lower-case letters, digits and hyphens"
NO_CHECKSUM = 'approve must be {"plan": CHECKSUM}, the checksum that the plan was reported with'
NO_REASON = "reason must be one line of at most 256 characters"
NO_SWITCH = "dry_run must be true or false"


def refusal(document: Any) -> str:
    with pytest.raises(InvalidRequest) as refused:
        read_request(document, ACCOUNT, REGION)
    return str(refused.value)


def wrong(name: str, problem: str, document: Any) -> Any:
    return pytest.param(problem, document, id=name)


def named(instance: Any) -> dict[str, Any]:
    return {"database": {"instance": instance}}


def about_it(**fields: Any) -> dict[str, Any]:
    return {"database": {"instance": ODD}, **fields}


REQUESTS = [
    wrong("a list", "The input is list, not an object", [ODD]),
    wrong("a text", "The input is str, not an object", ODD),
    wrong("a number", "The input is int, not an object", 7),
    wrong("null", "The input is NoneType, not an object", None),
    wrong("nothing", NO_NAME, {}),
    wrong("no database", NO_NAME, {"profile": "usual"}),
    wrong("the database is null", NO_NAME, {"database": None}),
    wrong("the database is a text", NO_NAME, {"database": ODD}),
    wrong("the database is a list", NO_NAME, {"database": [ODD]}),
    wrong("an instance and a cluster", NO_NAME, {"database": {"instance": ODD, "cluster": ODD}}),
    wrong("a second field besides the instance", NO_NAME, {"database": {"instance": ODD, "host": "rogue.example.com"}}),
    wrong(
        "the cluster's name is an ARN", NO_NAME, {"database": {"cluster": f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:c"}}
    ),
    wrong("the name is a number", NO_NAME, named(7)),
    wrong("the name is empty", NO_NAME, named("")),
    wrong("the name is an ARN", NO_NAME, named(f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{ODD}")),
    wrong("the name is in capitals", NO_NAME, named("ODD-1")),
    wrong("the name is too long", NO_NAME, named("a" * 64)),
    wrong("the name begins with a digit", NO_NAME, named("1st")),
    wrong("the name ends with a hyphen", NO_NAME, named("odd-")),
    wrong("the name has two hyphens together", NO_NAME, named("odd--1")),
    wrong("the name ends with a line feed", NO_NAME, named(f"{ODD}\n")),
    wrong("the name is a wildcard", NO_NAME, named("*")),
    wrong("the name is SQL", NO_NAME, named("x'; DROP USER alice; --")),
    wrong("the name has letters that only look like some", NO_NAME, named("\N{CYRILLIC SMALL LETTER A}lice")),
    wrong("an unknown field", "'sql' is not a field of a request", about_it(sql="DROP USER alice")),
    wrong("a field with a capital", "'Profile' is not a field of a request", about_it(Profile="usual")),
    wrong("a secret that nobody asked for", "'password' is not a field of a request", about_it(password="Hunter2")),
    wrong("the profile is a path", NO_PROFILE, about_it(profile="../usual")),
    wrong("the profile is in capitals", NO_PROFILE, about_it(profile="USUAL")),
    wrong("the profile is too long", NO_PROFILE, about_it(profile="u" * 41)),
    wrong("the profile is a number", NO_PROFILE, about_it(profile=7)),
    wrong("dry_run is a text", NO_SWITCH, about_it(dry_run="true")),
    wrong("dry_run is a word", NO_SWITCH, about_it(dry_run="yes")),
    wrong("dry_run is a number", NO_SWITCH, about_it(dry_run=1)),
    wrong("approve is a text", NO_CHECKSUM, about_it(approve="0123456789abcdef")),
    wrong("approve has another field", NO_CHECKSUM, about_it(approve={"plan": "0123456789abcdef", "by": "me"})),
    wrong("the checksum is too short", NO_CHECKSUM, about_it(approve={"plan": "0123"})),
    wrong("the checksum is a wildcard", NO_CHECKSUM, about_it(approve={"plan": "*" * 16})),
    wrong("the reason has two lines", NO_REASON, about_it(reason="agreed\nby nobody")),
    wrong("the reason is too long", NO_REASON, about_it(reason="x" * 257)),
    wrong("the reason is a number", NO_REASON, about_it(reason=7)),
    wrong("a misspelt field", "'databse' is not a field of a request", {"databse": {}, "database": {"instance": "a"}}),
    wrong("the database is an empty list", NO_NAME, {"database": []}),
    wrong("the database is an empty object", NO_NAME, {"database": {}}),
    wrong("a proxy", NO_NAME, {"database": {"proxy": "payments"}}),
    wrong("the cluster's name is in capitals", NO_NAME, {"database": {"cluster": "Payments"}}),
    wrong("the checksum is in capitals", NO_CHECKSUM, about_it(approve={"plan": "0123456789ABCDEF"})),
    wrong("the reason is a list", NO_REASON, about_it(reason=["x"])),
    wrong(
        "everything at once",
        f"'sql' is not a field of a request; {NO_NAME}; {NO_PROFILE}; {NO_SWITCH}; {NO_CHECKSUM}; {NO_REASON}",
        {"database": {}, "sql": "", "profile": "", "dry_run": "", "approve": "", "reason": "\n"},
    ),
    wrong(
        "everything at once, and of other types",
        f"'x' is not a field of a request; {NO_NAME}; {NO_PROFILE}; {NO_SWITCH}; {NO_CHECKSUM}; {NO_REASON}",
        {"database": 1, "profile": "", "dry_run": None, "approve": 0, "reason": 0, "x": 0},
    ),
]


@pytest.mark.parametrize(("problem", "document"), REQUESTS)
def test_a_bad_request_says_all_that_is_wrong_with_it(problem: str, document: Any) -> None:
    assert refusal(document) == f"{problem}.{HOW_TO}"


@pytest.mark.parametrize(
    "name",
    [
        "", "-a", "a-", "a--b", "1a", "a_b", "a b", "a\n", "a.b", "ä", "a" * 64, "a;drop", "arn:aws:rds", "٣", "a/b",
        "a'", "$(id)",
    ],
)  # fmt: skip
def test_a_hostile_name_is_refused(name: str) -> None:
    assert refusal({"database": {"instance": name}}) == f"{NO_NAME}.{HOW_TO}"
    assert refusal({"database": {"cluster": name}}) == f"{NO_NAME}.{HOW_TO}"
