"""Probe connection: before anything is changed, reach the database, verify its TLS, sign in as master, look around."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import rds, secrets
from signon.aws.clients import inside_the_vpc
from signon.db import logins, session
from signon.domain.plan.plan import Plan
from signon.domain.plan.probe import Probe, as_recorded, judge, reboots, with_readers
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import DatabaseId, in_working_order
from signon.domain.rds.reboot import Reboot, cut_off
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
@inside_the_vpc()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    plan = Plan.from_json(event["plan"])
    database = in_working_order(rds.observe(DatabaseId.from_json(event["database"])))
    before = Reboot.from_json(event["reboot"]) if event["reboot"] else None
    bundle, listed = setting("CA_BUNDLE"), setting("MASTER_SECRETS").split(",")

    def credentials() -> Credentials:
        return secrets.master_credentials(database, plan.master_secret, listed)

    def inside(host: str | None = None) -> Probe:
        with session.sign_in(database, credentials, bundle, host=host) as master:
            return as_recorded(logins.probe(master, database, plan), plan)

    probe, readers = inside(), [each for each in cut_off(database, before) if each.host and not each.is_writer]
    writer_too = any(instance.is_writer for instance in database.to_reboot)
    if reboots(probe, plan) or not writer_too:
        probe = with_readers(probe, [inside(reader.host) for reader in readers], writer_too=writer_too)
    judge(probe, database, plan)
    logger.info("Connection probed", extra=probe.to_json())
    return probe.to_json()
