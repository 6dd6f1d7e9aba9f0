"""What lets packets through between two places of a network: routes, network ACLs, security groups.

What cannot be seen from here (a prefix list's entries, another account's subnets) is assumed to let them through.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

ANY = "any"  # protocol


@dataclass(frozen=True)
class Traffic:
    """Ports of one protocol, tcp or udp."""

    protocol: str
    first: int
    last: int

    @property
    def ports(self) -> str:
        """As AWS's pages write it: 88, or 3268-3269."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True)
class Rule:
    """Of a network ACL or, if all allow, of security groups. ``peer``: a CIDR block, a group, or a prefix list."""

    allows: bool
    protocol: str
    first: int
    last: int
    peer: str


@dataclass(frozen=True)
class Route:
    """To a CIDR block, or to a prefix list."""

    destination: str
    target: str
    is_blackhole: bool = False


@dataclass(frozen=True)
class Subnet:
    """``inbound`` and ``outbound`` are its network ACL's rules, in the order in which they are evaluated."""

    id: str
    cidr: str
    routes: tuple[Route, ...]
    inbound: tuple[Rule, ...]
    outbound: tuple[Rule, ...]

    def holds(self, peer: str) -> bool:
        """Whether ``peer``, an address or a CIDR block, is within the subnet. Only IPv4 is."""
        return _within(ip_network(peer), self.cidr)


@dataclass(frozen=True)
class Place:
    """Where a database or a directory is, as far as this account sees it.

    ``groups`` are its security groups, ``inbound`` and ``outbound`` the rules of all of them.
    """

    groups: tuple[str, ...]
    inbound: tuple[Rule, ...]
    outbound: tuple[Rule, ...]
    subnets: tuple[Subnet, ...]


@dataclass(frozen=True)
class Network:
    """``directory`` is None where its network is another account's; ``controllers`` are its addresses."""

    database: Place
    directory: Place | None
    controllers: tuple[str, ...]


def route_to(subnet: Subnet, peer: str) -> Route | None:
    """The route that packets to ``peer`` take, an address or a CIDR block: the most specific one.

    None if it leads only to the internet; then a prefix list's route is used, because the list's entries are not seen.
    """
    block = ip_network(peer)
    fitting = [route for route in subnet.routes if "/" in route.destination and _within(block, route.destination)]
    best = max(fitting, key=lambda route: ip_network(route.destination).prefixlen, default=None)
    if best and _leads_to_networks(best):
        return best
    return next((route for route in subnet.routes if route.destination.startswith("pl-")), None)


def _leads_to_networks(route: Route) -> bool:
    """Not only to the internet: these gateways reach no private address of another VPC."""
    return not route.target.startswith(("igw-", "nat-", "eigw-"))


def blocked(
    wanted: Iterable[Traffic], rules: Collection[Rule], peer: str, groups: Collection[str] = ()
) -> Iterator[Traffic]:
    """The part of the traffic with ``peer``, which is in these security groups, that the rules block."""
    for traffic in wanted:
        left, closed = [(traffic.first, traffic.last)], list[tuple[int, int]]()
        for rule in rules:
            if rule.protocol in (ANY, traffic.protocol) and _is_about(rule, peer, groups):
                if not rule.allows:
                    closed += [shared for span in left if (shared := _shared(span, rule))]
                left = [rest for span in left for rest in _without(span, rule)]
        yield from (Traffic(traffic.protocol, *span) for span in sorted(closed + left))


def _is_about(rule: Rule, peer: str, groups: Collection[str]) -> bool:
    if "/" in rule.peer:
        return _within(ip_network(peer), rule.peer)
    return rule.peer in groups or rule.peer.startswith("pl-")


def _within(block: object, cidr: str) -> bool:
    outer = ip_network(cidr)
    return isinstance(block, IPv4Network) and isinstance(outer, IPv4Network) and block.subnet_of(outer)


def _shared(span: tuple[int, int], rule: Rule) -> tuple[int, int] | None:
    first, last = max(span[0], rule.first), min(span[1], rule.last)
    return (first, last) if first <= last else None


def _without(span: tuple[int, int], rule: Rule) -> Iterator[tuple[int, int]]:
    """What is left of the span after the rule."""
    if not (shared := _shared(span, rule)):
        yield span
        return
    if span[0] < shared[0]:
        yield span[0], shared[0] - 1
    if shared[1] < span[1]:
        yield shared[1] + 1, span[1]
