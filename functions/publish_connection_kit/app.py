"""Publish connection kit: what a person needs to connect, in the kit bucket under the database's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import guard, kits, profiles
from signon.domain.kit.facts import kit_facts
from signon.domain.kit.files import render
from signon.domain.kit.published import PublishedKit
from signon.domain.plan.assignment import Assignment
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    assignment = Assignment.from_json(event)
    plan = assignment.plan
    table, bucket = setting("TABLE"), setting("PROFILES")
    database = guard.before_change(table, bucket, assignment)
    profile = profiles.planned(bucket, plan.profile)
    files = render(kit_facts(database, profile, plan.methods.used), Path(setting("CA_BUNDLE")).read_bytes())
    folder = database.id.folder
    kit = PublishedKit(f"s3://{setting('KITS')}/{folder}/", kits.publish(setting("KITS"), folder, files))
    logger.info("Connection kit published", extra={"changed": kit.changed})
    return kit.to_json()
