"""What a person needs to connect: the endpoint, the CA bundle, and client lines that work as they stand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from signon.domain import mysql_kit, postgresql_kit
from signon.domain.database import Database
from signon.domain.engines import ENGINES, Family
from signon.domain.kit_files import CA_BUNDLE


@dataclass(frozen=True)
class _Kit:
    """What differs between families. ``files`` are those beside page, facts and bundle: name -> content."""

    sign_in: str
    client_lines: Callable[[Database, str, str], Mapping[str, str]]
    page: Callable[[Database, str], str]
    files: Callable[[Database, str], Mapping[str, str]]


_KITS: Mapping[Family, _Kit] = {
    Family.MYSQL: _Kit(mysql_kit.SIGN_IN, mysql_kit.client_lines, mysql_kit.page, mysql_kit.files),
    Family.POSTGRESQL: _Kit(
        postgresql_kit.SIGN_IN, postgresql_kit.client_lines, postgresql_kit.page, postgresql_kit.files
    ),
}


def client_lines(database: Database, realm: str, user: str = "YOUR-NAME") -> Mapping[str, str]:
    """A shell line per client, run in the folder of the kit."""
    return _kit(database).client_lines(database, realm, user)


def render(database: Database, realm: str, ca_bundle: bytes) -> Mapping[str, bytes]:
    """The kit's files: name -> content."""
    kit = _kit(database)
    facts = {
        "endpoint": database.host,
        "port": database.port,
        "engine": database.id.engine,
        "sign_in": kit.sign_in,
        "realm": realm,
        "ca_bundle": CA_BUNDLE,
        "clients": client_lines(database, realm),
    }
    texts = {
        "connect.json": json.dumps(facts, indent=2) + "\n",
        "connect.md": kit.page(database, realm),
        **kit.files(database, realm),
    }
    return {**{name: text.encode() for name, text in texts.items()}, CA_BUNDLE: ca_bundle}


def _kit(database: Database) -> _Kit:
    return _KITS[ENGINES[database.id.engine].family]
