"""What no event starts, the sweep does, by its schedule."""

from tests.e2e.scene import Scene

ONE_LOGIN = {"alice": ["read"]}


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
