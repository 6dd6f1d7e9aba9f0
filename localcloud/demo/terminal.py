"""A person's terminal beside a published kit: its lines are run as they stand, by a shell."""

import json
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.cloud import Cloud

CLI = Path(__file__).resolve().parents[2] / ".machine" / "aws" / "bin" / "aws"
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
        """What the line answers; `typed` is a password, `tickets` whose ticket cache is at hand.

        Where the directory is, DNS says on AWS.
        """
        kerberos = {
            "KRB5_CONFIG": str(self.cloud.directory.krb5_conf),
            "KRB5CCNAME": f"FILE:{self.kit / tickets}.tickets",
        }
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.kit,
            env={
                "PATH": f"{self._programs()}:/usr/bin:/bin",
                "AWS_DEFAULT_REGION": self.cloud.region,
                **self.cloud.world.resolving,
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
        folder, machine = self.kit / "bin", self.cloud.world.machine
        if not folder.exists():
            folder.mkdir()
            psql = machine.postgresql[-1].bin / "psql"
            for name, command in (
                ("mysql", machine.mysql),
                ("mariadb", machine.mariadb),
                ("psql", (psql,)),
                ("aws", (CLI,)),
            ):
                program = folder / name
                program.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n')
                program.chmod(0o755)
        return folder
