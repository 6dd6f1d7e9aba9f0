"""`watch` where nothing is to be watched."""

import os
from pathlib import Path

import pytest

from localcloud import watch
from localcloud.cloud import Cloud
from localcloud.running import NotRunning, Running, started_at
from tests.conftest import Eventually


@pytest.fixture
def published(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cloud of these tests is the one that is running."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(watch, "WAITS", 0)
    me, started = os.getpid(), started_at(os.getpid()) or 0
    facts = (cloud.endpoint, cloud.region, cloud.clock.speed, cloud.stack_name, "")
    Running(me, started, *facts, cloud.outputs, cloud.environment()).publish()


@pytest.mark.usefixtures("published")
def test_a_database_that_nothing_was_started_for_may_lack_the_tag() -> None:
    with pytest.raises(watch.NothingBegan, match=r"working on watch-nothing.*Does the database have the tag"):
        watch.watch("watch-nothing")


@pytest.mark.usefixtures("published")
def test_the_end_of_the_last_execution_is_said(cloud: Cloud, eventually: Eventually) -> None:
    states, machine = cloud.client("stepfunctions"), cloud.outputs["StateMachineArn"]
    given = '{"database": {"instance": "watch-ended"}}'
    execution = states.start_execution(stateMachineArn=machine, input=given)["executionArn"]
    eventually(lambda: states.describe_execution(executionArn=execution)["status"] == "FAILED")  # no such database
    with pytest.raises(watch.NothingBegan, match=f"The last one ended in Failed: {execution}"):
        watch.watch("watch-ended")


def test_no_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(NotRunning, match="make up"):
        watch.watch("")
