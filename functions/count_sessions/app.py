"""Count sessions: before each reboot, is anybody signed in whom it would cut off? The join takes a while."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import guard, rds, records, secrets
from signon.aws.clients import inside_the_vpc
from signon.db import logins, session
from signon.domain.memory.record import Record
from signon.domain.plan.inside import require_calm
from signon.domain.plan.plan import Plan
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import DatabaseId, Instance, in_working_order
from signon.domain.rds.reboot import Reboot, cut_off, since
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
@inside_the_vpc()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    plan = Plan.to_follow(event["plan"])
    database = in_working_order(rds.observe(DatabaseId.from_json(event["database"])))
    guard.require_ready(database, plan)
    record = records.read(setting("TABLE"), database.id.resource_id) or Record()
    reboot = since(Reboot.from_json(event["reboot"]) if event["reboot"] else None, record.associated_at)
    bundle, listed = setting("CA_BUNDLE"), setting("MASTER_SECRETS").split(",")

    def credentials() -> Credentials:
        return secrets.master_credentials(database, plan.master_secret, listed)

    def others(instance: Instance) -> int:
        host = None if instance.is_writer else instance.host
        with session.sign_in(database, credentials, bundle, host=host) as master:
            return logins.look_inside(master, database, plan).other_sessions

    sessions = sum(others(instance) for instance in cut_off(database, reboot) if instance.host)
    logger.info("Sessions counted", extra={"other_sessions": sessions})
    require_calm(sessions, database, plan)
    return {"other_sessions": sessions}
