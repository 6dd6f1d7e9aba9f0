"""What the server says of a login: it does not exist, is closed, or lacks a right; and what its access rules refuse."""

from __future__ import annotations

from signon.domain.diagnosis.row import MAY_NOT_CONNECT, Diagnosis

LOGINS = (
    Diagnosis(
        "too many sessions",
        "Too many connections|too many clients already|remaining connection slots are reserved"
        "|max_user_connections|too many connections for|maximum number of client connections"
        "|simultaneous connections exceeded",
        "The server, the database or the login has reached its limit of sessions.",
        "Close some. Programs should keep connections in a pool and use them again.",
    ),
    Diagnosis(
        "pool used up",
        "pool has been exhausted|pool exhausted|All pooled connections are in use|QueuePool limit of size"
        "|prior to obtaining a connection from the pool|Error: Queue limit reached",
        "The program is using all the connections that its pool may hold; the database was not asked.",
        "Return connections sooner, or let the pool hold more. Where none of them was ever made, the program's log "
        "says why: look that up.",
    ),
    Diagnosis(
        "blocked host",
        "is blocked because of many connection errors",
        "The server refuses this machine: too many of its connections ended before they signed in.",
        "Find what connects and hangs up, often a health check of the port, and stop it. Then ask the database's "
        "administrator to run TRUNCATE TABLE performance_schema.host_cache.",
    ),
    Diagnosis(
        "closed login",
        "is not permitted to log in|Account is locked|this account is locked",
        "The login exists but is locked: it is not complete yet, or you were removed from the profile.",
        "Ask the owner of this database's profile.",
    ),
    Diagnosis(
        "no token",
        "password-based authentication, but no password was provided|empty password returned by client"
        "|backend requires one [(]in cleartext",
        "The login requires a token, and none was sent in place of the password.",
        "Make one with the kit's line and give it as the password; it is good for 15 minutes.",
    ),
    Diagnosis(
        "init_connect",
        "Aborted connection .* to db: |init_connect command failed",
        "You are signed in, and the server ended the session at once: what it runs for every new session "
        "(init_connect) failed with your rights.",
        "Ask the database's administrator: the parameter init_connect must work for every login.",
    ),
    Diagnosis(
        "no login",
        "password authentication failed for user|SCRAM-based authentication, but|client password must be a"
        "|backend requires one [(]in|[Aa]uthentication (type|method) 10 (is )?not supported|[(]Received: 10[)]"
        "|authentication response: 10"
        '|SCRAM authentication requires libpq|role "[^"]*" does not exist'
        "|is not allowed to connect to this M",
        "The server asks for a password, or does not know the name: it has no login of this name that signs in by "
        "ticket or token.",
        "Write the login as the kit's line does: with a ticket the name, @ and the realm in upper case; with a "
        "token the name alone. If it is right, ask the owner of this database's profile to add you.",
    ),
    Diagnosis(
        "the server's own password",
        "Public Key Retrieval is not allowed|Retrieval of the RSA public key is not enabled"
        "|requires mysql native password|method unknown to the client"
        "|'caching_sha2_password' (cannot be loaded|failed|not supported by|reported error)"
        "|caching_sha2_password could not be loaded",
        "The server asks for a password that it keeps itself: it has no login of this name that signs in by the "
        "directory or by token.",
        "Write the login as the kit's line does, in lower case and without the domain. If it is right, ask the owner "
        "of this database's profile to add you. Leave public key retrieval off, and TLS on.",
    ),
    Diagnosis(
        "no password sent",
        "no password supplied",
        "The server asks for a password, and none was sent: the login requires a token, or the server has no login of "
        "this name that signs in by ticket.",
        "With a token: make one with the kit's line and give it as the password. With a ticket: write the login as "
        "the kit's line does, the name, @ and the realm in upper case; then ask the profile's owner to add you.",
    ),
    Diagnosis(
        "unknown database",
        'Unknown database \'|database ".*" does not exist',
        "The server has no database of this name.",
        "Names are case-sensitive. You can also sign in without one: mysql without a name, psql with "
        "dbname=postgres; then SHOW DATABASES or \\l lists them.",
    ),
    Diagnosis(
        "closed database",
        "is not currently accepting connections|cannot connect to invalid database",
        "The database takes no connections: somebody has closed it, or it is half dropped.",
        "Ask its administrator. Every server has dbname=postgres, and you can sign in there.",
    ),
    Diagnosis(
        "no right on the database",
        "Access denied for user .* to database|permission denied for database",
        "Your login has no right to use this database.",
        "Ask the owner of this database's profile for a role that names it.",
    ),
    Diagnosis(
        "no right on the table",
        "command denied to user|permission denied for (table|schema|sequence|view|function|relation)",
        "You are signed in, and your roles do not include this.",
        "Ask the owner of this database's profile. PostgreSQL: what somebody other than the master user has "
        "made is granted by its owner.",
    ),
    Diagnosis(
        "read only",
        "in a (read-only|READ ONLY) transaction|with the --(super-)?read-only option",
        "You are signed in to a server that cannot be written to (a reader endpoint, a replica), or your session is "
        "read-only.",
        "Connect to the endpoint on the kit's page, which is the writer's. If you did, look at the session's settings.",
    ),
    Diagnosis(
        "no password",
        "Access denied for user .*using password: NO",
        "No password or token was sent; or you signed in with a ticket, and the server has no login of this name.",
        "Add --password and type the directory's password, or put the token where the kit's line does.",
    ),
    Diagnosis(
        "access denied",
        "Access denied for user",
        "The server gives the same error for every cause: no login of this name, a wrong directory password, a "
        "connection without TLS; with a token: older than 15 minutes, incomplete, made for another user, endpoint "
        "or port, or your role may not connect as this user.",
        "Take the kit's line as it stands, with your account's name in lower case and without the domain. Make a "
        "new token and connect with it at once. Then ask the owner of this database's profile whether you "
        "are listed. " + MAY_NOT_CONNECT,
    ),
    Diagnosis(
        "no TLS",
        r"pg_hba\.conf .*(no encryption|SSL off)|plugin that require SSL without enabling ssl"
        "|insecure (transport are prohibited|channels)|only with SSL connections|requires TLS connections"
        "|mysql_clear_password requires SSL|SSL connection required for plugin|requires a secure connection",
        "The connection is not encrypted, and the server or the driver requires TLS.",
        "Take the kit's line: sslmode=verify-full for PostgreSQL, --ssl-mode=VERIFY_IDENTITY for mysql, "
        "--ssl-verify-server-cert for mariadb. Drivers: TLS with the kit's ca-bundle.pem.",
    ),
    Diagnosis(
        "Kerberos encryption",
        r"pg_hba\.conf .*GSS encryption|GSSAPI encryption required|support (GSSAPI|GSS) [Ee]ncryption"
        "|No GSS encryption enabled connection",
        "The client encrypts by Kerberos, which RDS does not offer.",
        "Say gssencmode=disable, as the kit's lines do (JDBC: gssEncMode=disable, .NET: GSS Encryption Mode=Disable): "
        "TLS encrypts.",
    ),
    Diagnosis(
        "refused by rule",
        r"pg_hba\.conf (rejects|entry)",
        "The server's rules refuse this login for this database. The login rdsadmin and the database rdsadmin are "
        "AWS's own.",
        "Use the kit's line with its login and a database of your own; every server has dbname=postgres.",
    ),
)
