"""Count sessions: before each reboot, is anybody signed in whom it would cut off? The join takes a while."""

from __future__ import annotations

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import guard, rds, records, secrets
from signon.aws.clients import inside_the_vpc
from signon.db import looking
from signon.domain.memory.record import Record
from signon.domain.plan.inside import require_calm
from signon.domain.plan.plan import Plan
from signon.domain.rds.database import DatabaseId, in_working_order
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
    listed = setting("MASTER_SECRETS").split(",")
    credentials = partial(secrets.master_credentials, database, plan.master_secret, listed)
    instances = cut_off(database, reboot)
    sessions = looking.other_sessions(database, credentials, setting("CA_BUNDLE"), plan, instances)
    logger.info("Sessions counted", extra={"other_sessions": sessions})
    require_calm(sessions, database, plan)
    return {"other_sessions": sessions}
