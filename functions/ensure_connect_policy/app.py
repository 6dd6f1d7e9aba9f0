"""Ensure connect policy: each IAM role of the profile's logins may sign in with them here, and with no others here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import connecting, guard, profiles, rds, records
from signon.domain.claim import Claim
from signon.domain.database import DatabaseId
from signon.domain.plan import Plan
from signon.domain.profile import load, read_profile
from signon.domain.request import Request
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    plan, claim, request = (
        Plan.from_json(event["plan"]),
        Claim.from_json(event["claim"]),
        Request.from_json(event["request"]),
    )
    identity, table, bucket = DatabaseId.from_json(event["database"]), setting("TABLE"), setting("PROFILES")
    rds.observe(identity)
    record = records.read(table, identity.resource_id)
    profile = read_profile(plan.profile.name, load(profiles.pinned(bucket, plan.profile))).on(identity.engine)
    connected = connecting.let_in(
        connecting.Owner(setting("CONNECT_POLICY_PREFIX"), frozenset(setting("CONNECT_ROLES").split(","))),
        identity,
        profile,
        earlier=record.connected_roles if record else {},
        lock=connecting.Lock(table, claim.execution, datetime.fromisoformat(event["now"]), timedelta(seconds=60)),
        before_change=lambda: guard.before_change(table, bucket, request, identity, plan, claim, event["redrives"]),
    )
    logger.info("Roles let in", extra=connected.to_json())
    return connected.to_json()
