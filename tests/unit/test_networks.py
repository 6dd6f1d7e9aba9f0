"""What lets packets through, and what is found where something does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from signon.domain.network.directory_ports import ASKED_FOR, OF_DOMAIN_MEMBERS, TOLD
from signon.domain.network.network import ANY, Network, Place, Route, Rule, Traffic, blocked, route_to
from signon.domain.plan.prerequisites.network import network_advice, network_findings
from tests.builders import AURORA, MYSQL
from tests.unit.networks import LOCAL, PEERED, a_network, a_subnet, everything, nothing

# ---- routes

LOST = Route("10.1.2.0/24", "tgw-1", is_blackhole=True)
INTERNET = Route("0.0.0.0/0", "igw-1")
LISTED = Route("pl-1", "tgw-2")


@pytest.mark.parametrize(
    ("routes", "peer", "taken"),
    [
        ((LOCAL,), "10.0.3.4/32", LOCAL),
        ((LOCAL,), "10.1.3.4/32", None),
        ((LOCAL, PEERED), "10.1.3.4/32", PEERED),
        ((LOST, PEERED), "10.1.2.4/32", LOST),  # the most specific one
        ((PEERED, LOST), "10.1.0.0/16", PEERED),  # which does not hold for all of a block
        ((LOCAL, INTERNET), "10.1.3.4/32", None),
        ((Route("0.0.0.0/0", "tgw-1"),), "10.1.3.4/32", Route("0.0.0.0/0", "tgw-1")),
        ((Route("0.0.0.0/0", "nat-1"), LISTED), "10.1.3.4/32", LISTED),
        ((LISTED, PEERED), "10.1.3.4/32", PEERED),
    ],
)
def test_packets_take_the_most_specific_route_and_none_that_leads_to_the_internet(
    routes: tuple[Route, ...], peer: str, taken: Route | None
) -> None:
    assert route_to(a_subnet(routes=routes), peer) == taken


# ---- rules

PEER = "10.1.0.10/32"


def an_allowance(first: int = 0, last: int = 65535, peer: str = "0.0.0.0/0", protocol: str = ANY) -> Rule:
    return Rule(True, protocol, first, last, peer)


def a_denial(first: int = 0, last: int = 65535, peer: str = "0.0.0.0/0", protocol: str = ANY) -> Rule:
    return Rule(False, protocol, first, last, peer)


@pytest.mark.parametrize(
    ("rules", "shut"),
    [
        ((), ["1024-2047"]),
        ((an_allowance(),), []),
        ((an_allowance(protocol="tcp"),), []),
        ((an_allowance(protocol="udp"),), ["1024-2047"]),
        ((an_allowance(peer="10.1.0.0/24"),), []),
        ((an_allowance(peer="10.2.0.0/24"),), ["1024-2047"]),
        ((an_allowance(peer="sg-1"),), []),
        ((an_allowance(peer="sg-2"),), ["1024-2047"]),
        ((an_allowance(peer="pl-1"),), []),  # nobody sees what is in it
        ((an_allowance(1000, 1500),), ["1501-2047"]),
        ((an_allowance(1500, 1600),), ["1024-1499", "1601-2047"]),
        ((an_allowance(1000, 1500), an_allowance(1501, 3000)), []),
        ((a_denial(1100, 1100), an_allowance()), ["1100"]),
        ((an_allowance(), a_denial(1100, 1100)), []),  # the first that fits decides
        ((a_denial(1100, 1100, peer="10.9.0.0/16"), an_allowance()), []),
    ],
)
def test_rules_are_looked_at_in_their_order_and_what_none_allows_is_shut(
    rules: tuple[Rule, ...], shut: list[str]
) -> None:
    assert [each.ports for each in blocked([Traffic("tcp", 1024, 2047)], rules, PEER, ["sg-1"])] == shut


# ---- findings

FINDINGS: dict[str, Network] = {
    "No route leads from subnet-a, subnet-b of orders to directory d-1": a_network({"routes": (LOCAL, INTERNET)}),
    "The route from subnet-a, subnet-b of orders to directory d-1 through pcx-1 is a blackhole": a_network(
        {"routes": (replace(PEERED, is_blackhole=True),)}
    ),
    "No route leads from subnet-c of directory d-1 to orders": a_network(theirs={"routes": (PEERED,)}),
    "The route from subnet-c of directory d-1 to orders through tgw-1 is a blackhole": a_network(
        theirs={"routes": (Route("10.0.0.0/16", "tgw-1", is_blackhole=True),)}
    ),
    "The network ACL of subnet-a, subnet-b of orders allows nothing out to directory d-1 on TCP 88 and UDP 88": (
        a_network({"outbound": (a_denial(88, 88), *everything())})
    ),
    "The network ACL of subnet-a, subnet-b of orders allows nothing in from directory d-1 on TCP "
    "32768-61000": a_network({"inbound": (an_allowance(0, 32767), an_allowance(protocol="udp"))}),
    "The network ACL of subnet-c of directory d-1 allows nothing in from orders on TCP 464 and UDP 464": a_network(
        theirs={"inbound": (a_denial(464, 464), *everything())}
    ),
    "The network ACL of subnet-c of directory d-1 allows nothing out to orders on UDP 32768-61000": a_network(
        theirs={"outbound": (an_allowance(protocol="tcp"),)}
    ),
    "The security groups of orders (sg-db) allow nothing out to directory d-1 on TCP 53, 464 and UDP 53, "
    "464": a_network(
        {
            "group_out": (
                an_allowance(54, 463, "10.1.0.10/32"),
                an_allowance(54, 463, "10.1.1.10/32"),
                an_allowance(465, 65535, "sg-dc"),
            )
        }
    ),
    (
        "The security groups of directory d-1 (sg-dc) allow nothing in from orders on TCP 53, 88, 464"
        " and UDP 53, 88, 464"
    ): a_network(theirs={"group_in": (an_allowance(peer="10.2.0.0/16"), an_allowance(peer="sg-else"))}),
}


@pytest.mark.parametrize("problem", FINDINGS)
def test_what_keeps_database_and_directory_apart_is_found_and_a_person_may_know_better(problem: str) -> None:
    found = list(network_findings("orders", "d-1", FINDINGS[problem]))
    assert [each.problem for each in found] == [problem]
    assert all(each.remedy and each.approvable and not each.passes for each in found)


SHUT: dict[str, Any] = {"inbound": nothing(), "outbound": nothing()}


@pytest.mark.parametrize(
    "network",
    [
        a_network(),
        a_network({"group_out": (an_allowance(peer="sg-dc"),)}, {"group_in": (an_allowance(peer="sg-db"),)}),
        a_network(theirs={"group_in": (an_allowance(peer="10.0.0.0/16"),)}),
        a_network(directory=None),
        # in one subnet, with no network ACL between them
        Network(Place((), (), (), (a_subnet(routes=(LOCAL,), **SHUT),)), None, ("10.0.0.9",)),
        # nothing can be seen of either
        Network(Place((), (), (), ()), Place((), (), (), ()), ("10.1.0.10",)),
    ],
)
def test_where_they_reach_each_other_or_nothing_can_be_seen_nothing_is_found(network: Network) -> None:
    assert list(network_findings("orders", "d-1", network)) == []


def test_a_subnet_without_a_way_is_named_alone() -> None:
    network = a_network()
    lost = replace(network.database, subnets=(a_subnet("subnet-a"), a_subnet("subnet-b", routes=())))
    (found,) = network_findings("orders", "d-1", replace(network, database=lost))
    assert found.problem == "No route leads from subnet-b of orders to directory d-1"


def test_everything_that_keeps_them_apart_is_found_at_once() -> None:
    apart: dict[str, Any] = {"routes": (), "group_in": nothing(), "group_out": nothing(), **SHUT}
    assert len(list(network_findings("orders", "d-1", a_network(apart, apart)))) == 8


# ---- advice


def test_of_another_accounts_network_it_is_said_that_it_cannot_be_seen() -> None:
    (told,) = network_advice(MYSQL, "orders", "d-1", a_network(directory=None))
    assert told.problem == "The network of directory d-1 belongs to another account and cannot be seen from here"
    assert list(network_advice(MYSQL, "orders", "d-1", a_network())) == []


def test_for_postgresql_advice_says_that_the_guide_requires_access_from_the_directory() -> None:
    shut = a_network({"group_in": nothing()})
    (told,) = network_advice(AURORA, "orders", "d-1", shut)
    assert told.problem == "The security groups of orders (sg-db) allow nothing in from directory d-1"
    assert "sg-dc" in told.remedy
    let_in = a_network({"group_in": (an_allowance(53, 53, "sg-dc"),)})
    assert list(network_advice(AURORA, "orders", "d-1", let_in)) == []
    assert list(network_advice(MYSQL, "orders", "d-1", shut)) == []


def between(ports: str) -> str:
    return f"Network ACLs or security groups between orders and directory d-1 allow nothing through on {ports}"


ONLY_ASKED_FOR = tuple(an_allowance(port, port) for port in (53, 88, 464))
REST = "TCP 135, 389, 445, 636, 3268-3269, 9389, 49152-65535 and UDP 389"


@pytest.mark.parametrize(
    ("network", "ports"),
    [
        (a_network({"group_out": ONLY_ASKED_FOR}), REST),
        (a_network(theirs={"group_in": ONLY_ASKED_FOR}), REST),
        (a_network({"outbound": (a_denial(389, 389), *everything())}), "TCP 389 and UDP 389"),
        (a_network(theirs={"inbound": (a_denial(9389, 9389), *everything())}), "TCP 9389"),
        (a_network({"group_out": ONLY_ASKED_FOR}, directory=None), REST),
    ],
)
def test_what_aws_does_not_ask_of_a_database_is_advice_where_it_is_closed(network: Network, ports: str) -> None:
    assert between(ports) in [told.problem for told in network_advice(MYSQL, "orders", "d-1", network)]
    assert list(network_findings("orders", "d-1", network)) == []


def test_the_ports_are_those_that_aws_lists() -> None:
    assert {(each.protocol, each.ports) for each in ASKED_FOR} == {
        (protocol, port) for protocol in ("tcp", "udp") for port in ("53", "88", "464")
    }
    tcp = {each.ports for each in OF_DOMAIN_MEMBERS if each.protocol == "tcp"}
    assert tcp == {"135", "389", "445", "636", "3268-3269", "9389", "49152-65535"}
    assert {each.ports for each in OF_DOMAIN_MEMBERS if each.protocol == "udp"} == {"389"}
    assert TOLD == "53, 88 and 464"
