"""A row of the table of error texts.

A pattern is searched for in the text. It uses only syntax that Python and JavaScript share, because the kit's page
looks errors up itself: letters, escaped signs, ``.*``, ``[^x]*``, and groups with ``|``.

A text is whatever somebody pastes, so no pattern may skip as much of it as it likes: from every place where a
row's first words stand, a search would read on to the end. ``bounded`` limits each ``*``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

LONGEST_GAP = 300  # characters: a path or a host's name fits in


@dataclass(frozen=True)
class Diagnosis:
    """The name that tests use, the pattern, the likely cause, the remedy."""

    name: str
    pattern: str
    cause: str
    remedy: str

    def bounded(self) -> Diagnosis:
        """The row as it is searched for: ``.*`` and ``[^x]*`` match at most ``LONGEST_GAP`` characters."""
        return replace(self, pattern=re.sub(r"(?<=[.\]])\*", f"{{0,{LONGEST_GAP}}}", self.pattern))


MAY_NOT_CONNECT = (
    "If it is, ask the administrator of your AWS account whether a permissions boundary of the role, or a service "
    "control policy of the organization, withholds rds-db:connect: the database does not say so, and its "
    "onboarding does not see such a policy."
)
