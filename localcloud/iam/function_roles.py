"""What Lambda does in the name of a function's role: makes its network interfaces, runs it, writes its log, buries its
dead letters.
"""

import logging

from moto.awslambda.models import LambdaFunction
from moto.core.exceptions import JsonRESTError
from moto.utilities.utils import get_partition

from localcloud.iam.authorizer import AccessDenied, Authorizer, RoleSession
from localcloud.iam.policies import Need

log = logging.getLogger("localcloud.iam")

SERVICE = "lambda.amazonaws.com"

# "Your function's execution role must have the following permissions"; AWSLambdaVPCAccessExecutionRole has them.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
ON_NETWORK_INTERFACES = (
    "CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface",
    "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses",
)  # fmt: skip


def credentials(authorizer: Authorizer, function: LambdaFunction) -> dict[str, str]:
    """Of the function's role, for one execution environment. Raises what Lambda answers to Invoke."""
    try:
        made = authorizer.credentials(function.role, SERVICE, function.function_name)
    except AccessDenied:
        raise JsonRESTError(
            "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."
        ) from None
    return made


def require_network_interfaces(authorizer: Authorizer, role: str, function: str) -> None:
    """Raises what Lambda answers to CreateFunction: it asks then, and of no resource, so that a policy which names
    network interfaces or subnets does not do.

    https://github.com/hashicorp/terraform-provider-aws/issues/20698
    """
    session = authorizer.take(role, SERVICE, function)
    for action in ON_NETWORK_INTERFACES:
        try:
            authorizer.require(session, [Need(f"ec2:{action}", "*")])
        except AccessDenied:
            said = f"The provided execution role does not have permissions to call {action} on EC2"
            raise JsonRESTError("InvalidParameterValueException", said) from None


def require_logs(authorizer: Authorizer, function: LambdaFunction, action: str, group: str, stream: str) -> None:
    """Raises AccessDenied. Without a stream it is any of the group."""
    account, region = function.account_id, function.region
    arn = f"arn:{get_partition(region)}:logs:{region}:{account}:log-group:{group}:log-stream:{stream}"
    authorizer.require(_session(authorizer, function), [Need(action, arn)])


def may_send_dead_letter(authorizer: Authorizer, function: LambdaFunction, queue: str) -> bool:
    """Whether Lambda may send an event that the function failed on to its dead-letter queue; else the event is lost."""
    try:
        authorizer.require(_session(authorizer, function), [Need("sqs:SendMessage", queue)])
    except AccessDenied as denied:
        log.warning("%s has lost an event: %s", function.function_name, denied)
        return False
    return True


def _session(authorizer: Authorizer, function: LambdaFunction) -> RoleSession:
    return authorizer.take(function.role, SERVICE, function.function_name)
