"""Before every change: is it still this database, is it still ours to change, is this still the plan to follow?"""

from __future__ import annotations

from signon.aws import claims, profiles, rds
from signon.domain.plan.approvals import modified_along
from signon.domain.plan.assignment import Assignment
from signon.domain.rds.database import Database, in_working_order
from signon.domain.request.request import TAG
from signon.errors import PlanOutdated
from signon.foreign import shown


def before_change(table: str, bucket: str, assignment: Assignment) -> Database:
    """The database as it is now, if it may be changed by the assignment's plan and under its claim.

    ``table`` holds the claims, ``bucket`` the profiles. Raises
    DatabaseGone: its resource id is another one. DatabaseUnusable: it was stopped, for example. ClaimLost: another
    execution has taken over. PlanOutdated: its tag names another profile, the profile has a newer version, or the plan
    was made before the execution was redriven.
    """
    plan = assignment.plan
    database = in_working_order(rds.observe(assignment.database))
    claims.confirm(table, assignment.claim)
    name, planned, tag = database.id.name, plan.profile, database.tags.get(TAG)
    if plan.redrives != assignment.redrives:
        raise PlanOutdated(f"The plan for {name} was made before the execution was redriven")
    if assignment.request.by_tag and tag != planned.name:
        raise PlanOutdated(
            f"The tag {TAG} of {name} now says {shown(tag) if tag else 'nothing'}, but the plan is for {planned.name}"
        )
    newest = profiles.newest_version(bucket, planned.name)
    if newest != planned.version:
        raise PlanOutdated(f"Profile {planned.name} has changed since the plan for {name} was made")
    return database


def before_modifying(database: Database, assignment: Assignment) -> None:
    """To be called before RDS is asked to modify a database that ``before_change`` has just shown.

    Raises PlanOutdated: by now a change of others is pending that the call would apply too and nobody was asked about.
    """
    plan, name = assignment.plan, database.id.name
    along = {*modified_along(database, plan.methods)} if plan.apply_immediately else set()
    if plan.applies_along is not None and (more := sorted(along - {*plan.applies_along})):
        raise PlanOutdated(f"Since the plan for {name} was made, somebody has asked RDS for more: {', '.join(more)}")
