"""What a client's error text most likely means, and what to do: a table, the first row that fits.

The most specific reason comes first. A driver that tries several ways or addresses reports what each of them met: what
refuses the person comes before what only one of the ways met, and texts without a reason of their own come last.
"""

from __future__ import annotations

import re

from signon.domain.diagnosis.drivers import DRIVERS
from signon.domain.diagnosis.encryption import ENCRYPTION
from signon.domain.diagnosis.logins import LOGINS
from signon.domain.diagnosis.network import NETWORK
from signon.domain.diagnosis.row import Diagnosis
from signon.domain.diagnosis.tickets import TICKETS
from signon.domain.diagnosis.tokens import TOKENS
from signon.domain.diagnosis.wrappers import WRAPPERS

__all__ = ["DIAGNOSES", "Diagnosis", "diagnose"]

DIAGNOSES: tuple[Diagnosis, ...] = tuple(
    row.bounded() for row in (*TOKENS, *TICKETS, *ENCRYPTION, *DRIVERS, *LOGINS, *NETWORK, *WRAPPERS)
)


def diagnose(text: str) -> Diagnosis | None:
    """The likely cause of an error text and its remedy, None where no row fits."""
    return next((row for row in DIAGNOSES if re.search(row.pattern, text)), None)
