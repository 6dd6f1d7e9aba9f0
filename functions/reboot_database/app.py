"""Reboot database: once. No API shows that a reboot is due, so the intent is stored before the call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import claims, rds, records
from signon.domain.claim import Claim
from signon.domain.database import DatabaseId
from signon.domain.plan import Plan
from signon.domain.reboot import permit
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    plan, claim, now = (
        Plan.from_json(event["plan"]),
        Claim.from_json(event["claim"]),
        datetime.fromisoformat(event["now"]),
    )
    database = rds.observe(DatabaseId.from_json(event["database"]))
    permit(plan, database, already=event["reboot"] is not None)
    claims.confirm(setting("TABLE"), claim)
    record = records.read(setting("TABLE"), claim.database)
    intent = record.open_intent if record else None
    if intent and (database.status == "rebooting" or rds.restarted_since(database, intent, now)):
        logger.info("Reboot not needed: it was done at our request", extra={"intended_at": intent.isoformat()})
        return {"requested": False, "at": intent.isoformat()}
    records.note(setting("TABLE"), claim.database, {"reboot_intended_at": now.isoformat()})
    rds.reboot(database)
    logger.info("Reboot requested")
    return {"requested": True, "at": now.isoformat()}
