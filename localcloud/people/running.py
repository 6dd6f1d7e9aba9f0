"""The cloud that `up` left running: where its description lies, and whether it is still alive and ours.

A checkout has one cloud at a time, and finds no other checkout's.
"""

import hashlib
import json
import os
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from localcloud.checkout import CHECKOUT


class NotRunning(RuntimeError):
    """No local cloud of this checkout is running."""


@dataclass(frozen=True)
class Running:
    """What other processes of the same user must know of a running cloud."""

    pid: int
    started: int  # the process's start time in clock ticks since boot: tells it from a later one with the same id
    endpoint: str
    region: str
    speed: float
    stack: str
    hosts: str  # what the names of all instances end with; for clusters "cluster-" comes before it
    outputs: dict[str, str]
    environment: dict[str, str]
    clients: dict[str, list[str]] = field(default_factory=dict)  # the databases': the beginning of each command line

    @classmethod
    def find(cls, parent: Path | None = None) -> Self | None:
        """The running cloud, if there is one; what a dead one left is removed. `parent` is that of `runtime_folder`."""
        description = _description(parent)
        try:
            found = cls(**json.loads(description.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        if started_at(found.pid) == found.started:
            return found
        description.unlink(missing_ok=True)
        return None

    @classmethod
    def get(cls, parent: Path | None = None) -> Self:
        """The running cloud, as `find` finds it. Raises NotRunning."""
        if found := cls.find(parent):
            return found
        raise NotRunning("No local cloud of this checkout is running. Start one with `make up`")

    def client(self, service: str) -> Any:
        """A boto3 client of it, which may do everything."""
        import boto3  # who only asks whether a cloud is running need not wait for it

        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )

    @property
    def account(self) -> str:
        """The number of its account."""
        return self.outputs["StateMachineArn"].split(":")[4]

    def role(self, name: str) -> str:
        """The ARN of a role of this account without a path, in this cloud's partition."""
        return f"arn:{self.outputs['StateMachineArn'].split(':')[1]}:iam::{self.account}:role/{name}"

    def publish(self) -> None:
        """From now on `find` answers this one."""
        description = _description()
        making = description.with_suffix(".making")
        making.write_text(json.dumps(asdict(self)))
        making.replace(description)

    def stop(self, patience: float = 60) -> None:
        """Ask it to end, and wait; after `patience` seconds it is killed, and its servers with it."""
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while started_at(self.pid) == self.started:
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                deadline += patience
            time.sleep(0.02)
        forget(self.pid)


def forget(pid: int) -> None:
    """The cloud of this process runs no more; another one's description stays."""
    description = _description()
    with suppress(FileNotFoundError, ValueError):
        if json.loads(description.read_text())["pid"] == pid:
            description.unlink()


def runtime_folder(parent: Path | None = None) -> Path:
    """The folder for this user's cloud of this checkout; mode 0700.

    It is in `parent`: the folder for things of the moment, $XDG_RUNTIME_DIR or /tmp, if None. Raises PermissionError.
    """
    if parent is None:
        given = os.environ.get("XDG_RUNTIME_DIR")
        parent = Path(given) if given and Path(given).is_dir() else Path(tempfile.gettempdir())
    checkout = hashlib.sha256(os.fsencode(CHECKOUT)).hexdigest()[:12]
    folder = parent / f"rds-signon-{os.geteuid()}-{checkout}"
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if seen.st_uid != os.geteuid() or seen.st_mode & 0o77 or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else or is accessible to others. Remove it")
    return folder


def log_file() -> Path:
    """What the background process writes."""
    return runtime_folder() / "cloud.log"


def ticket_file() -> Path:
    """Where the shell's Kerberos tickets are: the cloud's directory gives them, and no other knows them."""
    return runtime_folder() / "tickets"


def started_at(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None if there is none, or only its remains."""
    try:
        # the name, in parentheses, may hold anything: what counts comes after the last one
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


def _description(parent: Path | None = None) -> Path:
    return runtime_folder(parent) / "cloud.json"
