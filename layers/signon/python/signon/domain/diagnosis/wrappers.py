"""What drivers say around the reason: these rows fit if no other row knows a reason in the text."""

from __future__ import annotations

from signon.domain.diagnosis.row import Diagnosis

WRAPPERS = (
    Diagnosis(
        "no ticket, no reason",
        "No valid credentials provided|SSPI continuation error|could not acquire SSPI credentials"
        "|GSS Authentication failed|GSSAPI continuation error|Unable to authenticate with GSS"
        "|Error while authenticating GSS/SSPI|Identifier doesn't match expected value",
        "The client got no ticket for this database, and this part of the text does not say why.",
        "Find the reason in the rest of the text (Mechanism level, the last Caused by, the inner exception) and look "
        "that up. If there is none: klist shows whether you have a ticket, check-connection whether the directory "
        "is reached, and the endpoint must be the one on the kit's page.",
    ),
    Diagnosis(
        "no Kerberos library",
        "[Cc]annot load library libgssapi",
        "This machine has no Kerberos library. A driver that looks for one goes on without it, unless the server asks "
        "for a ticket.",
        "If the rest of the text has a reason, look that up. For tickets install the library (Debian: "
        "libgssapi-krb5-2); with a token, .NET's GSS Encryption Mode=Disable ends the search for it.",
    ),
    Diagnosis(
        "handshake, no reason",
        "SSL Authentication Error|Exception while performing SSL handshake|SSL [Cc]onnection error"
        "|Cannot connect to MySQL (by )?using SSL"
        "|error occurred while setting up the SSL connection|error establishing an SSL connection"
        "|readHandshakeRecord|tls error|error performing TLS handshake",
        "TLS with the server failed, and this part of the text does not say why.",
        "Find the reason in the rest of the text (the last Caused by, the inner exception) and look that up. If there "
        "is none, use the kit's ca-bundle.pem and the endpoint on its page.",
    ),
    Diagnosis(
        "Windows, no reason",
        "call to SSPI failed",
        "Windows could not finish TLS or Kerberos with the server, and this part of the text says neither which nor "
        "why.",
        "Find the reason in the inner exception and look that up. If there is none, use the kit's ca-bundle.pem and "
        "the endpoint on its page; klist shows whether you have a ticket.",
    ),
    Diagnosis(
        "pool in use, no reason",
        "request timed out after .*active[=][1-9].* idle[=]0",
        "Every connection that the program's pool holds is in use, and it got no free one in time.",
        "If the rest of the text has a reason (the last Caused by), look that up. If there is none, return connections "
        "sooner, or let the pool hold more.",
    ),
    Diagnosis(
        "no connection, no reason",
        "Communications link failure|The connection attempt failed|Unable to connect to any of the specified"
        "|Couldn't connect to server|Could not create connection to database server|Failed to connect to"
        "|failed to connect to|Unable to connect to server|Could not connect to address"
        "|Error occurred while opening a connection|Failed to initialize pool|request timed out",
        "The driver has no connection, and this part of the text does not say why.",
        "Find the reason in the rest of the text (the last Caused by, the inner exception) and look that up. If there "
        "is none, run check-connection, and compare endpoint and port with the kit's page.",
    ),
)
