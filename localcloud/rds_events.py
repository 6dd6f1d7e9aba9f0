"""RDS's events: delivered to EventBridge and listed by DescribeEvents.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-cloud-watch-events.html
"""

import datetime
import json
from typing import Any

from moto.events.models import events_backends

from localcloud.clock import Clock

LISTED_FOR = 60  # minutes that DescribeEvents looks back if it is not told otherwise


class RdsEvents:
    def __init__(self, account: str, region: str, clock: Clock) -> None:
        self._account, self._region, self._clock = account, region, clock
        self._events: list[dict[str, Any]] = []

    def announce(self, instance: Any, event_id: str, category: str, message: str) -> None:
        """`instance` is moto's DBInstance; the ids are of USER_Events.Messages.html."""
        now = self._clock.now()
        self._events.append(
            {
                "SourceIdentifier": instance.db_instance_identifier,
                "SourceType": "db-instance",
                "SourceArn": instance.arn,
                "Message": message,
                "EventCategories": [category],
                "Date": now,
            }
        )
        detail = {
            "EventCategories": [category],
            "SourceType": "DB_INSTANCE",
            "SourceArn": instance.arn,
            "Date": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z",
            "Message": message,
            "SourceIdentifier": instance.db_instance_identifier,
            "EventID": event_id,
            "Tags": {tag["Key"]: tag["Value"] for tag in instance.tags},
        }
        event = {
            "Source": "aws.rds",
            "DetailType": "RDS DB Instance Event",
            "Detail": json.dumps(detail),
            "Resources": [instance.arn],
        }
        events_backends[self._account][self._region].put_events([event])

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
