"""What is asked of AWS, and what becomes of its answers and errors. botocore checks the requests; nothing is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.stub import ANY, Stubber

from signon.aws import rds, secrets
from signon.aws.clients import errors_as
from signon.domain.credentials import Credentials
from signon.errors import MasterSecretUnusable, NotOurs, TemporaryFailure
from tests.builders import NOW, REGION, a_database, at

Answering = Callable[[str], Stubber]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Gives ``signon.aws`` a client that answers what the test says, and the test what says it."""

    def stub(service: str) -> Stubber:
        client: Any = boto3.client(service, REGION, aws_access_key_id="x", aws_secret_access_key="x")  # type: ignore[call-overload]
        for module in (rds, secrets):
            monkeypatch.setattr(module, "client", lambda _: client)
        stubber = Stubber(client)
        stubber.activate()
        return stubber

    return stub


# ---- errors


def refused(code: str, status: int) -> botocore.exceptions.ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return botocore.exceptions.ClientError(answer, "DescribeDBInstances")


@pytest.mark.parametrize(
    "error",
    [
        refused("Throttling", 400),
        refused("SlowDown", 503),
        refused("an error of the future", 500),
        botocore.exceptions.EndpointConnectionError(endpoint_url="https://x"),
        botocore.exceptions.ConnectTimeoutError(endpoint_url="https://x"),
        botocore.exceptions.ReadTimeoutError(endpoint_url="https://x"),
        botocore.exceptions.ConnectionClosedError(endpoint_url="https://x"),
        botocore.exceptions.SSLError(endpoint_url="https://x", error=OSError()),
    ],
)
def test_what_passes_by_itself_is_a_temporary_failure(error: Exception) -> None:
    with pytest.raises(TemporaryFailure), errors_as():
        raise error


@pytest.mark.parametrize(
    "error",
    [
        refused("AccessDenied", 403),
        botocore.exceptions.ParamValidationError(report="x"),
        botocore.exceptions.NoCredentialsError(),
        botocore.exceptions.NoRegionError(),
    ],
)
def test_what_does_not_pass_by_itself_is_not_retried(error: Exception) -> None:
    with pytest.raises(type(error)), errors_as():
        raise error


def test_a_code_that_the_caller_knows_becomes_the_callers_error() -> None:
    with pytest.raises(NotOurs, match="no"), errors_as({"DBInstanceNotFound": NotOurs}):
        raise refused("DBInstanceNotFound", 404)


# ---- restarts


@pytest.mark.parametrize(
    ("intended", "asked"),
    [
        (at(minutes=-5), at(minutes=-5)),
        (at(days=-12), at(days=-12)),
        (at(days=-14), at(days=-13)),  # of more than 14 days RDS tells nothing, and refuses the question
        (at(days=-400), at(days=-13)),
    ],
)
def test_rds_is_asked_of_no_more_days_than_it_remembers(
    answering: Answering, intended: datetime, asked: datetime
) -> None:
    question = {
        "SourceIdentifier": "payments-orders",
        "SourceType": "db-instance",
        "StartTime": asked,
        "EventCategories": ["availability"],
    }
    answering("rds").add_response("describe_events", {"Events": []}, question)
    assert not rds.restarted_since(a_database(), intended, NOW)


@pytest.mark.parametrize(
    ("messages", "restarted"),
    [([], False), (["DB instance shutdown"], False), (["DB instance shutdown", "DB instance restarted"], True)],
)
def test_a_restart_is_one_that_rds_tells_of(answering: Answering, messages: list[str], restarted: bool) -> None:
    answering("rds").add_response("describe_events", {"Events": [{"Message": message} for message in messages]})
    assert rds.restarted_since(a_database(), at(minutes=-5), NOW) is restarted


# ---- the master secret


def test_the_master_secret_is_a_name_and_a_password(answering: Answering) -> None:
    text = json.dumps({"username": "dbadmin", "password": "hunter2"})
    answering("secretsmanager").add_response("get_secret_value", {"SecretString": text}, {"SecretId": ANY})
    assert secrets.master_credentials(a_database(), None) == Credentials("dbadmin", "hunter2")


@pytest.mark.parametrize(
    "answer",
    [
        {"SecretBinary": b'{"username": "dbadmin", "password": "hunter2"}'},
        {},
        {"SecretString": "hunter2"},
        {"SecretString": '{"password": "hunter2"}'},
        {"SecretString": '["dbadmin", "hunter2"]'},
    ],
)
def test_any_other_secret_is_unusable_and_not_shown(answering: Answering, answer: dict[str, Any]) -> None:
    answering("secretsmanager").add_response("get_secret_value", answer)
    with pytest.raises(MasterSecretUnusable, match="it is not a JSON object with username and password") as refused:
        secrets.master_credentials(a_database(), None)
    assert "hunter2" not in str(refused.value)


def test_a_secret_that_may_not_be_read_says_so(answering: Answering) -> None:
    answering("secretsmanager").add_client_error("get_secret_value", "AccessDeniedException")
    with pytest.raises(MasterSecretUnusable, match="AccessDeniedException"):
        secrets.master_credentials(a_database(), None)


def test_a_database_without_a_master_secret_needs_one_that_the_profile_names(answering: Answering) -> None:
    answering("secretsmanager")
    with pytest.raises(MasterSecretUnusable, match="RDS holds no master secret of payments-orders"):
        secrets.master_credentials(a_database(master_secret=None), None)
