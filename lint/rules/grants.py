"""What policies may say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lint.intrinsics import ACCOUNT, REGION
from lint.stack import Policy, Stack, listed

# The actions that may be allowed on every resource, each with the reason why it cannot be less.
_NO_RESOURCE = "IAM knows no resource for it"
_LOG_DELIVERY = (
    "delivery of logs is set up on no resource: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"
)
_LAMBDAS_OWN = (
    "Lambda checks it without a resource when it makes the function; the function's own code is denied it:"
    " https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"
)
EVERYWHERE: Mapping[str, str] = {
    "ds:DescribeDirectories": _NO_RESOURCE,
    "ds:DescribeTrusts": _NO_RESOURCE,
    "ec2:AssignPrivateIpAddresses": _LAMBDAS_OWN,
    "ec2:CreateNetworkInterface": _LAMBDAS_OWN,
    "ec2:DeleteNetworkInterface": _LAMBDAS_OWN,
    "ec2:DescribeNetworkAcls": _NO_RESOURCE,
    "ec2:DescribeNetworkInterfaces": _LAMBDAS_OWN,
    "ec2:DescribeRouteTables": _NO_RESOURCE,
    "ec2:DescribeSecurityGroups": _NO_RESOURCE,
    "ec2:DescribeSubnets": _NO_RESOURCE,
    "ec2:UnassignPrivateIpAddresses": _LAMBDAS_OWN,
    "logs:CreateLogDelivery": _LOG_DELIVERY,
    "logs:DeleteLogDelivery": _LOG_DELIVERY,
    "logs:DescribeLogGroups": _LOG_DELIVERY,
    "logs:DescribeResourcePolicies": _LOG_DELIVERY,
    "logs:GetLogDelivery": _LOG_DELIVERY,
    "logs:ListLogDeliveries": _LOG_DELIVERY,
    "logs:PutResourcePolicy": _LOG_DELIVERY,
    "logs:UpdateLogDelivery": _LOG_DELIVERY,
    "rds:DescribeEvents": _NO_RESOURCE,
    "rds:DescribeOrderableDBInstanceOptions": _NO_RESOURCE,
}
# What Lambda does for a function in a VPC in the name of its role
_ON_NETWORK_INTERFACES = {action for action, why in EVERYWHERE.items() if why is _LAMBDAS_OWN} | {"ec2:DescribeSubnets"}
_OURSELVES = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}  # any principal that IAM allows it in this account
_READS_SECRETS = {"secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"}


def a_policy_allows_actions_by_name(stack: Stack) -> Iterator[str]:
    """No wildcard, and nothing by exception: NotAction and its like allow what nobody has thought of."""
    for policy, statement in _allowing(stack):
        for action in listed(statement.get("Action", [])):
            if "*" in action or "?" in action:
                yield f"{policy.owner} ({policy.kind}) allows {action}: list the actions"
        for key in ("NotAction", "NotResource", "NotPrincipal"):
            if key in statement:
                yield f"{policy.owner} ({policy.kind}) allows by {key}: say what is allowed"


def every_resource_is_allowed_only_where_less_cannot_be(stack: Stack) -> Iterator[str]:
    for policy, statement in _allowing(stack):
        if policy.kind == "inline" and "*" in listed(statement.get("Resource", "*")):
            for action in listed(statement.get("Action", [])):
                if action not in EVERYWHERE:
                    yield f"{policy.owner} allows {action} on every resource: name the resources"


def every_role_is_taken_by_services_alone(stack: Stack) -> Iterator[str]:
    for policy, statement in _allowing(stack):
        principal = statement.get("Principal")
        if policy.kind == "trust" and not (isinstance(principal, dict) and set(principal) == {"Service"}):
            yield f"{policy.owner} can be assumed by {principal}: only AWS services may assume roles here"


def no_policy_lets_everybody_in(stack: Stack) -> Iterator[str]:
    for policy, statement in _allowing(stack):
        for principal in _principals(statement):
            if principal == "*":
                yield f"{policy.owner} ({policy.kind}) allows everybody: name the service or the account"


def what_a_service_may_do_it_may_do_for_one_source(stack: Stack) -> Iterator[str]:
    """Queues, topics, keys, functions: without the source, the service could be sent by anybody ("confused deputy").

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    for policy, statement in _allowing(stack):
        is_ours = statement.get("Principal") == _OURSELVES
        if policy.kind in ("resource", "key") and not is_ours and not _sources(statement.get("Condition", {})):
            yield f"{policy.owner} is open to {', '.join(_principals(statement))}: restrict it by aws:SourceArn"
    for name, permission in stack.of("AWS::Lambda::Permission").items():
        if not permission.get("SourceArn") or "*" in permission["SourceArn"]:
            yield f"{name} lets {permission['Principal']} call {permission['FunctionName']}: give it a SourceArn"


