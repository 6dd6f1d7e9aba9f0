"""What Lambda does in the name of a function's role: runs it, writes its log, buries its dead letters, and makes its
network interfaces.
"""

import logging
from collections.abc import Iterator

from moto.awslambda.models import LambdaFunction
from moto.core.exceptions import JsonRESTError
from moto.utilities.utils import get_partition

from localcloud.iam.authorizer import AccessDenied, Authorizer, Session
from localcloud.iam.policies import Need

log = logging.getLogger("localcloud.iam")

SERVICE = "lambda.amazonaws.com"

ON_AN_INTERFACE = ("DeleteNetworkInterface", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses")


def credentials(authorizer: Authorizer, function: LambdaFunction) -> dict[str, str]:
    """Of the function's role, for one execution environment. Raises what Lambda answers to Invoke."""
    try:
        made = authorizer.credentials(function.role, SERVICE, function.function_name)
    except AccessDenied:
        raise JsonRESTError(
            "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."
        ) from None
    if function.vpc_config:
        try:
            authorizer.require(_session(authorizer, function), _network_interfaces(function))
        except AccessDenied as denied:
            said = f"Lambda was not able to set up VPC access for the function: {denied}"
            raise JsonRESTError("EC2AccessDeniedException", said) from None
    return made


def _network_interfaces(function: LambdaFunction) -> Iterator[Need]:
    """What Lambda does for a function in a VPC, all of which it asks for.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """
    place = f"arn:{get_partition(function.region)}:ec2:{function.region}:{function.account_id}"
    interface = f"{place}:network-interface/eni-of-lambda"
    network = function.vpc_config or {}
    subnets = [f"{place}:subnet/{subnet}" for subnet in network["SubnetIds"]]
    groups = [f"{place}:security-group/{group}" for group in network["SecurityGroupIds"]]
    yield from (Need("ec2:CreateNetworkInterface", resource) for resource in (interface, *subnets, *groups))
    yield from (Need(f"ec2:{action}", interface) for action in ON_AN_INTERFACE)
    yield from (Need(f"ec2:{action}", "*") for action in ("DescribeNetworkInterfaces", "DescribeSubnets"))


def require_logs(authorizer: Authorizer, function: LambdaFunction, action: str, group: str, stream: str) -> None:
    """Raises AccessDenied. Without a stream it is any of the group."""
    account, region = function.account_id, function.region
    arn = f"arn:{get_partition(region)}:logs:{region}:{account}:log-group:{group}:log-stream:{stream}"
    authorizer.require(_session(authorizer, function), [Need(action, arn)])


def may_bury(authorizer: Authorizer, function: LambdaFunction, queue: str) -> bool:
    """Whether Lambda may send an event that the function failed on to its dead-letter queue; else the event is lost."""
    try:
        authorizer.require(_session(authorizer, function), [Need("sqs:SendMessage", queue)])
    except AccessDenied as denied:
        log.warning("%s has lost an event: %s", function.function_name, denied)
        return False
    return True


def _session(authorizer: Authorizer, function: LambdaFunction) -> Session:
    return authorizer.take(function.role, SERVICE, function.function_name)
