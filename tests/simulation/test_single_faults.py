"""Every single fault: each case ends in the tabled state, and nothing is lost by it or done twice.

`make faults` and `make test-all` look at every case alone; the first one prints the table. In `make test` every second
call meets one half of the faults that pass, its neighbours the other half, and as many in one run as a Task's retries
allow; where such a run does not end as the table says, each of its cases is looked at alone. Of what does not pass the
first call of each operation in a function meets one fault there, its neighbour the other; and a cluster's own calls are
left out.
"""

from collections.abc import Mapping, Sequence

import pytest

from tests.contract.reach import calls_of
from tests.simulation.calls import Call, Fault
from tests.simulation.ledger import Broken
from tests.simulation.single_faults import (
    PASSING,
    Meeting,
    can_meet,
    place,
    recorded,
    rows,
    run,
    tabled,
)
from tests.simulation.stories import STORIES
from tests.simulation.world import LEDGER, World
from tests.whole import WHOLE

STOPPING = tuple(fault for fault in Fault if fault not in PASSING)

Recorded = Mapping[str, Sequence[Call]]
Cells = dict[tuple[Call, Fault], str]

NOT_IN_A_STORY = {
    ("make_plan", "DescribeTrusts"),  # only where people of a trusted domain have logins: integration/aws
    ("leave_directory", "DescribeDBClusters"),  # no cluster has to: its logins take one method or the other
}


@pytest.fixture(scope="module")
def stories(simulation: World) -> Recorded:
    with simulation.installed(by_shortcut=True):
        return recorded(simulation)


@pytest.fixture(scope="module")
def cells() -> Cells:
    """What was seen."""
    return {}


def test_the_stories_make_every_call_that_is_in_the_source(simulation: World, stories: Recorded) -> None:
    made: dict[str, set[str]] = {}
    for call in (call for calls in stories.values() for call in calls):
        made.setdefault(call.function.replace("-", "_"), set()).add(call.operation)
    for function, operations in made.items():
        known = {
            method: operation
            for service in (
                "rds",
                "dynamodb",
                "s3",
                "secretsmanager",
                "iam",
                "ds",
                "ec2",
                "sns",
                "events",
                "stepfunctions",
            )
            for method, operation in simulation.client(service).meta.method_to_api_mapping.items()
        }
        in_source = {(function, known[method]) for method in calls_of(function) if method in known}
        assert in_source - NOT_IN_A_STORY <= {(function, operation) for operation in operations}
    assert set(made) == {name.replace("-", "_") for name in simulation.functions.arns}


def _chosen(stories: Recorded, story: str, fault: Fault) -> Sequence[Call]:
    """The story's own calls that are to meet the fault."""
    able = [call for call in stories[story] if can_meet(call, fault)]
    if WHOLE:
        return able
    if STORIES[story].database == LEDGER:
        return []
    firsts = [call for call in stories[story] if call.number == 1]
    turns = [call for number, call in enumerate(firsts) if STOPPING[number % len(STOPPING)] is fault]
    if fault in PASSING:
        return able[PASSING.index(fault) % 2 :: 2]
    return [call for call in able if call in turns or (call in firsts and _meets_alone(call, fault))]


def _meets_alone(call: Call, fault: Fault) -> bool:
    return not any(can_meet(call, other) for other in STOPPING if other is not fault)


def _alone(world: World, story: str, call: Call, fault: Fault, cells: Cells) -> None:
    meeting = Meeting([call], fault)
    end, error = run(world, STORIES[story], meeting)
    assert not meeting.left, f"{call} was not made"
    cells[call, fault] = end
    rule = tabled(call, fault)
    assert end == rule.end, f"{call}, {fault.value}: {error or end}; the table says {rule.end}: {rule.why}"


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault in PASSING], ids=lambda fault: str(fault.value))
@pytest.mark.parametrize("story", STORIES)
def test_what_passes_is_got_over(quick_world: World, stories: Recorded, cells: Cells, story: str, fault: Fault) -> None:
    left = [call for call in _chosen(stories, story, fault) if tabled(call, fault).end == "Onboarded"]
    while left and not WHOLE:
        meeting = Meeting(left, fault)
        try:
            end, _ = run(quick_world, STORIES[story], meeting)
        except Broken:
            end = ""
        if end != "Onboarded" or not meeting.met:
            break
        cells |= {(call, fault): end for call in meeting.met}
        left = list(meeting.left)
    for call in left:
        _alone(quick_world, story, call, fault, cells)


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: str(fault.value))
@pytest.mark.parametrize("story", STORIES)
def test_what_does_not_pass_is_told_and_nothing_is_lost(
    quick_world: World, stories: Recorded, cells: Cells, story: str, fault: Fault
) -> None:
    for call in _chosen(stories, story, fault):
        if fault not in PASSING or tabled(call, fault).end != "Onboarded":
            _alone(quick_world, story, call, fault, cells)


def test_each_call_has_met_each_fault(stories: Recorded, cells: Cells) -> None:
    wanted = {(place(call), fault) for story in STORIES for fault in Fault for call in _chosen(stories, story, fault)}
    assert wanted == {(place(call), fault) for call, fault in cells}
    print("\n".join(rows(cells)))
