"""Many processes at once on one database."""

import json
import threading

from tests.e2e.scene import Scene
from tests.whole import only_in_test_all

ONE_LOGIN = {"alice": ["read"]}


@only_in_test_all
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
    calls = [scene.cloud.counter.calls(end.arn) for end in ended]
    assert sum(call["rds", "ModifyDBInstance"] for call in calls) == 1
    assert sum(call["rds", "RebootDBInstance"] for call in calls) == 1
