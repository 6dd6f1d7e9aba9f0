"""The way to a token: AWS credentials, the AWS CLI, a token in a URL; what refuses a token by name."""

from __future__ import annotations

from signon.domain.diagnosis.row import MAY_NOT_CONNECT, Diagnosis

TOKENS = (
    Diagnosis(
        "expired AWS credentials",
        "ExpiredToken|security token included in the request is expired|SSO session .*(expired|invalid)"
        "|Token has expired|Error loading SSO Token|UnauthorizedSSOTokenError|InvalidGrantException"
        r"|session has expired or credentials have changed|Token is expired\. To refresh",
        "Your AWS credentials have expired; the database was not asked.",
        "Sign in to AWS again (aws sso login) and make a new token.",
    ),
    Diagnosis(
        "no AWS credentials",
        "Unable to locate credentials|Unable to load (AWS )?credentials|Could not load credentials from any providers"
        "|Partial credentials found|Credential refresh failed|The source profile .* must have credentials"
        "|Error retrieving metadata"
        "|config profile [(].*[)] could not be found|NoCredentialProviders|failed to refresh cached credentials",
        "The AWS CLI, or the AWS library of your program, has no credentials to sign a token with.",
        "Sign in to AWS first (aws sso login, or the role of this machine) and see that aws sts "
        "get-caller-identity answers with the role that may use this login.",
    ),
    Diagnosis(
        "clock skew at AWS",
        "Signature expired: |Signature not yet current",
        "This machine's clock differs too much from AWS's; the database was not asked.",
        "Set the clock by NTP and make a new token.",
    ),
    Diagnosis(
        "wrong AWS credentials",
        "SignatureDoesNotMatch|"
        "InvalidClientTokenId|UnrecognizedClientException|security token included in the request is invalid"
        "|is not authorized to perform: sts:|ForbiddenException[)] when calling the GetRoleCredentials",
        "AWS does not accept these credentials, or they may not take the role; the database was not asked.",
        "See what aws sts get-caller-identity answers. It must be the role that may use this login.",
    ),
    Diagnosis(
        "AWS by another authority",
        "SSL validation failed for .*certificate verify failed",
        "A proxy between this machine and AWS presents a certificate of its own; the database was not asked.",
        "Ask the proxy's administrator for the certificate of its authority, and name that file in AWS_CA_BUNDLE. It is"
        " another file than the kit's ca-bundle.pem. Do not use --no-verify-ssl.",
    ),
    Diagnosis(
        "AWS unreachable",
        "Could not connect to the endpoint URL|([Cc]onnect|[Rr]ead) timeout on endpoint URL"
        "|Failed to connect to proxy URL|before we received a valid response from endpoint URL"
        "|SSL validation failed for",
        "This machine does not reach AWS, or the region is misspelt; the database was not asked.",
        "Look at this machine's network and its proxy (HTTPS_PROXY), and take the kit's line, which names the region.",
    ),
    Diagnosis(
        "no region",
        "You must specify a region|Region is missing|Unable to load region from any|Unsupported AWS hostname",
        "The AWS CLI, or the AWS library of your program, does not know which region to sign for.",
        "Take the kit's line, which names the region; in a program, give the same region. AWS's drivers read it from "
        "the endpoint: connect to the one on the kit's page, or name it as iamRegion (Python: iam_region).",
    ),
    Diagnosis(
        "token in a URL",
        "invalid percent-encoded token|invalid URI query parameter|Invalid URL|URI malformed|failed to parse as URL"
        "|net/url: invalid|invalid port .* after host|Could not parse .*URL from|Port could not be cast to integer"
        "|invalid DSN: (did you forget|network address not|missing the slash)|[Dd]efault addr for network '"
        "|Unable to parse URL|Failed to parse the host:port pair|invalid literal for int[(][)] with base 10"
        "|(translate host name|resolve host|ENOTFOUND|lookup) [\"']?[^ ]*@",
        "The login or the token is part of a connection URL and is not encoded: its @ : / ? & and % mean something "
        "else there.",
        "Give login and token outside the URL: as the driver's user and password, or by PGPASSWORD or MYSQL_PWD. "
        "In a URL, percent-encode them, the @ of a login too: %40.",
    ),
    Diagnosis(
        "PAM refused",
        "PAM authentication failed",
        "The server did not take the token: it is older than 15 minutes, incomplete, made for another user, "
        "endpoint or port, or your role may not connect as this user.",
        "Make a new token with the kit's line and connect with it at once. If that is refused too, ask the "
        "profile's owner whether your role is listed for this login. " + MAY_NOT_CONNECT,
    ),
    Diagnosis(
        "RDS Proxy",
        "RDS [Pp]roxy (has no credentials|supports only|currently)|RDS supports only IAM"
        "|IAM authentication failed (for|because)"
        "|IAM authentication rate limit|password that was provided for the role"
        "|acquire database connection|[Cc]onnections? rate limit|Rate of connection to proxy"
        "|Number simultaneous connections exceeded",
        "You connect through RDS Proxy, which has logins, limits and tokens of its own. Onboarding sets up sign-in at "
        "the database, not at a proxy.",
        "Connect to the endpoint on the kit's page. To connect through the proxy, ask its administrator: the proxy "
        "needs a secret or IAM for this login, and a token must be made for the proxy's endpoint.",
    ),
)
