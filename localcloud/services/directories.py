"""AWS Directory Service's side of a directory: its id, and its domain controllers' place in the network.

moto makes their security group without the rules that AWS gives it.
"""

from collections.abc import Mapping
from typing import Any

from moto.ds.models import ds_backends
from moto.ec2.models import ec2_backends

# Each from "AWS Managed Microsoft AD VPC IPv4 CIDR".
# https://docs.aws.amazon.com/directoryservice/latest/devguide/API_AddIpRoutes.html
LET_IN: Mapping[str, tuple[tuple[int, int], ...]] = {
    "tcp": ((53, 53), (88, 88), (135, 135), (389, 389), (445, 445), (464, 464), (636, 636), (1024, 65535)),
    "udp": ((53, 53), (88, 88), (123, 123), (138, 138), (389, 389), (445, 445), (464, 464)),
}


def register(account: str, region: str, directory_id: str, domain: str, vpc: str, subnets: list[str]) -> None:
    """From now on a directory of that domain name is there, by that id."""
    service: Any = ds_backends[account][region]
    where = {"VpcId": vpc, "SubnetIds": subnets}
    made = service.create_microsoft_ad(region, domain, "CORP", "Not-Us3d-Here", domain, where, "Standard", [])
    directory = service.directories[directory_id] = service.directories.pop(made)
    directory.directory_id = directory.alias = directory_id
    ec2: Any = ec2_backends[account][region]
    inside = [{"CidrIp": ec2.get_vpc(vpc).cidr_block}]
    for protocol, spans in LET_IN.items():
        for first, last in spans:
            ec2.authorize_security_group_ingress(
                directory.security_group_id, protocol, str(first), str(last), ip_ranges=inside
            )
