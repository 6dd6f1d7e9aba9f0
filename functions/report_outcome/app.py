"""Report outcome: the record; a message to people and an event to machines where there is news; releases the claim.

An execution that was overtaken reports nothing: the other one will.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import claims, reporting
from signon.domain.outcome import outcome
from signon.domain.outcome.dossier import Dossier
from signon.domain.outcome.message import cause
from signon.errors import REPORTED, End
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    dossier = Dossier.from_json(event["dossier"])
    ended, claim = outcome.decide(dossier, event["input"]), dossier.claim
    logger.info("Outcome", extra={"end": ended.end, "headline": ended.headline, "problems": ended.problems})
    overtaken = claim is not None and claims.is_overtaken(setting("TABLE"), claim)
    if not (ended.is_silent or overtaken or outcome.is_dry_run(event["input"])):
        reporting.remember_and_tell(
            setting("TABLE"), setting("TOPIC"), ended, dossier, event["execution"], event["now"]
        )
    again = claim is not None and claims.release(setting("TABLE"), claim, event["now"])
    error = f"{REPORTED}{ended.error}" if ended.end is End.FAILED else ended.error or ""
    return {"end": ended.end, "headline": ended.told, "again": again, "Error": error, "Cause": cause(ended)}
