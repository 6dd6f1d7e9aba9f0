"""What a person needs to connect: the endpoint, the CA bundle, and client lines that work as they stand."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from signon.domain.database import Database

CA_BUNDLE = "ca-bundle.pem"


def client_lines(database: Database, user: str = "YOUR-NAME") -> Mapping[str, str]:
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


def render(database: Database, realm: str, ca_bundle: bytes) -> Mapping[str, bytes]:
    """The kit's files: name -> content."""
    lines = client_lines(database)
    facts = {
        "endpoint": database.host,
        "port": database.port,
        "engine": database.id.engine,
        "sign_in": "directory password",
        "realm": realm,
        "ca_bundle": CA_BUNDLE,
        "clients": lines,
    }
    return {
        "connect.json": (json.dumps(facts, indent=2) + "\n").encode(),
        "connect.md": _page(database, realm, lines).encode(),
        CA_BUNDLE: ca_bundle,
    }


def _page(database: Database, realm: str, lines: Mapping[str, str]) -> str:
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
