"""Leave directory: one visit. The database leaves before IAM takes the directory's place, and before it joins again."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import guard, rds_changes, records
from signon.domain.plan.assignment import Assignment
from signon.domain.rds.membership import must_leave
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
    before = Visit.from_json(event["leaving"]) if event["leaving"] else None
    asks = must_leave(database, apply_immediately=plan.apply_immediately)
    visited = visit(
        before, now, done=not database.memberships, asks=asks, what="the database is still leaving its directory"
    )
    if asks:
        guard.before_modifying(database, assignment)
        records.note(table, claim.database, {**plan.as_begun, "associated_at": "", "rebooted_at": ""})
        rds_changes.leave_directory(database, apply_immediately=plan.apply_immediately)
    logger.info("Leaving the directory", extra=visited.to_json())
    return visited.to_json()
