"""What is asked of AWS, and what becomes of its answers and errors. botocore checks the requests; nothing is sent."""

from __future__ import annotations

import json
import time
from typing import Any

import botocore.exceptions
import botocore.parsers
import pytest
from botocore.stub import ANY

from signon.aws import executions, profiles, records, secrets
from signon.aws.clients import errors_as
from signon.domain.memory.record import Known, Record
from signon.domain.profile.profile import ProfileVersion
from signon.domain.rds.credentials import Credentials
from signon.errors import End, MasterSecretUnusable, NotOurs, PermissionMissing, ProfileUnusable, TemporaryFailure
from tests.builders import EXECUTION, NOW, a_database, an_execution, at
from tests.unit.conftest import Answering

# ---- errors


def refused(code: str, status: int, message: str = "no") -> botocore.exceptions.ClientError:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
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
        botocore.parsers.ResponseParserError("a page of HTML"),
    ],
)
def test_what_passes_by_itself_is_a_temporary_failure(error: Exception) -> None:
    with pytest.raises(TemporaryFailure), errors_as():
        raise error


@pytest.mark.parametrize(
    "error",
    [
        refused("an error of the future", 400),
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


NOBODY_ALLOWS = "because no identity-based policy allows the"


def sentence(action: str, resource: str) -> str:
    user = "arn:aws:sts::123456789012:assumed-role/signon-MakePlanRole-ABC/signon-make-plan"
    why = f"{NOBODY_ALLOWS} {action} action"
    return f"User: {user} is not authorized to perform: {action} on resource: {resource} {why}"


@pytest.mark.parametrize(
    ("code", "said", "problem"),
    [
        (
            "AccessDenied",
            sentence("rds:ModifyDBInstance", "arn:aws:rds:us-east-1:123456789012:db:orders"),
            (
                "The role signon-MakePlanRole-ABC may not do rds:ModifyDBInstance on"
                f" arn:aws:rds:us-east-1:123456789012:db:orders: {NOBODY_ALLOWS} rds:ModifyDBInstance action"
            ),
        ),
        (
            "AccessDenied",
            sentence("s3:GetObject", '"arn:aws:s3:::profiles/orders.yaml"'),
            (
                "The role signon-MakePlanRole-ABC may not do s3:GetObject on arn:aws:s3:::profiles/orders.yaml:"
                f" {NOBODY_ALLOWS} s3:GetObject action"
            ),
        ),
        (
            "AccessDeniedException",
            sentence("ds:DescribeDirectories", "*"),
            (
                f"The role signon-MakePlanRole-ABC may not do ds:DescribeDirectories: {NOBODY_ALLOWS}"
                " ds:DescribeDirectories action"
            ),
        ),
        (
            "AuthorizationError",
            sentence("SNS:Publish", "arn:aws:sns:us-east-1:1:x").partition(" because")[0]
            + " with an explicit deny in x",
            (
                "The role signon-MakePlanRole-ABC may not do SNS:Publish on arn:aws:sns:us-east-1:1:x:"
                " with an explicit deny in x"
            ),
        ),
        (
            "KMSAccessDenied",  # SNS, of the topic's key
            sentence("kms:GenerateDataKey", "arn:aws:kms:us-east-1:1:key/x"),
            (
                "The role signon-MakePlanRole-ABC may not do kms:GenerateDataKey on arn:aws:kms:us-east-1:1:key/x:"
                f" {NOBODY_ALLOWS} kms:GenerateDataKey action"
            ),
        ),
        ("403", "Forbidden", "The function's role may not call DescribeDBInstances: Forbidden"),
    ],
)
def test_a_refused_permission_names_role_action_and_resource(code: str, said: str, problem: str) -> None:
    with pytest.raises(PermissionMissing) as missing, errors_as():
        raise refused(code, 403, said)
    assert missing.value.problem == problem
    assert "Deploy the stack again" in missing.value.remedy


@pytest.mark.parametrize(
    ("action", "error"), [("s3:GetObjectVersion", PermissionMissing), ("s3:ListBucket", ProfileUnusable)]
)
def test_a_version_that_may_not_be_read_is_not_one_that_is_gone(
    answering: Answering, action: str, error: type[Exception]
) -> None:
    said = sentence(action, '"arn:aws:s3:::profiles/orders.yaml"')
    answering("s3").add_client_error("get_object", "AccessDenied", said, 403)
    with pytest.raises(error):
        profiles.pinned("profiles", ProfileVersion("orders", "orders.yaml", "1", "x"))


# ---- the master secret


def test_the_master_secret_is_a_name_and_a_password(answering: Answering) -> None:
    text = json.dumps({"username": "dbadmin", "password": "hunter2"})
    answering("secretsmanager").add_response("get_secret_value", {"SecretString": text}, {"SecretId": ANY})
    assert secrets.master_credentials(a_database(), None, ()) == Credentials("dbadmin", "hunter2")


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
        secrets.master_credentials(a_database(), None, ())
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("user", "password", "why"),
    [
        ("dbadmin", "", "its password is empty"),
        ("", "hunter2", "its username is empty"),
        ("dbadmin", "hunter2\0", "its password contains the character NUL"),
        ("dbadmin", "hunter2\ud800", "its password contains half a character"),
    ],
)
def test_a_secret_that_no_driver_could_send_is_unusable_and_not_shown(
    answering: Answering, user: str, password: str, why: str
) -> None:
    text = json.dumps({"username": user, "password": password})
    answering("secretsmanager").add_response("get_secret_value", {"SecretString": text}, {"SecretId": ANY})
    with pytest.raises(MasterSecretUnusable, match=why) as refused:
        secrets.master_credentials(a_database(), None, ())
    assert "hunter2" not in str(refused.value)
    assert '{"username": "...", "password": "..."}' in refused.value.remedy


def test_a_secret_of_endless_brackets_is_unusable(answering: Answering) -> None:
    answering("secretsmanager").add_response("get_secret_value", {"SecretString": "[" * 60_000})
    with pytest.raises(MasterSecretUnusable, match="it is not a JSON object"):
        secrets.master_credentials(a_database(), None, ())


def test_a_secret_that_may_not_be_read_says_so(answering: Answering) -> None:
    answering("secretsmanager").add_client_error("get_secret_value", "AccessDeniedException")
    with pytest.raises(MasterSecretUnusable, match="AccessDeniedException"):
        secrets.master_credentials(a_database(), None, ())


def test_a_database_without_a_master_secret_needs_one_that_the_profile_names(answering: Answering) -> None:
    answering("secretsmanager")
    with pytest.raises(MasterSecretUnusable, match="RDS holds no master secret for payments-orders"):
        secrets.master_credentials(a_database(master_secret=None), None, ())


# ---- what is known of them


def test_records_and_claims_are_read_together_and_unprocessed_keys_again(
    answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    key = {
        (database, kind): {"database": {"S": database}, "kind": {"S": kind}}
        for database in ("db-1", "db-2")
        for kind in ("record", "claim")
    }
    stub = answering("dynamodb")
    left = [key["db-1", "claim"], key["db-2", "claim"]]
    stub.add_response(
        "batch_get_item",
        {
            "Responses": {"t": [{**key["db-1", "record"], "end": {"S": "Onboarded"}}]},
            "UnprocessedKeys": {"t": {"Keys": left, "ConsistentRead": True}},
        },
        {"RequestItems": {"t": {"Keys": list(key.values()), "ConsistentRead": True}}},
    )
    stub.add_response(
        "batch_get_item",
        {
            "Responses": {
                "t": [
                    {**left[0], "holder": {"S": "arn"}, "claimed_at": {"S": NOW.isoformat()}},
                    {**left[1], "fence": {"N": "4"}, "claimed_at": {"S": NOW.isoformat()}},  # released
                ]
            }
        },
        {"RequestItems": {"t": {"Keys": left, "ConsistentRead": True}}},
    )
    known = records.read_all("t", ["db-1", "db-2"])
    assert known == {"db-1": Known(Record(end=End.ONBOARDED), NOW), "db-2": Known(None, None)}
    stub.assert_no_pending_responses()


def test_records_that_dynamodb_does_not_answer_are_a_temporary_failure(
    answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    stub, left = answering("dynamodb"), {"database": {"S": "db-1"}, "kind": {"S": "claim"}}
    for _ in range(records._TRIES):
        stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [left]}}})
    with pytest.raises(TemporaryFailure, match="BatchGetItem"):
        records.read_all("t", ["db-1"])


