"""What a client's error text most likely means, and what to do: a table, the first row that fits.

A pattern is searched for in the text. It is written in what Python and JavaScript read alike, because the kit's page
looks errors up by itself: letters, escaped signs, ``.*``, ``[^x]*``, and groups with ``|``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from signon.domain.directory_ports import TOLD


@dataclass(frozen=True)
class Diagnosis:
    """A row: by which name tests call it, what it fits, the likely cause, the remedy."""

    name: str
    pattern: str
    cause: str
    remedy: str


def diagnose(text: str) -> Diagnosis | None:
    """The likely cause of an error text and its remedy, None where no row fits."""
    return next((row for row in DIAGNOSES if re.search(row.pattern, text)), None)


_MAY_NOT_CONNECT = (
    "If it is, whoever keeps your AWS account looks whether a permissions boundary of the role, or a service control "
    "policy of the organization, withholds rds-db:connect: the database does not say it, and its onboarding does not "
    "see such a policy."
)
DIAGNOSES: tuple[Diagnosis, ...] = (
    # ---- the token
    Diagnosis(
        "no AWS credentials",
        "Unable to locate credentials|Unable to load (AWS )?credentials",
        "The AWS CLI has no credentials to sign a token with.",
        "Sign in to AWS first (aws sso login, or the role of this machine) and see that aws sts "
        "get-caller-identity answers with the role that may use this login.",
    ),
    Diagnosis(
        "expired AWS credentials",
        "ExpiredToken|security token included in the request is expired|SSO session .*(expired|invalid)"
        "|Token has expired",
        "Your AWS credentials have expired; the database was not asked.",
        "Sign in to AWS again (aws sso login) and make a new token.",
    ),
    Diagnosis(
        "PAM refused",
        "PAM authentication failed for user",
        "The server did not take the token: it is older than 15 minutes, incomplete, made for another user, "
        "endpoint or port, or your role may not connect as this user.",
        "Make a new token with the kit's line, in one go with the connection. If that is refused too, ask whoever "
        "keeps the profile whether your role is listed for this login. " + _MAY_NOT_CONNECT,
    ),
    # ---- the ticket
    Diagnosis(
        "wrong directory password",
        "Password incorrect while getting|Preauthentication failed|Pre-authentication information was invalid",
        "The directory does not take this password.",
        "Type it again; mind the keyboard's layout. Several failures in a row may lock the account in the directory.",
    ),
    Diagnosis(
        "unknown person",
        "Client '[^']*' not found in Kerberos database|Client not found in Kerberos database",
        "The directory knows no account of this name.",
        "Use the account's name in lower case, @, and the realm in upper case. Somebody of a trusted domain names "
        "their own realm.",
    ),
    Diagnosis(
        "account disabled",
        "credentials have been revoked",
        "The account is disabled or locked in the directory.",
        "Ask whoever keeps the directory.",
    ),
    Diagnosis(
        "directory password expired",
        "Password has expired",
        "The account's password has expired in the directory.",
        "Change it with kpasswd, which needs port 464, or at a computer of the domain; then sign in again.",
    ),
    Diagnosis(
        "unknown realm",
        "Cannot find KDC for realm|Cannot locate KDC|Cannot resolve servers for KDC in realm",
        "No domain controller of this realm is found: the realm is misspelt (it is written in upper case), or "
        "this machine asks a DNS that does not know the directory's domain.",
        "Compare the realm with the one on the kit's page, use the kit's krb5.conf, and run check-connection: the "
        "directory's domain must be known to this machine's resolver.",
    ),
    Diagnosis(
        "realm in lower case",
        "KDC reply did not match expectations",
        "The realm is not written as the directory writes it: in upper case.",
        "Write the part behind the @ in upper case, as on the kit's page.",
    ),
    Diagnosis(
        "directory unreachable",
        "Cannot contact any KDC",
        "The domain controllers are known, and none of them answers.",
        f"Run check-connection: ports {TOLD} of the directory must be open for this machine, TCP and UDP.",
    ),
    Diagnosis(
        "no krb5.conf",
        "does not specify default realm|Cannot locate default realm|Cannot find default realm",
        "Kerberos on this machine does not know your realm.",
        "Point KRB5_CONFIG at the kit's krb5.conf, for Java -Djava.security.krb5.conf, or write the realm behind "
        "your name.",
    ),
    Diagnosis(
        "clock skew",
        "Clock skew too great|KRB_AP_ERR_SKEW",
        "This machine's clock differs from the directory's by more than five minutes.",
        "Set the clock by NTP and get a new ticket.",
    ),
    Diagnosis(
        "expired ticket",
        "Ticket expired|[Cc]redentials cache .*expired|KRB_AP_ERR_TKT_EXPIRED",
        "Your ticket has expired.",
        "Get a new one with the kit's kinit line. klist shows until when it is good.",
    ),
    Diagnosis(
        "no ticket",
        "No Kerberos credentials available|No credentials cache found|No valid credentials provided"
        "|Unable to obtain Principal Name for authentication|Failed to find any Kerberos tgt",
        "There is no ticket where the client looks for one.",
        "Get one with the kit's kinit line, in the same session and as the same user of this machine; klist shows "
        "it. Where KRB5CCNAME is set it must be the same for both.",
    ),
    Diagnosis(
        "no ticket for MySQL",
        "ERROR 2000 .*Unknown MySQL error",
        "MySQL's client has no ticket that fits the login, and says no more than this: there is none, it has "
        "expired, or it is somebody else's.",
        "klist shows whose ticket you have and until when. Get one with the kit's kinit line, in the same session "
        "and as the same user of this machine.",
    ),
    Diagnosis(
        "no jaas.conf",
        "No LoginModules configured for",
        "Java was not told how to take a ticket.",
        "Start it with -Djava.security.auth.login.config=, the path of the kit's jaas.conf and no other.",
    ),
    Diagnosis(
        "no such service",
        "Server .*not found in Kerberos database|KDC_ERR_S_PRINCIPAL_UNKNOWN",
        "The directory knows no database of the name that you connect to: it is an address, an alias or a custom "
        "endpoint, or the realm of its name was guessed wrongly.",
        "Connect to the endpoint on the kit's page, with the kit's krb5.conf. Windows clients of a trusted domain "
        "use the endpoint that ends with the directory's domain.",
    ),
    Diagnosis(
        "another's ticket",
        "GSSAPI authentication failed for user",
        "The ticket is somebody else's than the login that you sign in as, or the server has not taken tickets "
        "since its last start.",
        "klist shows whose ticket it is: it must read exactly as the login does, upper and lower case too.",
    ),
    # ---- TLS
    Diagnosis(
        "Kerberos encryption",
        r"no pg_hba\.conf entry .*GSS encryption",
        "The client encrypts by Kerberos, which RDS does not offer.",
        "Say gssencmode=disable (JDBC: gssEncMode=disable), as the kit's lines do: TLS encrypts.",
    ),
    Diagnosis(
        "no TLS",
        r"no pg_hba\.conf entry .*(no encryption|SSL off)|plugin that require SSL without enabling ssl"
        "|Connections using insecure transport are prohibited",
        "The connection is not encrypted, and the server wants TLS.",
        "Take the kit's line: sslmode=verify-full for PostgreSQL, --ssl-mode=VERIFY_IDENTITY for mysql, "
        "--ssl-verify-server-cert for mariadb.",
    ),
    Diagnosis(
        "another name",
        "does not match host name|Validation of SSL server certificate failed"
        "|could not be verified by hostnameverifier|SSL hostname verification failed",
        "The server's certificate is for another name than the one that you connect to.",
        "Connect to the endpoint on the kit's page, not to an address or an alias. If you did, somebody stands "
        "between you and the database: do not switch the verification off.",
    ),
    Diagnosis(
        "no bundle",
        "root certificate file .* does not exist|SSL_CTX_set_default_verify_paths failed"
        "|TLS/SSL error: No such file or directory|Could not open SSL root certificate file"
        "|Failed to find serverSslCert file",
        "The file of RDS's certificates is not where the client looks.",
        "Run the line in the kit's folder, or give the whole path of ca-bundle.pem.",
    ),
    Diagnosis(
        "another authority",
        "certificate verify failed|PKIX path building failed|self[- ]signed certificate",
        "The server's certificate is by none of the authorities in the file that the client was given. MySQL's "
        "client says the same where the certificate is for another name.",
        "Use the ca-bundle.pem of this kit and the endpoint on its page. If you did, somebody stands between you "
        "and the database: do not switch the verification off.",
    ),
    # ---- plugins
    Diagnosis(
        "cleartext plugin off",
        "'?mysql_clear_password'? (cannot|could not) be loaded",
        "The client does not send a password or a token as it is, unless it is told to.",
        "Add --enable-cleartext-plugin, as the kit's line does (drivers: the cleartext plugin; MariaDB's client "
        "brings it in its plugin folder). TLS with a verified certificate must be on.",
    ),
    Diagnosis(
        "no Kerberos plugin",
        "authentication_kerberos_client'? (cannot|could not) be loaded",
        "This client has no plugin for Kerberos.",
        "Use Oracle's MySQL client, 8.0.26 or newer (Windows: 8.0.27): the plugin comes with it. MariaDB's "
        "clients have none that fits.",
    ),
    Diagnosis(
        "plugin not loaded",
        "Plugin '[^']*' is not loaded",
        "The server does not know this way to sign in: it has not joined the directory, or was not restarted since.",
        "Tell whoever keeps the database: its onboarding is not complete. Its record says why.",
    ),
    # ---- the way there
    Diagnosis(
        "unknown host",
        "could not translate host name|Unknown (MySQL )?server host|UnknownHostException"
        "|Name or service not known|nodename nor servname provided",
        "The endpoint's name is not known to this machine.",
        "Compare it with the kit's page. Names of RDS are known everywhere, unless the database was deleted: if "
        "it is spelt right, look at this machine's network and resolver.",
    ),
    Diagnosis(
        "silence",
        "timeout expired|timed out|Can't connect to (MySQL )?server on .*[(](110|60|10060)[)]",
        "Nothing answers at the endpoint: something on the way drops the connection.",
        "Run check-connection. The database's security group must admit this machine on the database port, and "
        "there must be a route: VPN, peering, network ACL.",
    ),
    Diagnosis(
        "closed port",
        "Connection refused|Can't connect to (MySQL )?server on .*[(](111|115|61|10061)[)]",
        "The server's machine is reached, and nothing listens at this port.",
        "Compare the port with the kit's page. If it is right the database restarts just now: try again in some "
        "minutes.",
    ),
    Diagnosis(
        "too many sessions",
        "Too many connections|too many clients already|remaining connection slots are reserved",
        "The server has as many sessions as it takes.",
        "Close some. Programs should keep connections in a pool and use them again.",
    ),
    # ---- logins and rights
    Diagnosis(
        "closed login",
        "is not permitted to log in|Account is locked",
        "The login is there and closed: it is not complete yet, or you have left the profile.",
        "Ask whoever keeps the profile of this database.",
    ),
    Diagnosis(
        "no token",
        "password-based authentication, but no password was provided",
        "The login wants a token, and none was sent in the place of the password.",
        "Make one with the kit's line and give it as the password; it is good for 15 minutes.",
    ),
    Diagnosis(
        "no login",
        "no password supplied|but no password was provided|password authentication failed for user",
        "The server asks for a password, so it has no login of this name that signs in by ticket or token.",
        "Write the login as the kit's line does: with a ticket the name, @ and the realm in upper case; with a "
        "token the name alone. If it is right, ask whoever keeps the profile of this database to add you.",
    ),
    Diagnosis(
        "unknown database",
        'Unknown database \'|database ".*" does not exist',
        "The server has no database of this name.",
        "Upper and lower case count. Without a name you get in as well: mysql without one, psql with "
        "dbname=postgres; then SHOW DATABASES or \\l lists them.",
    ),
    Diagnosis(
        "no right on the database",
        "Access denied for user .* to database|permission denied for database",
        "Your login may not use this database.",
        "Ask whoever keeps the profile of this database for a role that names it.",
    ),
    Diagnosis(
        "no right on the table",
        "command denied to user|permission denied for (table|schema|sequence|view|function|relation)",
        "You are signed in, and your roles do not include this.",
        "Ask whoever keeps the profile of this database. PostgreSQL: what somebody other than the master user has "
        "made is granted by its owner.",
    ),
    Diagnosis(
        "no password",
        "Access denied for user .*using password: NO",
        "No password or token was sent; or you signed in with a ticket, and the server has no login of this name.",
        "Add --password and type the directory's password, or put the token where the kit's line does.",
    ),
    Diagnosis(
        "access denied",
        "Access denied for user .*using password: YES",
        "The server says the same of every reason: no login of this name, a wrong directory password, a "
        "connection without TLS; with a token: older than 15 minutes, incomplete, made for another user, endpoint "
        "or port, or your role may not connect as this user.",
        "Take the kit's line as it stands, with your account's name in lower case and without the domain. Make a "
        "token anew, in one go with the connection. Then ask whoever keeps the profile of this database whether "
        "you are listed. " + _MAY_NOT_CONNECT,
    ),
)
