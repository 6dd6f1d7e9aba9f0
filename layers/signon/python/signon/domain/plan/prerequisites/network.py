"""Whether the database and its directory reach each other, before a join that would fail otherwise.

Only if a join is due. A person may know more than can be seen here, such as a firewall that forwards: so each finding
may be approved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from signon.domain.engines import Engine, Family
from signon.domain.finding import Advice, Finding
from signon.domain.network.directory_ports import ASKED_FOR, OF_DOMAIN_MEMBERS, TOLD, told
from signon.domain.network.network import Network, Place, Rule, Subnet, Traffic, blocked, route_to

# A network ACL is stateless: answers come back to the ports that the asking side has chosen. "Many Linux kernels
# (including the Amazon Linux kernel) use ports 32768-61000."
# https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
ANSWERS = (Traffic("tcp", 32768, 61000), Traffic("udp", 32768, 61000))


def network_findings(database: str, directory: str, network: Network) -> Iterator[Finding]:
    """``database`` and ``directory`` are their names. What another account owns is left to its owner."""
    there = f"directory {directory}"
    ours, theirs = network.database, network.directory
    controllers = tuple(f"{address}/32" for address in network.controllers)
    subnets = tuple(subnet.cidr for subnet in ours.subnets)
    groups = theirs.groups if theirs else ()
    yield from _of_routes(database, ours, there, controllers)
    yield from _of_acls(database, ours, there, controllers, out=ASKED_FOR, back=ANSWERS)
    yield from _of_groups(database, ours, ours.outbound, "out to", there, controllers, groups)
    if theirs:
        yield from _of_routes(there, theirs, database, subnets)
        yield from _of_acls(there, theirs, database, subnets, out=ANSWERS, back=ASKED_FOR)
        yield from _of_groups(there, theirs, theirs.inbound, "in from", database, subnets, ours.groups)


def network_advice(engine: Engine, database: str, directory: str, network: Network) -> Iterator[Advice]:
    """What is worth knowing of the way between database and directory."""
    ours, theirs = network.database, network.directory
    if theirs is None:
        yield Advice(
            f"The network of directory {directory} belongs to another account and cannot be seen from here",
            f"Ask its owner to check that its routes, network ACLs and security group admit the subnets of {database}",
        )
    # "The DB cluster must use a security group that allows ingress and egress within the directory's VPC"; MySQL's
    # guides ask for egress alone.
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos-setting-up.html
    controllers = [f"{address}/32" for address in network.controllers]
    groups = theirs.groups if theirs else ()
    every = (*ASKED_FOR, *OF_DOMAIN_MEMBERS)
    shut_in = _shut_by_groups(ours, ours.inbound, controllers, groups, every)
    if engine.family is Family.POSTGRESQL and shut_in == {*every}:
        yield Advice(
            f"The security groups of {database} ({', '.join(ours.groups)}) allow nothing in from directory {directory}",
            f"If the join fails, admit {' and '.join(groups or network.controllers)}: AWS's guide asks for it",
        )
    if shut := {*_shut_for_domain_members(network)}:
        yield Advice(
            f"Network ACLs or security groups between {database} and directory {directory} allow nothing through on"
            f" {told(shut)}",
            f"Nothing if the join succeeds: AWS's guides ask only for {TOLD}. If it fails, allow these as well",
        )


def _shut_for_domain_members(network: Network) -> Iterator[Traffic]:
    """What members of a domain use besides what is required, and cannot be sent from the database to the directory."""
    ours, theirs = network.database, network.directory
    controllers = [f"{address}/32" for address in network.controllers]
    yield from _shut_by_groups(ours, ours.outbound, controllers, theirs.groups if theirs else (), OF_DOMAIN_MEMBERS)
    acls = _shut_by_acls(ours, controllers, OF_DOMAIN_MEMBERS, lambda subnet: subnet.outbound)
    if theirs:
        subnets = [subnet.cidr for subnet in ours.subnets]
        yield from _shut_by_groups(theirs, theirs.inbound, subnets, ours.groups, OF_DOMAIN_MEMBERS)
        acls |= _shut_by_acls(theirs, subnets, OF_DOMAIN_MEMBERS, lambda subnet: subnet.inbound)
    for traffic in acls.values():
        yield from traffic


def _of_routes(here: str, place: Place, there: str, peers: Iterable[str]) -> Iterator[Finding]:
    missing, lost = dict[str, None](), dict[str, str]()
    for subnet in place.subnets:
        for peer in peers:
            route = route_to(subnet, peer)
            if route is None:
                missing[subnet.id] = None
            elif route.is_blackhole:
                lost[subnet.id] = route.target
    if missing:
        yield Finding(
            f"No route leads from {', '.join(missing)} of {here} to {there}",
            f"Connect the VPCs by peering or a transit gateway, and add to the subnets' route tables a route to"
            f" {there}",
            approvable=True,
        )
    if lost:
        yield Finding(
            f"The route from {', '.join(lost)} of {here} to {there} through {', '.join(sorted(set(lost.values())))} is"
            " a blackhole",
            "Its target was deleted or never accepted: create it again, or fix the route",
            approvable=True,
        )


def _of_acls(
    here: str, place: Place, there: str, peers: Iterable[str], *, out: tuple[Traffic, ...], back: tuple[Traffic, ...]
) -> Iterator[Finding]:
    for word, found in (
        ("out to", _shut_by_acls(place, peers, out, lambda subnet: subnet.outbound)),
        ("in from", _shut_by_acls(place, peers, back, lambda subnet: subnet.inbound)),
    ):
        if found:
            ports = told(set[Traffic]().union(*found.values()))
            yield Finding(
                f"The network ACL of {', '.join(found)} of {here} allows nothing {word} {there} on {ports}",
                "Allow it there, in a rule before those that deny it",
                approvable=True,
            )


def _shut_by_acls(
    place: Place, peers: Iterable[str], wanted: tuple[Traffic, ...], rules: Callable[[Subnet], tuple[Rule, ...]]
) -> dict[str, set[Traffic]]:
    """By subnet. None applies between addresses of one subnet."""
    found = {
        subnet.id: {each for peer in peers if not subnet.holds(peer) for each in blocked(wanted, rules(subnet), peer)}
        for subnet in place.subnets
    }
    return {subnet: traffic for subnet, traffic in found.items() if traffic}


def _of_groups(
    here: str,
    place: Place,
    rules: tuple[Rule, ...],
    word: str,
    there: str,
    peers: Iterable[str],
    groups: tuple[str, ...],
) -> Iterator[Finding]:
    if shut := _shut_by_groups(place, rules, peers, groups, ASKED_FOR):
        yield Finding(
            f"The security groups of {here} ({', '.join(place.groups)}) allow nothing {word} {there} on {told(shut)}",
            "Allow it in one of them",
            approvable=True,
        )


def _shut_by_groups(
    place: Place, rules: tuple[Rule, ...], peers: Iterable[str], groups: tuple[str, ...], wanted: tuple[Traffic, ...]
) -> set[Traffic]:
    """Nothing where no group is seen."""
    return {each for peer in peers for each in blocked(wanted, rules, peer, groups)} if place.groups else set()
