"""Two VPCs that are peered and let everything through: orders in 10.0.0.0/16, its directory d-1 in 10.1.0.0/16.

And a domain on premises whose people the directory lets in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from signon.domain.directory.directory import Trust
from signon.domain.network.network import ANY, Network, Place, Route, Rule, Subnet

ONPREM = "ONPREM.EXAMPLE.COM"
LOCAL, PEERED = Route("10.0.0.0/16", "local"), Route("10.1.0.0/16", "pcx-1")
BACK = (Route("10.1.0.0/16", "local"), Route("10.0.0.0/16", "pcx-1"))


def everything() -> tuple[Rule, ...]:
    return (Rule(True, ANY, 0, 65535, "0.0.0.0/0"),)


def nothing() -> tuple[Rule, ...]:
    return ()


def a_subnet(name: str = "subnet-a", **changes: Any) -> Subnet:
    cidr = {"subnet-a": "10.0.0.0/24", "subnet-b": "10.0.1.0/24", "subnet-c": "10.1.0.0/24"}[name]
    routes = BACK if name == "subnet-c" else (LOCAL, PEERED)
    return replace(Subnet(name, cidr, routes, everything(), everything()), **changes)


def a_network(ours: dict[str, Any] | None = None, theirs: dict[str, Any] | None = None, **changes: Any) -> Network:
    """``ours`` and ``theirs`` are changes to the subnets of the database and of the directory; those that begin with
    ``group_`` to its security groups.
    """
    database, directory = (
        a_place("sg-db", "subnet-a", "subnet-b", **ours or {}),
        a_place("sg-dc", "subnet-c", **theirs or {}),
    )
    return replace(Network(database, directory, ("10.1.0.10", "10.1.1.10")), **changes)


def a_place(group: str, *subnets: str, **changes: Any) -> Place:
    group_in, group_out = changes.pop("group_in", everything()), changes.pop("group_out", everything())
    return Place((group,), group_in, group_out, tuple(a_subnet(name, **changes) for name in subnets))


def a_trust(**changes: Any) -> Trust:
    """As the directory sees it."""
    return replace(Trust("t-9367000001", ONPREM, "Forest", "One-Way: Outgoing", "Verified"), **changes)
