"""Random schedules: whatever happens, in whatever order, nothing is lost and nothing is done twice.

`make soak SCHEDULES=10000` runs more of them, SEED=... the same ones again. A failure prints the shortest schedule that
fails, step by step, and its seed.
"""

import os
import secrets

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.schedules import Schedules
from tests.simulation.world import World

IN_MAKE_TEST = 300
STEPS = 10


@pytest.mark.timeout(1200)
def test_whatever_happens_in_whatever_order_nothing_is_lost_and_nothing_is_done_twice(quick_world: World) -> None:
    chosen = int(os.environ.get("SEED") or secrets.randbelow(2**32))
    print(f"SEED={chosen}")
    Schedules.world = quick_world
    run_state_machine_as_test(
        seed(chosen)(Schedules),
        settings=settings(
            max_examples=int(os.environ.get("SCHEDULES") or IN_MAKE_TEST),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
