"""Make plan: everything that must be done, and everything that stands in the way, at once. Writes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import directory_service, iam, profiles, rds, records
from signon.domain import plan
from signon.domain.database import DatabaseId
from signon.domain.engines import ENGINES
from signon.domain.prerequisites import Surroundings
from signon.domain.profile_schema import checked
from signon.domain.request import Request
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    request, database = Request.from_json(event["request"]), rds.observe(DatabaseId.from_json(event["database"]))
    version, text = profiles.newest(setting("PROFILES"), request.profile_name)
    profile = checked(version.name, text)
    record = records.read(setting("TABLE"), database.id.resource_id)
    around = Surroundings(
        directory=directory_service.find(profile.directory),
        role=iam.directory_role(setting("DIRECTORY_ROLE")),
        kerberos_offered=rds.offers_kerberos(database),
        served_vpc=setting("VPC"),
        paused=records.is_paused(setting("TABLE")),
    )
    now = datetime.fromisoformat(event["now"])
    made = plan.make_plan(
        request,
        ENGINES[database.id.engine],
        database,
        profile,
        version,
        around,
        now,
        record=record,
    )
    logger.info(
        "Plan made",
        extra={
            "verdict": made.verdict,
            "checksum": made.checksum,
            "steps": len(made.steps),
            "findings": len(made.findings),
        },
    )
    return made.to_json()
