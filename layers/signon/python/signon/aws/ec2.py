"""EC2: the network between a database and its directory, in one call of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from signon.aws.clients import client
from signon.aws.pages import every
from signon.domain.directory.directory import Directory
from signon.domain.network.network import ANY, Network, Place, Route, Rule, Subnet
from signon.domain.rds.database import Database
from signon.foreign import as_words

_PROTOCOLS = {"-1": ANY, "6": "tcp", "17": "udp", "tcp": "tcp", "udp": "udp"}
_EVERY_PORT = (0, 65535)
_TARGETS = (
    "GatewayId", "NatGatewayId", "EgressOnlyInternetGatewayId", "VpcPeeringConnectionId", "TransitGatewayId",
    "NetworkInterfaceId", "InstanceId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn",
)  # fmt: skip


def network(database: Database, directory: Directory) -> Network:
    """What this account sees of the network of both: nothing of a directory that another account owns."""
    subnets = _subnets((*database.subnets, *directory.subnets))
    groups = _groups((*database.security_groups, *directory.security_groups))
    ours = _place(database.subnets, database.security_groups, subnets, groups)
    theirs = _place(directory.subnets, directory.security_groups, subnets, groups)
    return Network(ours, theirs if theirs.subnets else None, directory.controllers)


def _place(
    subnets: Iterable[str], groups: Iterable[str], seen: Mapping[str, Subnet], rules: Mapping[str, Mapping[str, Any]]
) -> Place:
    """Of those of the subnets and groups that can be seen."""
    named = tuple(group for group in groups if group in rules)
    return Place(
        groups=named,
        inbound=tuple(rule for group in named for rule in _of_group(rules[group].get("IpPermissions", []))),
        outbound=tuple(rule for group in named for rule in _of_group(rules[group].get("IpPermissionsEgress", []))),
        subnets=tuple(seen[subnet] for subnet in subnets if subnet in seen),
    )


def _subnets(ids: Iterable[str]) -> dict[str, Subnet]:
    """By filters, so that an id that cannot be seen from here is no error."""
    wanted = [{"Name": "subnet-id", "Values": sorted(set(ids))}]
    found = as_words(list(every("Subnets", lambda page: client("ec2").describe_subnets(Filters=wanted, **page))))
    if not found:
        return {}
    of_vpcs = [{"Name": "vpc-id", "Values": sorted({subnet["VpcId"] for subnet in found})}]
    of_subnets = [{"Name": "association.subnet-id", "Values": [subnet["SubnetId"] for subnet in found]}]
    tables = list(every("RouteTables", lambda page: client("ec2").describe_route_tables(Filters=of_vpcs, **page)))
    acls = list(every("NetworkAcls", lambda page: client("ec2").describe_network_acls(Filters=of_subnets, **page)))
    tables, acls = as_words(tables), as_words(acls)
    return {subnet["SubnetId"]: _subnet(subnet, tables, acls) for subnet in found}


def _subnet(subnet: Mapping[str, Any], tables: list[Any], acls: list[Any]) -> Subnet:
    """A subnet without a route table of its own uses its VPC's main one."""
    own = [table for table in tables if _is_of(table, subnet)]
    main = [table for table in tables if table["VpcId"] == subnet["VpcId"] and _is_main(table)]
    acl: Mapping[str, Any] = next((acl for acl in acls if _is_of(acl, subnet)), {})
    entries = sorted(acl.get("Entries", []), key=lambda entry: entry["RuleNumber"])
    return Subnet(
        id=subnet["SubnetId"],
        cidr=subnet["CidrBlock"],
        routes=tuple(route for table in (own or main)[:1] for route in _routes(table)),
        inbound=tuple(rule for entry in entries if not entry["Egress"] for rule in _of_acl(entry)),
        outbound=tuple(rule for entry in entries if entry["Egress"] for rule in _of_acl(entry)),
    )


def _groups(ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    wanted = [{"Name": "group-id", "Values": sorted(set(ids))}]
    found = every("SecurityGroups", lambda page: client("ec2").describe_security_groups(Filters=wanted, **page))
    return {group["GroupId"]: group for group in as_words(list(found))}


def _is_of(holder: Mapping[str, Any], subnet: Mapping[str, Any]) -> bool:
    return any(each.get("SubnetId") == subnet["SubnetId"] for each in holder.get("Associations", []))


def _is_main(table: Mapping[str, Any]) -> bool:
    return any(each.get("Main") for each in table.get("Associations", []))


def _routes(table: Mapping[str, Any]) -> Iterator[Route]:
    for route in table.get("Routes", []):
        if destination := route.get("DestinationCidrBlock") or route.get("DestinationPrefixListId"):
            target = next((str(route[kind]) for kind in _TARGETS if route.get(kind)), "")
            yield Route(destination, target, is_blackhole=route.get("State") == "blackhole")


def _of_acl(entry: Mapping[str, Any]) -> Iterator[Rule]:
    if entry["Protocol"] in _PROTOCOLS and "CidrBlock" in entry:
        ports = entry.get("PortRange", {})
        first, last = ports.get("From", _EVERY_PORT[0]), ports.get("To", _EVERY_PORT[1])
        yield Rule(entry["RuleAction"] == "allow", _PROTOCOLS[entry["Protocol"]], first, last, entry["CidrBlock"])


def _of_group(permissions: Iterable[Mapping[str, Any]]) -> Iterator[Rule]:
    for permission in permissions:
        if permission["IpProtocol"] not in _PROTOCOLS:
            continue
        peers = (
            *(each["CidrIp"] for each in permission.get("IpRanges", [])),
            *(each["GroupId"] for each in permission.get("UserIdGroupPairs", [])),
            *(each["PrefixListId"] for each in permission.get("PrefixListIds", [])),
        )
        first, last = permission.get("FromPort", _EVERY_PORT[0]), permission.get("ToPort", _EVERY_PORT[1])
        for peer in peers:
            yield Rule(True, _PROTOCOLS[permission["IpProtocol"]], first, last, peer)
