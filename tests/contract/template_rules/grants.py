"""Templates whose policies say too much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lint.rules import grants
from tests.contract.template_rules.breaking import ARN, Broken, Resources, allowed, properties, statement_of, trusted


def pass_role(condition: dict[str, Any]) -> Callable[[Resources], object]:
    return allowed("MakePlanRole", Action=["iam:PassRole"], Condition=condition)


def on_interfaces(effect: str, **said: Any) -> Callable[[Resources], object]:
    """The statement of this effect about the network interfaces of Look inside says this instead."""

    def change(resources: Resources) -> None:
        document = resources["LookInsideRole"]["Properties"]["Policies"][0]["PolicyDocument"]
        for statement in document["Statement"]:
            if statement["Effect"] == effect and "ec2:CreateNetworkInterface" in statement["Action"]:
                statement.update(said)

    return change


LAMBDAS_OWN = (
    "ec2:AssignPrivateIpAddresses, ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface,"
    " ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets, ec2:UnassignPrivateIpAddresses"
)
PASSED = "MakePlanRole may pass a role to any service: add the condition iam:PassedToService"
PLANS = "MakePlanRole (inline) allows"
OPEN = "LostEventsPolicy is open to events.amazonaws.com: restrict it by aws:SourceArn"

CASES = (
    Broken(
        grants.a_policy_allows_actions_by_name,
        allowed("MakePlanRole", Action=["rds:Describe*"]),
        f"{PLANS} rds:Describe*: list the actions",
    ),
    Broken(
        grants.a_policy_allows_actions_by_name,
        allowed("MakePlanRole", Action="rds:DescribeDBInstance?"),
        f"{PLANS} rds:DescribeDBInstance?: list the actions",
    ),
    Broken(
        grants.a_policy_allows_actions_by_name,
        allowed("MakePlanRole", NotAction="iam:*"),
        f"{PLANS} by NotAction: say what is allowed",
    ),
    Broken(
        grants.a_policy_allows_actions_by_name,
        statement_of("LostEventsPolicy", Action="sqs:*"),
        "LostEventsPolicy (resource) allows sqs:*: list the actions",
    ),
    Broken(
        grants.every_resource_is_allowed_only_where_less_cannot_be,
        allowed("MakePlanRole", Action="rds:DescribeDBInstances", Resource="*"),
        "MakePlanRole allows rds:DescribeDBInstances on every resource: name the resources",
    ),
    Broken(
        grants.every_role_is_taken_by_services_alone,
        trusted("MakePlanRole", {"AWS": "arn:aws:iam::999999999999:root"}),
        "MakePlanRole can be assumed by {'AWS': 'arn:aws:iam::999999999999:root'}: "
        "only AWS services may assume roles here",
    ),
    Broken(
        grants.no_policy_lets_everybody_in,
        trusted("MakePlanRole", "*"),
        "MakePlanRole (trust) allows everybody: name the service or the account",
    ),
    Broken(
        grants.no_policy_lets_everybody_in,
        statement_of("LostEventsPolicy", Principal={"AWS": ["*"]}),
        "LostEventsPolicy (resource) allows everybody: name the service or the account",
    ),
    Broken(grants.what_a_service_may_do_it_may_do_for_one_source, statement_of("LostEventsPolicy", Condition={}), OPEN),
    Broken(
        grants.what_a_service_may_do_it_may_do_for_one_source,
        lambda resources: resources["OutcomesKey"]["Properties"]["KeyPolicy"]["Statement"][-1].pop("Condition"),
        "OutcomesKey is open to cloudwatch.amazonaws.com: restrict it by aws:SourceArn",
    ),
    Broken(
        grants.what_a_service_may_do_it_may_do_for_one_source,
        statement_of("LostEventsPolicy", Condition={"ArnLike": {"aws:SourceArn": "*"}}),
        OPEN,
    ),
    Broken(
        grants.what_a_service_may_do_it_may_do_for_one_source,
        properties("ReportEndingExecutionEndedPermission", SourceArn=None),
        "ReportEndingExecutionEndedPermission lets events.amazonaws.com call ReportEnding: give it a SourceArn",
    ),
    Broken(grants.a_role_is_passed_to_named_services, pass_role({}), PASSED),
    Broken(grants.a_role_is_passed_to_named_services, pass_role({"StringLike": {"iam:PassedToService": "*"}}), PASSED),
    Broken(
        grants.a_role_is_passed_to_named_services,
        pass_role({"StringNotEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        PASSED,
    ),
    Broken(
        grants.no_function_both_reads_secrets_and_changes_databases_by_rds,
        allowed("CreateLoginsRole", Action=["rds:ModifyDBCluster"]),
        "CreateLogins reads secrets and may rds:ModifyDBCluster: make it two functions",
    ),
    Broken(
        grants.secrets_are_read_only_from_inside_the_vpc,
        allowed("MakePlanRole", Action="secretsmanager:GetSecretValue"),
        "MakePlan reads secrets outside the VPC",
    ),
    Broken(
        grants.secrets_are_read_only_from_inside_the_vpc,
        properties("MakePlan", VpcConfig={"SubnetIds": ["subnet-1"]}),
        "MakePlan reads no secrets, but is inside the VPC",
    ),
    Broken(
        grants.a_function_in_the_vpc_has_the_interfaces_that_lambda_makes_and_its_code_makes_none,
        on_interfaces("Allow", Resource=ARN.format("ec2", "network-interface/*")),
        f"LookInside cannot be made in a VPC: its role is not allowed {LAMBDAS_OWN} on every resource",
    ),
    Broken(
        grants.a_function_in_the_vpc_has_the_interfaces_that_lambda_makes_and_its_code_makes_none,
        on_interfaces(
            "Deny", Condition={"ArnEquals": {"lambda:SourceFunctionArn": ARN.format("lambda", "function:x")}}
        ),
        f"LookInside: deny its own code (lambda:SourceFunctionArn) {LAMBDAS_OWN}",
    ),
    Broken(
        grants.every_function_has_a_role_of_its_own,
        properties("MakePlan", Role="arn:aws:iam::111122223333:role/ClaimDatabaseRole"),
        "MakePlan, ClaimDatabase: share ClaimDatabaseRole",
    ),
    Broken(
        grants.every_function_has_a_role_of_its_own,
        properties("MakePlan", Role="arn:aws:iam::111122223333:role/Admin"),
        "MakePlan: has a role from elsewhere",
    ),
)
