"""Check directory role: the template made it; this verifies it and says how to fix it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import iam
from signon.domain.directory.directory import usable_role
from signon.domain.engines import ENGINES
from signon.domain.rds.database import DatabaseId
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    database = DatabaseId.from_json(event["database"])
    family = ENGINES[database.engine].family
    role = usable_role(iam.directory_role(setting("DIRECTORY_ROLE")), database.region, family)
    logger.info("Directory role checked", extra={"role": role.arn})
    return {"role": role.name}
