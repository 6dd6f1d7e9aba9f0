"""The product's own clients, pointed at the running cloud; executions and databases for them to find there."""

from __future__ import annotations

import json
import time
import types
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import boto3
import botocore.endpoint
import pytest

from localcloud.cloud import Cloud
from signon.aws.clients import client
from tests.conftest import Eventually

Start = Callable[[], str]
Stop = Callable[[str], datetime]


@pytest.fixture(scope="module", autouse=True)
def _clients_of_this_cloud(cloud: Cloud) -> Iterator[None]:
    """botocore itself knows the variable that names the endpoint; nothing in the product does."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.aws.environment().items():
            patch.setenv(name, value)
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        client.cache_clear()
        yield
        client.cache_clear()


@pytest.fixture
def _retries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's own retries do not wait."""
    monkeypatch.setattr(botocore.endpoint, "time", types.SimpleNamespace(sleep=lambda seconds: None, time=time.time))


@pytest.fixture(scope="session")
def table(cloud: Cloud) -> str:
    return cloud.outputs["RecordsTable"]


@pytest.fixture(scope="session")
def waiting(cloud: Cloud) -> str:
    """The ARN of a state machine whose executions wait until they are stopped."""
    definition = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 99999999, "End": True}}}
    made = cloud.client("stepfunctions").create_state_machine(
        name="waits", definition=json.dumps(definition), roleArn=f"arn:aws:iam::{cloud.account}:role/waits"
    )
    return str(made["stateMachineArn"])


@pytest.fixture
def start(cloud: Cloud, waiting: str) -> Iterator[Start]:
    """Starts an execution, which runs until it is stopped or the test has ended; answers its ARN."""
    states, started = cloud.client("stepfunctions"), []

    def start() -> str:
        started.append(str(states.start_execution(stateMachineArn=waiting)["executionArn"]))
        return started[-1]

    yield start
    for execution in started:
        states.stop_execution(executionArn=execution)


@pytest.fixture
def stop(cloud: Cloud, eventually: Eventually) -> Stop:
    """Stops an execution; answers when that was."""
    states = cloud.client("stepfunctions")

    def stop(execution: str) -> datetime:
        states.stop_execution(executionArn=execution)
        stopped: Any = eventually(
            lambda: (seen := states.describe_execution(executionArn=execution))["status"] == "ABORTED" and seen
        )
        return stopped["stopDate"]

    return stop
