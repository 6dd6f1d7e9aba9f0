"""A second run on a finished database only reads."""

import pytest

from tests.e2e.scene import Ended, Scene


@pytest.fixture(scope="module")
def twice(scene: Scene) -> Ended:
    """`twice-1`, onboarded once."""
    scene.publish_profile("twice", {"alice": ["read"], "bob": ["read", "write"]})
    scene.create_database("twice-1", "twice")
    return scene.onboarded_by_event("twice-1")


@pytest.mark.parametrize("remembered", [True, False], ids=["with its record", "after its record was deleted"])
def test_a_second_run_changes_nothing(scene: Scene, twice: Ended, remembered: bool) -> None:
    before = scene.as_master(
        "twice-1", "SELECT User, Host, plugin, User_attributes, password_last_changed FROM mysql.user ORDER BY User"
    )
    if not remembered:
        scene.forget("twice-1")
    ended = scene.run("twice-1")
    assert ended.end == "Onboarded"
    assert scene.changes_made_by(ended) == {}
    assert not {"Create logins", "Reboot database"} & {*ended.states}
    assert before == scene.as_master(
        "twice-1", "SELECT User, Host, plugin, User_attributes, password_last_changed FROM mysql.user ORDER BY User"
    )


def test_a_second_run_plans_no_interruption(scene: Scene, twice: Ended) -> None:
    ended = scene.run("twice-1", dry_run=True)
    assert ended.end == "Planned"
    assert {step.get("interruption", "none") for step in ended.dossier["plan"]["steps"]} == {"none"}


def test_a_dry_run_of_a_finished_database_says_no_changes_and_writes_nothing(scene: Scene, twice: Ended) -> None:
    record = scene.record("twice-1")
    ended = scene.run("twice-1", dry_run=True)
    written = {
        call
        for call in scene.cloud.counter.calls(ended.arn)
        if not call[1].startswith(("Describe", "Get", "List", "Head"))
    }
    assert written == set()
    assert ended.dossier["plan"]["says"].startswith("No changes")
    assert scene.record("twice-1") == record


def test_a_new_login_in_the_profile_is_created_and_one_taken_out_is_locked(scene: Scene) -> None:
    scene.publish_profile("shift", {"alice": ["read"], "bob": ["read"]})
    scene.create_database("shift-1", "shift")
    assert scene.onboarded_by_event("shift-1").end == "Onboarded"
    scene.publish_profile("shift", {"alice": ["read", "write"], "carol": ["read"]})
    ended = scene.run("shift-1")
    assert ended.end == "Onboarded"
    assert "Reboot database" not in ended.states
    locked = dict(scene.as_master("shift-1", "SELECT User, account_locked FROM mysql.user WHERE plugin = 'auth_pam'"))
    assert locked == {"alice": "N", "bob": "Y", "carol": "N"}
    scene.publish_profile("shift", {"alice": ["read", "write"], "bob": ["read"], "carol": ["read"]})
    assert scene.run("shift-1").end == "Onboarded"
    assert (
        dict(scene.as_master("shift-1", "SELECT User, account_locked FROM mysql.user WHERE plugin = 'auth_pam'"))["bob"]
        == "N"
    )
