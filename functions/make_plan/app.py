"""Make plan: what must be done, and what stands in the way, as far as it shows from outside. Writes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import kits, plans, profiles, rds, records, surroundings
from signon.domain.plan.outside import make_plan
from signon.domain.plan.past import Past
from signon.domain.profile.schema import checked
from signon.domain.rds.database import DatabaseId
from signon.domain.rds.reboot import Reboot
from signon.domain.request.request import Request
from signon.domain.times import moment
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    request, database = Request.from_json(event["request"]), rds.observe(DatabaseId.from_json(event["database"]))
    table, now = setting("TABLE"), moment(event["now"], "now")
    version, text = profiles.newest(setting("PROFILES"), request.profile_name(database))
    profile = checked(version.name, text)
    around = surroundings.look_around(
        database,
        profile,
        role=setting("DIRECTORY_ROLE"),
        table=table,
        vpc=setting("VPC"),
        policy_prefix=setting("CONNECT_POLICY_PREFIX"),
        master_secrets=setting("MASTER_SECRETS").split(","),
    )
    kit = kits.published(setting("KITS"), database.id.folder)
    around = replace(around, kit=kit, ca_bundle=Path(setting("CA_BUNDLE")).read_bytes())
    record = records.read(table, database.id.resource_id)
    before = event.get("reboot")  # not in executions of an older version, which may run while the stack is updated
    reboot = Reboot.from_json(before) if before else None
    approved = plans.approved(setting("PLANS"), database.id, record, version)
    made = make_plan(request, database, profile, version, around, now, Past(record, approved, reboot))
    made = replace(made, redrives=event["redrives"])
    logger.info("Plan made", extra=made.summary)
    return made.to_json()
