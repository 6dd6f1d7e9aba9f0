"""A row of the table of error texts.

A pattern is searched for in the text. It uses only syntax that Python and JavaScript share, because the kit's page
looks errors up itself: letters, escaped signs, ``.*``, ``[^x]*``, and groups with ``|``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """The name that tests use, the pattern, the likely cause, the remedy."""

    name: str
    pattern: str
    cause: str
    remedy: str


MAY_NOT_CONNECT = (
    "If it is, ask the administrator of your AWS account whether a permissions boundary of the role, or a service "
    "control policy of the organization, withholds rds-db:connect: the database does not say so, and its "
    "onboarding does not see such a policy."
)
