"""Claim database: one conditional write makes the effect single, however many events and people start us."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import claims
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    longest = timedelta(seconds=int(setting("LONGEST_TIMEOUT")))
    claim = claims.take(
        setting("TABLE"),
        event["database"]["resource_id"],
        event["execution"],
        datetime.fromisoformat(event["now"]),
        longest,
    )
    logger.info("Database claimed", extra=claim.to_json())
    return claim.to_json()
