"""A shell in which `aws`, `mysql`, `psql` and any SDK find the running cloud, and endpoint names resolve."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from localcloud.running import Running

PROMPT = "(rds-signon) $ "
MACHINE = Path(__file__).resolve().parent.parent / ".machine"


def shell(command: list[str]) -> int:
    """Run the command, or the user's shell, in the cloud's surroundings; answers its exit code. Raises NotRunning."""
    running = Running.get()
    with tempfile.TemporaryDirectory(prefix="rds-signon-bin-") as folder:
        for name, command_line in _programs(running).items():
            program = Path(folder, name)
            program.write_text(f'#!/bin/sh\nexec {shlex.join(command_line)} "$@"\n')
            program.chmod(0o755)
        path = os.pathsep.join([folder, str(MACHINE / "local" / "bin"), os.environ.get("PATH", "/usr/bin:/bin")])
        environment = {**os.environ, **running.environment, "PATH": path, "PS1": PROMPT}
        if command:
            return subprocess.call(command, env=environment)
        print(f"The local cloud at {running.endpoint}; leave with `exit`.")
        subprocess.call(_shell(Path(folder), path), env=environment)
        return 0


def _shell(folder: Path, path: str) -> list[str]:
    """The user's shell. What bash reads when it starts may put another `aws` first; ours is put before it again."""
    program = os.environ.get("SHELL", "/bin/sh")
    if Path(program).name != "bash":
        return [program]
    start = folder / "bashrc"
    start.write_text(f"[ ! -r ~/.bashrc ] || . ~/.bashrc\nPATH={shlex.quote(path)}\nPS1={shlex.quote(PROMPT)}\n")
    return [program, "--rcfile", str(start)]


def _programs(running: Running) -> dict[str, list[str]]:
    """What is called differently here than elsewhere."""
    return {
        # the clients that belong to the servers, whatever else is called so on this machine
        "mysql": running.mysql,
        "psql": running.psql,
        # for RDS in us-east-1 the CLI does not look at AWS_ENDPOINT_URL
        "aws": [str(MACHINE / "aws" / "bin" / "aws"), "--endpoint-url", running.endpoint],
    }
