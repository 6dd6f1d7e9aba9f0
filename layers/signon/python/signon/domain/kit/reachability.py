"""The script that says whether a machine reaches the database and the directory; its text is next to this file."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from signon.domain.kit.facts import KitFacts
from signon.domain.kit.quoting import dns_name
from signon.domain.network.directory_ports import PORTS

CHECK_CONNECTION = "check-connection"
_SCRIPT = Path(__file__).with_name(CHECK_CONNECTION).read_text()


def check_connection(facts: KitFacts) -> str:
    """The script. Only tickets need the directory: a password goes to the database. Raises Unquotable."""
    values = {
        "HOST": dns_name(facts.host),
        "PORT": str(facts.port),
        "DIRECTORY": dns_name(facts.domain) if facts.takes_tickets else "",
        "PORTS": " ".join(map(str, PORTS)) if facts.takes_tickets else "",
    }
    return re.sub("@([A-Z]+)@", lambda field: shlex.quote(values[field[1]]), _SCRIPT)
