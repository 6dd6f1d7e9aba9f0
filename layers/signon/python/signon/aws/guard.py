"""Before every change: is it still this database, is it still ours to change, is this still the plan to follow?"""

from __future__ import annotations

from collections.abc import Sequence

from signon.aws import claims, profiles, rds
from signon.domain.logins.change import LoginChanges
from signon.domain.logins.difference import BeforeChange
from signon.domain.logins.login import Statement
from signon.domain.plan.approvals import modified_along
from signon.domain.plan.assignment import Assignment
from signon.domain.plan.document import require_planned
from signon.domain.plan.plan import Plan
from signon.domain.rds.database import Database, in_working_order
from signon.domain.rds.membership import is_ready
from signon.domain.rds.readiness import Readiness
from signon.domain.request.request import TAG
from signon.errors import DatabaseBusy, PlanOutdated
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


def before_statements(table: str, bucket: str, assignment: Assignment, planned: LoginChanges) -> BeforeChange:
    """What is to be called with statements before they are run.

    It raises what ``before_change`` raises, and PlanOutdated: they would change something that is not ``planned``.
    """

    def look(statements: Sequence[Statement]) -> None:
        before_change(table, bucket, assignment)
        require_planned(statements, planned, assignment.database)

    return look


def require_ready(database: Database, plan: Plan) -> None:
    """To be called before anything is done for people of a directory that its membership must be ready for.

    Raises DatabaseBusy: it is not usable again after its reboot. PlanOutdated: it is no longer ready for them.
    """
    if not plan.methods.kerberos:
        return
    if not is_ready(database, plan.directory):
        raise PlanOutdated(f"{database.id.name} is no longer a member of {plan.directory} whose people can sign in")
    if database.deciding_status.readiness is not Readiness.USABLE:
        raise DatabaseBusy(database.deciding_status.describe(database.id.name))


def before_modifying(database: Database, assignment: Assignment) -> None:
    """To be called before RDS is asked to modify a database that ``before_change`` has just shown.

    Raises PlanOutdated: by now a change of others is pending that the call would apply too and nobody was asked about.
    """
    plan, name = assignment.plan, database.id.name
    along = {*modified_along(database, plan.methods)} if plan.apply_immediately else set()
    if plan.applies_along is not None and (more := sorted(along - {*plan.applies_along})):
        raise PlanOutdated(f"Since the plan for {name} was made, somebody has asked RDS for more: {', '.join(more)}")
