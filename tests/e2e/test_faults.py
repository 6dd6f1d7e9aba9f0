"""Faults of the demo that only real processes show, and one of each other end; all of them are in the simulation."""

from pathlib import Path

import pytest

from localcloud.demo.faults import FAULTS, NOT_OURS, ONBOARDED, PARKED, Fault
from localcloud.demo.victim import Victim
from tests.e2e.conftest import Told
from tests.e2e.scene import PEOPLE, Ended, Scene

SHOWN = ("functions-killed", "failover", "password-rotated", "directory-impaired", "role-untrusted", "deleted")
HURRY = 2000  # four times as fast as else: joins that fail, and wait, and fail again


def next_about(scene: Scene, name: str, before: list[Ended]) -> Ended:
    """The next execution about the database, ended: what was parked is swept when it is worth another look."""
    if before and before[-1].end == PARKED:
        record = scene.record(name)
        assert record
        return scene.swept(name, record["next_look"])
    return scene.ended(scene.until(lambda: scene.executions_about(name, by="RDS-EVENT")[len(before) :])[0])


@pytest.mark.parametrize("fault", [FAULTS[name] for name in SHOWN], ids=SHOWN)
def test_what_goes_wrong_ends_as_its_row_says(scene: Scene, told: Told, tmp_path: Path, fault: Fault) -> None:
    profile, executions = f"{fault.name}-fault", list[Ended]()
    name = f"{profile}-1"
    told(name)
    scene.publish_profile(profile, {"alice": ["read"], "bob": ["read", "write"]})
    victim = Victim(scene.cloud, name, clustered=False, create=lambda: scene.create_database(name, profile), tell=print)
    with victim.undo, scene.cloud.clock.hurrying(HURRY):
        fault.prepare(victim)
        victim.create()
        for end in fault.ends:
            executions.append(next_about(scene, name, executions))
            assert executions[-1].end == end, executions[-1]

    changes, messages = [scene.changes_made_by(ended) for ended in executions], told(name)
    assert bool(messages) == any(end != NOT_OURS for end in fault.ends)
    assert [word for word in fault.told if word not in messages[0]["Message"]] == []
    if fault.ends[-1] == ONBOARDED:
        assert sum(change.get(("rds", "RebootDBInstance"), 0) for change in changes) == 1
        answer = scene.sign_in(scene.kit(name, tmp_path), "mysql", "alice", PEOPLE["alice"])
        assert answer.returncode == 0, answer.stderr
    else:
        assert all(("rds", "RebootDBInstance") not in change for change in changes)
