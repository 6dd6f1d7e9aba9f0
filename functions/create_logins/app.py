"""Create logins: made locked, granted, read back, and unlocked only when complete."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import guard, profiles, rds, secrets
from signon.db import logins, session
from signon.domain.credentials import Credentials
from signon.domain.database import Instance, in_working_order
from signon.domain.errand import Errand
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    errand = Errand.from_json(event)
    plan = errand.plan
    table, bucket = setting("TABLE"), setting("PROFILES")
    database = in_working_order(rds.observe(errand.database))
    profile = profiles.planned(bucket, plan.profile)
    bundle = setting("CA_BUNDLE")

    def credentials() -> Credentials:
        return secrets.master_credentials(database, plan.master_secret)

    def signed_in(reader: Instance) -> frozenset[str]:
        with session.sign_in(database, credentials, bundle, host=reader.host) as master:
            return logins.signed_in(master, database)

    readers = [instance for instance in database.instances if not instance.is_writer and instance.host]
    elsewhere = frozenset[str]().union(*map(signed_in, readers if profile.adopt else []))
    with session.sign_in(database, credentials, bundle) as master:
        statements = logins.create(
            master,
            database,
            plan,
            profile,
            before_change=lambda: guard.before_change(table, bucket, errand),
            elsewhere=elsewhere,
        )
    logger.info("Logins created", extra={"statements": statements, "round_trips": master.round_trips})
    return {"statements": statements, "round_trips": master.round_trips}
