"""The steps that take a database from what it is to what its profile says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from signon.domain.engines import ENGINES, Engine, Interruption
from signon.domain.limits import counted, shortened
from signon.domain.logins import connect_policies
from signon.domain.plan.methods import Methods
from signon.domain.plan.step import Step, StepKind
from signon.domain.profile.profile import Profile
from signon.domain.rds.database import Database, Instance, Membership
from signon.domain.rds.membership import MEMBERSHIP, Progress, deciding, is_joining, is_ready, joined, leaves_by_itself


def steps(
    database: Database,
    profile: Profile,
    made: Methods,
    *,
    to_reboot: Sequence[Instance],
    outdated: str | None,
    connected: Collection[str],
) -> Iterator[Step]:
    """In the order in which they are done.

    ``to_reboot``: the instances whose reboot is known to be due. ``outdated``: why a membership is, if it is.
    ``connected``: the ARNs of the IAM roles that were allowed to connect before.
    """
    engine, name = ENGINES[database.id.engine], database.id.name
    if made.leaves_directory:
        yield _leaving(engine, database, profile, made, outdated)
    if made.switches_iam:
        # AWS says of this setting that there is no downtime.
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html
        yield Step(StepKind.SWITCH_IAM, *_switching_iam(engine, name, made))
    if made.kerberos and (made.rejoins or not is_ready(database, profile.directory)):
        yield _joining(engine, database, profile, rejoins=made.rejoins)
    if to_reboot:
        yield rebooting(database, to_reboot)
    here = profile.on(engine.name)
    yield from _connecting(name, connect_policies.roles_of(here) if made.iam else (), connected)
    yield Step(
        StepKind.LOGINS,
        f"Check {counted(len(here.logins), 'login')} and create what is missing",
        _reason_to_create(engine, profile, here),
    )
    yield Step(StepKind.VERIFY)
    why = "people need the endpoint, the CA bundle and a client line that works"
    yield Step(StepKind.PUBLISH, "Publish the connection kit", why)
    yield Step(StepKind.REPORT)


def rebooting(database: Database, instances: Sequence[Instance]) -> Step:
    """One step for all of them: they are rebooted one after the other, in this order."""
    readers = [instance.name for instance in database.instances if not instance.is_writer]
    along = f"; {', '.join(readers)} restart with it" if database.restarts_together and readers else ""
    names = ", then ".join(shortened(tuple(instance.name for instance in instances)))
    reason = f"{ENGINES[database.id.engine].why_reboot}{along}"
    return Step(StepKind.REBOOT, f"Reboot {names}", reason, Interruption.REBOOT)


def with_reboot(planned: Sequence[Step], reboot: Step) -> tuple[Step, ...]:
    """The steps with this one where it belongs: before anything that lets people in."""
    lets_in = {StepKind.CONNECT_POLICY, StepKind.LOGINS}
    place = next(number for number, step in enumerate(planned) if step.kind in lets_in)
    return (*planned[:place], reboot, *planned[place:])


def _leaving(engine: Engine, database: Database, profile: Profile, made: Methods, outdated: str | None) -> Step:
    name = database.id.name
    why = f"{engine.title} supports only one of the two methods; its directory logins lose access"
    if made.rejoins:
        why = f"{outdated}; {engine.title} requires directory sign-in to be switched off and on again after that"
    if leaves_by_itself(database, apply_immediately=profile.change.apply_immediately):
        return Step(
            StepKind.LEAVE_DIRECTORY,
            f"Wait until {name} has left directory {joined(database)}",
            f"its membership is {', '.join(one.status for one in database.memberships)}",
        )
    return Step(StepKind.LEAVE_DIRECTORY, f"Remove {name} from directory {joined(database)}", why, engine.joining)


def _switching_iam(engine: Engine, name: str, made: Methods) -> tuple[str, str]:
    if made.iam:
        return f"Switch IAM database authentication on for {name}", "people and applications sign in with IAM tokens"
    why = f"{engine.title} supports only one of the two methods; its IAM logins lose access"
    return f"Switch IAM database authentication off for {name}", why


def _joining(engine: Engine, database: Database, profile: Profile, *, rejoins: bool) -> Step:
    membership = None if rejoins else deciding(database, profile.directory)
    joins = membership is not None and is_joining(membership, apply_immediately=profile.change.apply_immediately)
    does = "Wait until directory {} is associated with {}" if joins else "Associate directory {} with {}"
    action = does.format(profile.directory, database.id.name)
    return Step(StepKind.ASSOCIATE, action, _reason_to_associate(membership), engine.joining)


def _reason_to_associate(membership: Membership | None) -> str:
    if membership is None:
        return "it is not a member of any directory"
    if MEMBERSHIP.get(membership.status) is Progress.RETRY:
        return f"its membership is {membership.status}; the same call repairs it"
    return f"its membership is {membership.status}"


def _connecting(name: str, roles: Sequence[str], connected: Collection[str]) -> Iterator[Step]:
    """Who may connect with a token, and who no longer may."""
    gone = sorted({*connected} - {*roles})
    allows = f"Allow {_named(roles)} to connect to {name}"
    withdraws = f"Withdraw from {_named(gone)} what lets it connect to {name}"
    why = "a token gives only the access that its role's policies allow"
    if roles:
        yield Step(StepKind.CONNECT_POLICY, f"{allows}. {withdraws}" if gone else allows, why)
    elif gone:
        yield Step(StepKind.CONNECT_POLICY, withdraws, "the profile no longer lists it")


def _named(roles: Sequence[str]) -> str:
    return ", ".join(shortened(tuple(connect_policies.role_name(arn) for arn in roles)))


def _reason_to_create(engine: Engine, profile: Profile, here: Profile) -> str:
    skipped = tuple(f"{login.user} ({login.method})" for login in profile.skipped_on(engine.name))
    left_out = f"; skipped, because their method is not used here: {', '.join(shortened(skipped))}" if skipped else ""
    leavers = "; our logins that it no longer lists are locked" if profile.lock_leavers else ""
    return (
        f"profile {profile.name} lists {'it' if len(here.logins) == 1 else 'them'}, and only reading the database shows"
        f" what is missing; each login stays locked until it is complete{leavers}{left_out}"
    )
