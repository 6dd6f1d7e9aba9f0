"""What there is to say of a kind of rogue, and of the family whose protocol it speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from localcloud.servers import World
from signon.errors import ConnectionRefused, SignonError, TemporaryFailure

from .certificates import Certificate, of_another_authority
from .conftest import HOST
from .rogue import Talk

PORT = "PORT"  # in an expected message: the one that the rogue has


@dataclass(frozen=True)
class Kind:
    """What the rogue says, having this certificate, and what the product says of it."""

    name: str
    talk: Callable[[Certificate], Talk]
    said: SignonError
    certificate: Callable[[World, Path], Certificate] = of_another_authority
    visits: int = 1


@dataclass(frozen=True)
class Family:
    """The rogues of one protocol.

    ``asks_for_tls`` matches all that a client may say in the clear; ``forms`` are all that would say the password, to
    these rogues. ``trusted`` have the database's own certificate, and ask in a way that is refused anyway;
    ``ears`` have it as well, and do hear the password.
    """

    engine: str
    asks_for_tls: bytes
    forms: Callable[[str], Iterator[bytes]]
    kinds: tuple[Kind, ...]
    trusted: tuple[Kind, ...]
    ears: tuple[Kind, ...]


UNVERIFIED = ConnectionRefused(
    f"The TLS of {HOST} cannot be verified",
    "Give the database a certificate of a current RDS certificate authority, see that the file of the parameter"
    " CaBundle has the authorities of this Region, and check what answers at that address",
)
NOT_LET_IN = ConnectionRefused(
    f"{HOST} does not let the master user in",
    "Reset the master password, or fix the secret that the profile names. If both are right, the server chooses another"
    " account of that name, or an anonymous one, before the master user's own for the addresses of this stack: SELECT"
    " User, Host FROM mysql.user WHERE Host <> '%' shows them; drop or rename it",
)
CUT_OFF = TemporaryFailure(f"{HOST}:{PORT} ended the connection while we signed in")
SILENT = TemporaryFailure(f"{HOST}:{PORT} stopped answering while we signed in")


def stranger(protocol: str) -> SignonError:
    return ConnectionRefused(f"{HOST}:{PORT} does not answer as {protocol} does", "Check what answers at that address")
