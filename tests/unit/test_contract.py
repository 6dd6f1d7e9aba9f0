"""State machine, folders, template, errors and samples say the same things in different files: here they agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from samtranslator.yaml_helper import yaml_parse

from signon import errors
from signon.domain import sweep
from signon.domain.request import Request
from signon.errors import END_BY_ERROR, NeedsPerson
from tests.builders import ACCOUNT, REGION
from tests.unit.reach import ROOT, calls_of, errors_of, settings_of

TEMPLATE: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
SOURCE = (ROOT / "statemachines/onboard_database.asl.yaml").read_text()
MACHINE: dict[str, Any] = yaml.safe_load(SOURCE)
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
BESIDE_THE_STORY = {
    "SweepDatabases": "starts executions: the schedule calls it",
    "ReportEnding": "its execution is over: the rule on ends calls it",
}

PLATFORM = {
    "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException", "Lambda.ResourceNotReadyException", "Lambda.ENINotReadyException",
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
    """Seconds before each retry."""
    seconds = float(retry["IntervalSeconds"])
    for _ in range(retry["MaxAttempts"]):
        yield min(seconds, retry.get("MaxDelaySeconds", seconds))
        seconds *= retry["BackoffRate"]


def end_of(task: str, error: str) -> str:
    """The state that an error of a task leads to once its retries are used up."""
    return next(
        str(catch["Next"]) for catch in TASKS[task]["Catch"] if {error, "States.ALL"} & set(catch["ErrorEquals"])
    )


# ---- tasks, folders and functions


def test_every_function_is_a_folder_and_the_reverse() -> None:
    assert {code_of(function) for function in FUNCTIONS} == FOLDERS


def test_every_task_is_a_function_of_its_name_and_the_reverse() -> None:
    assert {logical_id_of(task) for task in TASKS} == set(FUNCTIONS) - set(BESIDE_THE_STORY)


@pytest.mark.parametrize("function", BESIDE_THE_STORY)
def test_a_function_beside_the_story_has_its_name_and_one_trigger(function: str) -> None:
    assert "".join(word.capitalize() for word in code_of(function).split("_")) == function
    assert len(FUNCTIONS[function]["Events"]) == 1


def test_a_function_of_a_task_has_no_other_trigger() -> None:
    assert {function for function, value in FUNCTIONS.items() if "Events" in value} == set(BESIDE_THE_STORY)


@each_task
def test_a_task_calls_the_function_of_its_name(task: str) -> None:
    assert TASKS[task]["Resource"] == f"${{{logical_id_of(task)}}}"
    assert FUNCTIONS[logical_id_of(task)]["CodeUri"] == f"functions/{folder_of(task)}"


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_a_folder_holds_the_handler_and_says_its_state(folder: str) -> None:
    source = (ROOT / "functions" / folder / "app.py").read_text()
    assert DEFAULTS["Handler"] == "app.handler"
    assert "\ndef handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:\n" in source
    assert source.startswith(f'"""{folder.replace("_", " ").capitalize()}: ')


def test_what_the_state_machine_names_is_what_the_template_substitutes() -> None:
    given = RESOURCES["OnboardDatabase"]["Properties"]["DefinitionSubstitutions"]
    assert set(re.findall(r"\$\{(\w+)\}", SOURCE)) == set(given)
    assert all(value == {"Fn::GetAtt": [name, "Arn"]} for name, value in given.items())


def test_the_state_machine_may_call_its_functions_and_nothing_else() -> None:
    allowed = [
        resource["Fn::GetAtt"][0]
        for statement in statements_of("OnboardDatabaseRole")
        if statement["Action"] == "lambda:InvokeFunction"
        for resource in statement["Resource"]
    ]
    assert sorted(allowed) == sorted(set(FUNCTIONS) - set(BESIDE_THE_STORY))


# ---- the graph


