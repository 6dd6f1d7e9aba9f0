"""Associate directory: ModifyDBInstance with the directory and the role, unless the database is on its way already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import claims, rds, records
from signon.domain.claim import Claim
from signon.domain.database import DatabaseId
from signon.domain.membership import Reading, must_associate, opening
from signon.domain.plan import Plan
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
    before = Reading.from_json(event["membership"]) if event["membership"] else None
    record = records.read(setting("TABLE"), claim.database)
    asks = must_associate(database, plan.directory, apply_immediately=plan.apply_immediately)
    if asks:
        claims.confirm(setting("TABLE"), claim)
        records.note(
            setting("TABLE"), claim.database, {"associated_at": now.isoformat(), "allowed": plan.profile.sha256}
        )
        rds.associate_directory(
            database, plan.directory, setting("DIRECTORY_ROLE"), apply_immediately=plan.apply_immediately
        )
    reading = opening(before, database, record, asks=asks, plugin_loaded=event["probe"]["plugin_loaded"])
    logger.info("Association requested" if asks else "Association not needed", extra={"attempts": reading.attempts})
    return reading.to_json()
