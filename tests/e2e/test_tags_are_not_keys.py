"""Whoever may only tag, create, restore or rename databases, or put events, gains nothing that no profile admits.

The databases of these attempts are copies of one in RDS's books, with its server behind all of them: had one attempt
got through, that server would show it.
"""

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e.scene import Ended, Scene

VICTIM = "tagged-0"
TELLING = {("sns", "Publish"), ("events", "PutEvents")}
NOT_OURS, NEEDS_A_PERSON = "Not ours", "Needs a person"


@dataclass(frozen=True)
class Attempt:
    """``tags`` are the attacker's, ``age`` is the database's, ``event`` what the event says besides.

    ``end`` is how the execution ends, with ``says`` in what it tells.
    """

    what: str
    tags: Mapping[str, str]
    end: str
    says: str
    name: str = ""  # of the database; "" takes one that the profile `tagged` admits
    age: datetime.timedelta = datetime.timedelta()
    event: Mapping[str, Any] = field(default_factory=dict)


def naming(profile: str) -> dict[str, str]:
    return {"signon:profile": profile}


def no_name(value: str) -> str:
    return f"The tag signon:profile is no profile's name: {value[:60]!r}"


# ---- what stands in the tag ------------------------------------------------------------------------------------------

TAG_VALUES = [
    "../admins", "admins.yaml", "ADMINS", "admins,tagged", "admins ", "admins\n", "*", "s3://evil/admins", "a" * 41,
    '{"logins": [{"user": "mallory"}]}', "$(id)",
]  # fmt: skip

TAGGED = [
    *(Attempt(f"the tag says {value!r}", naming(value), NEEDS_A_PERSON, no_name(value)) for value in TAG_VALUES),
    Attempt("the tag says nothing", naming(""), NOT_OURS, "bears no tag signon:profile"),
    Attempt("no such profile", naming("ghost"), NEEDS_A_PERSON, "There is no profile ghost"),
    Attempt("a profile called null", naming("null"), NEEDS_A_PERSON, "There is no profile null"),
    Attempt("the tag's key in capitals", {"Signon:Profile": "tagged"}, NOT_OURS, "bears no tag signon:profile"),
    Attempt("a space in the tag's key", {"signon:profile ": "tagged"}, NOT_OURS, "bears no tag signon:profile"),
    Attempt("the tag of another product", {"profile": "tagged"}, NOT_OURS, "bears no tag signon:profile"),
]

# ---- what the profile does not admit ---------------------------------------------------------------------------------


def refused(what: str, profile: str = "admins") -> str:
    return f"Profile {profile} does not admit this database: it admits no {what}"


ADMISSION = [
    Attempt("another team's profile", naming("admins"), NEEDS_A_PERSON, refused("name tagged-")),
    Attempt("a name around the pattern", naming("admins"), NEEDS_A_PERSON, refused("name x-vault-1"), "x-vault-1"),
    Attempt("a name that only begins alike", naming("admins"), NEEDS_A_PERSON, refused("name vaults"), "vaults"),
    Attempt("a profile for another account", naming("abroad"), NEEDS_A_PERSON, refused("account", "abroad")),
    Attempt("a profile for another VPC", naming("elsewhere"), NEEDS_A_PERSON, refused("VPC", "elsewhere")),
    Attempt("a profile for another engine", naming("pg"), NEEDS_A_PERSON, refused("engine mysql", "pg")),
    Attempt(
        "a database of the right name, restored over a week ago",
        naming("admins"),
        NEEDS_A_PERSON,
        "vault-old is older than 24 hours",
        "vault-old",
        datetime.timedelta(days=7),
    ),
]

# ---- tags that would say more than a name ----------------------------------------------------------------------------

MORE_TAGS = {
    "signon:logins": "mallory",
    "signon:roles": "write",
    "signon:approve": "0123456789abcdef",
    "signon:plan": "0123456789abcdef",
    "signon:dry_run": "false",
    "signon:directory": "d-0000000000",
    "signon:master": "arn:aws:secretsmanager:us-east-1:123456789012:secret:other",
    "signon:method": "iam",
    "signon:admits": "*",
    "signon:existing": "allowed",
}
ELOQUENT = [
    Attempt(f"a tag {key} besides", {**naming("admins"), key: value}, NEEDS_A_PERSON, refused("name tagged-"))
    for key, value in MORE_TAGS.items()
]

# ---- events ----------------------------------------------------------------------------------------------------------

FORGED = [
    Attempt(
        "an approval in the event",
        naming("admins"),
        NEEDS_A_PERSON,
        refused("name"),
        event={"approve": {"plan": "0" * 16}},
    ),
    *(
        Attempt(f"a restored copy, told of by {number}", naming("admins"), NEEDS_A_PERSON, refused("name"), event=event)
        for number, event in (
            ("RDS-EVENT-0019", {"detail": {"EventID": "RDS-EVENT-0019"}}),
            ("RDS-EVENT-0043", {"detail": {"EventID": "RDS-EVENT-0043"}}),
        )
    ),
    Attempt("a dry run in the event", naming("admins"), NEEDS_A_PERSON, refused("name"), event={"dry_run": False}),
    Attempt("logins in the event", {}, NOT_OURS, "bears no tag", event={"logins": [{"user": "mallory"}]}),
    Attempt("a claim in the event", {}, NOT_OURS, "bears no tag", event={"claim": {"fence": 99}}),
    Attempt("a plan in the event", naming("admins"), NEEDS_A_PERSON, refused("name"), event={"plan": {}}),
    Attempt("a profile in the event", {}, NOT_OURS, "bears no tag signon:profile", event={"profile": "tagged"}),
    Attempt("a tag in the event alone", {}, NOT_OURS, "bears no tag", event={"detail": {"Tags": naming("tagged")}}),
    Attempt("a database in the event", {}, NOT_OURS, "bears no tag", event={"database": {"instance": "nobody-1"}}),
    Attempt("another source", naming("tagged"), "Failed", "not one of RDS", event={"source": "com.example"}),
    Attempt("an event of another account", naming("tagged"), "Failed", "of account", event={"account": "999999999999"}),
    Attempt("an event of another Region", naming("tagged"), "Failed", "The event is of", event={"region": "eu-west-3"}),
    Attempt(
        "the ARN of another account's database",
        naming("tagged"),
        "Failed",
        "The event is of account 999999999999",
        event={"detail": {"SourceArn": f"arn:aws:rds:us-east-1:999999999999:db:{VICTIM}"}},
    ),
    Attempt(
        "the ARN of a secret",
        naming("tagged"),
        "Failed",
        "not one of RDS",
        event={"detail": {"SourceArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:x"}},
    ),
    Attempt(
        "an ARN with more behind it",
        naming("tagged"),
        "Failed",
        "not one of RDS",
        event={"detail": {"SourceArn": f"arn:aws:rds:us-east-1:123456789012:db:{VICTIM}/../nobody-1"}},
    ),
    Attempt("no ARN at all", naming("tagged"), "Failed", "not one of RDS", event={"detail": {"SourceArn": None}}),
]  # fmt: skip