def a_role_is_passed_to_named_services(stack: Stack) -> Iterator[str]:
    for policy, statement in _allowing(stack):
        if "iam:PassRole" in listed(statement.get("Action", [])):
            tests = statement.get("Condition", {})
            services = [
                one for test in ("StringEquals", "StringLike") for one in _of(tests, test, "iam:PassedToService")
            ]
            if not services or "*" in services:
                yield f"{policy.owner} may pass a role to any service: add the condition iam:PassedToService"


def no_function_both_reads_secrets_and_changes_databases_by_rds(stack: Stack) -> Iterator[str]:
    for name in stack.of("AWS::Lambda::Function"):
        actions = stack.actions_of(stack.role_of(name))
        changing = {
            one for one in actions if one.startswith("rds:") and not one.startswith(("rds:Describe", "rds:List"))
        }
        if changing and actions & _READS_SECRETS:
            yield f"{name} reads secrets and may {', '.join(sorted(changing))}: make it two functions"


def secrets_are_read_only_from_inside_the_vpc(stack: Stack) -> Iterator[str]:
    for name, properties in stack.of("AWS::Lambda::Function").items():
        reads = bool(stack.actions_of(stack.role_of(name)) & _READS_SECRETS)
        if reads != ("VpcConfig" in properties):
            yield f"{name} {'reads secrets outside' if reads else 'reads no secrets, but is inside'} the VPC"


def a_function_in_the_vpc_has_the_interfaces_that_lambda_makes_and_its_code_makes_none(stack: Stack) -> Iterator[str]:
    """CreateFunction is refused where one of the actions is not allowed on every resource."""
    for name, properties in stack.of("AWS::Lambda::Function").items():
        if "VpcConfig" not in properties:
            continue
        allowed, denied = set[str](), set[str]()
        for statement in _inline(stack, stack.role_of(name)):
            actions = set(listed(statement.get("Action", [])))
            if listed(statement.get("Resource")) != ["*"]:
                continue
            if statement["Effect"] == "Allow":
                allowed |= actions
            elif statement.get("Condition") == {"ArnEquals": {"lambda:SourceFunctionArn": _arn_of(properties)}}:
                denied |= actions
        if missing := _ON_NETWORK_INTERFACES - allowed:
            said = ", ".join(sorted(missing))
            yield f"{name} cannot be made in a VPC: its role is not allowed {said} on every resource"
        if missing := _ON_NETWORK_INTERFACES - denied:
            yield f"{name}: deny its own code (lambda:SourceFunctionArn) {', '.join(sorted(missing))}"


def every_function_has_a_role_of_its_own(stack: Stack) -> Iterator[str]:
    owners: dict[str | None, list[str]] = {}
    for name in stack.of("AWS::Lambda::Function"):
        owners.setdefault(stack.role_of(name), []).append(name)
    for role, functions in owners.items():
        if role is None or len(functions) > 1:
            yield f"{', '.join(functions)}: " + (f"share {role}" if role else "has a role from elsewhere")


def _inline(stack: Stack, role: str | None) -> Iterator[Mapping[str, Any]]:
    return (
        statement
        for policy in stack.policies()
        if (policy.owner, policy.kind) == (role, "inline")
        for statement in policy.statements
    )


def _arn_of(function: Mapping[str, Any]) -> str:
    """By its name, as a role writes it that the function itself needs."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function['FunctionName']}"


def _allowing(stack: Stack) -> Iterator[tuple[Policy, Mapping[str, Any]]]:
    return ((policy, statement) for policy in stack.policies() for statement in policy.allowing)


def _principals(statement: Mapping[str, Any]) -> list[str]:
    principal = statement.get("Principal", {})
    return [principal] if isinstance(principal, str) else [one for value in principal.values() for one in listed(value)]


def _of(condition: Mapping[str, Any], test: str, key: str) -> list[str]:
    return [str(one) for name, value in condition.get(test, {}).items() if name == key for one in listed(value)]


def _sources(condition: Mapping[str, Any]) -> list[str]:
    found = [one for test in ("ArnEquals", "ArnLike", "StringEquals") for one in _of(condition, test, "aws:SourceArn")]
    return [] if any(one == "*" for one in found) else found


RULES = (
    a_policy_allows_actions_by_name,
    every_resource_is_allowed_only_where_less_cannot_be,
    every_role_is_taken_by_services_alone,
    no_policy_lets_everybody_in,
    what_a_service_may_do_it_may_do_for_one_source,
    a_role_is_passed_to_named_services,
    no_function_both_reads_secrets_and_changes_databases_by_rds,
    secrets_are_read_only_from_inside_the_vpc,
    a_function_in_the_vpc_has_the_interfaces_that_lambda_makes_and_its_code_makes_none,
    every_function_has_a_role_of_its_own,
)
