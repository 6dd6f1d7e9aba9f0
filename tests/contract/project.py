"""What the tests of the contract read: the template, the state machine and the folders, and short ways to ask them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from localcloud.deploy.translation import read
from signon import errors
from tests.contract.reach import ROOT

TEMPLATE: dict[str, Any] = read(ROOT / "template.yaml")
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
SOURCE = (ROOT / "statemachines/onboard_database.asl.yaml").read_text()
MACHINE: dict[str, Any] = yaml.load(SOURCE, yaml.CSafeLoader)
STATES: dict[str, Any] = MACHINE["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
FUNCTIONS = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}
FOLDERS = {folder.name for folder in (ROOT / "functions").iterdir() if (folder / "app.py").exists()}
ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
DEFAULTS: dict[str, Any] = TEMPLATE["Globals"]["Function"]

# Functions that no state calls, and why there are any
CALLED_BY_NO_STATE = {
    "SweepDatabases": "starts executions: the schedule calls it",
    "ReportEnding": "its execution is over: the rule on ends calls it",
}

PLATFORM = {
    "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException", "Lambda.TooManyRequestsException", "Lambda.ResourceNotReadyException",
    "Lambda.ResourceConflictException", "Lambda.ENINotReadyException", "Lambda.ENILimitReachedException",
    "Lambda.SubnetIPAddressLimitReachedException", "Lambda.EC2ThrottledException", "Lambda.EC2UnexpectedException",
    "Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError",
}  # fmt: skip
ENDS = {"Onboarded", "Planned", "Parked", "Needs a person", "Not ours", "Already in progress", "Failed"}

each_task = pytest.mark.parametrize("task", TASKS)
each_function = pytest.mark.parametrize("function", FUNCTIONS)


def folder_of(task: str) -> str:
    """The folder of a Task's function; the one Task that looks a second time shares the first one's."""
    return task.removesuffix(" again").lower().replace(" ", "_")


def code_of(function: str) -> str:
    """The folder of a function."""
    return str(FUNCTIONS[function]["CodeUri"]).removeprefix("functions/")


def logical_id_of(task: str) -> str:
    return "".join(word.capitalize() for word in task.removesuffix(" again").split())


def timeout_of(function: str) -> int:
    return int(FUNCTIONS[function].get("Timeout", DEFAULTS["Timeout"]))


def role_of(function: str) -> str:
    return str(FUNCTIONS[function]["Role"]["Fn::GetAtt"][0])


def statements_of(role: str) -> list[dict[str, Any]]:
    """The statements of a role's policies; of one that hangs on a condition, the one that is there when it holds."""
    return [
        statement["Fn::If"][1] if "Fn::If" in statement else statement
        for policy in RESOURCES[role]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def actions_of(role: str) -> set[str]:
    return {action for statement in statements_of(role) for action in listed(statement["Action"])}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def waits_of(retry: Mapping[str, Any]) -> Iterator[float]:
    """Seconds before each retry, at most: with full jitter half of them is what to expect."""
    seconds = float(retry["IntervalSeconds"])
    for _ in range(retry["MaxAttempts"]):
        yield min(seconds, retry.get("MaxDelaySeconds", seconds))
        seconds *= retry["BackoffRate"]


def end_of(task: str, error: str) -> str:
    """The state that an error of a task leads to once its retries are used up."""
    return next(
        str(catch["Next"]) for catch in TASKS[task]["Catch"] if {error, "States.ALL"} & set(catch["ErrorEquals"])
    )


def names_in(parameters: dict[str, Any]) -> set[str]:
    return {name.removesuffix(".$") for name in parameters}