ATTEMPTS = [*TAGGED, *ADMISSION, *ELOQUENT, *FORGED]


@pytest.fixture(scope="module")
def victim(scene: Scene) -> Iterator[str]:
    """A real database that nobody has onboarded, and profiles that an attacker would like to use."""
    scene.publish_profile("tagged", {"alice": ["read"]}, change={"reboot": "ask"})
    scene.publish_profile("admins", {"mallory": ["write"]}, admits={"engines": ["mysql"], "names": ["vault-*"]})
    here = {"engines": ["mysql"], "names": ["*"]}
    scene.publish_profile("abroad", {"mallory": ["write"]}, admits={**here, "accounts": ["999999999999"]})
    scene.publish_profile("elsewhere", {"mallory": ["write"]}, admits={**here, "vpcs": ["vpc-0123456789"]})
    scene.publish_profile("pg", {"mallory": ["write"]}, admits={"engines": ["aurora-postgresql"], "names": ["*"]})
    scene.create_database(VICTIM, None)
    scene.available(VICTIM)
    yield VICTIM
    assert scene.as_master(VICTIM, "SELECT COUNT(*) FROM mysql.user WHERE plugin = 'auth_pam'") == [["0"]]
    assert scene.database(VICTIM)["DomainMemberships"] == []


@pytest.fixture(scope="module")
def started(scene: Scene, victim: str) -> dict[str, str]:
    """All attempts at once: what -> ARN of the execution."""
    return {attempt.what: _start(scene, attempt, number) for number, attempt in enumerate(ATTEMPTS, 1)}


def _start(scene: Scene, attempt: Attempt, number: int) -> str:
    name = attempt.name or f"tagged-{number}"
    scene.show_copy(VICTIM, name, attempt.tags, attempt.age)
    event = an_event(scene, name)
    detail = {**event["detail"], **attempt.event.get("detail", {})}
    started = scene.cloud.client("stepfunctions").start_execution(
        stateMachineArn=scene.machine, input=json.dumps({**event, **attempt.event, "detail": detail})
    )
    return str(started["executionArn"])


def an_event(scene: Scene, name: str) -> dict[str, Any]:
    arn = f"arn:aws:rds:{scene.cloud.region}:{scene.cloud.account}:db:{name}"
    return {
        "version": "0",
        "id": "844e2571-85d4-695f-b930-0153b71dcb42",
        "detail-type": "RDS DB Instance Event",
        "source": "aws.rds",
        "account": scene.cloud.account,
        "time": scene.cloud.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": scene.cloud.region,
        "resources": [arn],
        "detail": {"SourceType": "DB_INSTANCE", "SourceArn": arn, "EventID": "RDS-EVENT-0005"},
    }


def told(ended: Ended) -> str:
    """All that the execution says about its end: its error, its cause, what its plan found."""
    error = ended.dossier.get("error") or ended.dossier
    said = [json.loads(error["Cause"])["errorMessage"]] if "Cause" in error else []
    findings = ended.dossier.get("plan", {}).get("findings", [])
    return "\n".join([*said, *(finding["problem"] for finding in findings), ended.cause])


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.what)
def test_an_attempt_gains_nothing(scene: Scene, started: dict[str, str], attempt: Attempt) -> None:
    ended = scene.ended(started[attempt.what])
    assert (ended.end, attempt.says in told(ended)) == (attempt.end, True), told(ended)
    assert set(scene.changes_made_by(ended)) <= TELLING


def test_there_are_at_least_fifty_attempts() -> None:
    assert len({attempt.what for attempt in ATTEMPTS}) == len(ATTEMPTS) >= 50


@pytest.mark.parametrize("source", ["com.example", "aws.rds", "aws.rds.example", "AWS.RDS"])
def test_an_event_that_somebody_puts_on_the_bus_starts_nothing(scene: Scene, victim: str, source: str) -> None:
    """EventBridge lets nobody but AWS write aws.rds as the source."""
    name = f"tagged-bus-{source.lower().replace('.', '-')}"
    scene.show_copy(victim, name, naming("tagged"))
    event = an_event(scene, name)
    scene.cloud.client("events").put_events(
        Entries=[
            {
                "Source": source,
                "DetailType": event["detail-type"],
                "Resources": event["resources"],
                "Detail": json.dumps(event["detail"]),
            }
        ]
    )
    scene.run(victim)  # whatever the bus would deliver is delivered by the time this has ended
    assert scene.executions_about(name) == []
