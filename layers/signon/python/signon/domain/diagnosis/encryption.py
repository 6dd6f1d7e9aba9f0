"""TLS: the certificate, the file of certificates, the handshake."""

from __future__ import annotations

from signon.domain.diagnosis.row import Diagnosis

ENCRYPTION = (
    Diagnosis(
        "another name",
        "does not match host name|Validation of SSL server certificate failed"
        "|could not be verified by hostnameverifier|[Hh]ostname verification failed"
        "|Server identity verification failed"
        "|mismatch, certificate is not valid for|does not match certificate's altnames"
        "|x509: certificate is (not )?valid for|doesn't contain any IP SANs|No subject alternative"
        "|No name matching .* found|did not match expected CN|CN name does not match the passed value"
        "|RemoteCertificateNameMismatch|invalid peer certificate: (certificate not valid for name|NotValidForName)",
        "The server's certificate is for another name than the one that you connect to.",
        "Connect to the endpoint on the kit's page, not to an address or an alias. If you did, somebody stands "
        "between you and the database: do not switch the verification off.",
    ),
    Diagnosis(
        "certificate out of date",
        "certificate has expired|certificate is not yet valid|CertificateExpiredException|validity check failed"
        "|Certificate not yet valid or expired"
        "|invalid peer certificate: (Expired|NotValidYet|certificate expired|certificate not valid yet)",
        "The server's certificate is not valid today: this machine's clock is wrong, or the database's certificate has "
        "expired.",
        "Look at the clock. If it is right, tell the database's administrator: it needs a newer certificate of RDS.",
    ),
    Diagnosis(
        "no bundle",
        "root certificate file .* does not exist|SSL_CTX_set_default_verify_paths failed"
        "|TLS/SSL error: No such file or directory|Could not open SSL root certificate file"
        "|Failed to find serverSslCert file|could not read root certificate file|into a TrustManager failed"
        "|Invalid keystore format|unknown config name: |Unknown SSL profile '|Invalid CA Certificate"
        "|unable to read CA file"
        r"|FileNotFoundError: .*No such file or directory|ENOENT: no such file or directory, open .*\.pem"
        "|No trust[^ ]* provided|trustAnchors parameter must be non-empty|failed loading cafile stream",
        "The file of RDS's certificates is not where the client looks, or is none that it can read.",
        "Run the line in the kit's folder, or give the whole path of ca-bundle.pem. Go: register a TLS configuration "
        "with it under the name that the DSN has.",
    ),
    Diagnosis(
        "another authority",
        "certificate verify failed|PKIX path building failed|unable to find valid certification path"
        "|self[- ]signed certificate|unable to (get local issuer|get issuer|verify the first) certificate"
        "|certificate signed by unknown authority|does not chain with any of the trust anchors"
        "|RemoteCertificateChainErrors|remote certificate (is invalid|was rejected)|UntrustedRoot"
        "|issued by an authority that is not trusted|unknown ca|invalid peer certificate: UnknownIssuer"
        "|certificate is (NOT|not) (trusted|standards compliant)",
        "The server's certificate is issued by none of the authorities in the file that the client was given. Without "
        "a file "
        "the client uses the machine's authorities, and RDS's are not among them. MySQL's client and .NET give the "
        "same error where the certificate is for another name.",
        "Use the ca-bundle.pem of this kit and the endpoint on its page. If you did, somebody stands between you "
        "and the database: do not switch the verification off.",
    ),
    Diagnosis(
        "server without TLS",
        "[Ss]erver (does not|doesn't) support (SSL|TLS|secure connection)|server doesn't support it"
        "|server refused TLS connection|SSL Connection required, but not provided|No SSL enabled connection"
        "|SSL is not enabled on the server|does not support SSL connections|rejected SSL upgrade"
        "|corrupt message of type InvalidContentType|invalid response to SSL negotiation"
        "|wrong version number|Unsupported or unrecognized SSL message|does not look like a TLS handshake",
        "What answers does not speak TLS, and every RDS database does: it is another server, or a tunnel or pooler "
        "between you and the database.",
        "Compare endpoint and port with the kit's page.",
    ),
    Diagnosis(
        "TLS version",
        "No appropriate protocol|unsupported protocol|protocol[_ ]version|handshake[_ ]failure"
        "|no (protocols|ciphers) available|(fatal|TLS) alert: '?(ProtocolVersion|HandshakeFailure)"
        "|support the client's specified TLS versions|do not possess a common algorithm",
        "Client and server have no TLS version or cipher in common: the client is too old, or this machine forbids "
        "what the server supports.",
        "Use a newer client, or a newer Java.",
    ),
)
