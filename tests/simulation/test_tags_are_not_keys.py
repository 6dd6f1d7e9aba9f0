"""A caller that may only tag, create, restore or rename databases, or put events, gains nothing beyond a profile.

The databases of these attempts are copies of one in RDS's books.
"""

import copy
import datetime
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.simulation.moves import go_on
from tests.simulation.refusals import ACCOUNT, at_the_endpoint_of, said, writes
from tests.simulation.world import ORDERS, REGION, World

TELLING = {"Publish", "PutEvents"}
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
    return f"The tag signon:profile is not the name of a profile: {value[:60]!r}"


# ---- what stands in the tag ------------------------------------------------------------------------------------------

TAG_VALUES = [
    "../admins", "admins.yaml", "ADMINS", "admins,tagged", "admins ", "admins\n", "*", "s3://evil/admins", "a" * 41,
    '{"logins": [{"user": "mallory"}]}', "$(id)",
]  # fmt: skip

TAGGED = [
    *(Attempt(f"the tag says {value!r}", naming(value), NEEDS_A_PERSON, no_name(value)) for value in TAG_VALUES),
    Attempt("the tag says nothing", naming(""), NOT_OURS, "has no tag signon:profile"),
    Attempt("no such profile", naming("ghost"), NEEDS_A_PERSON, "There is no profile ghost"),
    Attempt("a profile called null", naming("null"), NEEDS_A_PERSON, "There is no profile null"),
    Attempt("the tag's key in capitals", {"Signon:Profile": "tagged"}, NOT_OURS, "has no tag signon:profile"),
    Attempt("a space in the tag's key", {"signon:profile ": "tagged"}, NOT_OURS, "has no tag signon:profile"),
    Attempt("the tag of another product", {"profile": "tagged"}, NOT_OURS, "has no tag signon:profile"),
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
    Attempt("logins in the event", {}, NOT_OURS, "has no tag", event={"logins": [{"user": "mallory"}]}),
    Attempt("a claim in the event", {}, NOT_OURS, "has no tag", event={"claim": {"fence": 99}}),
    Attempt("a plan in the event", naming("admins"), NEEDS_A_PERSON, refused("name"), event={"plan": {}}),
    Attempt("a profile in the event", {}, NOT_OURS, "has no tag signon:profile", event={"profile": "tagged"}),
    Attempt("a tag in the event alone", {}, NOT_OURS, "has no tag", event={"detail": {"Tags": naming("tagged")}}),
    Attempt("a database in the event", {}, NOT_OURS, "has no tag", event={"database": {"instance": "nobody-1"}}),
    Attempt("another source", naming("tagged"), "Failed", "not an RDS event", event={"source": "com.example"}),
    Attempt("an event of another account", naming("tagged"), "Failed", "is from", event={"account": "999999999999"}),
    Attempt("an event of another Region", naming("tagged"), "Failed", "is from", event={"region": "eu-west-3"}),
    Attempt(
        "the ARN of another account's database",
        naming("tagged"),
        "Failed",
        "The event is from account 999999999999",
        event={"detail": {"SourceArn": f"arn:aws:rds:{REGION}:999999999999:db:{ORDERS}"}},
    ),
    Attempt(
        "the ARN of a secret",
        naming("tagged"),
        "Failed",
        "not an RDS event",
        event={"detail": {"SourceArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:x"}},
    ),
    Attempt(
        "an ARN with more behind it",
        naming("tagged"),
        "Failed",
        "not an RDS event",
        event={"detail": {"SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{ORDERS}/../nobody-1"}},
    ),
    Attempt("no ARN at all", naming("tagged"), "Failed", "not an RDS event", event={"detail": {"SourceArn": None}}),
]  # fmt: skip

ATTEMPTS = [*TAGGED, *ADMISSION, *ELOQUENT, *FORGED]


@pytest.fixture(scope="module")
def attacked(simulation: World) -> Iterator[World]:
    """A database that nobody has onboarded, and profiles that an attacker would like to use."""
    simulation.reset()
    simulation.rds.on_event = lambda event: None
    here = {"engines": ["mysql"], "names": ["*"]}
    simulation.publish("tagged", {"alice": ["read"]}, change={"reboot": "ask"})
    simulation.publish("admins", {"mallory": ["write"]}, admits={**here, "names": ["vault-*"]})
    simulation.publish("abroad", {"mallory": ["write"]}, admits={**here, "accounts": ["999999999999"]})
    simulation.publish("elsewhere", {"mallory": ["write"]}, admits={**here, "vpcs": ["vpc-0123456789"]})
    simulation.publish("pg", {"mallory": ["write"]}, admits={**here, "engines": ["aurora-postgresql"]})
    simulation.create(ORDERS, None)
    simulation.conductor.run()
    with simulation.installed():
        yield simulation
    (server,) = simulation.servers.warm
    assert server.run("SELECT COUNT(*) FROM mysql.user WHERE plugin = 'auth_pam'") == ((0,),)
    simulation.conductor.reset()


@pytest.fixture
def database(attacked: World, attempt: Attempt) -> Any:
    """The attacker's, as RDS has it."""
    made = copy.copy(attacked.rds.backend.databases[ORDERS])
    made.db_instance_identifier = attempt.name or f"tagged-{secrets.token_hex(4)}"
    made.dbi_resource_id = f"db-{secrets.token_hex(13).upper()}"
    made.tags = [{"Key": key, "Value": value} for key, value in attempt.tags.items()]
    made.instance_create_time = attacked.conductor.now() - attempt.age
    attacked.rds.backend.databases[made.db_instance_identifier] = made
    at_the_endpoint_of(attacked.rds.backend.databases[ORDERS], made)
    return made


def an_event(world: World, name: str, changed: Mapping[str, Any]) -> dict[str, Any]:
    """RDS's event of the database, but for what is changed."""
    arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}"
    detail = {"SourceType": "DB_INSTANCE", "SourceArn": arn, "EventID": "RDS-EVENT-0005"}
    return {
        "version": "0",
        "id": "844e2571-85d4-695f-b930-0153b71dcb42",
        "detail-type": "RDS DB Instance Event",
        "source": "aws.rds",
        "account": ACCOUNT,
        "time": world.conductor.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [arn],
        **changed,
        "detail": {**detail, **changed.get("detail", {})},
    }


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.what)
def test_an_attempt_gains_nothing(attacked: World, database: Any, attempt: Attempt) -> None:
    attacked.calls.made.clear()
    execution = attacked.executions.start(an_event(attacked, database.db_instance_identifier, attempt.event))
    go_on(attacked, lambda: execution.status != "RUNNING")
    attacked.conductor.run_awake()
    told = "\n".join(part for each in said(execution) for part in each)
    assert (execution.end, attempt.says in told) == (attempt.end, True), told
    assert set(writes(attacked)) <= TELLING
    assert database.domain_memberships == []


def test_there_are_at_least_fifty_attempts() -> None:
    assert len({attempt.what for attempt in ATTEMPTS}) == len(ATTEMPTS) >= 50
