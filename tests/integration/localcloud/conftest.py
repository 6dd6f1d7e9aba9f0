"""A small stack beside the project's, for what the project's functions do not do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import Cloud
from localcloud.comparison import ALLOWED
from localcloud.deploy import Stack
from tests.conftest import Eventually

TEMPLATES = Path(__file__).parent / "templates"

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def probe(cloud: Cloud) -> Stack:
    """The stack of templates/probe.yaml."""
    allowed = {finding: why for finding, why in ALLOWED.items() if finding[0] == "AWS::StepFunctions::StateMachine"}
    return cloud.deploy(TEMPLATES / "probe.yaml", "probe", allowed)


@pytest.fixture
def ask(cloud: Cloud, probe: Stack, eventually: Eventually) -> Ask:
    """Has the state machine ask a function to do something; answers the ended execution."""

    def ask(how: str, function: str = "probe") -> dict[str, Any]:
        states = cloud.client("stepfunctions")
        arn = states.start_execution(
            stateMachineArn=probe.physical["Ask"], input=json.dumps({"function": function, "how": how})
        )["executionArn"]
        return eventually(  # type: ignore[no-any-return]
            lambda: (seen := states.describe_execution(executionArn=arn))["status"] != "RUNNING" and seen
        )

    return ask
