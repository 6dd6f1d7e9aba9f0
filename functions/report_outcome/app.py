"""Report outcome: the record; a message to people and an event to machines where there is news; releases the claim."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import claims, reporting
from signon.domain import outcome
from signon.domain.claim import Claim
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    dossier, execution = event["dossier"], event["execution"]
    ended = outcome.decide(dossier, event["input"])
    logger.info("Outcome", extra={"end": ended.end, "headline": ended.headline, "problems": ended.problems})
    if not ended.is_silent and not outcome.is_dry_run(event["input"]):
        reporting.remember_and_tell(setting("TABLE"), setting("TOPIC"), ended, dossier, execution, event["now"])
    again = "claim" in dossier and claims.release(setting("TABLE"), Claim.from_json(dossier["claim"]), event["now"])
    return {"end": ended.end, "headline": ended.headline, "again": again, "Error": ended.error, "Cause": ended.cause}
