"""Look inside: reach the database, verify its TLS, sign in as master, and finish the plan with what is seen there.

It changes nothing there; it writes the plan's document. As it reads profile and record, it also finds out whether the
endpoints that later steps need can be reached from the VPC. Of a plan that something holds up it looks for those alone
who are to be locked.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import memories, plans, profiles, rds, records, secrets
from signon.aws.clients import inside_the_vpc
from signon.db import looking
from signon.domain.finding import Verdict
from signon.domain.plan.inside import Restarts, finish, finish_held_up
from signon.domain.plan.past import Past
from signon.domain.plan.plan import Plan
from signon.domain.profile.profile import Profile
from signon.domain.rds.database import Database, DatabaseId, in_working_order
from signon.domain.rds.reboot import Reboot
from signon.domain.request.request import TAG, Request
from signon.domain.times import moment
from signon.errors import DatabaseUnusable, NeedsPerson, RebootDidNotHelp, StatementRefused
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
@inside_the_vpc()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    draft = Plan.to_follow(event["plan"])
    database = in_working_order(rds.observe(DatabaseId.from_json(event["database"])))
    profile = profiles.planned(setting("PROFILES"), draft.profile)
    credentials = partial(
        secrets.master_credentials, database, draft.master_secret, setting("MASTER_SECRETS").split(",")
    )
    if draft.verdict in (Verdict.ASK, Verdict.PARK):
        plan = _held_up(draft, database, profile, credentials)
    else:
        plan = _finished(event, draft, database, profile, credentials)
    logger.info("Looked inside", extra=plan.summary)
    return plan.to_json()


def _finished(
    event: dict[str, Any], draft: Plan, database: Database, profile: Profile, credentials: looking.Master
) -> Plan:
    """The plan with all that was seen. What keeps logins from being made keeps nobody from being locked."""
    record = records.read(setting("TABLE"), database.id.resource_id)
    approved = plans.approved(setting("PLANS"), database.id, record, draft.profile)
    past = Past(record, approved, Reboot.from_json(event["reboot"]) if event["reboot"] else None)
    request, now = Request.from_json(event["request"]), moment(event["now"], "now")
    try:
        seen = looking.look_inside(
            database,
            credentials,
            setting("CA_BUNDLE"),
            draft,
            Restarts.known(draft, past),
            profile=profile,
            memory=memories.recall(setting("TABLE"), database, draft),
            dispute=record.disputed if record else None,
        )
        plan = finish(draft, request, database, profile, now, past, seen)
        plans.keep(setting("PLANS"), database.id, plan, seen.difference, seen.sql)
    except (DatabaseUnusable, RebootDidNotHelp, StatementRefused) as error:  # not where nobody can sign in
        if database.tags.get(TAG) != profile.name:
            raise
        return _held_up(draft, database, profile, credentials, error)
    return plan


def _held_up(
    draft: Plan,
    database: Database,
    profile: Profile,
    credentials: looking.Master,
    error: NeedsPerson | None = None,
) -> Plan:
    """The plan with those who are to be locked all the same. Raises ``error`` if there is nobody."""
    found, sql = looking.look_for_leavers(database, credentials, setting("CA_BUNDLE"), draft, profile)
    if error and not found.locks:
        raise error
    plan = finish_held_up(draft, profile, found, error)
    plans.keep(setting("PLANS"), database.id, plan, found, sql)
    return plan
