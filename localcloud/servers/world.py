"""A world of real servers: one certificate authority, one network, one directory, any number of databases."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from signal import Signals
from types import TracebackType
from typing import Self

from localcloud.machine import Machine

from . import stale
from .account import Account
from .aurora_mysql import AuroraMySQL
from .authority import Authority
from .controller import PORT_SHIFT
from .directory import Directory
from .mariadb import MariaDB
from .mysql import MySQL
from .names import Names, loopback
from .place import DISK, MEMORY, place
from .postgresql import PostgreSQL
from .supervisor import Supervisor
from .templates import Templates
from .trusted import TrustedDomain

_PREFIX = "signon."


class World:
    """Everything that must end together. Leaving it kills all of its processes and removes its folder.

    All of it is on 127.0.x.0/24, or on the network that it is given, and below `home`; nothing else on the machine is
    touched.

    `migrations` are what teams do to their new databases: SQL, by the name of a new PostgreSQL database, that its owner
    runs in it before RDS announces it.
    """

    def __init__(self, machine: Machine, network: Callable[[int], str] = loopback) -> None:
        """`network` makes the network of a number that no other world has."""
        for parent in (MEMORY, DISK):
            stale.sweep(parent, _PREFIX)
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
        self.directory: Directory | None = None
        self.migrations: dict[str, str] = {}

    @property
    def resolving(self) -> dict[str, str]:
        """The environment in which a process resolves the names of this world's servers."""
        return self.names.resolving

    @property
    def client_environment(self) -> dict[str, str]:
        """The environment of a person's machine: it resolves the names, finds KDCs by DNS and reaches the directory at
        its own ports.
        """
        return {
            "LD_PRELOAD": f"libnss_wrapper.so:libresolv_wrapper.so:{self.machine.native}/directoryports.so",
            "NSS_WRAPPER_HOSTS": str(self.hosts),
            "RESOLV_WRAPPER_HOSTS": str(self.names.services),
            "PORT_SHIFT": str(PORT_SHIFT),
            "PORT_SHIFT_NETWORK": f"{self.names.network}.",
        }

    def start_directory(self, domain: str) -> Directory:
        """Starts an Active Directory for `domain` ("corp.example.com"), and the verifier that databases ask.

        Raises ServerFailed.
        """
        self.directory = Directory(self, domain)
        return self.directory

    def start_trusted_domain(self, domain: str) -> TrustedDomain:
        """Starts a domain on premises whose people the directory, which must have been started, lets in.

        Raises ServerFailed.
        """
        assert self.directory
        return TrustedDomain(self, self.directory, domain)

    def mysql(self, name: str, host: str, master_user: str, master_password: str) -> MySQL:
        """Starts a MySQL server that answers to `host`, without auth_pam. May be called from several threads.

        Raises ServerFailed.
        """
        return MySQL.create(self, name, [host], master_user, master_password)

    def aurora_mysql(self, name: str, hosts: Sequence[str], master_user: str, master_password: str) -> AuroraMySQL:
        """Starts the writer of an Aurora MySQL cluster. It answers to `hosts`, its own endpoint first, and no directory
        has joined it. May be called from several threads. Raises ServerFailed.
        """
        return AuroraMySQL.create(self, name, hosts, master_user, master_password)

    def aurora_mysql_replica(self, name: str, hosts: Sequence[str], source: AuroraMySQL) -> AuroraMySQL:
        """Starts a reader that follows `source`, which must run. It has hosts, a gate and restarts of its own.

        May be called from several threads. Raises ServerFailed.
        """
        return AuroraMySQL.replicate(self, name, hosts, source)

    def mariadb(self, name: str, host: str, master_user: str, master_password: str) -> MariaDB:
        """Starts a MariaDB server that answers to `host`. May be called from several threads. Raises ServerFailed."""
        return MariaDB.create(self, name, host, master_user, master_password)

    def postgresql(
        self, name: str, hosts: Sequence[str], master_user: str, master_password: str, version: int | None = None
    ) -> PostgreSQL:
        """Starts a PostgreSQL server that answers to `hosts`, its own endpoint first, and that no directory has joined.

        `version` is a major one; it may be a newer server, where the machine has none of it. None: the newest. May be
        called from several threads. Raises ServerFailed.
        """
        programs = self.machine.postgresql_for(version)
        return PostgreSQL.create(self, name, hosts, programs, master_user, master_password)

    def postgresql_replica(self, name: str, hosts: Sequence[str], source: PostgreSQL) -> PostgreSQL:
        """Starts a reader that follows `source`, which must run. It has hosts, a gate and restarts of its own.

        May be called from several threads. Raises ServerFailed.
        """
        return PostgreSQL.replicate(self, name, hosts, source)

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

    def close(self) -> None:
        """Kills all processes of this world and removes its folder."""
        self.supervisor.close()
        self.names.close()
        deadline = time.monotonic() + 5
        while self.home.exists() and time.monotonic() < deadline:  # something may just be writing its last file there
            shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
