"""What every server takes of its world: an account, a folder, a network, certificates, templates, and who starts it."""

import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from signal import Signals
from typing import Protocol

from . import stale
from .account import Account
from .authority import Authority
from .machine import Machine
from .names import Names, loopback
from .place import DISK, MEMORY, place
from .supervisor import Supervisor
from .templates import Templates

_PREFIX = "signon."


class JoinedDirectory(Protocol):
    """What a database needs of the directory that it joins; `SambaDirectory` is one."""

    realm: str
    krb5_conf: Path
    verifier: Path

    def export_keytab(self, account: str, path: Path, principals: Iterable[str]) -> None:
        """Writes the key of `account`, good for `principals`, to a keytab."""


def sweep() -> None:
    """Removes what sites have left whose process was killed."""
    for parent in (MEMORY, DISK):
        stale.sweep(parent, _PREFIX)


class Site:
    """One network, one certificate authority, one account and one folder for servers that belong together.

    All of it is on 127.0.x.0/24, or on the network that it is given, and below `home`; nothing else on the machine is
    touched. `directory` is the one that databases join; None until it is started.
    """

    def __init__(self, machine: Machine, network: Callable[[int], str] = loopback) -> None:
        """`network` makes the network of a number that no other world has."""
        sweep()
        self.machine = machine
        self.account = Account.unprivileged()
        self.home = self.account.give(stale.make(place(), _PREFIX))
        self.home.chmod(0o755)
        self.supervisor = Supervisor(self.account, self.home)
        self.templates = Templates(machine.cache / "templates", self.account, self.supervisor)
        self.authority = Authority(self.account, self.home / "ca.pem")
        self.hosts = self.account.write(self.home / "hosts", "", 0o644)
        self.names = Names(self.hosts, self.account.write(self.home / "services", "", 0o644), network)
        own = machine.mysql_plugin_dir
        self.plugins = self._plugins("plugins", "rdsauth.so", *(own.glob("*.so") if own else ()))
        self.mariadb_plugins = self._plugins("mariadb-plugins", "rdsauth-mariadb.so")
        self.directory: JoinedDirectory | None = None

    @property
    def resolving(self) -> dict[str, str]:
        """The environment in which a process resolves the names of this world's servers."""
        return self.names.resolving

    def spawn(
        self,
        name: str,
        argv: Iterable[str | Path],
        output: Path | int | None = None,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        last: Signals = Signals.SIGKILL,
    ) -> subprocess.Popen[bytes]:
        """Starts a process under the unprivileged account; it ends with this world at the latest.

        `output` takes what it writes, errors too: a file to append to (None: `<home>/<name>.log`), or subprocess.PIPE.
        `environment` is all it gets besides PATH and HOME; `cwd` is `home` if None; `last` is the signal that ends it.
        """
        return self.supervisor.start(argv, output or self.home / f"{name}.log", environment or {}, cwd, last=last)

    def folder(self, name: str) -> Path:
        """A folder below `home` that belongs to the unprivileged account."""
        return self.account.folder(self.home / name)

    def give(self, path: Path) -> Path:
        """Makes the unprivileged account the owner of `path`."""
        return self.account.give(path)

    def program(self, source: Path) -> Path:
        """A copy of a program that the unprivileged account can read, wherever the checkout lies."""
        return self.account.write(self.folder("programs") / source.name, source.read_bytes(), 0o644)

    def _plugins(self, name: str, ours: str, *its: Path) -> Path:
        """A server's plugin folder: its own plugins, and ours."""
        folder = self.folder(name)
        for plugin in its:
            (folder / plugin.name).symlink_to(plugin)
        (folder / "rdsauth.so").symlink_to(self.machine.native / ours)
        return folder
