"""Report ending: an execution that was aborted, timed out or broke off is reported as *Report outcome* would have."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import claims, executions, rds, records, reporting
from signon.domain.outcome import ending
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    region, account = context.invoked_function_arn.split(":")[3:5]
    execution = executions.describe(event["detail"]["executionArn"])
    if execution is None or not execution.has_ended_badly:
        return {"reported": False, "released": False}
    request = ending.asked_for(execution, account, region)
    database = rds.find_made(request) if request else None
    if request is None or database is None:
        logger.info("Nothing to report: the input names no database of ours", extra={"execution": execution.arn})
        return {"reported": False, "released": False}
    table, resource = setting("TABLE"), database.id.resource_id
    record, claim = records.read(table, resource), claims.held_by(table, resource, execution.arn)
    unreported = ending.is_unreported(execution, request, database, record, holds=claim is not None)
    if unreported:
        ended = ending.outcome(execution, database.id.name)
        dossier = ending.dossier(request, database, record)
        reporting.remember_and_tell(table, setting("TOPIC"), ended, dossier, execution.arn, event["time"])
    released = claim is not None and not execution.may_still_write
    if claim and released:
        claims.abandon(table, claim)
    said = {"execution": execution.arn, "status": execution.status, "reported": unreported, "released": released}
    logger.info("Ending", extra=said)
    return {"reported": unreported, "released": released}
