"""Create logins: made locked, granted, read back, and unlocked only when complete."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import claims, profiles, rds, secrets
from signon.db import logins, session
from signon.domain.claim import Claim
from signon.domain.database import DatabaseId
from signon.domain.plan import Plan
from signon.domain.profile import load, read_profile
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    plan, claim = Plan.from_json(event["plan"]), Claim.from_json(event["claim"])
    database = rds.observe(DatabaseId.from_json(event["database"]))
    profile = read_profile(plan.profile.name, load(profiles.pinned(setting("PROFILES"), plan.profile)))
    with session.sign_in(
        database, lambda: secrets.master_credentials(database, plan.master_secret), setting("CA_BUNDLE")
    ) as master:
        statements = logins.create(
            master,
            database,
            plan,
            profile,
            before_change=lambda: claims.confirm(setting("TABLE"), claim),
        )
    logger.info("Logins created", extra={"statements": statements, "round_trips": master.round_trips})
    return {"statements": statements, "round_trips": master.round_trips}