def followers(state: Mapping[str, Any]) -> Iterator[str]:
    for way in (state, *state.get("Choices", []), *state.get("Catch", [])):
        yield from (way[key] for key in ("Next", "Default") if key in way)


def test_every_state_is_reached() -> None:
    reached, waiting = set[str](), [MACHINE["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += followers(STATES[name])
    assert reached == set(STATES)


def test_the_ends_are_the_seven() -> None:
    assert {name for name, state in STATES.items() if state["Type"] in ("Succeed", "Fail")} == ENDS
    assert not [name for name, state in STATES.items() if state.get("End")]
    assert set(END_BY_ERROR.values()) <= ENDS


def test_no_execution_lives_longer_than_six_hours() -> None:
    assert MACHINE["TimeoutSeconds"] == 6 * 60 * 60


def test_names_of_states_fit() -> None:
    assert all(len(name) <= 80 for name in STATES)


def test_every_page_that_a_state_reads_is_one_that_another_writes() -> None:
    written = {state["ResultPath"].split(".")[1] for state in TASKS.values() if state.get("ResultPath", "$") != "$"}
    written |= {key.removesuffix(".$") for key in STATES["Describe database"]["ResultSelector"]}
    caught = (catch["ResultPath"] for state in TASKS.values() for catch in state["Catch"] if "ResultPath" in catch)
    written |= {path.split(".")[1] for path in caught}
    read = set(re.findall(r"(?<![$\w])\$\.(\w+)", SOURCE.split("States:", 1)[1]))
    assert read <= written


# ---- tasks and their errors


@each_task
def test_the_platform_is_given_three_minutes_to_recover(task: str) -> None:
    first = TASKS[task]["Retry"][0]
    assert set(first["ErrorEquals"]) == PLATFORM
    assert sum(waits_of(first)) >= 3 * 60


@each_task
def test_a_task_catches_whatever_is_left(task: str) -> None:
    assert TASKS[task]["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


@each_task
def test_the_names_of_errors_are_classes_of_ours_or_the_platforms(task: str) -> None:
    named = {error for rule in (*TASKS[task]["Retry"], *TASKS[task]["Catch"]) for error in rule["ErrorEquals"]}
    assert {error for error in named if "." not in error} <= ERRORS
    assert {error for error in named if "." in error} == {*PLATFORM, "States.ALL"}


@each_task
def test_a_task_retries_exactly_the_errors_of_its_function_that_pass_by_themselves(task: str) -> None:
    retried = {error for retry in TASKS[task]["Retry"][1:] for error in retry["ErrorEquals"]}
    passing = {"TemporaryFailure", "DatabaseBusy"}
    assert retried == errors_of(folder_of(task)) & passing


@each_task
def test_a_task_names_no_error_that_its_function_cannot_raise(task: str) -> None:
    caught = {error for catch in TASKS[task]["Catch"][:-1] for error in catch["ErrorEquals"]}
    assert caught <= errors_of(folder_of(task))


@each_task
def test_every_error_of_a_function_ends_where_its_class_says(task: str) -> None:
    for error in errors_of(folder_of(task)) & set(END_BY_ERROR) - {"PlanOutdated"}:
        assert end_of(task, error) in ("Report outcome", "Failed" if task == "Report outcome" else END_BY_ERROR[error])


def test_errors_that_end_silently_before_a_claim_need_no_report() -> None:
    assert end_of("Describe database", "NotOurs") == "Not ours"
    assert end_of("Claim database", "AlreadyInProgress") == "Already in progress"


def test_whoever_confirms_the_claim_ends_when_it_is_lost() -> None:
    for task in TASKS:
        if "ClaimLost" in errors_of(folder_of(task)):
            assert end_of(task, "ClaimLost") == "Already in progress"


CHANGING = {"Associate directory", "Reboot database", "Create logins", "Publish connection kit"}


def test_whoever_changes_anything_looks_first_whether_the_plan_is_still_the_one_to_follow() -> None:
    assert {task for task in TASKS if "PlanOutdated" in errors_of(folder_of(task))} == CHANGING
    for task in CHANGING:
        assert {"observe", "confirm", "newest_version"} <= calls_of(folder_of(task))
        assert names_in(TASKS[task]["Parameters"]) >= {"request", "database", "plan", "claim"}


def test_an_outdated_plan_is_made_anew_three_times_at_most_and_then_parked() -> None:
    for task in CHANGING:
        (catch,) = (catch for catch in TASKS[task]["Catch"] if catch["ErrorEquals"] == ["PlanOutdated"])
        assert (catch["Next"], catch["ResultPath"]) == ("Planned often?", "$.error")
    choice = STATES["Planned often?"]
    assert choice["Choices"] == [{"Variable": "$.replans", "NumericLessThan": 3, "Next": "Plan again"}]
    assert choice["Default"] == "Report outcome"
    assert STATES["Describe database"]["ResultSelector"]["replans"] == 0
    assert STATES["Plan again"]["Parameters"]["replans.$"] == "States.MathAdd($.replans, 1)"
    assert END_BY_ERROR["PlanOutdated"] == "Parked"


def test_each_reboot_is_waited_for_and_each_is_probed_before() -> None:
    ways = STATES["Membership?"]["Choices"]
    (way,) = (way["Next"] for way in ways if any("reboot_needed" in one["Variable"] for one in way.get("And", [])))
    path = [way]
    while path[-1] != "Membership?":
        path.append(STATES[path[-1]]["Next"])
    assert path == [
        "Probe connection again",
        "Reboot database",
        "Wait for the reboot",
        "Read membership",
        "Membership?",
    ]


def test_a_plugin_that_is_not_loaded_leads_to_the_reboot() -> None:
    assert end_of("Create logins", "PluginNotLoaded") == "Reboot database"


def test_a_report_that_cannot_be_made_fails() -> None:
    assert end_of("Report outcome", "TemporaryFailure") == "Failed"


def test_what_reads_the_source_finds_what_a_person_finds() -> None:
    assert errors_of("claim_database") == {
        "AlreadyInProgress",
        "ClaimSettling",
        "TemporaryFailure",
        "PermissionMissing",
        "SettingMissing",
    }
    assert "PluginNotLoaded" in errors_of("create_logins")
    assert "LoginsIncomplete" in errors_of("verify_logins")
    assert "RebootNotAllowed" in errors_of("reboot_database")
    assert "modify_db_instance" in calls_of("associate_directory")


def test_a_claim_that_settles_is_tried_anew_by_entering_the_state_anew() -> None:
    """A Retry is given the time at which its state was entered first, and by that time the claim never settles."""
    assert {task for task in TASKS if "ClaimSettling" in errors_of(folder_of(task))} == {"Claim database"}
    wait = STATES[end_of("Claim database", "ClaimSettling")]
    assert (wait["Type"], wait["Next"]) == ("Wait", "Claim database")
    assert wait["Seconds"] * 60 < MACHINE["TimeoutSeconds"]


def test_a_claim_that_settles_is_remembered_as_no_error() -> None:
    """Whatever ends the execution later, ``$.error`` is about that."""
    (settling,) = (catch for catch in TASKS["Claim database"]["Catch"] if catch["ErrorEquals"] == ["ClaimSettling"])
    assert settling["ResultPath"] == "$.settling"


def names_in(parameters: dict[str, Any]) -> set[str]:
    return {name.removesuffix(".$") for name in parameters}


def test_planning_again_keeps_the_claim_and_forgets_what_was_done() -> None:
    again = STATES["Plan again"]
    opened = STATES["Describe database"]["ResultSelector"]
    assert names_in(again["Parameters"]) == names_in(opened) | {"claim"}
    request = again["Parameters"]["request"]
    assert names_in(request) == set(Request.__dataclass_fields__)
    assert request["approve"] is None  # it was for the plan that has been carried out
    assert "ResultPath" not in again  # the whole dossier is replaced
    assert again["Next"] == STATES["Describe database"]["Next"] == "Make plan"


def test_an_execution_plans_again_before_it_ends_in_any_way() -> None:
    first = STATES["Outcome?"]["Choices"][0]
    assert first == {"Variable": "$.outcome.again", "BooleanEquals": True, "Next": "Plan again"}


def test_a_dry_run_ends_before_anything_is_claimed() -> None:
    first = STATES["Plan?"]["Choices"][0]
    assert first == {"Variable": "$.request.dry_run", "BooleanEquals": True, "Next": "Planned"}


def test_a_busy_database_is_waited_for_about_an_hour() -> None:
    for task in TASKS.values():
        for retry in task["Retry"]:
            if "DatabaseBusy" in retry["ErrorEquals"]:
                assert 60 * 60 <= sum(waits_of(retry)) <= 90 * 60


@each_task
def test_a_task_waits_longer_than_its_function_runs(task: str) -> None:
    assert TASKS[task]["TimeoutSeconds"] > timeout_of(logical_id_of(task))


def test_a_claim_outlives_the_longest_function() -> None:
    variables = FUNCTIONS["ClaimDatabase"]["Environment"]["Variables"]
    assert int(variables["SIGNON_LONGEST_TIMEOUT"]) == max(map(timeout_of, FUNCTIONS))


def test_every_end_that_is_reported_has_its_way() -> None:
    choices = STATES["Outcome?"]["Choices"]
    ways = {way["StringEquals"]: way["Next"] for way in choices if "StringEquals" in way}
    assert ways == {end: end for end in ENDS - {"Planned", "Failed"}}
    assert STATES["Outcome?"]["Default"] == "Failed"


# ---- functions


@each_function
def test_a_function_is_given_the_settings_that_it_asks_for_and_no_others(function: str) -> None:
    variables = FUNCTIONS[function].get("Environment", {"Variables": {}})["Variables"]
    assert {f"SIGNON_{name}" for name in settings_of(code_of(function))} == set(variables)


def test_only_functions_ask_for_settings() -> None:
    layer = ROOT / "layers/signon/python/signon"
    assert [path.name for path in layer.rglob("*.py") if "setting(" in path.read_text()] == ["settings.py"]


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [role_of(function) for function in FUNCTIONS]
    assert roles == [f"{function}Role" for function in FUNCTIONS]
    assert all(RESOURCES[role]["Type"] == "AWS::IAM::Role" for role in roles)


@each_function
def test_every_function_has_a_log_group_whose_lines_do_not_stay_for_ever(function: str) -> None:
    group = RESOURCES[FUNCTIONS[function]["LoggingConfig"]["LogGroup"]["Ref"]]
    name = FUNCTIONS[function]["FunctionName"]["Fn::Sub"]
    assert group["Type"] == "AWS::Logs::LogGroup"
    assert group["Properties"]["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/{name}"}
    assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


CALLS = {
    "describe_db_instances": {"rds:DescribeDBInstances"},
    "describe_orderable_db_instance_options": {"rds:DescribeOrderableDBInstanceOptions"},
    "describe_events": {"rds:DescribeEvents"},
    "describe_db_clusters": {"rds:DescribeDBClusters"},
    "modify_db_instance": {"rds:ModifyDBInstance", "iam:PassRole"},
    "modify_db_cluster": {"rds:ModifyDBCluster", "iam:PassRole"},
    "reboot_db_instance": {"rds:RebootDBInstance"},
    "describe_directories": {"ds:DescribeDirectories"},
    "get_role": {"iam:GetRole"},
    "list_attached_role_policies": {"iam:ListAttachedRolePolicies"},
    "get_item": {"dynamodb:GetItem"},
    "update_item": {"dynamodb:UpdateItem"},
    "batch_get_item": {"dynamodb:BatchGetItem"},
    "describe_execution": {"states:DescribeExecution"},
    "list_executions": {"states:ListExecutions"},
    "start_execution": {"states:StartExecution"},
    "get_object": {"s3:GetObject"},
    "get_object of a version": {"s3:GetObjectVersion"},
    "head_object": {"s3:GetObject"},
    "put_object": {"s3:PutObject"},
    "get_secret_value": {"secretsmanager:GetSecretValue", "kms:Decrypt"},
    "publish": {"sns:Publish"},
    "put_events": {"events:PutEvents"},
}
NEITHER_OURS_NOR_MORE = {"sqs:SendMessage", "s3:ListBucket", "logs:CreateLogStream", "logs:PutLogEvents"}


@each_function
def test_a_function_may_make_the_calls_that_it_makes_and_no_others(function: str) -> None:
    made = set[str]().union(*(CALLS[call] for call in calls_of(code_of(function)) if call in CALLS))
    allowed = actions_of(role_of(function)) - NEITHER_OURS_NOR_MORE
    assert made == {action for action in allowed if not action.startswith("ec2:")}


@each_function
def test_a_function_is_in_the_vpc_where_it_signs_in_to_databases_and_only_there(function: str) -> None:
    signs_in = "get_secret_value" in calls_of(code_of(function))
    assert ("VpcConfig" in FUNCTIONS[function]) is signs_in
    assert ("ec2:CreateNetworkInterface" in actions_of(role_of(function))) is signs_in


def test_a_function_that_works_by_a_plan_reads_the_profile_that_was_planned() -> None:
    """By its version: the newest one is for *Make plan* alone."""
    readers = {task: calls_of(folder_of(task)) & {"get_object", "get_object of a version"} for task in TASKS}
    assert {task: calls for task, calls in readers.items() if calls} == {
        "Make plan": {"get_object"},
        "Create logins": {"get_object of a version"},
        "Verify logins": {"get_object of a version"},
    }


def test_functions_reach_the_databases_ports_and_https_and_nothing_else() -> None:
    egress = RESOURCES["DatabaseAccess"]["Properties"]["SecurityGroupEgress"]
    ports = {"MySqlPort": 3306, "PostgreSqlPort": 5432}
    assert {name: TEMPLATE["Parameters"][name]["Default"] for name in ports} == ports
    ways = [({"Ref": "MySqlPort"},) * 2, ({"Ref": "PostgreSqlPort"},) * 2, (443, 443)]
    assert [(way["FromPort"], way["ToPort"]) for way in egress] == ways


# ---- the ways in


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """EventBridge's rule for patterns of plain values, the only ones here."""
    return all(
        matches(wanted, event.get(field) or {}) if isinstance(wanted, Mapping) else event.get(field) in wanted
        for field, wanted in pattern.items()
    )


MACHINE_ARN = (
    "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}-onboard-database"
)
RULES = {
    "database appeared": RESOURCES["OnboardDatabase"]["Properties"]["Events"]["DatabaseAppeared"]["Properties"],
    "execution ended": FUNCTIONS["ReportEnding"]["Events"]["ExecutionEnded"]["Properties"],
}
each_rule = pytest.mark.parametrize("rule", RULES)


def pattern(rule: str = "database appeared") -> dict[str, Any]:
    """A rule's pattern, with what the template refers to put in for a stack named rds-signon."""
    text = json.dumps(RULES[rule]["Pattern"])
    ours = {
        '{"Ref": "AWS::AccountId"}': ACCOUNT,
        '{"Ref": "AWS::Region"}': REGION,
        json.dumps(
            {"Fn::Sub": MACHINE_ARN}
        ): f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:rds-signon-onboard-database",
    }
    for reference, value in ours.items():
        text = text.replace(reference, json.dumps(value))
    found: dict[str, Any] = json.loads(text)
    return found


ROWS = re.findall(r"^\| `(\w+)\.json` \| (.+?) \| (.+?) \|$", (ROOT / "events/README.md").read_text(), re.MULTILINE)


def test_every_sample_has_a_row() -> None:
    assert {name for name, _, _ in ROWS} == {path.stem for path in (ROOT / "events").glob("*.json")}


@pytest.mark.parametrize(("name", "sender", "happens"), ROWS, ids=[row[0] for row in ROWS])
def test_the_rules_match_the_samples_as_their_rows_say(name: str, sender: str, happens: str) -> None:
    event = json.loads((ROOT / "events" / f"{name}.json").read_text())
    assert matches(pattern(), event) is (sender == "RDS" and happens == "starts an execution")
    assert matches(pattern("execution ended"), event) is (sender == "Step Functions")


def test_the_rule_matches_no_event_of_another_account_region_or_kind() -> None:
    event = json.loads((ROOT / "events/rds_instance_created.json").read_text())
    assert matches(pattern(), event)
    for field, value in {"account": "999999999999", "region": "eu-west-1", "source": "x", "detail": None}.items():
        assert not matches(pattern(), {**event, field: value})
    snapshot = {**event["detail"], "SourceType": "SNAPSHOT", "EventID": "RDS-EVENT-0043"}
    assert not matches(pattern(), {**event, "detail": snapshot})


def test_the_rule_on_ends_matches_no_end_that_was_reported_and_no_other_machine() -> None:
    event = json.loads((ROOT / "events/execution_aborted.json").read_text())
    for field, value in {"status": "SUCCEEDED", "stateMachineArn": event["detail"]["stateMachineArn"] + "2"}.items():
        assert not matches(pattern("execution ended"), {**event, "detail": {**event["detail"], field: value}})
    assert not matches(pattern("execution ended"), {**event, "detail": {**event["detail"], "status": "RUNNING"}})


@each_rule
def test_an_event_that_reaches_nobody_is_kept(rule: str) -> None:
    assert RULES[rule]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["LostEvents", "Arn"]}}
    assert RULES[rule]["RetryPolicy"] == {"MaximumRetryAttempts": 20, "MaximumEventAgeInSeconds": 7200}


def test_the_machines_arn_is_built_from_its_name_so_that_nothing_depends_on_it_in_a_circle() -> None:
    assert RESOURCES["OnboardDatabase"]["Properties"]["Name"] == {"Fn::Sub": "${AWS::StackName}-onboard-database"}
    assert FUNCTIONS["SweepDatabases"]["Environment"]["Variables"]["SIGNON_STATE_MACHINE"] == {"Fn::Sub": MACHINE_ARN}


def test_the_schedule_calls_the_sweep_each_hour_with_its_time_and_may_call_nothing_else() -> None:
    schedule = FUNCTIONS["SweepDatabases"]["Events"]["Hourly"]
    assert (schedule["Type"], schedule["Properties"]["ScheduleExpression"]) == ("ScheduleV2", "rate(1 hour)")
    assert json.loads(schedule["Properties"]["Input"]) == {"now": "<aws.scheduler.scheduled-time>"}
    assert set(json.loads((ROOT / "events/sweep_schedule.json").read_text())) == {"now"}
    (role,) = [schedule["Properties"]["RoleArn"]["Fn::GetAtt"][0]]
    assert [(statement["Action"], statement["Resource"]) for statement in statements_of(role)] == [
        ("lambda:InvokeFunction", {"Fn::GetAtt": ["SweepDatabases", "Arn"]}),
        ("sqs:SendMessage", {"Fn::GetAtt": ["LostEvents", "Arn"]}),
    ]


def test_the_sweep_thinks_an_execution_lives_as_long_as_the_machine_lets_it() -> None:
    assert sweep.LONGEST_EXECUTION.total_seconds() == MACHINE["TimeoutSeconds"]


def test_every_error_that_wants_a_person_is_raised_somewhere() -> None:
    raised = frozenset[str]().union(*(errors_of(folder) for folder in FOLDERS))
    assert {error.__name__ for error in NeedsPerson.__subclasses__()} <= raised
    assert ERRORS - raised <= {"SignonError", "NeedsPerson", "SettingMissing"}
