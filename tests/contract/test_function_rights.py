"""What the template gives each function: settings, a role of its own, rights to the calls that it makes."""

from __future__ import annotations

from typing import Any

from tests.contract.project import (
    FUNCTIONS,
    RESOURCES,
    TASKS,
    TEMPLATE,
    actions_of,
    code_of,
    each_function,
    folder_of,
    listed,
    role_of,
    statements_of,
)
from tests.contract.reach import ROOT, calls_of, reached, settings_of


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
    said = group["Properties"]["LogGroupName"]["Fn::Sub"]
    assert said == f"/aws/lambda/{name}" or said[0] == f"/aws/lambda/{name}/${{Id}}"
    assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


CALLS = {
    "describe_db_instances": {"rds:DescribeDBInstances"},
    "describe_orderable_db_instance_options": {"rds:DescribeOrderableDBInstanceOptions"},
    "describe_events": {"rds:DescribeEvents"},
    "describe_db_clusters": {"rds:DescribeDBClusters"},
    "modify_db_instance": {"rds:ModifyDBInstance"},
    "modify_db_cluster": {"rds:ModifyDBCluster"},
    "reboot_db_instance": {"rds:RebootDBInstance"},
    "describe_directories": {"ds:DescribeDirectories"},
    "describe_trusts": {"ds:DescribeTrusts"},
    "describe_db_parameters": {"rds:DescribeDBParameters"},
    "describe_db_cluster_parameters": {"rds:DescribeDBClusterParameters"},
    "describe_subnets": {"ec2:DescribeSubnets"},
    "describe_route_tables": {"ec2:DescribeRouteTables"},
    "describe_network_acls": {"ec2:DescribeNetworkAcls"},
    "describe_security_groups": {"ec2:DescribeSecurityGroups"},
    "get_role": {"iam:GetRole"},
    "list_attached_role_policies": {"iam:ListAttachedRolePolicies"},
    "create_policy": {"iam:CreatePolicy"},
    "get_policy": {"iam:GetPolicy"},
    "get_policy_version": {"iam:GetPolicyVersion"},
    "list_policy_versions": {"iam:ListPolicyVersions"},
    "create_policy_version": {"iam:CreatePolicyVersion"},
    "delete_policy_version": {"iam:DeletePolicyVersion"},
    "list_entities_for_policy": {"iam:ListEntitiesForPolicy"},
    "attach_role_policy": {"iam:AttachRolePolicy"},
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
    "publish": {"sns:Publish", "kms:GenerateDataKey", "kms:Decrypt"},
    "put_events": {"events:PutEvents"},
}
LAMBDAS_OWN = {  # it makes the network interface of a function in a VPC in the function's name
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
}
NEITHER_OURS_NOR_MORE = {"sqs:SendMessage", "s3:ListBucket", "logs:CreateLogStream", "logs:PutLogEvents"}


@each_function
def test_a_function_may_make_the_calls_that_it_makes_and_no_others(function: str) -> None:
    made = set[str]().union(*(CALLS[call] for call in calls_of(code_of(function)) if call in CALLS))
    if any(place.name == "associate_directory" for place in reached(code_of(function))):
        made.add("iam:PassRole")  # it hands the directory role on
    allowed = actions_of(role_of(function)) - NEITHER_OURS_NOR_MORE
    assert made == (allowed if "VpcConfig" not in FUNCTIONS[function] else allowed - LAMBDAS_OWN)


OF_RDS = {"Fn::Sub": "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:rds!*"}
GIVEN = {"Ref": "MasterSecretArns"}
OF_THE_TOPIC = {"Fn::GetAtt": ["OutcomesKey", "Arn"]}


def via(service: str) -> dict[str, Any]:
    """The key is used through this service alone."""
    return {"StringEquals": {"kms:ViaService": {"Fn::Sub": f"{service}.${{AWS::Region}}.${{AWS::URLSuffix}}"}}}


ONLY_WHERE = {
    "secretsmanager:GetSecretValue": {"StringEquals": {"aws:ResourceTag/aws:secretsmanager:owningService": "rds"}},
    "kms:Decrypt": via("secretsmanager"),
    "events:PutEvents": {"StringEquals": {"events:source": "signon"}},
}


@each_function
def test_a_secret_is_one_that_rds_made_or_the_stack_was_given_and_what_hangs_on_a_condition_has_it(
    function: str,
) -> None:
    for statement in statements_of(role_of(function)):
        for action in listed(statement["Action"]):
            if action == "secretsmanager:GetSecretValue":
                assert statement["Resource"] in (OF_RDS, GIVEN)
            if statement["Resource"] == OF_THE_TOPIC:
                assert statement["Condition"] == via("sns")
            elif statement["Resource"] != GIVEN:
                assert statement.get("Condition") == ONLY_WHERE.get(action, statement.get("Condition"))


def test_only_our_own_policies_are_attached_and_only_to_the_roles_that_were_listed() -> None:
    attaching = [
        statement
        for function in FUNCTIONS
        for statement in statements_of(role_of(function))
        if "iam:AttachRolePolicy" in listed(statement["Action"])
    ]
    ours = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/signon/connect/${AWS::StackName}-${AWS::Region}-*"
    assert attaching == [
        {
            "Effect": "Allow",
            "Action": "iam:AttachRolePolicy",
            "Resource": {"Ref": "ConnectRoles"},
            "Condition": {"ArnLike": {"iam:PolicyARN": {"Fn::Sub": ours}}},
        }
    ]


@each_function
def test_only_what_lambda_does_in_the_name_of_a_function_is_denied_to_its_code(function: str) -> None:
    name = FUNCTIONS[function]["FunctionName"]["Fn::Sub"]
    arn = {"Fn::Sub": f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{name}"}
    denied = [statement for statement in statements_of(role_of(function)) if statement["Effect"] == "Deny"]
    assert [statement["Condition"] for statement in denied] == [
        {"ArnEquals": {"lambda:SourceFunctionArn": arn}} for _ in range("VpcConfig" in FUNCTIONS[function])
    ]
    assert all(set(statement["Action"]) == LAMBDAS_OWN for statement in denied)


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
        "Look inside": {"get_object of a version", "get_object"},  # a plan's document has no version that matters
        "Ensure connect policy": {"get_object of a version"},
        "Lock leavers": {"get_object of a version", "get_object"},
        "Create logins": {"get_object of a version", "get_object"},
        "Verify logins": {"get_object of a version"},
        "Publish connection kit": {"get_object of a version"},
    }


def test_the_functions_in_the_vpc_have_the_same_subnets_and_group() -> None:
    """Lambda makes one network interface for each subnet and set of groups, whatever the functions."""
    there = [function["VpcConfig"] for function in FUNCTIONS.values() if "VpcConfig" in function]
    ours = {"SubnetIds": {"Ref": "SubnetIds"}, "SecurityGroupIds": [{"Fn::GetAtt": ["DatabaseAccess", "GroupId"]}]}
    assert there == [ours] * 5


def test_functions_reach_the_databases_ports_and_https_and_nothing_else() -> None:
    egress = RESOURCES["DatabaseAccess"]["Properties"]["SecurityGroupEgress"]
    ports = {"MySqlPort": 3306, "PostgreSqlPort": 5432}
    assert {name: TEMPLATE["Parameters"][name]["Default"] for name in ports} == ports
    ways = [({"Ref": "MySqlPort"},) * 2, ({"Ref": "PostgreSqlPort"},) * 2, (443, 443)]
    assert [(way["FromPort"], way["ToPort"]) for way in egress] == ways
