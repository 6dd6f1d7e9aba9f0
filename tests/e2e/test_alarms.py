"""Each alarm fires when what it is for happens, and people read it where they read everything else."""

import datetime
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.scene import Scene
from tests.whole import first_alone, only_in_test_all

EVENT = Path(__file__).parents[2] / "events/rds_instance_created.json"
WAITS = {"Type": "Wait", "Seconds": 86400, "End": True}
FAILS = {"Type": "Fail", "Error": "NobodyKnows"}

Heard = Callable[[str, str], list[Mapping[str, Any]]]


@pytest.fixture(scope="module")
def heard(scene: Scene) -> Heard:
    """What people read of an alarm that came to a state, since this was first asked for."""
    sqs = scene.cloud.client("sqs")
    queue = sqs.create_queue(QueueName="people-who-hear-alarms")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    scene.cloud.client("sns").subscribe(TopicArn=scene.cloud.outputs["OutcomesTopic"], Protocol="sqs", Endpoint=arn)
    read: list[Mapping[str, Any]] = []

    def heard(name: str, state: str) -> list[Mapping[str, Any]]:
        while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                letter = json.loads(message["Body"])
                if letter.get("Subject", "").startswith(("ALARM:", "OK:")):
                    read.append(json.loads(letter["Message"]))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [each for each in read if (each["AlarmName"], each["NewStateValue"]) == (f"signon-{name}", state)]

    return heard


def state(scene: Scene, name: str) -> str:
    (alarm,) = scene.cloud.client("cloudwatch").describe_alarms(AlarmNames=[f"signon-{name}"])["MetricAlarms"]
    return str(alarm["StateValue"])


def before(scene: Scene, **ago: float) -> str:
    return (scene.cloud.clock.now() - datetime.timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def end_by(scene: Scene, status: str) -> None:
    """An execution ends in this way."""
    states = scene.cloud.client("stepfunctions")
    with scene.another_story(FAILS if status == "FAILED" else WAITS, TimeoutSeconds=600):
        execution = scene.start_with({})
        if status == "ABORTED":
            states.stop_execution(executionArn=execution)
        assert scene.ended(execution).status == status


def take_lost_events(scene: Scene) -> None:
    """One after the other: a queue is purged once a minute at most."""
    sqs, queue = scene.cloud.client("sqs"), scene.cloud.outputs["LostEventsQueue"]
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


@pytest.mark.parametrize(
    ("status", "alarm"),
    first_alone(("FAILED", "execution-failed"), ("TIMED_OUT", "execution-timed-out"), ("ABORTED", "execution-aborted")),
)
def test_an_execution_that_ends_badly_is_heard_of_and_then_it_is_quiet_again(
    scene: Scene, heard: Heard, status: str, alarm: str
) -> None:
    scene.until(lambda: state(scene, alarm) == "OK")  # whatever the tests before this one have done
    already = len(heard(alarm, "ALARM"))
    end_by(scene, status)
    message = scene.until(lambda: heard(alarm, "ALARM")[already:])[0]
    assert message["NewStateReason"].startswith("Threshold Crossed: 1 datapoint [1.0] was greater than or equal to")
    assert "docs/operations.md" in message["AlarmDescription"]
    scene.until(lambda: state(scene, alarm) == "OK")


@only_in_test_all
def test_a_silent_sweep_is_heard_of_and_so_is_the_next_one(scene: Scene, heard: Heard) -> None:
    with scene.paused():  # nothing is started
        scene.sweep(before(scene, hours=2))
        scene.until(lambda: state(scene, "sweep-silent") == "OK")
        fired = len(heard("sweep-silent", "ALARM"))
        message = scene.until(lambda: heard("sweep-silent", "ALARM")[fired:])[0]
        assert "no datapoints were received for 8 periods" in message["NewStateReason"]
        rested = len(heard("sweep-silent", "OK"))
        scene.sweep()
        assert scene.until(lambda: heard("sweep-silent", "OK")[rested:])


def test_an_event_that_is_lost_is_heard_of_until_the_queue_is_empty(scene: Scene, heard: Heard) -> None:
    take_lost_events(scene)
    scene.until(lambda: state(scene, "event-lost") == "OK")
    already = len(heard("event-lost", "ALARM"))
    scene.cloud.faults.script("start_execution", *["unheard of"] * 21)
    event = json.loads(EVENT.read_text())
    entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
    scene.cloud.client("events").put_events(Entries=[entry])
    assert scene.until(lambda: heard("event-lost", "ALARM")[already:])
    take_lost_events(scene)
    scene.until(lambda: state(scene, "event-lost") == "OK")


@only_in_test_all
def test_a_database_that_stays_unfinished_is_heard_of(scene: Scene, heard: Heard) -> None:
    """Here it is older than any that other tests have left, so that the alarm is about this one."""
    age = datetime.timedelta(days=1000)
    with scene.events_lost(), scene.paused():
        scene.create_database("forgotten-1", "forgotten")
        scene.available("forgotten-1")
        scene.instance("forgotten-1").instance_create_time -= age
        scene.sweep(before(scene, hours=1))
        scene.sweep()
        scene.cloud.client("cloudwatch").set_alarm_state(  # it may have fired for another one
            AlarmName="signon-database-unfinished", StateValue="OK", StateReason="a test"
        )

        def about_this_one() -> list[Mapping[str, Any]]:
            messages = heard("database-unfinished", "ALARM")
            return [each for each in messages if _oldest(each["NewStateReason"]) >= age.total_seconds()]

        assert scene.until(about_this_one)
        scene.cloud.client("rds").delete_db_instance(DBInstanceIdentifier="forgotten-1", SkipFinalSnapshot=True)


def _oldest(reason: str) -> float:
    """Of "Threshold Crossed: 2 datapoints [86400000.0, 86396400.0] were greater than ..."."""
    return max(float(each) for each in reason.partition("[")[2].partition("]")[0].split(", "))
