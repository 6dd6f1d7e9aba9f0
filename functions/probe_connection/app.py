"""Probe connection: before anything is changed, reach the database, verify its TLS, sign in as master, look around."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import rds, secrets
from signon.db import logins, session
from signon.domain.database import Database, DatabaseId
from signon.domain.plan import Plan
from signon.domain.probe import Probe, judge, reboots, together
from signon.domain.reboot import Reboot, remaining
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    plan, database = Plan.from_json(event["plan"]), rds.observe(DatabaseId.from_json(event["database"]))
    before = Reboot.from_json(event["reboot"]) if event["reboot"] else None

    def look(at: Database) -> Probe:
        with session.sign_in(
            at, lambda: secrets.master_credentials(database, plan.master_secret), setting("CA_BUNDLE")
        ) as master:
            return logins.probe(master, at, plan)

    probe = look(database)
    if reboots(probe, plan):
        readers = [one for one in remaining(database, before) if not one.is_writer]
        probe = together(probe, [look(database.at(reader)) for reader in readers])
    judge(probe, database, plan)
    logger.info("Connection probed", extra=probe.to_json())
    return probe.to_json()
