"""What containers need of this machine while a cloud runs: an engine, and an address on which they reach the cloud."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from localcloud.checkout import CHECKOUT
from localcloud.sam.host_setup import NETWORK, undo
from localcloud.servers import stale
from localcloud.servers.machine import Machine
from localcloud.servers.place import DISK, MEMORY, place

SAM = CHECKOUT / ".machine" / "sam" / "bin" / "sam"
PREFIX = "signon-sam."


class NoContainers(RuntimeError):
    """Functions cannot run in containers here; the message says why, and what to do."""


def sweep() -> None:
    """Undoes what clouds have left that were killed."""
    for parent in (MEMORY, DISK):
        for folder in stale.left(parent, PREFIX):
            undo(folder)


class Containers:
    """Started by `open`. Everything is in `folder`, and undone by a process that outlives this one by a moment."""

    def __init__(self, machine: Machine) -> None:
        sweep()
        self._machine = machine
        self.folder = stale.make(place(), PREFIX)
        self.environment: dict[str, str] = {}
        self.title = self.python_version = ""
        self._host_setup: subprocess.Popen[str] | None = None

    def open(self, number: int) -> str:
        """The beginning of the addresses of a network that containers reach, "198.18.<number>". Raises NoContainers."""
        words = [str(self.folder), str(number), str(self._machine.cache), self._machine.python_version]
        self._host_setup = subprocess.Popen(
            [sys.executable, "-m", "localcloud.sam.host_setup", *words],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._host_setup.stdout
        assert self._host_setup.stderr
        if not (line := self._host_setup.stdout.readline()):
            raise NoContainers(self._host_setup.stderr.read().strip())
        said: dict[str, Any] = json.loads(line)
        self.title, self.python_version = said["title"], said["python_version"]
        self.environment = {
            **said["environment"],
            "CONTAINERS": self.title,
            # no calls home, and none to an image registry: what is needed is there
            "SAM_CLI_TELEMETRY": "0",
            "__SAM_CLI_APP_DIR": str(self.folder / "sam_cli"),
            "SAM_SKIP_PULL_IMAGE": "true",
            "SAM_LAYER_CACHE_BASEDIR": str(self.folder / "layers"),
        }
        # there is no other way to keep the SAM CLI from asking the package index for its newest version
        (self.folder / "sam_cli").mkdir()
        (self.folder / "sam_cli" / "metadata.json").write_text('{"lastVersionCheck": 4102444800.0}')
        return NETWORK.format(number)

    @property
    def interpreter(self) -> Path:
        """One of the version that the containers have, for the bytecode of layers."""
        own = self.python_version == self._machine.python_version
        return self._machine.runtime_python if own else self._machine.system_python

    def close(self) -> None:
        """Removes everything that `open` has made. Safe to call twice."""
        if self._host_setup:
            self._host_setup.communicate()
            self._host_setup = None
            undo(self.folder)  # what is left where it was killed
