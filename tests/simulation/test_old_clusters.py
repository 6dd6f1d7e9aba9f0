"""Aurora PostgreSQL before 14.7 and 15.2: the readers of a cluster restart with its writer."""

from __future__ import annotations

import pytest

from tests.simulation.moves import go_on
from tests.simulation.stories import WANTED
from tests.simulation.world import LEDGER, World

WRITER, READER = f"{LEDGER}-1", f"{LEDGER}-2"


@pytest.mark.parametrize(
    ("version", "rebooted"), [("14.6", [WRITER]), ("14.7", [READER, WRITER])], ids=["together", "apart"]
)
def test_every_instance_restarts_once_after_the_join(quick_world: World, version: str, rebooted: list[str]) -> None:
    quick_world.rds.on_event = lambda event: None
    quick_world.publish("ledger", WANTED)
    quick_world.create(LEDGER, "ledger")
    quick_world.rds.backend.clusters[LEDGER].engine_version = version
    go_on(quick_world, lambda: all(map(quick_world.rds.is_available, (WRITER, READER))))
    quick_world.rds.restarts.clear()
    execution = quick_world.start(LEDGER)
    go_on(quick_world, lambda: execution.status != "RUNNING")
    assert execution.end == "Onboarded"
    assert quick_world.rds.restarts == {WRITER: 1, READER: 1}
    asked = quick_world.calls.of("RebootDBInstance")
    assert [made.parameters["DBInstanceIdentifier"] for made in asked] == rebooted
