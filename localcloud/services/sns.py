"""SNS: what it refuses as a subject, and moto takes."""

from typing import Any

from moto.sns.exceptions import InvalidParameterValue
from moto.sns.models import SNSBackend

from localcloud.moto_patches import patch

LONGEST_SUBJECT = 99


def install() -> None:
    """From now on a message whose subject is not one is refused."""
    patch(SNSBackend, publish=_publish)


_moto_publish = SNSBackend.publish


def _publish(backend: SNSBackend, message: str, arn: str | None, *rest: Any, **more: Any) -> str:
    """`subject` is a keyword wherever moto has one."""
    subject = more.get("subject")
    if subject is not None and not _is_subject(subject):
        raise InvalidParameterValue("Invalid parameter: Subject")
    return _moto_publish(backend, message, arn, *rest, **more)


def _is_subject(text: str) -> bool:
    """AWS: "UTF-8 text with no line breaks or control characters, and less than 100 characters long."

    Older versions of the page say: ASCII text that begins with a letter, number, or punctuation mark. What SNS does now
    nobody has tried; here the stricter of the two holds.
    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    """
    return 0 < len(text) <= LONGEST_SUBJECT and text.isascii() and text.isprintable() and not text[0].isspace()
