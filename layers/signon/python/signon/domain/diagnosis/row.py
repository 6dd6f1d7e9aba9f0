"""A row of the table of error texts.

A pattern is searched for in the text. It is written in what Python and JavaScript read alike, because the kit's page
looks errors up by itself: letters, escaped signs, ``.*``, ``[^x]*``, and groups with ``|``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """By which name tests call it, what it fits, the likely cause, the remedy."""

    name: str
    pattern: str
    cause: str
    remedy: str


MAY_NOT_CONNECT = (
    "If it is, whoever keeps your AWS account looks whether a permissions boundary of the role, or a service control "
    "policy of the organization, withholds rds-db:connect: the database does not say it, and its onboarding does not "
    "see such a policy."
)
