"""Read membership: one look, judged."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import rds
from signon.domain.plan.plan import Plan
from signon.domain.rds.database import DatabaseId, in_working_order
from signon.domain.rds.membership import Reading, judge
from signon.domain.times import moment

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    plan = Plan.to_follow(event["plan"])
    database = in_working_order(rds.observe(DatabaseId.from_json(event["database"])))
    reading = judge(
        Reading.from_json(event["membership"]),
        database,
        plan.directory,
        moment(event["now"], "now"),
    )
    logger.info(
        "Membership read",
        extra={"status": reading.status, "verdict": reading.verdict, "reason": reading.reason, "looks": reading.looks},
    )
    return reading.to_json()
