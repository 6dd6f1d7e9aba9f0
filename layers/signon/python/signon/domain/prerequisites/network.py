"""Whether the database and its directory reach each other, before a join that fails without it.

Only where a join is due. A person may know better than what is seen here, of a firewall that forwards, or the like: so
each finding may be approved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from signon.domain.engines import Engine, Family
from signon.domain.network import Network, Place, Rule, Subnet, Traffic, blocked, route_to
from signon.domain.prerequisites.finding import Advice, Finding

# "The following table identifies the role of each port."
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/custom-sqlserver-WinAuth.NWConfigPorts.html
TO_A_DIRECTORY = (
    *(Traffic(protocol, port, port) for port in (53, 88, 389, 464) for protocol in ("tcp", "udp")),
    *(
        Traffic("tcp", *ports)
        for ports in ((135, 135), (445, 445), (636, 636), (3268, 3269), (9389, 9389), (49152, 65535))
    ),
)
# A network ACL has no memory: answers come back to the ports that the asking side has chosen. "Many Linux kernels
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
    yield from _of_acls(database, ours, there, controllers, out=TO_A_DIRECTORY, back=ANSWERS)
    yield from _of_groups(database, ours, ours.outbound, "out to", there, controllers, groups)
    if theirs:
        yield from _of_routes(there, theirs, database, subnets)
        yield from _of_acls(there, theirs, database, subnets, out=ANSWERS, back=TO_A_DIRECTORY)
        yield from _of_groups(there, theirs, theirs.inbound, "in from", database, subnets, ours.groups)


def network_advice(engine: Engine, database: str, directory: str, network: Network) -> Iterator[Advice]:
    ours, theirs = network.database, network.directory
    if theirs is None:
        yield Advice(
            f"The network of directory {directory} is another account's, and cannot be looked at from here",
            f"Let its owner see that its routes, network ACLs and security group let in the subnets of {database}",
        )
    # "The DB cluster must use a security group that allows ingress and egress within the directory's VPC"; MySQL's
    # guides ask for egress alone.
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos-setting-up.html
    controllers = [f"{address}/32" for address in network.controllers]
    groups = theirs.groups if theirs else ()
    shut = {each for peer in controllers for each in blocked(TO_A_DIRECTORY, ours.inbound, peer, groups)}
    if engine.family is Family.POSTGRESQL and ours.groups and shut == set(TO_A_DIRECTORY):
        yield Advice(
            f"The security groups of {database} ({', '.join(ours.groups)}) let nothing in from directory {directory}",
            f"Where the join fails, let in {' and '.join(groups or network.controllers)}: AWS's guide asks for it",
        )


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
            f"Connect the VPCs by peering or a transit gateway, and give the subnets' route tables a route to {there}",
            approvable=True,
        )
    if lost:
        yield Finding(
            f"The route from {', '.join(lost)} of {here} to {there} by {', '.join(sorted(set(lost.values())))} is a"
            " blackhole",
            "What it leads to was deleted or never accepted: make it again, or mend the route",
            approvable=True,
        )


def _of_acls(
    here: str, place: Place, there: str, peers: Iterable[str], *, out: tuple[Traffic, ...], back: tuple[Traffic, ...]
) -> Iterator[Finding]:
    """None stands between addresses of one subnet."""

    def shut(wanted: tuple[Traffic, ...], rules: Callable[[Subnet], tuple[Rule, ...]]) -> dict[str, set[Traffic]]:
        found = {
            subnet.id: {
                each for peer in peers if not subnet.holds(peer) for each in blocked(wanted, rules(subnet), peer)
            }
            for subnet in place.subnets
        }
        return {subnet: traffic for subnet, traffic in found.items() if traffic}

    for word, found in (
        ("out to", shut(out, lambda subnet: subnet.outbound)),
        ("in from", shut(back, lambda subnet: subnet.inbound)),
    ):
        if found:
            ports = _ports(set[Traffic]().union(*found.values()))
            yield Finding(
                f"The network ACL of {', '.join(found)} of {here} lets nothing {word} {there} on {ports}",
                "Allow it there, before the rules that deny it",
                approvable=True,
            )


def _of_groups(
    here: str,
    place: Place,
    rules: tuple[Rule, ...],
    word: str,
    there: str,
    peers: Iterable[str],
    groups: tuple[str, ...],
) -> Iterator[Finding]:
    shut = {each for peer in peers for each in blocked(TO_A_DIRECTORY, rules, peer, groups)}
    if shut and place.groups:
        yield Finding(
            f"The security groups of {here} ({', '.join(place.groups)}) let nothing {word} {there} on {_ports(shut)}",
            "Allow it in one of them",
            approvable=True,
        )


def _ports(traffic: Iterable[Traffic]) -> str:
    """TCP 53, 88, 3268-3269 and UDP 53."""
    spans: dict[str, list[str]] = {}
    for each in sorted(traffic, key=lambda each: (each.protocol, each.first)):
        spans.setdefault(each.protocol.upper(), []).append(each.ports)
    return " and ".join(f"{protocol} {', '.join(ports)}" for protocol, ports in spans.items())
