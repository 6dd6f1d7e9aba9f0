"""The ports of a directory's domain controllers: one list for plans, for the kit, for diagnoses and for the pages.

A closed port that AWS's database guides ask for is a finding; one that only another page lists is advice.
"""

from __future__ import annotations

from collections.abc import Iterable

from signon.domain.network.network import Traffic

# "Verify traffic over TCP/UDP for port 53 and for Kerberos, which includes ports 88 and 464 for AWS Directory Service."
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-mysql-kerberos-setting-up.html
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos-setting-up.html
PORTS = (53, 88, 464)  # DNS, Kerberos, change of passwords
ASKED_FOR = tuple(Traffic(protocol, port, port) for port in PORTS for protocol in ("tcp", "udp"))
# What a member of a domain uses in addition, LDAP and RPC mostly. The page is about RDS Custom for SQL Server.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/custom-sqlserver-WinAuth.NWConfigPorts.html
OF_DOMAIN_MEMBERS = (
    Traffic("udp", 389, 389),
    *(
        Traffic("tcp", *ports)
        for ports in ((135, 135), (389, 389), (445, 445), (636, 636), (3268, 3269), (9389, 9389), (49152, 65535))
    ),
)
TOLD = f"{', '.join(map(str, PORTS[:-1]))} and {PORTS[-1]}"


def told(traffic: Iterable[Traffic]) -> str:
    """TCP 53, 88, 3268-3269 and UDP 53."""
    spans: dict[str, list[str]] = {}
    for each in sorted(traffic, key=lambda each: (each.protocol, each.first)):
        spans.setdefault(each.protocol.upper(), []).append(each.ports)
    return " and ".join(f"{protocol} {', '.join(ports)}" for protocol, ports in spans.items())
