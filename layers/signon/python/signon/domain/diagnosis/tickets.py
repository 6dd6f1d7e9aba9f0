"""Kerberos: kinit, GSSAPI, Java's and Windows's words for the same. The reason comes before "there is no ticket"."""

from __future__ import annotations

from signon.domain.diagnosis.row import Diagnosis
from signon.domain.network.directory_ports import TOLD

TICKETS = (
    Diagnosis(
        "wrong directory password",
        "[Pp]assword incorrect|Preauthentication failed|Pre-authentication information was invalid|SSPI .*8009030[Cc]",
        "The directory does not take this password.",
        "Type it again; check the keyboard's layout. Several failures in a row may lock the account in the directory.",
    ),
    Diagnosis(
        "unknown person",
        "Client '[^']*' not found in Kerberos database|get_init_creds: Client [(].*[)] unknown"
        "|Client not found in Kerberos database",
        "The directory knows no account of this name.",
        "Use the account's name in lower case, @, and the realm in upper case. Somebody of a trusted domain names "
        "their own realm.",
    ),
    Diagnosis(
        "account disabled",
        "credentials have been revoked|KDC policy rejects request|Client's entry in (database|KDC) (has )?expired",
        "The account is disabled, locked or expired in the directory, or its policy forbids this sign-in now.",
        "Ask the directory's administrator.",
    ),
    Diagnosis(
        "directory password expired",
        "Password (has )?expired",
        "The account's password has expired in the directory.",
        "Change it with kpasswd, which needs port 464, or at a computer of the domain; then sign in again.",
    ),
    Diagnosis(
        "unknown realm",
        "Cannot get kdc for realm|"
        "Cannot find KDC for|Cannot locate KDC|Cannot resolve (servers|network address) for KDC in re",
        "No domain controller of this realm is found: the realm is misspelt (it is written in upper case), or "
        "this machine asks a DNS that does not know the directory's domain.",
        "Compare the realm with the one on the kit's page, use the kit's krb5.conf, and run check-connection: the "
        "directory's domain must be known to this machine's resolver.",
    ),
    Diagnosis(
        "another realm",
        "Realm not local to KDC|LoginException: null [(]68[)]",
        "The directory keeps this name in a realm other than the one after the @.",
        "Write the name with the realm of the account's own domain, in upper case: somebody of a trusted domain names "
        "their own realm.",
    ),
    Diagnosis(
        "realm in lower case",
        "KDC reply did not match expectations",
        "The realm is not written as the directory writes it: in upper case.",
        "Write the part after the @ in upper case, as on the kit's page.",
    ),
    Diagnosis(
        "directory unreachable",
        "Cannot contact any KDC|unable to reach any KDC|Mechanism level: [^)]*([Tt]imed out|[Rr]efused|[Uu]nreachable)"
        "|LoginException: .*([Tt]imed out|refused|[Uu]nreachable)"
        "|No authority could be contacted|80090311",
        "The domain controllers are known, and none of them answers.",
        f"Run check-connection: ports {TOLD} of the directory must be open for this machine, TCP and UDP.",
    ),
    Diagnosis(
        "no krb5.conf",
        "does not specify default realm|Cannot locate default realm|Cannot find default realm|Null realm name"
        "|Could not load configuration file .*krb5|Included profile (file|directory) could not be read"
        "|Improper format of Kerberos configuration file",
        "Kerberos on this machine does not know your realm, or cannot read its configuration.",
        "Point KRB5_CONFIG at the kit's krb5.conf, for Java -Djava.security.krb5.conf, or write @ and the realm "
        "after your name.",
    ),
    Diagnosis(
        "clock skew",
        "Clock skew too great|Ticket not yet valid|KRB_AP_ERR_SKEW|SSPI .*80090324",
        "This machine's clock differs from the directory's by more than five minutes.",
        "Set the clock by NTP and get a new ticket.",
    ),
    Diagnosis(
        "encryption type",
        "no support for encryption type|lacks support for encryption type|Generic preauthentication failure"
        "|Bad encryption type"
        "|[Ee]ncryption type .* is not supported|Cannot find key of appropriate type|SSPI .*80090342",
        "This machine and the directory have no encryption type in common for the ticket, or the account has no AES "
        "keys.",
        "Use the kit's krb5.conf, without encryption types of your own. If that does not help, change the account's "
        "password once, which makes its AES keys, and ask the directory's administrator which types it allows.",
    ),
    Diagnosis(
        "expired ticket",
        "Ticket expired|[Cc]redentials? cache .*expired|Credentials has expired|KRB_AP_ERR_TKT_EXPIRED"
        "|GSS.*CredentialsExpired",
        "Your ticket has expired.",
        "Get a new one with the kit's kinit line. klist shows when it expires.",
    ),
    Diagnosis(
        "another key",
        "Message stream modified|[Ii]ntegrity check (on decrypted field )?failed|KRB_AP_ERR_MODIFIED"
        "|SSPI .*(80090322|target principal name is incorrect)",
        "The ticket does not fit the server's key: the database has joined the directory again since you got it, the "
        "name leads to another computer, or the realm is not in upper case.",
        "Drop your tickets (kdestroy; on Windows klist purge), get a new one with the realm in upper case, and connect "
        "to the endpoint on the kit's page. If that does not help, tell the database's administrator.",
    ),
    Diagnosis(
        "no such service",
        "Server .*not found in Kerberos database|KDC_ERR_S_PRINCIPAL_UNKNOWN|No service creds"
        "|specified target is unknown or unreachable|SSPI .*80090303|GSS.*TargetUnknown"
        "|Hostname cannot be canonicalized|Cannot determine realm for numeric host address",
        "The directory knows no database of the name that you connect to: it is an address, an alias or a custom "
        "endpoint, or the realm of its name was guessed wrongly.",
        "Connect to the endpoint on the kit's page, with the kit's krb5.conf. Windows clients of a trusted domain "
        "use the endpoint that ends with the directory's domain.",
    ),
    Diagnosis(
        "no jaas.conf",
        "No LoginModules configured for",
        "Java was not told how to use a ticket.",
        "Start it with -Djava.security.auth.login.config=, the path of the kit's jaas.conf and no other.",
    ),
    Diagnosis(
        "ticket cache",
        "No KCM server found|Invalid UID in persistent keyring name|Credentials cache (file )?permissions incorrect"
        "|Connection refused while (getting default|resolving) ccache|Bad format in credentials cache",
        "The place where this machine keeps tickets is not there, as in a container, or is broken or another user's.",
        "Name a file of your own in KRB5CCNAME (FILE:, then its path), the same for kinit and the client, and get a "
        "ticket with the kit's kinit line.",
    ),
    Diagnosis(
        "no ticket",
        "Matching credential not found|"
        "No Kerberos credentials available|No credentials cache found|Credentials cache keyring .* not found"
        "|SPNEGO cannot find mechanisms"
        "|Unable to obtain (Principal Name for authentication|password from user)|Failed to find any Kerberos tgt"
        "|Attempt to obtain new INITIATE credentials failed|No cached TGT found|Unable to retrieve cached credentials"
        "|No valid credentials provided[^(]*[(]Mechanism level: No valid credentials"
        "|SSPI .*(8009030[Ee]|No credentials are available)|GSS.*(UnknownCredentials|InvalidCredentials)",
        "There is no ticket where the client looks for one, or it has expired: Java gives the same error for both.",
        "Get one with the kit's kinit line, in the same session and as the same user of this machine; klist shows "
        "it. Where KRB5CCNAME is set it must be the same for both. A Windows machine outside the domain has none.",
    ),
    Diagnosis(
        "no ticket for MySQL",
        "ERROR 2000 .*Unknown MySQL error",
        "MySQL's client has no ticket that fits the login, and says no more than this: there is none, it has "
        "expired, or it is somebody else's.",
        "klist shows whose ticket you have and when it expires. Get one with the kit's kinit line, in the same session "
        "and as the same user of this machine.",
    ),
    Diagnosis(
        "another's ticket",
        "GSSAPI authentication failed for user",
        "The ticket is somebody else's than the login that you sign in as, or the server has not taken tickets "
        "since its last start.",
        "klist shows whose ticket it is: it must read exactly as the login does, upper and lower case too.",
    ),
)
