"""Switch IAM authentication: one visit. It checks whether RDS has switched it as the plan says, and asks if not."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import guard, rds_changes, records
from signon.domain.plan.assignment import Assignment
from signon.domain.rds import iam_authentication
from signon.domain.rds.waiting import Visit, visit
from signon.domain.times import moment
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    assignment = Assignment.from_json(event)
    plan, claim = assignment.plan, assignment.claim
    table, now = setting("TABLE"), moment(event["now"], "now")
    database = guard.before_change(table, setting("PROFILES"), assignment)
    before = Visit.from_json(event["switching"]) if event["switching"] else None
    on, at_once = plan.methods.iam, plan.apply_immediately
    asks = iam_authentication.must_ask(database, on=on, apply_immediately=at_once)
    done = iam_authentication.is_switched(database, on=on)
    visited = visit(before, now, done=done, asks=asks, what=iam_authentication.told(database, on=on))
    if asks:
        guard.before_modifying(database, assignment)
        records.note(table, claim.database, plan.as_begun)
        rds_changes.switch_iam(database, on=on, apply_immediately=at_once)
    logger.info("Switching IAM database authentication", extra={"on": on, **visited.to_json()})
    return visited.to_json()
