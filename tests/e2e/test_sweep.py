"""What no event starts, the sweep does: lost events, late tags, what was parked."""

import datetime

from tests.e2e.scene import Scene

ONE_LOGIN = {"alice": ["read"]}
ASK_FIRST = {"reboot": "ask"}  # its plan ends in "Needs a person" at once


def test_a_database_whose_event_was_lost_is_onboarded_by_the_schedule(scene: Scene) -> None:
    kept = scene.cloud.client("scheduler").get_schedule(Name=scene.cloud.physical["SweepDatabasesHourly"])
    assert kept["ScheduleExpression"] == "rate(1 hour)"
    scene.publish_profile("lost", ONE_LOGIN)
    with scene.events_lost():
        scene.create_database("lost-1", "lost")
        scene.available("lost-1")
        scene.switch_sweep("ENABLED", "rate(10 minutes)")
        try:
            (execution, *_) = scene.until(lambda: scene.executions_about("lost-1"))
        finally:
            scene.switch_sweep("DISABLED", kept["ScheduleExpression"])
        ended = scene.ended(execution)
    assert ended.end == "Onboarded"
    assert scene.executions_about("lost-1", by="RDS-EVENT") == []
    assert "its event was lost" in ended.dossier["request"]["reason"]


def test_a_tag_that_is_added_later_is_found_and_nothing_is_started_while_paused(scene: Scene) -> None:
    scene.publish_profile("late", ONE_LOGIN, change=ASK_FIRST)
    scene.create_database("late-1", None)
    assert scene.onboarded_by_event("late-1").end == "Not ours"
    tag = [{"Key": "signon:profile", "Value": "late"}]
    scene.cloud.client("rds").add_tags_to_resource(ResourceName=scene.database("late-1")["DBInstanceArn"], Tags=tag)
    with scene.paused():
        answer = scene.sweep()
        assert (answer["started"], answer["held_back"]) == (0, answer["due"])
        assert answer["due"] >= 1
        assert scene.run("late-1").end == "Parked"
    assert scene.swept("late-1", _in_two_hours(scene)).end == "Needs a person"
    scene.sweep()
    assert len(scene.executions_about("late-1", by="sweep")) == 1  # it waits for its person, not for the sweep


def test_what_a_freeze_has_parked_is_resumed_when_the_freeze_is_over(scene: Scene) -> None:
    today = scene.cloud.clock.now().date()
    freeze = {"not_during": [f"{today}/{today + datetime.timedelta(days=3)}"]}
    scene.publish_profile("thaw", ONE_LOGIN, change=freeze)
    scene.create_database("thaw-1", "thaw")
    assert scene.onboarded_by_event("thaw-1").end == "Parked"
    scene.sweep()
    assert scene.executions_about("thaw-1", by="sweep") == []

    record = scene.record("thaw-1")
    assert record is not None
    looked = scene.swept("thaw-1", record["next_look"])
    assert "time to look again" in looked.dossier["request"]["reason"]
    assert looked.end == "Parked"  # the sweep was told that it is that day; the plan knows better

    scene.publish_profile("thaw", ONE_LOGIN, change=ASK_FIRST)
    resumed = scene.swept("thaw-1")
    assert "profile thaw has changed" in resumed.dossier["request"]["reason"]
    assert resumed.end == "Needs a person"


def _in_two_hours(scene: Scene) -> str:
    """The pause parked it for an hour."""
    return (scene.cloud.clock.now() + datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
