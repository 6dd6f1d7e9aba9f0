"""What `make` left on this machine: interpreters, MySQL, MariaDB, PostgreSQL, the compiled plugins."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from localcloud.checkout import CHECKOUT

DESCRIPTION = CHECKOUT / ".machine" / "machine.json"


class MachineNotPrepared(RuntimeError):
    """The machine's description is missing, or incomplete."""


@dataclass(frozen=True)
class PostgreSQLPrograms:
    """The programs of one version of PostgreSQL."""

    version: str  # "15.18"
    bin: Path  # folder of postgres, initdb, pg_basebackup, psql

    @property
    def major(self) -> int:
        """15, of "15.18"."""
        return int(self.version.partition(".")[0])


@dataclass(frozen=True)
class Machine:
    """The description of this machine, as set-up wrote it.

    `mysqld`, `mysql`, `mariadbd` and `mariadb` are the beginnings of command lines; arguments are added to them.
    """

    cache: Path  # world-readable; templates of data directories are kept in it
    python: Path  # runs the local cloud and the tests
    runtime_python: Path  # runs the functions, as Lambda's managed runtime does
    python_version: str
    mysqld: tuple[str, ...]
    mysql: tuple[str, ...]
    mysql_plugin_dir: Path | None  # the server's own plugins, unless it finds them by itself
    mysql_version: str
    postgresql: tuple[PostgreSQLPrograms, ...]  # the oldest first
    mariadbd: tuple[str, ...]
    mariadb_version: str
    mariadb_tables: Path  # folder of the SQL that makes a server's own tables
    mariadb: tuple[str, ...]
    system_python: Path  # the one that has Samba's modules
    native: Path  # folder of what is compiled from localcloud/servers/native
    pam_krb5: Path  # the PAM module, outside of /lib so that the machine's own sign-in is not touched

    @property
    def clients(self) -> dict[str, list[str]]:
        """The clients that belong to the servers, by name: the beginning of each command line."""
        psql = str(self.postgresql[-1].bin / "psql")
        return {"mysql": [*self.mysql], "mariadb": [*self.mariadb], "psql": [psql]}

    @property
    def mysql_knows_tickets(self) -> bool:
        """Whether Oracle's client has its plugin for Kerberos, which Ubuntu 24.04 does not ship."""
        return bool(self.mysql_plugin_dir and (self.mysql_plugin_dir / "authentication_kerberos_client.so").exists())

    def postgresql_for(self, major: int | None) -> PostgreSQLPrograms:
        """The oldest PostgreSQL that is not older than `major`, else the newest; None: the newest.

        From 16 on other rules say who may grant a role, so 17 is not stood in for by 15.
        """
        not_older = [each for each in self.postgresql if major is not None and each.major >= major]
        return not_older[0] if not_older else self.postgresql[-1]

    @classmethod
    def read(cls, description: Path = DESCRIPTION) -> Self:
        """Reads the description; $SIGNON_CACHE, if set, is the cache instead of the described one.

        Raises MachineNotPrepared.
        """
        try:
            found = json.loads(description.read_text())
            return cls(
                cache=Path(os.environ.get("SIGNON_CACHE") or found["cache"]),
                python=Path(found["python"]),
                runtime_python=Path(found["runtime_python"]),
                python_version=found["python_version"],
                mysqld=tuple(found["mysqld"]),
                mysql=tuple(found["mysql"]),
                mysql_plugin_dir=Path(found["mysql_plugin_dir"]) if found["mysql_plugin_dir"] else None,
                mysql_version=found["mysql_version"],
                postgresql=tuple(
                    PostgreSQLPrograms(each["version"], Path(each["bin"])) for each in found["postgresql"]
                ),
                mariadbd=tuple(found["mariadbd"]),
                mariadb_version=found["mariadb_version"],
                mariadb_tables=Path(found["mariadb_tables"]),
                mariadb=tuple(found["mariadb"]),
                system_python=Path(found["system_python"]),
                native=Path(found["native"]),
                pam_krb5=Path(found["pam_krb5"]),
            )
        except FileNotFoundError:
            raise MachineNotPrepared(f"{description} is missing. Run `make demo`, or any other target, once") from None
        except KeyError as missing:
            raise MachineNotPrepared(f"{description} lacks {missing}. Remove it and run make again") from None
