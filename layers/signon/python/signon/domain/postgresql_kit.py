"""The connection kit of PostgreSQL's family: sign-in by a Kerberos ticket."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from signon.domain.database import Database
from signon.domain.kit_files import CA_BUNDLE, KRB5_CONF
from signon.domain.names import login_name

SIGN_IN = "Kerberos ticket"
_DATABASE = "postgres"  # every server has it; people name their own


def client_lines(database: Database, realm: str, user: str = "YOUR-NAME") -> Mapping[str, str]:
    """A shell line per step, run in the folder of the kit: the ticket first.

    With a ticket at hand libpq would rather encrypt by GSS, which RDS does not offer and which verifies no certificate:
    gssencmode.
    """
    connection = {
        "host": database.host,
        "port": str(database.port),
        "dbname": _DATABASE,
        "user": login_name(user, realm),
        "sslmode": "verify-full",
        "sslrootcert": CA_BUNDLE,
        "gssencmode": "disable",
    }
    return {
        "kinit": shlex.join(["kinit", login_name(user, realm)]),
        "psql": shlex.join(["psql", " ".join(f"{name}={_quoted(value)}" for name, value in connection.items())]),
    }


def files(database: Database, realm: str) -> Mapping[str, str]:
    """krb5.conf: the realm's KDCs are found by DNS, and the database's names belong to the realm."""
    domain = realm.lower()
    region = "." + database.host.split(".", 2)[-1]  # of instance and cluster endpoints alike
    return {
        KRB5_CONF: f"""\
[libdefaults]
    default_realm = {realm}
    dns_lookup_kdc = true
    dns_canonicalize_hostname = false
    rdns = false

[domain_realm]
    .{domain} = {realm}
    {domain} = {realm}
    {region} = {realm}
"""
    }


def page(database: Database, realm: str) -> str:
    lines = client_lines(database, realm)
    return f"""# Connecting to {database.id.name}

Endpoint `{database.host}`, port {database.port}. Sign in with a ticket of {realm}: your account's name in lower case,
`@`, and the realm in upper case. Keep `{CA_BUNDLE}` beside you; without verified TLS the server refuses you, and so
should your client.

A machine that has joined the domain gives you a ticket when you log in. On any other one put `{KRB5_CONF}` where
`KRB5_CONFIG` says, and get one with your password; it must reach the directory on ports 53, 88 and 464:

    export KRB5_CONFIG=$PWD/{KRB5_CONF}
    {lines["kinit"]}

Then, with psql (12 or newer), and your own database in place of `{_DATABASE}`:

    {lines["psql"]}

In a driver or a desktop tool: GSSAPI (Kerberos) as the way to sign in, the user name with the realm, TLS to
"verify-full", and `{CA_BUNDLE}` as its root certificate. No password.
"""


def _quoted(value: str) -> str:
    """A value of a connection string."""
    if value and not set(value) & set(" '\\\t\n\r\f\v"):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