def test_a_hundred_keys_are_asked_for_at_once(answering: Answering) -> None:
    stub = answering("dynamodb")
    for _ in range(3):
        stub.add_response("batch_get_item", {"Responses": {"t": []}})
    assert len(records.read_all("t", [f"db-{number}" for number in range(101)])) == 101
    stub.assert_no_pending_responses()


@pytest.mark.parametrize(("answer", "paused"), [({}, False), ({"Item": {"database": {"S": "*"}}}, True)])
def test_the_pause_switch_is_an_item_whatever_it_holds(
    answering: Answering, answer: dict[str, Any], paused: bool
) -> None:
    key = {"database": {"S": "*"}, "kind": {"S": "pause"}}
    answering("dynamodb").add_response("get_item", answer, {"TableName": "t", "Key": key, "ConsistentRead": True})
    assert records.is_paused("t") is paused


def test_the_newest_version_of_a_profile_is_asked_for_without_its_bytes(answering: Answering) -> None:
    stub = answering("s3")
    stub.add_response("head_object", {"VersionId": "v7"}, {"Bucket": "profiles", "Key": "payments.yaml"})
    assert profiles.newest_version("profiles", "payments") == "v7"
    stub.add_client_error("head_object", "404", http_status_code=404)
    assert profiles.newest_version("profiles", "payments") is None


