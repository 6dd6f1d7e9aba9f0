"""What a profile does not allow by itself ends in "Needs a person", with the remedy, before anything is changed."""

import datetime

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


def test_a_profile_for_others_ends_before_anything_is_changed(scene: Scene) -> None:
    scene.publish_profile("wrong", ONE_LOGIN, admits={"engines": ["mysql"], "names": ["other-*"]})
    with scene.events_lost():
        scene.create_database("wrong-1", None)
        scene.available("wrong-1")
    ended = scene.run("wrong-1", profile="wrong")
    assert ended.end == "Needs a person"
    (finding,) = ended.dossier["plan"]["findings"]
    assert finding["problem"] == "Profile wrong does not admit this database: it admits no name wrong-1"
    assert scene.changes_made_by(ended) == {("sns", "Publish"): 1, ("events", "PutEvents"): 1}


def test_a_wrong_request_fails_and_says_what_is_wrong(scene: Scene) -> None:
    ended = scene.run_with({"database": {"instance": "no-such-database"}})
    assert (ended.status, ended.end, ended.error) == ("FAILED", "Failed", "Reported.InvalidRequest")
    assert "There is no DB instance no-such-database here." in ended.cause
