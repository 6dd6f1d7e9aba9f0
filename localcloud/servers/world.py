"""A world of real servers: one certificate authority, one network, one directory, any number of databases."""

import shutil
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from .aurora_mysql import AuroraMySQL
from .controller import PORT_SHIFT
from .directory import SambaDirectory
from .machine import Machine
from .mariadb import MariaDB
from .mysql import MySQL
from .names import loopback
from .postgresql import PostgreSQL
from .site import Site
from .trusted import TrustedDomain


class World(Site):
    """Everything that must end together. Leaving it kills all of its processes and removes its folder.

    `migrations` are what teams do to their new databases: SQL, by the name of a new PostgreSQL database, that its owner
    runs in it before RDS announces it.
    """

    def __init__(self, machine: Machine, network: Callable[[int], str] = loopback) -> None:
        """`network` makes the network of a number that no other world has."""
        super().__init__(machine, network)
        self.migrations: dict[str, str] = {}

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

    def start_directory(self, domain: str) -> SambaDirectory:
        """Starts an Active Directory for `domain` ("corp.example.com"), and the verifier that databases ask.

        Raises ServerFailed.
        """
        self.directory = directory = SambaDirectory(self, domain)
        return directory

    def start_trusted_domain(self, directory: SambaDirectory, domain: str) -> TrustedDomain:
        """Starts a domain on premises whose people the directory lets in. Raises ServerFailed."""
        return TrustedDomain(self, directory, domain)

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
