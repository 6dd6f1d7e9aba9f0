"""A caller that may only tag databases or put events gains nothing: what the bus, and the whole, do with an attempt."""

import json
from typing import Any

import pytest

from tests.e2e.scene import Ended, Scene


def an_event(scene: Scene, name: str) -> dict[str, Any]:
    """RDS's, of a new database."""
    arn = f"arn:aws:rds:{scene.cloud.region}:{scene.cloud.account}:db:{name}"
    return {
        "detail-type": "RDS DB Instance Event",
        "source": "aws.rds",
        "account": scene.cloud.account,
        "time": scene.cloud.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": scene.cloud.region,
        "resources": [arn],
        "detail": {"SourceType": "DB_INSTANCE", "SourceArn": arn, "EventID": "RDS-EVENT-0005"},
    }


def test_a_tag_that_names_another_teams_profile_gains_nothing(scene: Scene, orders: Ended) -> None:
    scene.publish_profile("vault", {"mallory": ["write"]})
    scene.show_copy("orders-1", "tagged-1", {"signon:profile": "vault"})
    ended = scene.run_with(an_event(scene, "tagged-1"))
    assert ended.end == "Needs a person"
    assert "it admits no name tagged-1" in ended.dossier["plan"]["findings"][0]["problem"]
    assert scene.changes_made_by(ended) == {("sns", "Publish"): 1, ("events", "PutEvents"): 1}


@pytest.mark.parametrize("source", ["com.example", "aws.rds", "aws.rds.example", "AWS.RDS"])
def test_an_event_that_somebody_puts_on_the_bus_starts_nothing(scene: Scene, orders: Ended, source: str) -> None:
    """EventBridge lets nobody but AWS write aws.rds as the source."""
    name = f"tagged-bus-{source.lower().replace('.', '-')}"
    scene.show_copy("orders-1", name, {"signon:profile": "orders"})
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
    scene.run("orders-1", dry_run=True)  # whatever the bus would deliver is delivered by the time this has ended
    assert scene.executions_about(name) == []