# ---- executions

EXECUTION_DATES = {"startDate": at(minutes=-5), "stopDate": NOW, "stateMachineArn": "arn:aws:states:::m"}


def test_an_execution_is_what_step_functions_says_it_is(answering: Answering) -> None:
    answer = {"executionArn": EXECUTION, "status": "ABORTED", "input": '{"database": {"instance": "payments-orders"}}'}
    stub = answering("stepfunctions")
    stub.add_response("describe_execution", {**answer, **EXECUTION_DATES}, {"executionArn": EXECUTION})
    assert executions.describe(EXECUTION) == an_execution()
    stub.add_client_error("describe_execution", "ExecutionDoesNotExist")
    assert executions.describe(EXECUTION) is None


def test_an_execution_of_that_name_is_started_once(answering: Answering) -> None:
    stub = answering("stepfunctions")
    stub.add_response(
        "start_execution",
        {"executionArn": EXECUTION, "startDate": NOW},
        {"stateMachineArn": "arn:aws:states:::m", "name": "sweep-1", "input": '{"database": 1}'},
    )
    assert executions.start("arn:aws:states:::m", "sweep-1", {"database": 1})
    stub.add_client_error("start_execution", "ExecutionAlreadyExists")
    assert not executions.start("arn:aws:states:::m", "sweep-1", {"database": 1})


def test_executions_are_counted_no_further_than_is_of_interest(answering: Answering) -> None:
    running = {"executionArn": EXECUTION, "name": "e1", "status": "RUNNING", **EXECUTION_DATES}
    answering("stepfunctions").add_response(
        "list_executions",
        {"executions": [running] * 5, "nextToken": "more"},
        {"stateMachineArn": "arn:aws:states:::m", "statusFilter": "RUNNING", "maxResults": 5},
    )
    assert executions.running("arn:aws:states:::m", 5) == 5
