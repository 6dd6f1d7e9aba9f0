"""The messages in a dead-letter queue."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.cloud import Cloud


@dataclass(frozen=True)
class Letter:
    body: Any
    said: Mapping[str, str]


def letter(cloud: Cloud, queue: str, mark: str) -> Letter | None:
    """The one whose body has this mark; it and all others stay where they are."""
    found = cloud.client("sqs").receive_message(
        QueueUrl=queue, MessageAttributeNames=["All"], MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    for each in found.get("Messages", []):
        if mark in each["Body"]:
            attributes = {name: value["StringValue"] for name, value in each["MessageAttributes"].items()}
            return Letter(json.loads(each["Body"]), attributes)
    return None
