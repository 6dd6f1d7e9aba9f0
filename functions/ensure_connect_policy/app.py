"""Ensure connect policy: each IAM role of the profile's logins may sign in with them here, and with no others here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import connecting, guard, policy_lock, profiles, rds, records
from signon.domain.plan.assignment import Assignment
from signon.domain.times import moment
from signon.settings import setting

logger = Logger()

# Every attempt of a state is given the time at which the state was entered; the last one ends almost three hours later.
LOCK_LASTS = timedelta(hours=3)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    assignment = Assignment.from_json(event)
    identity, plan, claim = assignment.database, assignment.plan, assignment.claim
    table, bucket = setting("TABLE"), setting("PROFILES")
    rds.observe(identity)
    record = records.read(table, identity.resource_id)
    profile = profiles.planned(bucket, plan.profile).on(identity.engine)
    connected = connecting.allow_to_connect(
        connecting.Owner(setting("CONNECT_POLICY_PREFIX"), frozenset(setting("CONNECT_ROLES").split(","))),
        identity,
        profile,
        earlier=record.connected_roles if record else {},
        lock=policy_lock.Lock(table, claim.execution, moment(event["now"], "now"), LOCK_LASTS),
        before_change=lambda: guard.before_change(table, bucket, assignment),
    )
    logger.info("Roles allowed to connect", extra=connected.to_json())
    return connected.to_json()
