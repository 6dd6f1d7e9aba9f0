"""Clients for AWS's services, and AWS's error codes turned into our errors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnection

from signon.errors import TemporaryFailure

_CONFIG = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "max_attempts": 3})

# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html, and what the other services call the same
_TEMPORARY = {
    "InternalFailure", "InternalServerError", "InternalError", "ServiceUnavailable", "RequestLimitExceeded",
    "Throttling", "ThrottlingException", "TooManyRequestsException", "ProvisionedThroughputExceededException",
    "SlowDown", "RequestTimeout", "RequestTimeoutException",
}  # fmt: skip


@functools.cache
def client(service: str) -> Any:
    """The client of a service, made once in the life of a function."""
    return boto3.client(service, config=_CONFIG)  # type: ignore[call-overload]  # the callers name the type


@contextmanager
def errors_as(codes: Mapping[str, Callable[[str], Exception]] | None = None) -> Iterator[None]:
    """Raises ``codes[code](message)`` for an AWS error with that code.

    Raises TemporaryFailure: AWS did not answer this time.
    """
    try:
        yield
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if codes and code in codes:
            raise codes[code](message) from None
        if code in _TEMPORARY or error.response["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500:
            raise TemporaryFailure(f"{error.operation_name}: {code}") from None
        raise
    except (HTTPClientError, IncompleteReadError, NoConnection) as error:
        raise TemporaryFailure(f"AWS did not answer: {type(error).__name__}") from None
