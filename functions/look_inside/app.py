"""Look inside: reach the database, verify its TLS, sign in as master, and finish the plan with what is seen there.

It changes nothing. As it reads profile and record, it also finds out whether the endpoints that later steps need can be
reached from the VPC.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import profiles, rds, records, secrets
from signon.aws.clients import inside_the_vpc
from signon.db import logins, session
from signon.domain.plan.inside import Inside, Restarts, Seen, finish, must_look_at_readers, require_writable
from signon.domain.plan.plan import Plan
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import DatabaseId, in_working_order
from signon.domain.rds.reboot import Reboot, cut_off
from signon.domain.request.request import Request
from signon.domain.times import moment
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
@inside_the_vpc()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    request, draft = Request.from_json(event["request"]), Plan.to_follow(event["plan"])
    database = in_working_order(rds.observe(DatabaseId.from_json(event["database"])))
    profile = profiles.planned(setting("PROFILES"), draft.profile)
    record = records.read(setting("TABLE"), database.id.resource_id)
    reboot = Reboot.from_json(event["reboot"]) if event["reboot"] else None
    restarts = Restarts.known(draft, record, reboot)
    bundle, listed = setting("CA_BUNDLE"), setting("MASTER_SECRETS").split(",")

    def credentials() -> Credentials:
        return secrets.master_credentials(database, draft.master_secret, listed)

    def look(host: str | None = None) -> Inside:
        with session.sign_in(database, credentials, bundle, host=host) as master:
            return logins.look_inside(master, database, draft)

    writer, readers = look(), tuple[Inside, ...]()
    require_writable(writer, database)
    if must_look_at_readers(writer, database, draft, restarts):
        cut_off_too = cut_off(database, restarts.reboot)
        readers = tuple(look(each.host) for each in cut_off_too if each.host and not each.is_writer)
    seen, now = Seen(writer, readers), moment(event["now"], "now")
    plan = finish(draft, request, database, profile, now, record=record, restarts=restarts, seen=seen)
    logger.info("Looked inside", extra=plan.summary)
    return plan.to_json()
