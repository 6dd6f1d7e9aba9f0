"""Associate directory: the modify call with the directory and the role, unless the database is on its way already."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import directory_service, guard, rds_changes, records
from signon.domain.plan.assignment import Assignment
from signon.domain.plan.drift import as_it_runs
from signon.domain.rds.membership import Reading, must_associate, opening
from signon.domain.times import in_iso, moment
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    assignment = Assignment.from_json(event)
    plan, claim = assignment.plan, assignment.claim
    table, now, directory = setting("TABLE"), moment(event["now"], "now"), plan.directory
    database = guard.before_change(table, setting("PROFILES"), assignment)
    before = Reading.from_json(event["membership"]) if event["membership"] else None
    asks = must_associate(database, directory, apply_immediately=plan.apply_immediately)
    if asks:
        guard.before_modifying(database, assignment)
        directory_service.require_active(directory)
        begun = {**plan.as_begun, "associated_at": in_iso(now)}
        records.note(table, claim.database, {**begun, "joined_as": as_it_runs(database)})
        role = setting("DIRECTORY_ROLE")
        rds_changes.associate_directory(database, directory, role, apply_immediately=plan.apply_immediately)
    reading = opening(before, database, directory, asks=asks)
    logger.info("Association requested" if asks else "Association not needed", extra={"attempts": reading.attempts})
    return reading.to_json()
