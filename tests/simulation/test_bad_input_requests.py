"""Requests of people and events that are none: refused by the first state, and nothing is changed.

What may be wrong with one is tried one by one in the unit tests; here is one of each kind.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.simulation.refusals import ACCOUNT, ODD, USUAL, Odd, Refusals, about_it, each
from tests.simulation.world import REGION

SOME_DAY = "2099-01-01T00:00:00Z"  # younger than any database here
TAGGED = [{"Key": "signon:profile", "Value": USUAL}]
HOW_TO = (
    'Start with {"database": {"instance": "NAME"}}; samples of all inputs are in events/.'
    " Correct the input and start again."
)
NO_NAME = 'database must be {"instance": NAME} or {"cluster": NAME}, with the name in lower case'
NO_PROFILE = "profile must be a name of lower-case letters, digits and hyphens"
NO_CHECKSUM = 'approve must be {"plan": CHECKSUM}, the checksum that the plan was reported with'
NO_REASON = "reason must be one line of at most 256 characters"
NO_SWITCH = "dry_run must be true or false"


def wrong(name: str, problem: str, document: Any) -> Odd:
    """A request that a person got wrong, about a database that is there."""
    return Odd(name, [("InvalidRequest", f"{problem}. {HOW_TO}")], document, database={}, end="Failed")


def named(instance: Any) -> dict[str, Any]:
    return {"database": {"instance": instance}, "profile": USUAL}


REQUESTS = [
    wrong("a list", "The input is list, not an object", [ODD]),
    wrong("null", "The input is NoneType, not an object", None),
    wrong("nothing", NO_NAME, {}),
    wrong("the name ends with a line feed", NO_NAME, named(f"{ODD}\n")),
    wrong("the name is SQL", NO_NAME, named("x'; DROP USER alice; --")),
    wrong("no such cluster", "There is no DB cluster nowhere-1 here", {"database": {"cluster": "nowhere-1"}}),
    wrong("no such database", "There is no DB instance nowhere-1 here", named("nowhere-1")),
    wrong("a secret that nobody asked for", "'password' is not a field of a request", about_it(password="Hunter2")),
    wrong(
        "everything at once",
        f"'sql' is not a field of a request; {NO_NAME}; {NO_PROFILE}; {NO_SWITCH}; {NO_CHECKSUM}; {NO_REASON}",
        {"database": {}, "sql": "", "profile": "", "dry_run": "", "approve": "", "reason": "\n"},
    ),
]


def event(detail: Any = None, **changes: Any) -> dict[str, Any]:
    """RDS's event of the case's database, changed."""
    arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{ODD}"
    usual = {"SourceType": "DB_INSTANCE", "SourceArn": arn, "SourceIdentifier": ODD, "EventID": "RDS-EVENT-0005"}
    return {
        "source": "aws.rds",
        "detail-type": "RDS DB Instance Event",
        "account": ACCOUNT,
        "region": REGION,
        "time": SOME_DAY,
        "detail": {**usual, **detail} if isinstance(detail, dict) else detail or usual,
        **changes,
    }


NO_EVENT = (
    "The event is not an RDS event about a database: source must be aws.rds and detail.SourceArn the ARN of a DB "
    "instance"
    " or a DB cluster. Correct the input and start again."
)

NO_TIME = (
    "InvalidRequest",
    "The event has no valid time: time must be like 2026-11-20T12:30:00Z. Correct the input and start again.",
)


def no_event(name: str, document: Any) -> Odd:
    return Odd(name, [("InvalidRequest", NO_EVENT)], document, database={}, end="Failed")


def foreign(name: str, said: str, document: Any) -> Odd:
    said = (
        f"The event is from {said}; this stack serves account {ACCOUNT} in {REGION}. Correct the input and start again."
    )
    return Odd(name, [("InvalidRequest", said)], document, database={}, end="Failed")


def not_ours(name: str, said: str, document: Any, **database: Any) -> Odd:
    return Odd(name, [(said, "")], document, database=database, end="Not ours")


EVENTS = [
    no_event("an event of somebody else's application", event(source="com.example")),
    no_event("an event whose detail is a list", event([ODD])),
    no_event("an event whose ARN goes on", event({"SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{ODD}\n"})),
    foreign(
        "an ARN of another account",
        f"account 999999999999 in {REGION}",
        event({"SourceArn": f"arn:aws:rds:{REGION}:999999999999:db:{ODD}"}),
    ),
    foreign("an event of another Region", f"account {ACCOUNT} in us-east-1", event(region="us-east-1")),
    Odd("an event whose time is none", [NO_TIME], event(time="yesterday"), {}, end="Failed"),
    not_ours(
        "an event that is older than its database",
        f"The event of 2020-01-01T00:00:00Z is older than {ODD}, which was created at 2026-11-21T08:00:00+00:00:"
        " it is about another database of that name",
        event(time="2020-01-01T00:00:00Z"),
        tags=TAGGED,
        instance_create_time=datetime(2026, 11, 21, 8, tzinfo=UTC),
    ),
    not_ours(
        "an event of a database without the tag",
        f"{ODD} has no tag signon:profile: tag it with the name of a profile that admits it",
        event(),
    ),
    not_ours(
        "an event of a database that is gone",
        "There is no DB instance gone-1",
        event({"SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:gone-1"}),
    ),
    not_ours(
        "an event of a database that is being deleted", f"{ODD} is deleting", event(), status="deleting", tags=TAGGED
    ),
]


@each(REQUESTS)
def test_a_bad_request_says_all_that_is_wrong_with_it(odd: Odd, refusals: Refusals) -> None:
    refusals.check(odd)


@each(EVENTS)
def test_an_event_that_is_none_of_ours_starts_nothing(odd: Odd, refusals: Refusals) -> None:
    refusals.check(odd)
