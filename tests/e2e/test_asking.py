"""What a profile does not allow by itself ends in "Needs a person", with the remedy, before anything is changed."""

import datetime
import json
from typing import Any

import pytest

from tests.e2e.scene import Scene

ONE_LOGIN = {"alice": ["read"]}


def grow_old(scene: Scene, name: str) -> None:
    """Two days pass for this database."""
    scene.available(name)
    scene.instance(name).instance_create_time -= datetime.timedelta(days=2)


def test_an_existing_database_is_planned_and_approved_by_the_plans_checksum(scene: Scene) -> None:
    scene.publish_profile("ledger", ONE_LOGIN)
    scene.create_database("ledger-1", None)
    grow_old(scene, "ledger-1")
    asked = scene.run("ledger-1", profile="ledger")
    assert asked.end == "Needs a person"
    assert [finding["problem"] for finding in asked.dossier["plan"]["findings"]] == ["ledger-1 is older than 24 hours"]
    assert scene.changes_made_by(asked) == {("sns", "Publish"): 1, ("events", "PutEvents"): 1}
    checksum = asked.dossier["plan"]["checksum"]

    assert scene.run("ledger-1", profile="ledger", approve={"plan": "0123456789abcdef"}).end == "Needs a person"
    approved = scene.run("ledger-1", profile="ledger", approve={"plan": checksum}, reason="agreed for tonight")
    assert approved.end == "Onboarded"


def test_a_person_is_told_once_and_not_again_when_nothing_is_new(scene: Scene) -> None:
    scene.publish_profile("quiet", ONE_LOGIN, change={"reboot": "ask"})
    scene.create_database("quiet-1", "quiet")
    first = scene.onboarded_by_event("quiet-1")
    assert scene.changes_made_by(first) == {("sns", "Publish"): 1, ("events", "PutEvents"): 1}
    again = scene.run("quiet-1")
    assert (first.end, again.end) == ("Needs a person", "Needs a person")
    assert scene.changes_made_by(again) == {}


def test_nothing_is_changed_during_a_freeze(scene: Scene) -> None:
    today = scene.cloud.clock.now().date()
    scene.publish_profile("frozen", ONE_LOGIN, change={"not_during": [f"{today}/{today + datetime.timedelta(days=3)}"]})
    scene.create_database("frozen-1", "frozen")
    ended = scene.onboarded_by_event("frozen-1")
    record = scene.record("frozen-1")
    assert ended.end == "Parked"
    assert record is not None
    assert record["next_look"].startswith(str(today + datetime.timedelta(days=4)))
    assert scene.database("frozen-1")["DomainMemberships"] == []


def test_other_peoples_sessions_are_not_cut_off_by_a_reboot(scene: Scene) -> None:
    scene.publish_profile("busy", ONE_LOGIN)
    scene.create_database("busy-1", None)
    scene.available("busy-1")
    with scene.signed_in_as_master("busy-1"):
        ended = scene.run("busy-1", profile="busy")
    assert ended.end == "Needs a person"
    assert ended.dossier["error"]["Error"] == "DatabaseInUse"
    assert scene.database("busy-1")["DomainMemberships"] == []


def test_who_signs_in_during_the_join_is_not_cut_off_by_the_reboot(scene: Scene) -> None:
    scene.publish_profile("early", ONE_LOGIN)
    scene.create_database("early-1", "early")
    scene.available("early-1")
    scene.until(lambda: scene.database("early-1")["DomainMemberships"])
    with scene.signed_in_as_master("early-1"):
        ended = scene.onboarded_by_event("early-1")
    assert ended.end == "Needs a person"
    assert ended.dossier["error"]["Error"] == "DatabaseInUse"
    assert scene.cloud.figures.calls(ended.arn)["rds", "RebootDBInstance"] == 0
    assert scene.run("early-1").end == "Onboarded"


def test_a_login_that_somebody_else_made_is_left_alone(scene: Scene) -> None:
    scene.publish_profile("guest", {"alice": ["read"], "bob": ["read"]})
    scene.create_database("guest-1", None)
    scene.available("guest-1")
    scene.as_master("guest-1", "CREATE USER 'alice'@'%' IDENTIFIED BY 'Hand-Made-1'")
    ended = scene.run("guest-1", profile="guest")
    assert ended.end == "Needs a person"
    assert ended.dossier["proof"]["left_alone"] == ["alice: made by somebody else (plugin caching_sha2_password)"]
    assert dict(scene.as_master("guest-1", "SELECT User, plugin FROM mysql.user WHERE User IN ('alice', 'bob')")) == {
        "alice": "caching_sha2_password",
        "bob": "auth_pam",
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"admits": {"engines": ["mysql"], "names": ["other-*"]}},
            "Profile wrong does not admit this database: it admits no name wrong-1",
        ),
        (
            {"directory": {"id": "d-0000000000", "realm": "CORP.EXAMPLE.COM"}},
            "Directory d-0000000000 does not exist in us-east-1, or is not shared with this account",
        ),
        (
            {"directory": {"id": "d-9367000001", "realm": "OTHER.EXAMPLE.COM"}},
            "The realm of directory d-9367000001 is CORP.EXAMPLE.COM; the profile says OTHER.EXAMPLE.COM",
        ),
        (
            {"roles": {"read": {"preset": "read", "mysql": {"databases": ["mysql"]}}}},
            "roles.read.mysql.databases.0: 'mysql' is reserved: it belongs to the engine",
        ),
        (
            {"wizardry": "on"},
            "Additional properties are not allowed ('wizardry' was unexpected)",
        ),
    ],
    ids=["not admitted", "no such directory", "another realm", "a database of the engine", "an unknown field"],
)
def test_bad_profiles_end_before_anything_is_changed(
    scene: Scene, wrong: None, changes: dict[str, Any], said: str
) -> None:
    scene.publish_profile("wrong", ONE_LOGIN, **changes)
    ended = scene.run("wrong-1", profile="wrong")
    assert ended.end == "Needs a person"
    assert said in json.dumps(ended.dossier, ensure_ascii=False)
    assert ("rds", "ModifyDBInstance") not in scene.cloud.figures.calls(ended.arn)


@pytest.fixture(scope="module")
def wrong(scene: Scene) -> None:
    scene.create_database("wrong-1", None)
    scene.available("wrong-1")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"database": {"instance": "no-such-database"}}, "There is no DB instance no-such-database here."),
        (
            {"database": {"instance": "Robert'); DROP TABLE"}},
            'database must be {"instance": NAME} or {"cluster": NAME}, with the name in lower case',
        ),
        ({"database": {"instance": "nobody-1"}, "sql": "DROP"}, "'sql' is not a field of a request"),
        ({}, 'database must be {"instance": NAME}'),
    ],
    ids=["no such database", "no legal name", "an unknown field", "nothing"],
)
def test_a_wrong_request_fails_and_says_what_is_wrong(scene: Scene, document: dict[str, Any], said: str) -> None:
    ended = scene.run_with(document)
    assert (ended.status, ended.end, ended.error) == ("FAILED", "Failed", "InvalidRequest")
    assert said in ended.cause
