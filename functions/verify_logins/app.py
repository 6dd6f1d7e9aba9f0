"""Verify logins: a second look with a fresh connection, each login read back."""

from __future__ import annotations

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import guard, memories, profiles, rds, secrets
from signon.aws.clients import inside_the_vpc
from signon.db import logins, session
from signon.domain.plan.plan import Plan
from signon.domain.rds.database import DatabaseId, in_working_order
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
@inside_the_vpc()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    plan = Plan.to_follow(event["plan"])
    database = in_working_order(rds.observe(DatabaseId.from_json(event["database"])))
    guard.require_ready(database, plan)
    profile = profiles.planned(setting("PROFILES"), plan.profile)
    listed = setting("MASTER_SECRETS").split(",")
    credentials = partial(secrets.master_credentials, database, plan.master_secret, listed)
    with session.sign_in(database, credentials, setting("CA_BUNDLE")) as master:
        proof = logins.verify(master, database, plan, profile, memories.recall(setting("TABLE"), database))
    logger.info("Logins verified", extra={**proof.to_json(), "round_trips": master.round_trips})
    return {**proof.to_json(), "round_trips": master.round_trips}
