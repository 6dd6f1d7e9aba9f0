"""Every sample in events/functions is handed to its function, in a cloud that has its databases: what it answers."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from localcloud.examples.example_data import PROFILES as WORKED_EXAMPLES
from localcloud.people.function_events import FOLDER, ORDERS, TERMINALS, claims
from localcloud.rds.resource_ids import ResourceIds
from tests.simulation.world import PROFILES, REGION, World

# In the order of the story; those that RDS is busy with for a while, or that start others, come last
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "describe_database": {"database.name": ORDERS, "request.profile": "payments", "request.trigger": "manual"},
    "make_plan": {"verdict": "LOOK", "findings": [], "methods.kerberos": True},
    "claim_database": {"fence": 2},
    "look_inside": {"verdict": "GO", "findings": []},
    "switch_iam_authentication": {"verdict": "WAIT", "requested": True},
    "check_directory_role": {"role": "signon-directory-access-us-east-1"},
    "associate_directory": {"verdict": "WAIT", "wait_seconds": 0},
    "read_membership": {"verdict": "READY", "status": "kerberos-enabled"},
    "count_sessions": {"other_sessions": 0},
    "lock_leavers": {"locked": 0},
    "create_logins": {"statements": 0},
    "ensure_connect_policy": {"roles": 1},
    "verify_logins": {"verified": 2, "left_alone": [], "not_ours": []},
    "publish_connection_kit": {"changed": 0},
    "report_outcome": {"end": "Onboarded", "again": False},
    "report_ending": {"reported": False, "released": False},
    "reboot_database": {"requested": True, "instances": [ORDERS]},
    "leave_directory": {"verdict": "WAIT", "requested": True},
    "sweep_databases": {"looked_at": 2},
}


def here(sample: Any) -> Any:
    """As it would be in the simulation's Region; a role is everywhere the same."""
    return json.loads(re.sub(r"(?<!-)us-east-1", REGION, json.dumps(sample)))


@pytest.fixture(scope="module")
def world(simulation: World) -> Iterator[World]:
    """payments-orders was onboarded, and payments-terminals is new."""
    simulation.reset()
    with simulation.installed():
        for profile in ("payments", "payments-api"):
            text = (WORKED_EXAMPLES / f"{profile}.yaml").read_bytes()
            simulation.client("s3").put_object(Bucket=PROFILES, Key=f"{profile}.yaml", Body=text)
        simulation.create(ORDERS, "payments")
        simulation.conductor.run()
        assert [execution.end for execution in simulation.executions.all.values()] == ["Onboarded"]
        show_terminals(simulation)
        yield simulation
    simulation.conductor.reset()


@pytest.fixture(autouse=True)
def _held(world: World) -> None:
    """RDS is ready with what it was asked for before, and the samples hold the claims."""
    world.conductor.pass_by(60)
    for item in claims():
        world.client("dynamodb").put_item(TableName=world.table, Item=here(item))


def show_terminals(world: World) -> None:
    """RDS shows it. It has no server: nobody signs in to it."""
    shown = copy.copy(world.rds.backend.databases[ORDERS])
    shown.db_instance_identifier, shown.engine, shown.membership = TERMINALS, "mariadb", None
    shown.engine_version = "11.4.8"
    shown.dbi_resource_id = ResourceIds().new("db", TERMINALS)
    shown.tags = [{"Key": "signon:profile", "Value": "payments-api"}]
    world.rds.backend.databases[TERMINALS] = shown


def test_every_sample_is_handed_over() -> None:
    assert set(ANSWERS) == {Path(file).stem for file in FOLDER.iterdir()}


@pytest.mark.parametrize("function", ANSWERS)
def test_a_function_takes_its_sample(world: World, function: str) -> None:
    event = here(json.loads((FOLDER / f"{function}.json").read_text()))
    answer = world.functions.invoke(world.functions.arns[function.replace("_", "-")], event)
    assert {name: at(answer, name) for name in ANSWERS[function]} == ANSWERS[function]


def at(answer: Any, path: str) -> Any:
    for name in path.split("."):
        answer = answer[name]
    return answer
