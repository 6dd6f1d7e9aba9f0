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
        client = Path(folder, "mysql")
        # the client that belongs to the server, whatever else is called mysql here
        client.write_text(f'#!/bin/sh\nexec {shlex.join(running.mysql)} "$@"\n')
        client.chmod(0o755)
        path = [
            folder,
            *(str(MACHINE / name / "bin") for name in ("aws", "local")),
            os.environ.get("PATH", "/usr/bin:/bin"),
        ]
        environment = {**os.environ, **running.environment, "PATH": os.pathsep.join(path)}
        environment.setdefault("PS1", "(rds-signon) $ ")
        if not command:
            print(f"The local cloud at {running.endpoint}; leave with `exit`.")
        return subprocess.call(command or [os.environ.get("SHELL", "/bin/sh")], env=environment)
