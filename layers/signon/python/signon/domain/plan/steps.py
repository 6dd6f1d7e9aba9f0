"""The steps that take a database from what it is to what its profile says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from signon.domain.engines import ENGINES, Engine, Interruption
from signon.domain.limits import counted, first_within, shortened
from signon.domain.logins import connect_policies
from signon.domain.logins.difference import LOCKS, OTHERS, Difference
from signon.domain.plan.methods import Methods
from signon.domain.plan.step import Step, StepKind
from signon.domain.profile.profile import Profile
from signon.domain.rds.database import Database, Instance, Membership
from signon.domain.rds.membership import MEMBERSHIP, Progress, deciding, is_joining, is_ready, joined, leaves_by_itself

# Characters of the lines that a state has: the plan's document has all of them.
LONGEST_OF_LOCKS = 500
LONGEST_OF_LOGINS = 1_000


def steps(
    database: Database,
    profile: Profile,
    made: Methods,
    *,
    to_reboot: Sequence[Instance],
    outdated: str | None,
    connected: Collection[str],
    lacking: Collection[str],
    kit_differs: bool,
) -> Iterator[Step]:
    """In the order in which they are done.

    ``to_reboot``: the instances whose reboot is known to be due. ``outdated``: why a membership is, if it is.
    ``connected``: the ARNs of the IAM roles that were allowed to connect before; ``lacking``: of those that are not
    allowed yet. ``kit_differs``: a file of the connection kit is missing or differs.

    A step without words changes nothing, as far as it shows from outside; it looks all the same.
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
    yield from _connecting(name, connect_policies.roles_of(here) if made.iam else (), connected, lacking)
    yield Step(
        StepKind.LOGINS,
        f"Check {counted(len(here.logins), 'login')} and create what is missing",
        _reason_to_look(engine, profile, here),
    )
    yield Step(StepKind.VERIFY)
    why = "people need the endpoint, the CA bundle and a client line that works"
    yield Step(StepKind.PUBLISH, "Publish the connection kit", why) if kit_differs else Step(StepKind.PUBLISH)
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
    lets_in = {StepKind.CONNECT_POLICY, StepKind.LOGINS, StepKind.VERIFY}
    place = next(number for number, step in enumerate(planned) if step.kind in lets_in)
    return (*planned[:place], reboot, *planned[place:])


def with_logins(planned: Sequence[Step], engine: Engine, profile: Profile, difference: Difference) -> tuple[Step, ...]:
    """The steps with what was found inside in place of what was expected; without that step if there is nothing."""
    return with_locks(
        tuple(
            _making(engine, profile, difference) if step.kind is StepKind.LOGINS else step
            for step in planned
            if step.kind is not StepKind.LOGINS or difference.is_made
        ),
        profile,
        difference,
    )


def with_locks(planned: Sequence[Step], profile: Profile, difference: Difference) -> tuple[Step, ...]:
    """The steps, before them the one that locks who was removed from the profile, if there is anybody."""
    locks = difference.locks
    if not locks:
        return tuple(planned)
    reason = f"profile {profile.name} no longer lists {'it' if len(locks.all) == 1 else 'them'}; this waits for nothing"
    lines, digest = tuple(locks.lines()), difference.sha256(LOCKS)
    return (_inside(StepKind.LOCK, locks.summary, reason, lines, digest, LONGEST_OF_LOCKS), *planned)


def _making(engine: Engine, profile: Profile, difference: Difference) -> Step:
    """Silent where nothing is changed unless a person approves it."""
    lines, action = tuple(difference.lines), difference.summary
    reason = _reason_to_make(engine, profile) if action else ""
    return _inside(StepKind.LOGINS, action, reason, lines, difference.sha256(OTHERS), LONGEST_OF_LOGINS)


def _inside(kind: StepKind, action: str, reason: str, lines: Sequence[str], digest: str, longest: int) -> Step:
    kept = first_within(lines, longest)
    return Step(kind, action, reason, details=kept, more=len(lines) - len(kept), sha256=digest)


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


def _connecting(
    name: str, roles: Sequence[str], connected: Collection[str], lacking: Collection[str]
) -> Iterator[Step]:
    """Who may connect with a token, and who no longer may."""
    gone, new = sorted({*connected} - {*roles}), [role for role in roles if role in lacking]
    allows = [f"Allow {_named(new)} to connect to {name}"] if new else []
    withdraws = [f"Withdraw from {_named(gone)} what lets it connect to {name}"] if gone else []
    why = "a token gives only the access that its role's policies allow" if new else "the profile no longer lists it"
    if new or gone:
        yield Step(StepKind.CONNECT_POLICY, ". ".join((*allows, *withdraws)), why)
    elif roles:
        yield Step(StepKind.CONNECT_POLICY)


def _named(roles: Sequence[str]) -> str:
    return ", ".join(shortened(tuple(connect_policies.role_name(arn) for arn in roles)))


def _reason_to_look(engine: Engine, profile: Profile, here: Profile) -> str:
    leavers = "; our logins that it no longer lists are locked first" if profile.lock_leavers else ""
    return (
        f"profile {profile.name} lists {'it' if len(here.logins) == 1 else 'them'}, and only reading the database shows"
        f" what is missing; each login stays locked until it is complete{leavers}{_skipped(engine, profile)}"
    )


def _reason_to_make(engine: Engine, profile: Profile) -> str:
    return f"profile {profile.name} says so; each login stays locked until it is complete{_skipped(engine, profile)}"


def _skipped(engine: Engine, profile: Profile) -> str:
    skipped = tuple(f"{login.user} ({login.method})" for login in profile.skipped_on(engine.name))
    return f"; skipped, because their method is not used here: {', '.join(shortened(skipped))}" if skipped else ""
