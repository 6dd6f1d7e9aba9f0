"""A shell in which `aws`, the databases' clients and any SDK find the running cloud, and endpoint names resolve."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from localcloud.checkout import CHECKOUT
from localcloud.examples.example_data import ROLES
from localcloud.people.running import Running, ticket_file

PROMPT = "(rds-signon) $ "
MAKES = ("MAKE", "MFLAGS", "ARGS")  # what a make hands on to those that it starts, with its own ARGS=...
MACHINE = CHECKOUT / ".machine"
# What stands in the way of the file of profiles: an SDK takes these variables first.
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE")


def shell(command: list[str]) -> int:
    """Run the command, or the user's shell, in the cloud's surroundings; answers its exit code. Raises NotRunning."""
    running = Running.get()
    with tempfile.TemporaryDirectory(prefix="rds-signon-bin-") as folder:
        for name, command_line in _programs(running).items():
            program = Path(folder, name)
            program.write_text(f'#!/bin/sh\nexec {shlex.join(command_line)} "$@"\n')
            program.chmod(0o755)
        path = os.pathsep.join([folder, str(MACHINE / "local" / "bin"), os.environ.get("PATH", "/usr/bin:/bin")])
        environment = {**_environment(running, Path(folder)), "PATH": path, "PS1": PROMPT}
        if command:
            return subprocess.call(command, env=environment)
        print(f"The local cloud at {running.endpoint}; leave with `exit`.")
        subprocess.call(_shell(Path(folder), path), env=environment)
        return 0


def _environment(running: Running, folder: Path) -> dict[str, str]:
    """Of the shell. AWS's files are the cloud's, and so are the tickets: the user's own are left alone. A `make` in it
    is none of the `make` that opened it.
    """
    profiles = folder / "aws-config"
    profiles.write_text(_profiles(running))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(MAKES)}
    theirs = {name: value for name, value in {**kept, **running.environment}.items() if name not in KEYS}
    return {
        **theirs,
        "AWS_CONFIG_FILE": str(profiles),
        "AWS_SHARED_CREDENTIALS_FILE": str(profiles),
        "KRB5CCNAME": f"FILE:{ticket_file()}",
        "STACK": running.stack,
    }


def _profiles(running: Running) -> str:
    """Who may do everything, and a profile for each application's role: `export AWS_PROFILE=payments-api` is one."""
    keys = {name.lower(): running.environment[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    sections = {"default": {**keys, "region": running.region}}
    for role in ROLES:
        sections[f"profile {role}"] = {
            "role_arn": running.role(role),
            "source_profile": "default",
            "region": running.region,
            # the CLI keeps sessions in the user's home: none of another cloud is taken for ours
            "role_session_name": f"cloud-{running.pid}-{running.started}",
        }
    lines = [line for name, section in sections.items() for line in (f"[{name}]", *map(" = ".join, section.items()))]
    return "\n".join([*lines, ""])


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
        # those that belong to the servers, whatever else is called so on this machine
        **running.clients,
        # for RDS in us-east-1 the CLI does not look at AWS_ENDPOINT_URL
        "aws": [str(MACHINE / "aws" / "bin" / "aws"), "--endpoint-url", running.endpoint],
    }
