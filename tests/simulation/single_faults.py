"""Every call that a function makes, and every fault that it may meet: what becomes of the database.

The calls are those that undisturbed runs of the stories make, so that a new one cannot escape. TABLE says the end of
each case; a rule further up comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.simulation.answers import MAY_BE_STALE
from tests.simulation.calls import Call, Fault
from tests.simulation.executions import Execution
from tests.simulation.ledger import Ledger
from tests.simulation.statements import POSTGRESQL, SIGN_IN, is_about
from tests.simulation.stories import STORIES, WANTED, Story, approve
from tests.simulation.world import World

ONBOARDED, PERSON, NOT_OURS, FAILED = "Onboarded", "Needs a person", "Not ours", "Failed"
IN_PROGRESS = "Already in progress"
PASSING = (Fault.THROTTLED, Fault.SERVER_ERROR, Fault.TIMEOUT, Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.STALE)
CALLED_BY_NO_STATE = {"report-ending", "sweep-databases"}
# Faults in one state of one run: a Task is tried again twelve times, and Lambda tries twice what no state calls
MOST, MOST_CALLED_BY_NO_STATE = 6, 2


@dataclass(frozen=True)
class Rule:
    """Where it applies, the execution ends so."""

    end: str
    why: str
    applies: Callable[[Call, Fault], bool]


def _to(*operations: str) -> Callable[[Call], bool]:
    return lambda call: call.operation in operations


def _met(*faults: Fault) -> Callable[[Fault], bool]:
    return lambda fault: fault in faults


_UNKNOWN_TO_RDS = _to("DescribeDBInstances", "DescribeDBClusters", "ModifyDBInstance", "ModifyDBCluster")

_POLICIES = _to(
    "GetPolicy", "GetPolicyVersion", "ListPolicyVersions", "DeletePolicyVersion", "CreatePolicyVersion",
    "ListEntitiesForPolicy", "AttachRolePolicy",
)  # fmt: skip

TABLE: Sequence[Rule] = (
    Rule(
        ONBOARDED,
        "Lambda runs it again; it works outside the executions",
        lambda call, fault: call.function in CALLED_BY_NO_STATE,
    ),
    Rule(
        ONBOARDED,
        "PostgreSQL: what was dropped since it was looked at is looked for again",
        lambda call, fault: (call.service, fault) == (POSTGRESQL, Fault.NOT_FOUND) and call.operation != SIGN_IN,
    ),
    Rule(
        ONBOARDED,
        "what could not be looked into while it was planned is seen when logins are made",
        lambda call, fault: (call.function, call.operation) == ("look-inside", "WITH extensions"),
    ),
    Rule(
        PERSON,
        "a statement that the server itself refuses is refused the next time too",
        lambda call, fault: (
            is_about(call)
            and call.operation != SIGN_IN
            and fault in (Fault.SERVER_ERROR, Fault.DENIED, Fault.NOT_FOUND)
        ),
    ),
    Rule(
        PERSON,
        "the password is wrong, or the name of the endpoint does not resolve: tried again, then told",
        lambda call, fault: call.operation == SIGN_IN and fault in (Fault.DENIED, Fault.NOT_FOUND),
    ),
    Rule(
        ONBOARDED,
        "it looks only whether the directory is Active; where there is none, RDS itself says so",
        lambda call, fault: (call.function, call.service, fault) == ("associate-directory", "ds", Fault.NOT_FOUND),
    ),
    Rule(ONBOARDED, "it passes: the state is retried", lambda call, fault: fault in PASSING),
    Rule(
        FAILED,
        "the report itself is refused; report-ending tells",
        lambda call, fault: call.function == "report-outcome",
    ),
    Rule(PERSON, "the function's role may not do it", lambda call, fault: fault is Fault.DENIED),
    Rule(NOT_OURS, "RDS knows no such database: it was deleted", lambda call, fault: _UNKNOWN_TO_RDS(call)),
    Rule(
        ONBOARDED,
        "the database is busy with something: the next look tells",
        lambda call, fault: call.operation in ("RebootDBInstance", "DescribeEvents"),
    ),
    Rule(
        ONBOARDED,
        "a parameter group that is gone has nothing to say that is worth knowing",
        lambda call, fault: call.operation in ("DescribeDBParameters", "DescribeDBClusterParameters"),
    ),
    Rule(
        PERSON,
        "a profile that is gone outdates the plan, and a switch must be approved anew",
        lambda call, fault: (call.function, call.operation) == ("leave-directory", "HeadObject"),
    ),
    Rule(
        ONBOARDED,
        "a profile that is gone outdates the plan, and the new plan finds it",
        lambda call, fault: call.operation == "HeadObject",
    ),
    Rule(
        ONBOARDED,
        "who held the claim is forgotten, and ended long ago",
        lambda call, fault: call.operation == "DescribeExecution",
    ),
    Rule(
        ONBOARDED,
        "a connect policy that is gone is made anew; where IAM does not know it yet, the state is retried",
        lambda call, fault: _POLICIES(call),
    ),
    Rule(
        ONBOARDED,
        "a plan's document that is gone outdates the plan, and the new plan writes it",
        lambda call, fault: (call.function, call.operation, call.number) == ("create-logins", "GetObject", 2),
    ),
    Rule(
        PERSON,
        "the profile, the directory, its role or the master secret is not there",
        lambda call, fault: call.service in ("ds", "iam", "secretsmanager") or call.operation == "GetObject",
    ),
    Rule(FAILED, "the stack's own table, bucket or topic is gone", lambda call, fault: fault is Fault.NOT_FOUND),
)


def tabled(call: Call, fault: Fault) -> Rule:
    return next(rule for rule in TABLE if rule.applies(call, fault))


def can_meet(call: Call, fault: Fault) -> bool:
    """Only what is eventually consistent can be stale; of lists, what is not there is left out, and what makes
    something misses nothing.
    """
    if fault is Fault.NOT_FOUND and (call.service == "ec2" or call.operation == "CreatePolicy"):
        return False
    return fault is not Fault.STALE or call.operation in MAY_BE_STALE


Place = tuple[str, str, str, int]  # function, service, operation, which one in a run of the function


def place(call: Call) -> Place:
    return call.function, call.service, call.operation, call.number


def recorded(world: World) -> Mapping[str, Sequence[Call]]:
    """Of each story the calls, once each, that no story before it makes."""
    known: dict[Place, Call] = {}
    found: dict[str, list[Call]] = {}
    for name, story in STORIES.items():
        world.reset()
        story.run(world)
        new: dict[Place, Call] = {}
        for made in world.calls.made:
            if place(made.call) not in known:
                new.setdefault(place(made.call), made.call)
        known |= new
        found[name] = list(new.values())
    return found


class Meeting:
    """The calls at these places meet the fault, once each and one in a run of a function; the first ones first."""

    def __init__(self, calls: Iterable[Call], fault: Fault) -> None:
        self._fault, self._left = fault, {place(call): call for call in calls}
        self.met: dict[Call, str] = {}  # and the execution in which it was met
        self._where: dict[tuple[str, int], Call] = {}  # by function and visit

    @property
    def left(self) -> Sequence[Call]:
        return list(self._left.values())

    def plan(self, call: Call) -> Fault | None:
        here = (call.function, call.visit)
        if first := self._where.get(here):
            tries_again = call.operation == SIGN_IN and (first.operation, first.service) == (SIGN_IN, call.service)
            return self._fault if tries_again else None  # who signs in tries more than once by himself
        in_this_state = sum(function == call.function for function, _ in self._where)
        most = MOST_CALLED_BY_NO_STATE if call.function in CALLED_BY_NO_STATE else MOST
        if place(call) not in self._left or in_this_state >= most:
            return None
        self._where[here] = call
        self.met[self._left.pop(place(call))] = ""
        return self._fault


def run(world: World, story: Story, meeting: Meeting) -> tuple[str, str]:
    """How the execution ended that met the fault, and the error that it ended with. Raises Broken.

    A cluster and each of its instances send an event. While the execution of one is held up, that of another may take
    the cluster: then the end of that one counts.
    """
    world.reset()
    ledger = Ledger(world, WANTED)
    story.run(world, meeting.plan)
    by = [made.by for made in world.calls.made if made.fault]
    if by and by[-1]:
        ended = world.executions.all[by[-1]]
        end, error = ended.end, _error(ended)
        if end == IN_PROGRESS:
            end = world.item(story.database, "record")["end"]
    else:  # outside the executions
        end, error = world.item(story.database, "record").get("end", "no record"), ""
    if end != ONBOARDED:
        _heal(world, story)
    ledger.settled(story.database)
    assert world.item(story.database, "record")["end"] == ONBOARDED
    return end, error


def _error(execution: Execution) -> str:
    dossier = execution.run.data if isinstance(execution.run.data, dict) else {}
    return execution.error or str((dossier.get("error") or {}).get("Error", ""))


def _heal(world: World, story: Story) -> None:
    """Nothing goes wrong any more; the sweep comes by, and where a person was told, he starts again, and
    approves what he is asked for.
    """
    world.calls.plan = story.own
    world.conductor.pass_by(3600)
    world.sweep()
    world.conductor.run()
    if world.item(story.database, "record").get("end") != ONBOARDED:
        world.start(story.database)
        world.conductor.run()
    if world.item(story.database, "record").get("end") != ONBOARDED:
        approve(world, story.database)
        world.conductor.run()


def rows(cells: Mapping[tuple[Call, Fault], str]) -> Iterator[str]:
    """The table of what was seen, for people."""
    calls = list(dict.fromkeys(call for call, _ in cells))
    width = max(len(str(call)) for call in calls)
    yield f"{'call':{width}} | " + " | ".join(f"{fault.value:14}" for fault in Fault)
    for call in calls:
        yield f"{call!s:{width}} | " + " | ".join(f"{cells.get((call, fault), '-'):14}" for fault in Fault)
