"""Short stories of a database, which together make every call that a function of ours can make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from signon.aws.connect_policies import MOST_VERSIONS
from tests.simulation.calls import Call, Fault
from tests.simulation.executions import Execution
from tests.simulation.world import LEDGER, ORDERS, World

WANTED = {"alice": ["read"], "bob": ["read", "write"]}

Plan = Callable[[Call], Fault | None]


@dataclass(frozen=True)
class Story:
    """What happens to ``database``. ``own`` is a fault that belongs to the story, whatever else goes wrong, and
    ``before`` what went well until then.
    """

    database: str
    tell: Callable[[World], None]
    own: Plan = lambda call: None
    before: Callable[[World], None] = lambda world: None

    def run(self, world: World, plan: Plan = lambda call: None) -> None:
        """From the beginning until everything has come to rest."""
        world.publish(self.profile, WANTED)
        self.before(world)
        world.calls.made.clear()
        world.calls.plan = lambda call: self.own(call) or plan(call)
        self.tell(world)
        world.conductor.run()

    @property
    def profile(self) -> str:
        return self.database.partition("-")[0]


def appears(database: str) -> Callable[[World], None]:
    return lambda world: world.create(database, database.partition("-")[0])


def _is_stopped(database: str) -> Callable[[World], None]:
    """Somebody stops the execution when it has claimed the database, and starts another one at once."""

    def tell(world: World) -> None:
        appears(database)(world)
        world.executions.stop(_which_has_claimed(world))
        world.start(database)

    return tell


def _is_asked_for_again(world: World) -> None:
    """While an execution works on the database, a person starts another one."""
    appears(ORDERS)(world)
    _which_has_claimed(world)
    world.start(ORDERS)


def _is_swept(world: World) -> None:
    """RDS's event is lost. Three others have failed equally, which stops the first sweep, and are gone at the next."""
    world.rds.on_event = lambda event: None
    appears(ORDERS)(world)
    world.conductor.run()
    failed = {
        "end": "Failed",
        "error": "KeyError",
        "profile": "orders",
        "reported_at": world.conductor.now().isoformat(),
    }
    others = world.rds.show_copies(ORDERS, 3)
    for other in others:
        world.remember(other, failed)
    world.sweep()
    world.conductor.pass_by(3600)
    for other in others:
        del world.rds.backend.databases[other]
    world.sweep()


def _names_iam(database: str) -> Callable[[World], None]:
    """The profile, from now on; a role uses its logins."""

    def publish(world: World) -> None:
        logins = [{"iam": user, "used_by": [world.role], "roles": roles} for user, roles in WANTED.items()]
        methods = {"mysql": ["iam"], "aurora-postgresql": ["iam"]}
        world.publish(database.partition("-")[0], {}, methods=methods, logins=logins)

    return publish


def _is_switched(world: World) -> None:
    """A person approves that."""
    approve(world, ORDERS)


def _is_a_member_and_shall_take_tokens(world: World) -> None:
    """Its role may sign in to others already, by a policy that has been written often."""
    world.rds.on_event = lambda event: None
    world.rds.join_takes = timedelta()
    appears(ORDERS)(world)
    world.conductor.run()
    world.join(ORDERS)
    _names_iam(ORDERS)(world)
    world.let_in(*(f"db-GONE-{number}" for number in range(MOST_VERSIONS)))
    world.start(ORDERS)
    world.conductor.run()


def _had_somebody_more(database: str) -> Callable[[World], None]:
    """Than the profile lists from now on."""
    profile = database.partition("-")[0]

    def tell(world: World) -> None:
        world.publish(profile, {**WANTED, "carol": ["read"]})
        appears(database)(world)
        world.conductor.run()
        world.publish(profile, WANTED)

    return tell


def _is_started(database: str) -> Callable[[World], None]:
    """By a person."""

    def tell(world: World) -> None:
        world.start(database)

    return tell


def approve(world: World, database: str) -> None:
    """A person approves the plan that the last execution asks him about."""
    *_, asking = world.executions.all.values()
    world.start(database, approve={"plan": asking.run.data["plan"]["checksum"]})


def _which_has_claimed(world: World) -> Execution:
    """The execution that works on the database, as soon as it does."""
    while True:
        for execution in world.executions.all.values():
            if "Look inside" in execution.run.states:
                return execution
        if awake := world.conductor.awake:
            awake[0].step()
        else:
            world.conductor.jump()


def _cut_off_before_the_reboot(call: Call) -> Fault | None:
    first = (call.operation, call.visit) == ("RebootDBInstance", 1)
    return Fault.CRASH_BEFORE if first and call.function == "reboot-database" else None


STORIES: Mapping[str, Story] = {
    "a database appears": Story(ORDERS, appears(ORDERS)),
    "a cluster appears": Story(LEDGER, appears(LEDGER)),
    "the reboot was cut off": Story(ORDERS, appears(ORDERS), _cut_off_before_the_reboot),
    "its execution is stopped": Story(ORDERS, _is_stopped(ORDERS)),
    "a cluster's execution is stopped": Story(LEDGER, _is_stopped(LEDGER)),
    "it is asked for again": Story(ORDERS, _is_asked_for_again),
    "its event was lost": Story(ORDERS, _is_swept),
    "it takes tokens": Story(ORDERS, appears(ORDERS), before=_names_iam(ORDERS)),
    "a cluster takes tokens": Story(LEDGER, appears(LEDGER), before=_names_iam(LEDGER)),
    "somebody leaves": Story(ORDERS, _is_started(ORDERS), before=_had_somebody_more(ORDERS)),
    "somebody leaves a cluster": Story(LEDGER, _is_started(LEDGER), before=_had_somebody_more(LEDGER)),
    "it leaves the directory for tokens": Story(ORDERS, _is_switched, before=_is_a_member_and_shall_take_tokens),
}
