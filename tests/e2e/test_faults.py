"""Faults of the demo that only real processes show, and, in `make test-all`, one of each other end; all of them are in
the simulation.
"""

from pathlib import Path

import pytest

from localcloud.demo.fault_target import FaultTarget
from localcloud.demo.faults import FAULTS, NOT_OURS, ONBOARDED, Fault
from tests.e2e.conftest import Told
from tests.e2e.scene import PEOPLE, Scene
from tests.whole import first_alone

SHOWN = ("functions-killed", "failover", "password-rotated", "role-untrusted", "deleted")
HURRY = 2000  # four times as fast as else


@pytest.mark.parametrize("fault", first_alone(*([FAULTS[name]] for name in SHOWN)), ids=SHOWN)
def test_what_goes_wrong_ends_as_its_row_says(scene: Scene, told: Told, tmp_path: Path, fault: Fault) -> None:
    profile, name = f"{fault.name}-fault", f"{fault.name}-fault-1"
    told(name)
    scene.publish_profile(profile, {"alice": ["read"], "bob": ["read", "write"]})
    target = FaultTarget(
        scene.cloud, name, clustered=False, create=lambda: scene.create_database(name, profile), tell=print
    )
    with target.undo, scene.cloud.clock.hurrying(HURRY):
        fault.prepare(target)
        target.create()
        ended = scene.onboarded_by_event(name)

    changes, messages = scene.changes_made_by(ended), told(name)
    assert (ended.end,) == fault.ends, ended.dossier.get("outcome")
    assert bool(messages) == (ended.end != NOT_OURS)
    assert [word for word in fault.told if word not in messages[0]["Message"]] == []
    if ended.end == ONBOARDED:
        assert changes["rds", "RebootDBInstance"] == 1
        answer = scene.sign_in(scene.kit(name, tmp_path), "mysql", "alice", PEOPLE["alice"])
        assert answer.returncode == 0, answer.stderr
    else:
        assert ("rds", "RebootDBInstance") not in changes
