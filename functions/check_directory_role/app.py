"""Check directory role: the template made it; this verifies it, and says how to mend it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import iam
from signon.domain.database import DatabaseId
from signon.domain.directory import usable_role
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    database = DatabaseId.from_json(event["database"])
    role = usable_role(iam.directory_role(setting("DIRECTORY_ROLE")), database.region, database.engine)
    logger.info("Directory role checked", extra={"role": role.arn})
    return {"role": role.name}
