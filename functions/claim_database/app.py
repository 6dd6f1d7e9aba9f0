"""Claim database: one conditional write ensures one effect, however many events and people start us."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import claims
from signon.domain.profile.profile import ProfileVersion
from signon.domain.request.request import BY_HAND
from signon.domain.times import moment
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    longest = timedelta(seconds=int(setting("LONGEST_TIMEOUT")))
    profile = ProfileVersion.from_json(event["profile"])
    claim = claims.take(
        setting("TABLE"),
        event["database"]["resource_id"],
        event["execution"],
        moment(event["now"], "now"),
        longest,
        purpose=f"{profile.name} {profile.sha256}",
        by_hand=event["trigger"] == BY_HAND,
    )
    logger.info("Database claimed", extra=claim.to_json())
    return claim.to_json()
