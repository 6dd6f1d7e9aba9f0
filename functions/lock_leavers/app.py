"""Lock leavers: logins of ours that the profile no longer lists, each by itself, whatever else the plan waits for."""

from __future__ import annotations

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import guard, plans, profiles, rds, secrets
from signon.aws.clients import inside_the_vpc
from signon.db import logins, session
from signon.domain.plan.assignment import Assignment
from signon.domain.plan.step import StepKind
from signon.domain.rds.database import in_working_order
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
@inside_the_vpc()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    assignment = Assignment.from_json(event)
    plan, table, bucket = assignment.plan, setting("TABLE"), setting("PROFILES")
    database = in_working_order(rds.observe(assignment.database))
    profile = profiles.planned(bucket, plan.profile)
    planned = plans.planned(setting("PLANS"), database.id, plan, StepKind.LOCK)
    credentials = partial(
        secrets.master_credentials, database, plan.master_secret, setting("MASTER_SECRETS").split(",")
    )
    with session.sign_in(database, credentials, setting("CA_BUNDLE")) as master:
        before_change = guard.before_statements(table, bucket, assignment, planned)
        locked = logins.lock(master, database, profile, planned, before_change)
    logger.info("Leavers locked", extra=locked.to_json())
    return locked.to_json()
