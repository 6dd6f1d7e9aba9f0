"""What a family's driver provides, and the address it connects to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from signon.domain.logins.login import Name
from signon.domain.rds.credentials import Credentials
from signon.errors import MasterSecretUnusable

Values = Sequence[str | Name]

CONNECTS_WITHIN = 5  # seconds
# "the resume time can be 30 seconds or longer": of an Aurora Serverless v2 instance that was paused for a day
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
RESUMES_WITHIN = 40
CONNECT_TRIES = 3


@dataclass(frozen=True)
class Address:
    """A server as RDS describes it. ``database``: PostgreSQL's sessions are in one; None for the one that RDS creates.

    ``within``: how many seconds an attempt to connect may take; an attempt resumes a paused instance.
    """

    host: str
    port: int
    database: str | None = None
    within: int = CONNECTS_WITHIN


class DatabaseFull(Exception):
    """One database of a server accepts no further session now; the others do."""


class Connection(Protocol):
    """A session of the master user's: parameters are filled in on our side of the connection."""

    round_trips: int

    def text(self, sql: str, values: Values) -> str:
        """The statement as the server gets it, with the values filled in: for the log."""

    def run(self, sql: str, values: Values) -> Sequence[tuple[Any, ...]]:
        """Runs one statement, in one round trip. Its rows; none if it returns none.

        ``sql`` has the driver's placeholders for ``values``. Raises SignonError: the server's error under our names,
        without the server's text.
        """

    def close(self) -> None: ...


class Connect(Protocol):
    """How a family's driver signs in.

    Raises ConnectionRefused: says why. MasterSecretUnusable: no server accepts this password. DatabaseBusy: the
    server accepts no sign-in yet. TemporaryFailure. DatabaseFull: of a database that ``address`` names.
    """

    def __call__(self, address: Address, credentials: Callable[[], Credentials], ca_bundle: str) -> Connection: ...


def not_taken() -> MasterSecretUnusable:
    """For credentials that a driver cannot use; its own text goes no further, because it repeats them."""
    return MasterSecretUnusable(
        "The master user's name or password holds what no driver can send",
        "Reset the master password, and write both into the secret as text in UTF-8",
    )
