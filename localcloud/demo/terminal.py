"""A person's terminal with a published kit: a shell runs its lines unchanged."""

import json
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.checkout import CHECKOUT
from localcloud.cloud import Cloud

CLI = CHECKOUT / ".machine" / "aws" / "bin" / "aws"
YOUR_NAME = "YOUR-NAME"


@dataclass(frozen=True)
class Terminal:
    """`kit` is the folder in which the kit's files lie."""

    cloud: Cloud
    kit: Path

    def lines(self, method: str) -> Mapping[str, str]:
        """The kit's lines of a method, by client."""
        facts: dict[str, Any] = json.loads((self.kit / "connect.json").read_text())
        lines: dict[str, str] = facts["methods"][method]["clients"]
        return lines

    def run(
        self, line: str, *, typed: str = "", tickets: str = "nobody", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """What the line answers; `typed` is a password, `tickets` whose ticket cache is at hand."""
        kerberos = {
            "KRB5_CONFIG": str(self.kit / "krb5.conf"),
            "KRB5CCNAME": f"FILE:{self.kit / tickets}.tickets",
        }
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.kit,
            env={
                "PATH": f"{self._programs()}:/usr/bin:/bin",
                "AWS_DEFAULT_REGION": self.cloud.region,
                **self.cloud.world.client_environment,
                **kerberos,
                **(environment or {}),
            },
            input=f"{typed}\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
            start_new_session=True,  # without a terminal of its own a client reads the password from here
        )

    def _programs(self) -> Path:
        """A folder of the clients that belong to the servers, whatever else is called so on this machine."""
        folder = self.kit / "bin"
        if not folder.exists():
            folder.mkdir()
            for name, command in {**self.cloud.world.machine.clients, "aws": [str(CLI)]}.items():
                program = folder / name
                program.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
                program.chmod(0o755)
        return folder
