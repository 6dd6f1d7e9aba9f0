"""One cloud with people in its directory, and one database that was onboarded by its event."""

import json
from collections.abc import Callable, Mapping

import pytest

from localcloud.cloud import Cloud
from tests.e2e.refusals import Refusals
from tests.e2e.scene import PEOPLE, Ended, Scene


@pytest.fixture(scope="session")
def scene(cloud: Cloud) -> Scene:
    """Its sweep is switched off: an execution that it starts would surprise every test but its own."""
    scene = Scene(cloud)
    scene.switch_sweep("DISABLED")
    for name, password in PEOPLE.items():
        cloud.directory.add_user(name, password)
    return scene


@pytest.fixture(scope="session")
def orders(scene: Scene) -> Ended:
    """`orders-1`, created with the tag, onboarded by RDS's event."""
    scene.publish_profile("orders", {"alice": ["read"], "bob": ["read", "write"]})
    scene.create_database("orders-1", "orders")
    return scene.onboarded_by_event("orders-1")


@pytest.fixture(scope="session")
def refusals(scene: Scene) -> Refusals:
    return Refusals(scene)


Told = Callable[[str], list[Mapping[str, str]]]


@pytest.fixture(scope="session")
def told(scene: Scene) -> Told:
    """The messages to people about a database, each with Subject and Message, since this was first asked for."""
    sqs = scene.cloud.client("sqs")
    queue = sqs.create_queue(QueueName="people")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    scene.cloud.client("sns").subscribe(TopicArn=scene.cloud.outputs["OutcomesTopic"], Protocol="sqs", Endpoint=arn)
    read: list[Mapping[str, str]] = []

    def told(name: str) -> list[Mapping[str, str]]:
        while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                read.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [each for each in read if name in each["Message"]]

    return told
