"""Probe connection: before anything is changed, reach the database, verify its TLS, sign in as master, look around."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import rds, secrets
from signon.db import logins, session
from signon.domain.database import DatabaseId
from signon.domain.plan import Plan
from signon.domain.probe import judge
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    plan, database = Plan.from_json(event["plan"]), rds.observe(DatabaseId.from_json(event["database"]))
    with session.sign_in(
        database, lambda: secrets.master_credentials(database, plan.master_secret), setting("CA_BUNDLE")
    ) as master:
        probe = logins.probe(master, database, plan)
    judge(probe, database, plan)
    logger.info("Connection probed", extra=probe.to_json())
    return probe.to_json()
