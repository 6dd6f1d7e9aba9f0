"""A shell in which `aws`, `mysql` and any SDK find the running cloud, and endpoint names resolve."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from localcloud.running import Running

MACHINE = Path(__file__).resolve().parent.parent / ".machine"


def shell(command: list[str]) -> int:
    """Run the command, or the user's shell, in the cloud's surroundings; answers its exit code. Raises NotRunning."""
    running = Running.get()
    with tempfile.TemporaryDirectory(prefix="rds-signon-bin-") as folder:
        for name, command_line in _programs(running).items():
            program = Path(folder, name)
            program.write_text(f'#!/bin/sh\nexec {shlex.join(command_line)} "$@"\n')
            program.chmod(0o755)
        path = [folder, str(MACHINE / "local" / "bin"), os.environ.get("PATH", "/usr/bin:/bin")]
        environment = {**os.environ, **running.environment, "PATH": os.pathsep.join(path)}
        environment.setdefault("PS1", "(rds-signon) $ ")
        if not command:
            print(f"The local cloud at {running.endpoint}; leave with `exit`.")
        return subprocess.call(command or [os.environ.get("SHELL", "/bin/sh")], env=environment)


def _programs(running: Running) -> dict[str, list[str]]:
    """What is called differently here than elsewhere."""
    return {
        # the client that belongs to the server, whatever else is called mysql on this machine
        "mysql": running.mysql,
        # for RDS in us-east-1 the CLI does not look at AWS_ENDPOINT_URL
        "aws": [str(MACHINE / "aws" / "bin" / "aws"), "--endpoint-url", running.endpoint],
    }
