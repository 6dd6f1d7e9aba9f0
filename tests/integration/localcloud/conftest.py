"""A small stack besides the project's, for what the project's functions do not do; databases that are not onboarded."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import Cloud
from localcloud.deploy.comparison import ALLOWED
from localcloud.deploy.deploy import DeployedStack
from tests.conftest import Eventually
from tests.integration.localcloud.databases import Cluster, Database

TEMPLATES = Path(__file__).parent / "templates"

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def probe(cloud: Cloud) -> DeployedStack:
    """The stack of templates/probe.yaml."""
    allowed = {finding: why for finding, why in ALLOWED.items() if finding[0] == "AWS::StepFunctions::StateMachine"}
    return cloud.deploy(TEMPLATES / "probe.yaml", "probe", allowed)


@pytest.fixture
def ask(cloud: Cloud, probe: DeployedStack, eventually: Eventually) -> Ask:
    """Has the state machine ask a function to do something; answers the ended execution."""

    def ask(how: str, function: str = "probe") -> dict[str, Any]:
        states = cloud.client("stepfunctions")
        arn = states.start_execution(
            stateMachineArn=probe.physical["Ask"], input=json.dumps({"function": function, "how": how})
        )["executionArn"]
        return eventually(lambda: (seen := states.describe_execution(executionArn=arn))["status"] != "RUNNING" and seen)

    return ask


@pytest.fixture(scope="module")
def not_onboarded(cloud: Cloud) -> Iterator[None]:
    """The project's rules do not see the databases of this module."""
    events = cloud.client("events")
    names = [rule["Name"] for rule in events.list_rules()["Rules"]]
    for name in names:
        events.disable_rule(Name=name)
    yield
    for name in names:
        events.enable_rule(Name=name)


@pytest.fixture
def database(cloud: Cloud, request: pytest.FixtureRequest, eventually: Eventually) -> Iterator[Database]:
    """Not yet created; deleted after the test."""
    database = Database(cloud, _name_of(request), eventually)
    yield database
    database.delete()


@pytest.fixture
def cluster(cloud: Cloud, request: pytest.FixtureRequest, eventually: Eventually) -> Iterator[Cluster]:
    """Not yet created; deleted after the test, with its instances."""
    cluster = Cluster(cloud, _name_of(request), eventually)
    yield cluster
    cluster.delete()


def _name_of(request: pytest.FixtureRequest) -> str:
    name = re.sub(r"\W+|_", "-", request.node.name)[5:45].strip("-")
    return re.sub("--+", "-", name)
