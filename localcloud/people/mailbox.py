"""The messages that people are sent: a subscriber of a topic."""

import json
from collections.abc import Mapping

from localcloud.cloud import Cloud


class Mailbox:
    """Everything that is published to the topic since this was made, each with Subject and Message."""

    def __init__(self, cloud: Cloud, topic: str, name: str) -> None:
        """`topic` is its ARN, `name` that of the queue which is subscribed."""
        self._queues = cloud.client("sqs")
        self._queue = self._queues.create_queue(QueueName=name)["QueueUrl"]
        asked = self._queues.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=asked["Attributes"]["QueueArn"])
        self._read: list[Mapping[str, str]] = []

    def about(self, database: str) -> list[Mapping[str, str]]:
        """Those that name it, the oldest first."""
        while found := self._queues.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self._read.append(json.loads(message["Body"]))
                self._queues.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return [each for each in self._read if database in each["Message"]]
