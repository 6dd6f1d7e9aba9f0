"""Secrets, the role, the directory, those who are told; and what becomes of AWS's errors."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto.ds.models import ds_backends

from localcloud.cloud import Cloud
from signon.aws import directory_service, iam, notifications, secrets
from signon.aws.clients import client
from signon.domain.directory.directory import Directory, usable_role
from signon.domain.engines import Family
from signon.domain.rds.credentials import Credentials
from signon.errors import MasterSecretUnusable, StillWaiting, TemporaryFailure
from tests.builders import a_database
from tests.conftest import Eventually

# ---- secrets


def a_secret(cloud: Cloud, **content: Any) -> str:
    """Its ARN."""
    made = cloud.client("secretsmanager").create_secret(Name=f"master-{uuid.uuid4().hex}", **content)
    return str(made["ARN"])


RIGHT = json.dumps({"username": "admin", "password": "Hunter2", "host": "and more"})


def test_the_secret_of_rds_holds_the_master_user(cloud: Cloud) -> None:
    database = a_database(master_secret=a_secret(cloud, SecretString=RIGHT))
    assert secrets.master_credentials(database, None, ()) == Credentials("admin", "Hunter2")


def test_a_secret_that_the_profile_names_is_read_instead(cloud: Cloud) -> None:
    named = a_secret(cloud, SecretString=json.dumps({"username": "owner", "password": "Named"}))
    database = a_database(master_secret=a_secret(cloud, SecretString=RIGHT))
    assert secrets.master_credentials(database, named, [named]) == Credentials("owner", "Named")
    assert secrets.master_credentials(a_database(master_secret=None), named, [named]) == Credentials("owner", "Named")


def test_the_current_version_of_a_secret_is_read(cloud: Cloud) -> None:
    secret = a_secret(cloud, SecretString=RIGHT)
    rotated = json.dumps({"username": "admin", "password": "Rotated"})
    cloud.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=rotated)
    assert secrets.master_credentials(a_database(master_secret=secret), None, ()).password == "Rotated"


@pytest.mark.parametrize(
    "content",
    [
        {"SecretString": "Hunter2"},
        {"SecretString": '{"username": "admin", "pass": "Hunter2"}'},
        {"SecretString": '["admin", "Hunter2"]'},
        {"SecretString": '"Hunter2"'},
        {"SecretBinary": RIGHT.encode()},
    ],
    ids=["not JSON", "no password", "a list", "a text", "binary"],
)
def test_a_secret_that_holds_no_master_user_is_unusable_and_not_shown(cloud: Cloud, content: dict[str, Any]) -> None:
    secret = a_secret(cloud, **content)
    with pytest.raises(MasterSecretUnusable, match="not a JSON object with username and password") as refused:
        secrets.master_credentials(a_database(), secret, [secret])
    assert "Hunter2" not in str(refused.value)


@pytest.mark.parametrize("text", ['{"username": "admin", "password": null}', '{"username": 7, "password": 7}'])
def test_a_password_is_a_text(cloud: Cloud, text: str) -> None:
    with pytest.raises(MasterSecretUnusable, match="not a JSON object with username and password"):
        secrets.master_credentials(a_database(), a_secret(cloud, SecretString=text), ["*"])


def test_a_secret_that_is_not_there_is_named(cloud: Cloud) -> None:
    absent = f"arn:aws:secretsmanager:us-east-1:{cloud.account}:secret:absent-AbCdEf"
    with pytest.raises(MasterSecretUnusable, match=absent):
        secrets.master_credentials(a_database(), absent, [absent])


def test_a_secret_that_is_about_to_be_deleted_is_unusable(cloud: Cloud) -> None:
    secret = a_secret(cloud, SecretString=RIGHT)
    cloud.client("secretsmanager").delete_secret(SecretId=secret, RecoveryWindowInDays=7)
    with pytest.raises(MasterSecretUnusable, match=secret):
        secrets.master_credentials(a_database(), secret, [secret])


# ---- the role


def test_the_stacks_own_role_is_one_that_rds_can_use(cloud: Cloud) -> None:
    role = iam.directory_role(cloud.physical["DirectoryRole"])
    assert role is not None
    assert role.arn.endswith(f"/{cloud.physical['DirectoryRole']}")
    assert usable_role(role, cloud.region, Family.MYSQL) == role


def test_a_role_that_is_not_there_is_none() -> None:
    assert iam.directory_role("absent") is None


@pytest.mark.parametrize(
    ("statement", "principals"),
    [
        (
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "rds.amazonaws.com"}},
            {"rds.amazonaws.com"},
        ),
        ({"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": ["a.b", "c.d"]}}, {"a.b", "c.d"}),
        ({"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"Service": "rds.amazonaws.com"}}, set()),
        ({"Effect": "Allow", "Action": "sts:TagSession", "Principal": {"Service": "rds.amazonaws.com"}}, set()),
        ({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::1:root"}}, set()),
        ({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}, set()),
        ({"Effect": "Allow", "Action": "sts:*", "Principal": {"Service": "rds.amazonaws.com"}}, {"rds.amazonaws.com"}),
    ],
)
def test_a_trust_policy_says_who_may_assume_the_role(
    cloud: Cloud, statement: dict[str, Any], principals: set[str]
) -> None:
    name = f"role-{uuid.uuid4().hex[:20]}"
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    role = iam.directory_role(name)
    assert role is not None
    assert role.principals == principals
    assert role.policies == set()


# ---- the directory


def test_the_directory_is_found_by_its_id(cloud: Cloud) -> None:
    found = directory_service.find(cloud.directory_id)
    assert found is not None
    assert found == Directory(
        cloud.directory_id,
        "corp.example.com",
        "Active",
        "MicrosoftAD",
        subnets=tuple(cloud.aws.network()[1]),
        security_groups=found.security_groups,
        controllers=found.controllers,
    )
    assert (len(found.security_groups), len(found.controllers)) == (1, 2)
    assert found.realm == cloud.directory.realm


def test_nobody_joins_a_directory_that_is_not_active(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    directory_service.require_active(cloud.directory_id)
    directory_service.require_active("d-9999999999")  # RDS says so
    kept = ds_backends[cloud.account][cloud.region].directories[cloud.directory_id]
    monkeypatch.setattr(kept, "stage", "Impaired")
    with pytest.raises(StillWaiting, match=f"directory {cloud.directory_id} is Impaired, not Active"):
        directory_service.require_active(cloud.directory_id)


@pytest.mark.parametrize("directory", ["d-9999999999", "corp.example.com", "d-12", "d-ZZZZZZZZZZ"])
def test_a_directory_that_is_not_there_or_cannot_be_is_none(directory: str) -> None:
    assert directory_service.find(directory) is None


# ---- those who are told


@pytest.fixture
def queue(cloud: Cloud) -> str:
    return str(cloud.client("sqs").create_queue(QueueName=f"told-{uuid.uuid4().hex}")["QueueUrl"])


def arn_of(cloud: Cloud, queue: str) -> str:
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    return str(attributes["Attributes"]["QueueArn"])


def received(cloud: Cloud, queue: str, eventually: Eventually) -> dict[str, Any]:
    messages = eventually(lambda: cloud.client("sqs").receive_message(QueueUrl=queue).get("Messages"))
    assert len(messages) == 1
    return json.loads(messages[0]["Body"])


def test_a_message_reaches_its_subscribers(cloud: Cloud, queue: str, eventually: Eventually) -> None:
    topic = cloud.outputs["OutcomesTopic"]
    subscribed = cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(cloud, queue))
    try:
        notifications.tell(topic, f"payments-orders {'x' * 100}", "People sign in — now.\n\nRemedy: none")
    finally:
        cloud.client("sns").unsubscribe(SubscriptionArn=subscribed["SubscriptionArn"])
    message = received(cloud, queue, eventually)
    assert message["Message"] == "People sign in — now.\n\nRemedy: none"
    assert message["Subject"] == f"payments-orders {'x' * 80}..."


def test_an_event_reaches_the_target_of_a_rule(cloud: Cloud, queue: str, eventually: Eventually) -> None:
    resource, name = f"arn:aws:rds:{cloud.region}:{cloud.account}:db:{uuid.uuid4().hex}", uuid.uuid4().hex
    pattern = {"source": ["signon"], "detail-type": ["RDS Sign-on Outcome"], "resources": [resource]}
    events = cloud.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn_of(cloud, queue)}])
    notifications.announce("another", {"end": "Parked"})
    notifications.announce(resource, {"end": "Onboarded", "problems": 0})
    event = received(cloud, queue, eventually)
    assert event["detail"] == {"end": "Onboarded", "problems": 0}
    assert event["source"] == "signon"


# ---- errors


@pytest.fixture
def endpoint_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Has the product's clients look for AWS at a port of this machine."""

    def look_at(port: int) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        client.cache_clear()

    yield look_at
    client.cache_clear()


@pytest.mark.usefixtures("_retries_at_once")
def test_no_answer_is_a_temporary_failure(endpoint_at: Callable[[int], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    endpoint_at(free)
    with pytest.raises(TemporaryFailure, match="AWS did not answer: EndpointConnectionError"):
        directory_service.find("d-9367000001")


@pytest.mark.usefixtures("_retries_at_once")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 503 Slow down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "DescribeDirectories: 503"),
        (
            b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
            "DescribeDirectories: 502",
        ),
        (b"", "AWS did not answer: ConnectionClosedError"),
    ],
    ids=["503", "502 of a proxy", "cut off"],
)
def test_an_answer_of_a_server_in_trouble_is_a_temporary_failure(
    endpoint_at: Callable[[int], None], answer: bytes, said: str
) -> None:
    class InTrouble(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.wfile.write(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), InTrouble) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        endpoint_at(server.server_address[1])
        with pytest.raises(TemporaryFailure, match=said):
            directory_service.find("d-9367000001")
        server.shutdown()
