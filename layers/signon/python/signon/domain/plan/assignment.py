"""What a function that changes something is given: by which plan, for which database, under which claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from signon.domain.memory.claim import Claim
from signon.domain.plan.plan import Plan
from signon.domain.rds.database import DatabaseId
from signon.domain.request.request import Request


@dataclass(frozen=True)
class Assignment:
    """``redrives`` is how often the execution has been redriven by now."""

    request: Request
    database: DatabaseId
    plan: Plan
    claim: Claim
    redrives: int

    @classmethod
    def from_json(cls, event: Mapping[str, Any]) -> Assignment:
        """From the parameters that the state machine passes to such a function.

        Raises PlanOutdated: the plan is of an older version of this stack.
        """
        return cls(
            Request.from_json(event["request"]),
            DatabaseId.from_json(event["database"]),
            Plan.to_follow(event["plan"]),
            Claim.from_json(event["claim"]),
            event["redrives"],
        )
