"""The connection kit of MySQL's family: sign-in by directory password."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from signon.domain.database import Database
from signon.domain.kit_files import CA_BUNDLE

SIGN_IN = "directory password"


# every family is asked alike
def client_lines(database: Database, realm: str, user: str = "YOUR-NAME") -> Mapping[str, str]:  # noqa: ARG001
    """A shell line per client, run in the folder of the kit; each asks for the directory password.

    The password travels inside TLS that is verified against the bundle and the endpoint's name, so both clients may
    send it in the clear.
    """
    where = ["--host", database.host, "--port", str(database.port), "--user", user, "--password"]
    return {
        "mysql": shlex.join(
            ["mysql", *where, "--enable-cleartext-plugin", "--ssl-mode=VERIFY_IDENTITY", f"--ssl-ca={CA_BUNDLE}"]
        ),
        "mariadb": shlex.join(["mariadb", *where, f"--ssl-ca={CA_BUNDLE}", "--ssl-verify-server-cert"]),
    }


def files(database: Database, realm: str) -> Mapping[str, str]:  # noqa: ARG001  every family is asked alike
    """The files beside page, facts and bundle: none."""
    return {}


def page(database: Database, realm: str) -> str:
    lines = client_lines(database, realm)
    return f"""# Connecting to {database.id.name}

Endpoint `{database.host}`, port {database.port}. Sign in with your account of {realm}: its name in lower case without
the domain, and its password. Keep `{CA_BUNDLE}` beside you; without verified TLS the server refuses you, and so should
your client.

With MySQL's client (8.0 or newer):

    {lines["mysql"]}

With MariaDB's client:

    {lines["mariadb"]}

In a driver or a desktop tool: switch the *cleartext* authentication plugin on, TLS to "verify identity", and give it
`{CA_BUNDLE}`.
"""
