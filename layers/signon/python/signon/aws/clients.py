"""Clients for AWS's services, and AWS's error codes turned into our errors."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.exceptions import ConnectionError as NoConnection
from botocore.parsers import ResponseParserError

from signon.domain.network.service_endpoints import unreachable
from signon.errors import PermissionMissing, TemporaryFailure
from signon.foreign import said

_inside_the_vpc = ContextVar("_inside_the_vpc", default=False)

_CONFIG = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "max_attempts": 3})

# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html, and what the other services call the same
_TEMPORARY = {
    "InternalFailure", "InternalServerError", "InternalError", "ServiceUnavailable", "RequestLimitExceeded",
    "Throttling", "ThrottlingException", "TooManyRequestsException", "ProvisionedThroughputExceededException",
    "SlowDown", "RequestTimeout", "RequestTimeoutException", "KMSThrottling",
}  # fmt: skip


# What the services call a refused permission; HeadObject's answer has no body, so its status stands for the code.
_REFUSED = {
    "AccessDenied", "AccessDeniedException", "AuthorizationError", "KMSAccessDenied", "UnauthorizedOperation", "403",
}  # fmt: skip

# AWS says: User: user is not authorized to perform: action on resource: resource because context
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_SENTENCE = re.compile(
    r"User: \S*?:assumed-role/(?P<role>[^/\s]+)/\S+ is not authorized to perform: (?P<action>\S+)"
    r"(?: on resource: \"?(?P<resource>[^\s\"]+)\"?)?(?: (?P<why>(?:because|with) .+))?"
)
_PERMISSION_REMEDY = (
    "Deploy the stack again: its template grants what the functions need. If that does not help, find the service"
    " control policy, permissions boundary or policy of the resource that denies it; then start again"
)


@functools.cache
def client(service: str) -> Any:
    """The client of a service, made once in the life of a function."""
    return boto3.client(service, config=_CONFIG)  # type: ignore[call-overload]  # the callers name the type


@contextmanager
def inside_the_vpc() -> Iterator[None]:
    """Around the handler of a function in the VPC: where it gets no connection to AWS, a way out is missing, and a
    person must provide it. From elsewhere AWS is always reachable, or has an outage that passes.
    """
    before = _inside_the_vpc.set(True)
    try:
        yield
    finally:
        _inside_the_vpc.reset(before)


@contextmanager
def errors_as(codes: Mapping[str, Callable[[str], Exception]] | None = None) -> Iterator[None]:
    """Raises ``codes[code](message)`` for an AWS error with that code.

    Raises TemporaryFailure: AWS did not answer this time. PermissionMissing: our role may not do that.
    ServiceUnreachable: nothing accepted the connection from inside the VPC.
    """
    try:
        yield
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if codes and code in codes:
            raise codes[code](message) from None
        if code in _TEMPORARY or error.response["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500:
            raise TemporaryFailure(f"{error.operation_name}: {code}") from None
        if code in _REFUSED:
            raise permission_missing(error.operation_name, message) from None
        raise
    except (ConnectTimeoutError, EndpointConnectionError) as error:
        if _inside_the_vpc.get():
            raise unreachable(urlsplit(error.kwargs["endpoint_url"]).hostname or "") from None
        raise _unanswered(error) from None
    except (HTTPClientError, IncompleteReadError, NoConnection, ResponseParserError) as error:
        raise _unanswered(error) from None


def _unanswered(error: Exception) -> TemporaryFailure:
    return TemporaryFailure(f"AWS did not answer: {type(error).__name__}")


def permission_missing(operation: str, message: str) -> PermissionMissing:
    """The error for an operation that AWS refused us; ``message``: AWS's sentence, where it said one."""
    found = _SENTENCE.search(message)
    if found is None:
        return PermissionMissing(f"The function's role may not call {operation}: {said(message)}", _PERMISSION_REMEDY)
    on = f" on {found['resource']}" if found["resource"] not in (None, "*") else ""
    why = f": {found['why']}" if found["why"] else ""
    return PermissionMissing(
        said(f"The role {found['role']} may not do {found['action']}{on}{why}"), _PERMISSION_REMEDY
    )
