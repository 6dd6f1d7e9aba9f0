"""One state of the project's own state machine is tried, and definitions are validated, as with AWS's two calls."""

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud


@pytest.fixture(scope="module")
def states(cloud: Cloud) -> Any:
    """A client that does not ask for another host, which only the processes of a cloud's shell find."""
    alone = Config(inject_host_prefix=False, retries={"max_attempts": 0})
    session = boto3.Session("local", "local", region_name=cloud.region)
    return session.client("stepfunctions", endpoint_url=cloud.endpoint, config=alone)


@pytest.fixture(scope="module")
def definition(cloud: Cloud) -> str:
    """As it was deployed, with the ARNs of functions."""
    machine = cloud.client("stepfunctions").describe_state_machine(stateMachineArn=cloud.outputs["StateMachineArn"])
    return str(machine["definition"])


def tried(cloud: Cloud, states: Any, definition: str, state: str, given: Any) -> dict[str, Any]:
    role = cloud.client("iam").get_role(RoleName=cloud.physical["OnboardDatabaseRole"])["Role"]["Arn"]
    chosen = json.dumps(json.loads(definition)["States"][state])
    return dict(states.test_state(definition=chosen, roleArn=role, input=json.dumps(given)))


def test_the_deployed_definition_is_valid(states: Any, definition: str) -> None:
    said = states.validate_state_machine_definition(definition=definition)
    assert (said["result"], said["diagnostics"]) == ("OK", [])


def test_what_is_wrong_with_a_definition_is_reported(states: Any) -> None:
    wrong = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Nope", "End": True}}})
    said = states.validate_state_machine_definition(definition=wrong)
    assert said["result"] == "FAIL"
    assert "Nope" in said["diagnostics"][0]["message"]


def test_a_choice_says_where_it_leads(cloud: Cloud, states: Any, definition: str) -> None:
    said = tried(cloud, states, definition, "Membership?", {"membership": {"verdict": "WAIT"}})
    assert (said["status"], said["nextState"]) == ("SUCCEEDED", "Wait for the membership")


def test_a_task_calls_its_function(cloud: Cloud, states: Any, definition: str) -> None:
    database = {"name": "none", "resource_id": "db-NONE", "arn": "arn:aws:rds:us-east-1:1:db:none", "engine": "mysql"}
    said = tried(cloud, states, definition, "Check directory role", {"database": database})
    assert said["status"] == "SUCCEEDED"
    assert json.loads(said["output"])["directory_role"]["role"].startswith("signon-directory-access-")


def test_an_error_that_is_caught_is_told_with_the_state_that_follows(
    cloud: Cloud, states: Any, definition: str
) -> None:
    database = {"name": "none", "resource_id": "db-NONE", "arn": "arn:aws:rds:us-east-1:1:db:none", "engine": "mysql"}
    said = tried(cloud, states, definition, "Verify logins", {"database": database, "plan": {}})
    assert (said["status"], said["nextState"]) == ("CAUGHT_ERROR", "Report outcome")
    assert said["error"]


def test_a_state_that_cannot_be_read_is_refused(cloud: Cloud, states: Any) -> None:
    with pytest.raises(ClientError) as refused:
        states.test_state(definition='{"Type": "Nope"}', roleArn="arn:aws:iam::123456789012:role/none", input="{}")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
