"""Create logins: made locked, granted, read back, and unlocked only when complete."""

from __future__ import annotations

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import guard, memories, plans, profiles, rds, secrets
from signon.aws.clients import inside_the_vpc
from signon.db import logins, session
from signon.domain.logins.login import CreatedLogins
from signon.domain.plan.assignment import Assignment
from signon.domain.plan.step import StepKind
from signon.domain.rds.database import in_working_order
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
@inside_the_vpc()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    assignment = Assignment.from_json(event)
    plan = assignment.plan
    table, bucket, bundle = setting("TABLE"), setting("PROFILES"), setting("CA_BUNDLE")
    listed = setting("MASTER_SECRETS").split(",")
    database = in_working_order(rds.observe(assignment.database))
    guard.require_ready(database, plan)
    profile = profiles.planned(bucket, plan.profile)
    planned = plans.planned(setting("PLANS"), database.id, plan, StepKind.LOGINS)
    credentials = partial(secrets.master_credentials, database, plan.master_secret, listed)
    elsewhere = logins.signed_in_to_readers(database, credentials, bundle) if profile.adopt else frozenset[str]()
    with session.sign_in(database, credentials, bundle) as master:
        statements = logins.create(
            master,
            database,
            plan,
            profile,
            before_change=guard.before_statements(table, bucket, assignment, planned),
            elsewhere=elsewhere,
            memory=memories.recall(table, database, plan),
            remember=lambda made: memories.remember(table, database, made),
        )
    created = CreatedLogins(statements, master.round_trips)
    logger.info("Logins created", extra=created.to_json())
    return created.to_json()
