"""RDS's events: delivered to EventBridge and listed by DescribeEvents.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-cloud-watch-events.html
"""

import datetime
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from localcloud.clock import Clock

LISTED_FOR = 60  # minutes that DescribeEvents looks back if it is not told otherwise


class Event(NamedTuple):
    """Id, category and message as in USER_Events.Messages.html of RDS and of Aurora."""

    id: str
    category: str
    message: str


RESTARTED = Event("RDS-EVENT-0006", "availability", "DB instance restarted")  # by a reboot, or a failover


class _Source(NamedTuple):
    listed: str  # SourceType of DescribeEvents
    announced: str  # SourceType of the event
    detail_type: str


SOURCES = {  # by moto's resource type, which is that of the ARN
    "db": _Source("db-instance", "DB_INSTANCE", "RDS DB Instance Event"),
    "cluster": _Source("db-cluster", "CLUSTER", "RDS DB Cluster Event"),
}


class RdsEvents:
    """RDS's events: announced on the bus, and kept for DescribeEvents."""

    def __init__(self, clock: Clock, put: Callable[[dict[str, Any]], object]) -> None:
        """`put` is given each event as PutEvents takes it."""
        self._clock, self._put = clock, put
        self._events: list[dict[str, Any]] = []

    def announce(self, resource: Any, event: Event) -> None:
        """`resource` is moto's DBInstance or DBCluster. Neptune's and DocumentDB's are announced as RDS's, too."""
        now, source = self._clock.now(), SOURCES[resource.resource_type]
        self._events.append(
            {
                "SourceIdentifier": resource.resource_id,
                "SourceType": source.listed,
                "SourceArn": resource.arn,
                "Message": event.message,
                "EventCategories": [event.category],
                "Date": now,
            }
        )
        detail = {
            "EventCategories": [event.category],
            "SourceType": source.announced,
            "SourceArn": resource.arn,
            "Date": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z",
            "Message": event.message,
            "SourceIdentifier": resource.resource_id,
            "EventID": event.id,
            "Tags": {tag["Key"]: tag["Value"] for tag in resource.tags},
        }
        self._put(
            {
                "Source": "aws.rds",
                "DetailType": source.detail_type,
                "Detail": json.dumps(detail),
                "Resources": [resource.arn],
            }
        )

    def list(
        self,
        source_identifier: str | None = None,
        source_type: str | None = None,
        start_time: Any = None,
        end_time: Any = None,
        duration: int | str | None = None,
        event_categories: Any = None,
        **_: Any,
    ) -> list[dict[str, Any]]:
        """As DescribeEvents: those of the last `duration` minutes, or between the two times."""
        until = _moment(end_time) or self._clock.now()
        since = _moment(start_time) or until - datetime.timedelta(minutes=int(duration or LISTED_FOR))
        return [
            event
            for event in self._events
            if since <= event["Date"] <= until
            and source_identifier in (None, event["SourceIdentifier"])
            and source_type in (None, event["SourceType"])
            and (not event_categories or set(event_categories) & set(event["EventCategories"]))
        ]


def _moment(said: Any) -> datetime.datetime | None:
    if isinstance(said, str):
        said = datetime.datetime.fromisoformat(said)
    if isinstance(said, datetime.datetime):
        return said if said.tzinfo else said.replace(tzinfo=datetime.UTC)
    return None
