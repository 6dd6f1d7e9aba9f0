"""A cloud in the background: started, found, used and ended by commands; killed, it leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from localcloud.people.running import Running
from tests.conftest import Eventually
from tests.whole import only_in_test_all

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Commands:
    """Runs `python -m localcloud ...` with a runtime folder of its own."""

    runtime_folder: Path

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "localcloud", *words],
            cwd=ROOT,
            env={**os.environ, "XDG_RUNTIME_DIR": str(self.runtime_folder)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def running(self) -> Running:
        return Running.get(self.runtime_folder)

    def home(self) -> str:
        """The folder below which everything of the cloud runs."""
        return str(Path(self.running().environment["SIGNON_CA"]).parent)


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Commands]:
    command = Commands(tmp_path)
    yield command
    command("down")


def processes_of(cloud: int, home: str) -> set[int]:
    """The cloud's process, and all that were started below its folder."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if state != "Z" and (int(process.name) == cloud or home.encode() in words) and int(process.name) != os.getpid():
            found.add(int(process.name))
    return found


@only_in_test_all
def test_it_comes_up_once_serves_a_shell_and_goes_down(command: Commands) -> None:
    first = command("up")
    assert first.returncode == 0, first.stderr
    assert "rds create-db-instance" in first.stdout
    assert command.running().endpoint in first.stdout
    again = command("up")
    assert "already running" in again.stdout
    asked = "import boto3; print(boto3.client('s3').list_buckets()['Buckets'][0]['Name'])"
    assert command("shell", "--", sys.executable, "-c", asked).stdout.strip()
    for client in ("mysql", "mariadb", "psql"):
        assert client in command("shell", "--", client, "--version").stdout
    assert '"DBInstances": []' in command("shell", "--", "aws", "rds", "describe-db-instances").stdout
    assert command("shell", "--", "false").returncode == 1
    started = command("start", str(ROOT / "events" / "manual_dry_run.json"))
    assert "Describe database" in started.stdout, started.stderr
    pid, home = command.running().pid, command.home()
    assert len(processes_of(pid, home)) > 2
    assert "has stopped" in command("down").stdout
    assert processes_of(pid, home) == set()
    assert not Path(home).exists()
    assert "No local cloud" in command("down").stdout
    assert "make up" in command("start", str(ROOT / "events" / "manual_dry_run.json")).stderr


@only_in_test_all
def test_killed_it_leaves_no_process_and_two_live_side_by_side(tmp_path: Path, eventually: Eventually) -> None:
    folders = [tmp_path / name for name in ("first", "second")]
    commands = []
    for folder in folders:
        folder.mkdir()
        commands.append(Commands(folder))
        assert commands[-1]("up").returncode == 0
    first, second = (command.running().pid for command in commands)
    home = commands[0].home()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: not processes_of(first, home))
    assert processes_of(second, commands[1].home())
    assert "No local cloud" in commands[0]("down").stdout
    assert "has stopped" in commands[1]("down").stdout
