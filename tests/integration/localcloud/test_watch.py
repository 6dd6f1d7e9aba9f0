"""`watch` where nothing is to be watched, and `start` where there is."""

import os
from pathlib import Path

import pytest

from localcloud.cloud import Cloud
from localcloud.people import start, watch
from localcloud.people.running import NotRunning, Running, started_at
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
def test_with_no_running_execution_the_last_one_is_shown(
    cloud: Cloud, eventually: Eventually, capsys: pytest.CaptureFixture[str]
) -> None:
    states, machine = cloud.client("stepfunctions"), cloud.outputs["StateMachineArn"]
    given = '{"database": {"instance": "watch-ended"}}'
    execution = states.start_execution(stateMachineArn=machine, input=given)["executionArn"]
    eventually(lambda: states.describe_execution(executionArn=execution)["status"] == "FAILED")  # no such database
    assert not watch.watch("watch-ended")
    printed = capsys.readouterr().out
    assert f"none has started for 0 seconds. This is the last one:\n{execution}\n" in printed
    assert "Failed. There is no DB instance watch-ended here." in printed


@pytest.mark.usefixtures("published")
def test_starting_a_held_database_names_the_execution_that_holds_it(cloud: Cloud) -> None:
    key = {"database": {"S": "db-HELD"}, "kind": {"S": "claim"}}
    table = {"TableName": cloud.outputs["RecordsTable"]}
    database = {"name": "watch-held", "resource_id": "db-HELD"}
    cloud.client("dynamodb").put_item(**table, Item={**key, "holder": {"S": "arn:e1"}})
    said = start.held_by(Running.get(), database)
    assert said == "Execution arn:e1 is working on watch-held; `make watch NAME=watch-held` follows it"
    cloud.client("dynamodb").delete_item(**table, Key=key)
    assert "has ended meanwhile" in start.held_by(Running.get(), database)


def test_no_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(NotRunning, match="make up"):
        watch.watch("")
