"""Describe database: an RDS event or a manual request becomes one database, as RDS describes it now."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import rds
from signon.domain.request.admission import admit
from signon.domain.request.request import read_request

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    region, account = context.invoked_function_arn.split(":")[3:5]
    asked = read_request(event["input"], account, region)
    database = rds.find(asked)
    request, database = admit(asked, database)
    logger.info(
        "Database described",
        extra={"database": database.id.to_json(), "trigger": request.trigger, "profile": request.profile},
    )
    return {"request": request.to_json(), "database": database.id.to_json()}
