"""Random schedules: whatever happens, in whatever order, nothing is lost and nothing is done twice.

`make test` runs the same ones each time, `make test-all` more, and others each time, `make soak SCHEDULES=10000` still
more; SEED=... runs the same ones again. A failure prints the shortest schedule that fails, step by step, and its seed.
"""

import os
import secrets

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.schedules import Schedules
from tests.simulation.world import World
from tests.whole import WHOLE

IN_MAKE_TEST, IN_TEST_ALL = 25, 300
SEED_OF_MAKE_TEST = 20261129
STEPS = 10


@pytest.mark.timeout(1200)
def test_whatever_happens_in_whatever_order_nothing_is_lost_and_nothing_is_done_twice(quick_world: World) -> None:
    asked = os.environ.get("SCHEDULES")
    chosen = int(os.environ.get("SEED") or (secrets.randbelow(2**32) if WHOLE or asked else SEED_OF_MAKE_TEST))
    print(f"SEED={chosen}")
    Schedules.world = quick_world
    run_state_machine_as_test(
        seed(chosen)(Schedules),
        settings=settings(
            max_examples=int(asked or (IN_TEST_ALL if WHOLE else IN_MAKE_TEST)),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
