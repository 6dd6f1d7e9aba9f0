"""The client itself: what it lacks, what it must be told."""

from __future__ import annotations

from signon.domain.diagnosis.row import Diagnosis

DRIVERS = (
    Diagnosis(
        "cleartext plugin off",
        "'?mysql_clear_password'? (cannot|could not) be loaded|requires clear text authentication"
        "|authentication using (unknown plugin )?mysql_clear_password|mysql_cleartext_plugin disabled"
        "|load authentication plugin 'mysql_clear_password'|'b?'?mysql_clear_password'?'? (is )?not"
        "|Client does not support authentication protocol requested by server"
        "|method unknown to the client .*mysql_clear_password",
        "The client does not send a password or a token as it is, unless it is told to.",
        "Add --enable-cleartext-plugin, as the kit's line does. Go: allowCleartextPasswords=true. Node mysql2: "
        "enableCleartextPlugin. ODBC: ENABLE_CLEARTEXT_PLUGIN=1. Other programs with MySQL's library: "
        "LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN=1 in the environment. MariaDB's client brings it in its plugin folder. TLS "
        "with a verified certificate must be on.",
    ),
    Diagnosis(
        "no Kerberos plugin",
        "authentication_kerberos_client'?'? ((cannot|could not) be loaded|not configured|(is )?not supported)"
        "|(unknown|authentication) plugin '?authentication_kerberos_client|Module gssapi is required"
        "|method unknown to the client .*authentication_kerberos"
        "|this authentication plugin is not supported",
        "This client has no plugin for Kerberos.",
        "Use Oracle's MySQL client, 8.0.26 or newer (Windows: 8.0.27): the plugin comes with it. MariaDB's "
        "clients have none that fits. Programs without one sign in by token, where the database has IAM too.",
    ),
    Diagnosis(
        "no Kerberos in the client",
        "GSSAPI authentication not supported|no GSSAPI provider registered|authenticationOk message type [78]"
        "|authentication response: [78]"
        "|[Aa]uthentication (type|method) [789] (is )?not supported|not supported [(]Received: (GSS|SSPI|[789])"
        "|requested by the server: '(gss|sspi)'|gssapi module not found|Invalid GSS token from client"
        "|GSSAPI support is not compiled in",
        "The server asks for a ticket, and this client cannot send one that the server accepts.",
        "Use a client of the kit's page; libpq and PostgreSQL's JDBC driver take tickets. Go needs a GSSAPI provider "
        "registered with the driver. Programs without Kerberos sign in by token, where the database has IAM too.",
    ),
    Diagnosis(
        "IAM is off",
        "Plugin 'AWSAuthenticationPlugin' is not loaded",
        "The login signs in by token, and IAM database authentication is off for this database.",
        "Tell the database's administrator. A run of its onboarding turns it on again.",
    ),
    Diagnosis(
        "plugin not loaded",
        "Plugin '[^']*' is not loaded",
        "The server does not know this way to sign in: it has not joined the directory, or was not restarted since.",
        "Tell the database's administrator: its onboarding is not complete. Its record says why.",
    ),
    Diagnosis(
        "another method required",
        'authentication method requirement "',
        "The client was told which ways to sign in it may use (require_auth), and the server asks for another one.",
        "Leave require_auth and PGREQUIREAUTH out: the kit's line verifies the server by TLS. If the server's way "
        "surprises you, write the login as the kit's line does.",
    ),
    Diagnosis(
        "channel binding",
        "channel binding (is )?required",
        "The client was told to bind the password to the TLS connection, and neither a ticket nor a token can be.",
        "Leave channel_binding=require out (PGCHANNELBINDING, too): the kit's line verifies the server by TLS.",
    ),
    Diagnosis(
        "direct TLS",
        "[Ww]eak sslmode|without ALPN protocol negotiation|no application protocol|invalid sslnegotiation value",
        "The line's options for TLS contradict each other, or what answers does not take TLS without asking first "
        "(sslnegotiation=direct): a PostgreSQL older than 17, or a proxy.",
        "Take the kit's line: sslmode=verify-full with its ca-bundle.pem, and without sslnegotiation.",
    ),
    Diagnosis(
        "another client",
        "unknown (variable|option) '|invalid connection option|invalid sslmode value|invalid gssencmode value",
        "The program does not know an option of the line: it is older than the kit requires, or it is MariaDB's "
        "program under the name of MySQL's.",
        "See its version (mysql --version, psql --version), and take the kit's line for it.",
    ),
    Diagnosis(
        "not installed",
        "(psql|mysql|mariadb|aws|kinit|klist)'?: (command )?not found|is not recognized as (an internal|the name)"
        "|No suitable driver found for|no default driver specified|Can't open lib '"
        "|architecture mismatch between the Driver and Application|required jar files are missing"
        "|Can't create driver instance|Can't load driver class|Failed to load driver class|claims to not accept jdbcUrl"
        "|Failed to get driver instance for jdbcUrl|Can't find the target driver for|Required dependency .* classpath"
        "|Can't load plugin: sqlalchemy|Error loading (psycopg|MySQLdb)",
        "The client or its driver is not on this machine, or not where it is looked for.",
        "Install the version that the kit's page names. ODBC: use the name of the installed driver, and its 32- or "
        "64-bit version as your program needs it.",
    ),
)
