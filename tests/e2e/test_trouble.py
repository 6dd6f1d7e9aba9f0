"""What else goes wrong on the way; what a fault by hand does is in test_faults."""

import json
import threading

from tests.e2e.scene import Scene

ONE_LOGIN = {"alice": ["read"]}


def test_a_reboot_that_somebody_forgot_is_made_up_for(scene: Scene) -> None:
    """Joined by hand, never rebooted, no record of ours: only the probe can tell."""
    scene.publish_profile("byhand", ONE_LOGIN)
    scene.create_database("byhand-1", None)
    scene.available("byhand-1")
    role = scene.cloud.physical["DirectoryRole"]
    scene.cloud.client("rds").modify_db_instance(
        DBInstanceIdentifier="byhand-1", Domain=scene.cloud.directory_id, DomainIAMRoleName=role, ApplyImmediately=True
    )
    ended = scene.run("byhand-1", profile="byhand")
    assert ended.end == "Onboarded"
    calls = scene.cloud.figures.calls(ended.arn)
    assert calls["rds", "ModifyDBInstance"] == 0
    assert calls["rds", "RebootDBInstance"] == 1


def test_the_same_event_many_times_has_one_effect(scene: Scene) -> None:
    scene.publish_profile("many", ONE_LOGIN)
    scene.create_database("many-1", "many")
    described = scene.available("many-1")
    first = scene.executions_about("many-1")
    event = {
        "Source": "aws.rds",
        "DetailType": "RDS DB Instance Event",
        "Resources": [described["DBInstanceArn"]],
        "Detail": json.dumps(
            {
                "EventCategories": ["creation"],
                "SourceType": "DB_INSTANCE",
                "SourceArn": described["DBInstanceArn"],
                "SourceIdentifier": "many-1",
                "EventID": "RDS-EVENT-0005",
                "Message": "DB instance created",
            }
        ),
    }
    threads = [
        threading.Thread(target=scene.cloud.client("events").put_events, kwargs={"Entries": [event]}) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    arns = scene.until(lambda: len(found := scene.executions_about("many-1")) >= 10 + len(first) and found)
    ended = [scene.ended(arn) for arn in arns]
    assert {end.end for end in ended} <= {"Onboarded", "Already in progress"}
    calls = [scene.cloud.figures.calls(end.arn) for end in ended]
    assert sum(call["rds", "ModifyDBInstance"] for call in calls) == 1
    assert sum(call["rds", "RebootDBInstance"] for call in calls) == 1


def test_a_database_made_again_under_the_same_name_is_not_touched_for_the_old_one(scene: Scene) -> None:
    scene.publish_profile("again", ONE_LOGIN)
    scene.create_database("again-1", "again")
    scene.available("again-1")
    (execution,) = scene.until(lambda: scene.executions_about("again-1"))
    scene.until(lambda: scene.database("again-1")["DomainMemberships"])
    scene.cloud.client("rds").delete_db_instance(DBInstanceIdentifier="again-1", SkipFinalSnapshot=True)
    scene.create_database("again-1", None)
    ended = scene.ended(execution)
    assert ended.end == "Not ours", ended
    assert scene.database("again-1")["DomainMemberships"] == []
