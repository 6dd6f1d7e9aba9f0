"""The way to the server."""

from __future__ import annotations

from signon.domain.diagnosis.row import Diagnosis

NETWORK = (
    Diagnosis(
        "restarting",
        "the database system is (starting up|shutting down|in recovery mode|not yet accepting connections)"
        "|terminating connection due to administrator command|Server shutdown in progress",
        "The database is restarting.",
        "Try again in a few minutes.",
    ),
    Diagnosis(
        "no host",
        "through socket '|connection to server on socket \"",
        "The client was given no host, so it looks for a server on this machine.",
        "Take the kit's line, which names the endpoint.",
    ),
    Diagnosis(
        "unknown host",
        "could not translate host name|failed to resolve host|Unknown (MySQL )?server host|UnknownHostException"
        "|Name or service not known|[Nn]o such host|nodename nor servname provided|ENOTFOUND|EAI_AGAIN"
        "|Temporary failure in name resolution|getaddrinfo failed|hostname resolving error",
        "The endpoint's name is not known to this machine.",
        "Compare it with the kit's page. Names of RDS are known everywhere, unless the database was deleted: if "
        "it is spelt right, look at this machine's network and resolver.",
    ),
    Diagnosis(
        "no route",
        "No route to host|[Nn]etwork is unreachable|EHOSTUNREACH|ENETUNREACH",
        "This machine has no route to the endpoint's address.",
        "Run check-connection. The VPN must be up, or there must be a peering or another route to the database's "
        "network.",
    ),
    Diagnosis(
        "closed port",
        r"[Cc]onnection refused|ECONNREFUSED|actively refused|refused\. Check that the hostname"
        "|Can't connect to (MySQL )?server on .*[(](111|115|61|10061)[)]",
        "The server's machine answers, but nothing listens on this port.",
        "Compare the port with the kit's page. If it is right, the database is restarting: try again in a few minutes.",
    ),
    Diagnosis(
        "silence",
        "timeout expired|([Cc]onnect|[Cc]onnection|[Rr]ead|[Oo]peration|attempt|has|[(:]) ?timed out"
        "|ETIMEDOUT|i/o timeout|context deadline exceeded|did not properly respond"
        "|Connect Timeout expired|Timeout during (connection|reading) attempt|timeout exceeded when trying to connect"
        "|due to connection timeout|prior to completion of the operation|Handshake inactivity timeout"
        "|Can't connect to (MySQL )?server on .*[(](110|60|10060)[)]",
        "Nothing answers at the endpoint: something on the way drops the connection.",
        "Run check-connection. The database's security group must admit this machine on the database port, and "
        "there must be a route: VPN, peering, network ACL.",
    ),
    Diagnosis(
        "cut off",
        "closed the connection|Lost connection to (MySQL )?server|[Cc]onnection reset|ECONNRESET|forcibly closed"
        "|Connection terminated unexpectedly|unexpected EOF|while (reading|writing) (from|to) stream|bad connection"
        "|invalid connection|[Bb]roken pipe|server has gone away|EOF detected|I/O error occurred while sending"
        "|connection was closed in the middle of operation|[Rr]eading from the stream has failed",
        "The connection was open, and the server or something on the way ended it: a restart, a failover, a tunnel, or "
        "a firewall that ends idle connections.",
        "Try again. If it happens at every sign-in, compare endpoint and port with the kit's page; if it happens after "
        "a pause, let the pool test its connections and drop them sooner.",
    ),
)
