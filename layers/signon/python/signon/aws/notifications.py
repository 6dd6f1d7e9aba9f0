"""What we tell: a message to people, an event to machines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.domain.limits import subject
from signon.errors import TemporaryFailure

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sns import SNSClient


def tell(topic: str, headline: str, text: str) -> None:
    """One message to everybody who has subscribed to the topic; the headline is its subject, as far as SNS takes it."""
    sns: SNSClient = client("sns")
    with errors_as():
        sns.publish(TopicArn=topic, Subject=subject(headline), Message=text)


def announce(resource: str, detail: Mapping[str, Any]) -> None:
    """One event on the default bus, source ``signon``."""
    events: EventBridgeClient = client("events")
    with errors_as():
        answer = events.put_events(
            Entries=[
                {
                    "Source": "signon",
                    "DetailType": "RDS Sign-on Outcome",
                    "Resources": [resource],
                    "Detail": json.dumps(detail),
                }
            ]
        )
    if answer["FailedEntryCount"]:
        raise TemporaryFailure(f"PutEvents: {answer['Entries'][0].get('ErrorCode')}")
