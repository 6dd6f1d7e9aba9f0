"""Makes one call of AWS, and says what AWS said."""

from typing import Any

import boto3
from botocore.exceptions import ClientError


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    try:
        getattr(boto3.client(event["service"]), event["call"])(**event["parameters"])
    except ClientError as error:
        answer: Any = error.response
        said = answer["Error"]
        return {
            "code": said["Code"],
            "message": said.get("Message", ""),
            "status": answer["ResponseMetadata"]["HTTPStatusCode"],
        }
    return {}
