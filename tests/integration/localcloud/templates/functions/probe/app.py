"""Does what it is told, and else tells what it sees."""

import os
import sys
import time
from typing import Any


class DatabaseBusy(Exception):
    """An error of our own."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    print(f"asked to {event['how']}")
    if event["how"] == "raise":
        raise DatabaseBusy("later")
    if event["how"] == "hang":
        time.sleep(60)
    if event["how"] == "crash":
        os._exit(3)
    if event["how"] == "call":
        import boto3

        boto3.client("s3").list_objects_v2(Bucket="localcloud-artifacts")
        boto3.client("rds").describe_db_instances()
        boto3.client("dynamodb").list_tables()
    import greeting  # type: ignore[import-not-found]  # a module of the layer

    return {
        "environment": dict(os.environ),
        "path": sys.path,
        "user": os.getuid(),
        "greeting": greeting.WORD,
        "said": event,
        "remaining": context.get_remaining_time_in_millis(),
    }
