"""Before every change: is it still this database, is it still ours to change, is this still the plan to follow?"""

from __future__ import annotations

from signon.aws import claims, profiles, rds
from signon.domain.claim import Claim
from signon.domain.database import Database, DatabaseId, in_working_order
from signon.domain.plan import Plan
from signon.domain.request import TAG, Request
from signon.errors import PlanOutdated


def before_change(
    table: str, bucket: str, request: Request, identity: DatabaseId, plan: Plan, claim: Claim, redrives: int
) -> Database:
    """The database as it is now, if it may be changed by this plan and under this claim.

    ``table`` holds the claims, ``bucket`` the profiles; ``redrives`` is how often the execution was redriven. Raises
    DatabaseGone: its resource id is another one. DatabaseUnusable: it was stopped, or the like. ClaimLost: another
    execution has taken over. PlanOutdated: its tag names another profile, the profile has a newer version, or the plan
    was made before the execution was redriven.
    """
    database = in_working_order(rds.observe(identity))
    claims.confirm(table, claim)
    name, planned, tag = database.id.name, plan.profile, database.tags.get(TAG)
    if plan.redrives != redrives:
        raise PlanOutdated(f"The plan for {name} was made before the execution was redriven")
    if request.by_tag and tag != planned.name:
        raise PlanOutdated(f"The tag {TAG} of {name} says {tag or 'nothing'} now, and the plan is for {planned.name}")
    newest = profiles.newest_version(bucket, planned.name)
    if newest != planned.version:
        raise PlanOutdated(f"Profile {planned.name} has changed since the plan for {name} was made")
    return database
