"""Reboot database: one instance. No API shows that a reboot is due, so the intent is stored before the call."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import guard, reboots
from signon.domain.plan.assignment import Assignment
from signon.domain.rds.reboot import Reboot
from signon.domain.times import moment
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    assignment = Assignment.from_json(event)
    table, bucket = setting("TABLE"), setting("PROFILES")
    database = guard.before_change(table, bucket, assignment)
    before = Reboot.from_json(event["reboot"]) if event["reboot"] else None
    begun = assignment.plan.as_begun
    reboot = reboots.reboot_next(table, database, before, moment(event["now"], "now"), begun)
    logger.info("Reboot", extra=reboot.to_json())
    return reboot.to_json()
