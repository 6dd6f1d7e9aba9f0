"""Which cloud a command finds: that of its own checkout, as long as it is alive."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from localcloud.checkout import CHECKOUT
from localcloud.people.running import Running, forget, started_at
from localcloud.people.shell import shell

CLOUD = Running(os.getpid(), started_at(os.getpid()) or 0, "http://127.0.0.1:1", "us-east-1", 500, "signon", "", {}, {})
FIND = "from localcloud.people.running import Running; print(Running.find())"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for things of the moment, where this checkout has a cloud."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    CLOUD.publish()
    return tmp_path


def found_in(checkout: Path) -> str:
    """What a process of that checkout finds."""
    done = subprocess.run([sys.executable, "-c", FIND], cwd=checkout, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_another_checkout_of_the_same_user_neither_finds_it_nor_takes_its_place(published: Path) -> None:
    other = published / "other checkout"
    (other / "localcloud/people").mkdir(parents=True)
    for file in ("__init__.py", "checkout.py", "people/__init__.py", "people/running.py"):
        shutil.copy(CHECKOUT / "localcloud" / file, other / "localcloud" / file)
    assert found_in(other) == "None"
    assert found_in(CHECKOUT) == str(CLOUD)
    assert Running.get(published) == CLOUD


def test_one_whose_process_is_another_by_now_is_forgotten(published: Path) -> None:
    replace(CLOUD, started=1).publish()
    assert Running.find() is None
    assert not list(published.glob("*/cloud.json"))


def test_a_cloud_that_ends_late_leaves_the_description_of_the_next_one(published: Path) -> None:
    forget(CLOUD.pid + 1)
    assert Running.find() == CLOUD
    forget(CLOUD.pid)
    assert Running.find() is None


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_a_role_is_of_the_clouds_own_partition_and_account(partition: str) -> None:
    machine = f"arn:{partition}:states:us-east-1:123456789012:stateMachine:signon-onboard-database"
    cloud = replace(CLOUD, outputs={"StateMachineArn": machine})
    assert cloud.role("reports") == f"arn:{partition}:iam::123456789012:role/reports"


def test_a_make_in_the_shell_is_told_nothing_by_the_make_that_opened_it(
    published: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:signon-onboard-database"
    keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    replace(CLOUD, outputs={"StateMachineArn": machine}, environment=keys).publish()
    for name in ("ARGS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        monkeypatch.setenv(name, "of the make that opened it")
    monkeypatch.setenv("EDITOR", "my own")
    assert shell(["sh", "-c", 'echo "$ARGS$MAKEFLAGS$MAKELEVEL$MFLAGS|$EDITOR|$STACK"']) == 0
    assert capfd.readouterr().out == "|my own|signon\n"
