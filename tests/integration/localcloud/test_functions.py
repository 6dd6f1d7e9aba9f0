"""Functions run as on Lambda, and their failures have the names that Step Functions gives them."""

import json
import os
from typing import Any

import pytest

from localcloud.cloud import Cloud
from localcloud.deploy.deploy import DeployedStack
from tests.conftest import Eventually

from .conftest import Ask


def invoke(cloud: Cloud, how: str = "look") -> dict[str, Any]:
    answer = cloud.client("lambda").invoke(FunctionName="probe", Payload=json.dumps({"how": how}))
    return json.loads(answer["Payload"].read())


@pytest.mark.parametrize(
    ("how", "function", "error"),
    [
        ("raise", "probe", "DatabaseBusy"),
        ("hang", "probe-impatient", "Sandbox.Timedout"),
        ("crash", "probe", "Runtime.ExitError"),
        ("look", "probe-unimportable", "Runtime.ImportModuleError"),
        ("look", "no-such-function", "Lambda.ResourceNotFoundException"),
    ],
)
def test_a_failure_has_the_name_that_step_functions_gives_it(ask: Ask, how: str, function: str, error: str) -> None:
    ended = ask(how, function)
    assert (ended["status"], ended["error"]) == ("FAILED", error)


def test_a_throttled_invocation_is_lambdas_error_and_not_the_functions(cloud: Cloud, ask: Ask) -> None:
    cloud.faults.script("invoke:probe", "TooManyRequestsException")
    assert ask("look")["error"] == "Lambda.TooManyRequestsException"


def test_a_function_that_is_killed_in_mid_work_is_an_exit_error(cloud: Cloud, ask: Ask) -> None:
    cloud.faults.script("invoke:probe", "kill")
    assert ask("hang")["error"] == "Runtime.ExitError"


def test_the_environment_is_the_templates_and_lambdas_and_nothing_of_ours(cloud: Cloud, probe: DeployedStack) -> None:
    os.environ["ONLY_OURS"] = "1"
    names = {name for name in invoke(cloud)["environment"] if not name.startswith(("AWS_", "LC_", "_"))}
    assert names == {
        "MINE",  # the template's
        *("LAMBDA_TASK_ROOT", "LANG", "PATH", "PYTHONPATH", "TZ"),  # Lambda's
        *("LD_PRELOAD", "NSS_WRAPPER_HOSTS"),  # endpoint names resolve
        "HOME",
    }


def test_the_code_comes_before_its_layers_and_these_before_the_runtime(cloud: Cloud, probe: DeployedStack) -> None:
    seen = invoke(cloud)
    code, layer = seen["environment"]["PYTHONPATH"].split(":")
    assert seen["greeting"] == "from the layer"
    assert code == seen["environment"]["LAMBDA_TASK_ROOT"]
    assert seen["path"].index(layer) < next(i for i, entry in enumerate(seen["path"]) if "site-packages" in entry)


def test_a_function_never_runs_as_root(cloud: Cloud, probe: DeployedStack) -> None:
    assert invoke(cloud)["user"] != 0


def test_the_next_invocation_finds_the_warm_process(cloud: Cloud, probe: DeployedStack) -> None:
    invoke(cloud)
    before = cloud.aws.functions.runner.cold_starts
    invoke(cloud)
    assert cloud.aws.functions.runner.cold_starts == before


def test_what_a_function_prints_is_in_its_log_group(cloud: Cloud, probe: DeployedStack, eventually: Eventually) -> None:
    invoke(cloud)

    def lines() -> list[str]:
        events = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/probe")["events"]
        return [event["message"] for event in events]

    assert eventually(lambda: "asked to look" in lines())


def test_its_aws_calls_are_counted_for_the_execution_that_made_them(cloud: Cloud, ask: Ask) -> None:
    execution = ask("call")["executionArn"]
    assert dict(cloud.counter.calls(execution)) == {
        ("s3", "ListObjectsV2"): 1,
        ("rds", "DescribeDBInstances"): 1,
        ("dynamodb", "ListTables"): 1,
    }
