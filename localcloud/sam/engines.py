"""Container engines: a Docker that answers, else a private Podman, which ends with the cloud and leaves nothing."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from localcloud.sam import firewall, traces

PATIENCE = 60  # seconds
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")  # a file of its name keeps what it was, where we change it


class EngineFailed(RuntimeError):
    """There is no container engine, or it does not do what it is asked."""


class ContainerEngine:
    """`environment` is what makes `program`, and the SAM CLI, find it."""

    def __init__(self, program: str, environment: Mapping[str, str], title: str) -> None:
        self.program, self.environment, self.title = program, environment, title

    def run(self, *words: str, patience: float = PATIENCE) -> str:
        """What the engine's command prints. Raises EngineFailed."""
        try:
            done = subprocess.run(
                [self.program, *words],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=patience,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise EngineFailed(f"`{self.program} {' '.join(words)}` took longer than {patience:g} seconds") from None
        if done.returncode:
            raise EngineFailed(f"`{self.program} {' '.join(words)}` failed: {done.stderr.strip()[-1000:]}")
        return done.stdout

    def images(self) -> set[str]:
        """Those with a name."""
        return set(self.run("images", "--format", "{{.Repository}}:{{.Tag}}").split())

    def remove_what_sam_made(self, kept: set[str]) -> None:
        """Containers from images of the SAM CLI, and its images; those that are `kept` were there before."""
        made = {name for name in self.images() - kept if "samcli/lambda" in name or "rapid" in name}
        for image in made:
            containers = self.run("ps", "--all", "--quiet", "--filter", f"ancestor={image}").split()
            if containers:
                self.run("rm", "--force", *containers)
            self.run("image", "rm", "--force", image)


def found(folder: Path, network_number: int, end: ExitStack) -> ContainerEngine:
    """An engine that answers. What `end` is given ends it; `undo` removes the rest. Raises EngineFailed."""
    return _docker() or podman(folder, network_number, end)


def _docker() -> ContainerEngine | None:
    """The user's own, where one answers."""
    if not shutil.which("docker"):
        return None
    docker = ContainerEngine("docker", {}, "Docker")
    try:
        docker.run("version", "--format", "{{.Server.Version}}", patience=10)
    except EngineFailed:
        return None
    return docker


def podman(folder: Path, network_number: int, end: ExitStack) -> ContainerEngine:
    """A Podman of our own: its containers, images and network are below `folder` and no other Podman's.

    Raises EngineFailed.
    """
    if os.geteuid() != 0:
        raise EngineFailed(
            "Docker does not answer, and only root can start a private Podman. Start Docker, or run this as root."
        )
    if missing := [name for name in ("podman", "runc", "iptables") if not shutil.which(name)]:
        raise EngineFailed(f"{', '.join(missing)} cannot be found. Install what is missing, or add its folder to PATH.")
    _configure(folder, network_number)
    socket, engine = folder / "podman.sock", ContainerEngine("podman", _environment(folder), "Podman")
    remember_forwarding(folder)
    traces.remember(folder)
    with (folder / "podman.log").open("wb") as log:
        service = subprocess.Popen(
            ["setpriv", "--pdeathsig=TERM", "--", "podman", "system", "service", "--time=0", f"unix://{socket}"],
            env={**os.environ, **engine.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    end.callback(service.wait)
    end.callback(service.terminate)
    deadline = time.monotonic() + PATIENCE
    while not socket.exists():
        if service.poll() is not None or time.monotonic() > deadline:
            raise EngineFailed(f"Podman did not start: {(folder / 'podman.log').read_text()[-1000:]}")
        time.sleep(0.05)
    return engine


def remember_forwarding(folder: Path) -> None:
    """Keeps what it was before the first of our clouds, whose folders are next to this one: the last one restores it.
    Where another Podman has networks it is left alone.
    """
    first = next(folder.parent.glob(f"*/{FORWARDING.name}"), None)
    if before := first or (None if firewall.rules() else FORWARDING):
        (folder / FORWARDING.name).write_text(before.read_text())


def undo(folder: Path) -> None:
    """Removes what `podman` has made of this machine, however its service has ended."""
    if not (folder / "containers.conf").exists():
        return
    with suppress(EngineFailed):
        ContainerEngine("podman", _environment(folder), "Podman").run("rm", "--all", "--force", "--time", "0")
    subprocess.run(["umount", "--lazy", folder / "storage" / "overlay"], check=False, capture_output=True)
    before = folder / FORWARDING.name
    if before.exists() and firewall.remove_unused():
        FORWARDING.write_text(before.read_text())
        traces.remove(folder)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "CONTAINERS_CONF": str(folder / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
        "DOCKER_HOST": f"unix://{folder}/podman.sock",
    }


def _configure(folder: Path, number: int) -> None:
    """An engine that shares nothing with another one, whatever this machine's own are set to."""
    (folder / "networks").mkdir()
    (folder / "containers.conf").write_text(f"""\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
http_proxy = false
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[engine.runtimes]
runc = ["{shutil.which("runc")}"]
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
""")
    (folder / "storage.conf").write_text(f"""\
[storage]
driver = "overlay"
graphroot = "{folder}/storage"
runroot = "{folder}/run"
""")
    network = {
        "name": "podman",
        "id": f"{number:064x}",
        "driver": "bridge",
        "network_interface": f"signon{number}",
        "created": "2026-01-01T00:00:00Z",
        "subnets": [{"subnet": f"198.19.{number}.0/24", "gateway": f"198.19.{number}.1"}],
        "ipv6_enabled": False,
        "internal": False,
        "dns_enabled": False,
        "ipam_options": {"driver": "host-local"},
    }
    (folder / "networks" / "podman.json").write_text(json.dumps(network))
