"""The ways from the stack's subnets to AWS's services: a NAT gateway, or a VPC endpoint of the service."""

from __future__ import annotations

from dataclasses import dataclass

from signon.errors import ServiceUnreachable


@dataclass(frozen=True)
class _Service:
    """``labels``: its endpoint's name contains one of them."""

    title: str
    labels: frozenset[str]
    way: str


_INTERFACE = "an interface endpoint of {} whose security group allows the stack's own on port 443"
# A gateway endpoint is an entry of a route table. "There is no additional charge for using gateway endpoints."
# https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
_GATEWAY = "a gateway endpoint of {} in their route tables"
_SERVICES = (
    _Service("Secrets Manager", frozenset({"secretsmanager"}), _INTERFACE),
    _Service("RDS", frozenset({"rds"}), _INTERFACE),
    _Service("S3", frozenset({"s3"}), _GATEWAY),
    _Service("DynamoDB", frozenset({"dynamodb", "ddb"}), _GATEWAY),  # the latter if the account is in the name
)
_UNKNOWN = _Service("AWS", frozenset(), "a VPC endpoint of the service")


def unreachable(endpoint: str) -> ServiceUnreachable:
    """The error for a service that accepts no connection from our subnets; ``endpoint`` is its name in DNS."""
    service = next((each for each in _SERVICES if each.labels & set(endpoint.split("."))), _UNKNOWN)
    return ServiceUnreachable(
        f"{service.title} ({endpoint}) cannot be reached from this stack's subnets",
        "Give the subnets of the parameter SubnetIds a route to a NAT gateway, or"
        f" {service.way.format(service.title)}; then start again",
    )
