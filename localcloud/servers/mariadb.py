"""A real MariaDB server behind one RDS for MariaDB instance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from .mysql_family import MySQLFamily, quoted

if TYPE_CHECKING:
    from .site import Site

# What RDS grants its master user: no SUPER, FILE, SHUTDOWN:
# docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
MASTER = """\
CREATE USER {account} IDENTIFIED BY {password};
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, \
CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, \
CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER ON *.* TO {account} WITH GRANT OPTION;
"""

# What mariadb-install-db does, whose programs are not all in the package: tables first, then their rows.
BEGIN = "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL, @skip_auth_anonymous = 1;\n"
TABLES = (
    "mysql_system_tables.sql",
    "mysql_performance_tables.sql",
    "mysql_system_tables_data.sql",
    "maria_add_gis_sp_bootstrap.sql",
    "mysql_sys_schema.sql",
)
ACCOUNTS = """
USE mysql;
DELETE FROM global_priv WHERE User = 'root';
INSERT INTO global_priv VALUES ('localhost', 'rdsadmin', '{"access": 18446744073709551615}');
"""

# See mysql.py: nothing needs to survive a power cut.
SMALL_AND_FORGETFUL = (
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=OFF",
    "--innodb-log-file-size=8M",
    "--innodb-buffer-pool-size=32M",
    "--innodb-use-native-aio=OFF",
    "--aria-pagecache-buffer-size=4M",
    "--key-buffer-size=1M",
)
SERVE = ("--skip-log-bin", "--skip-name-resolve", *SMALL_AND_FORGETFUL)


class MariaDB(MySQLFamily):
    """It runs as soon as it is created, without plugins; no directory is offered for it."""

    folder = "mariadb"

    @classmethod
    def create(cls, site: Site, name: str, host: str, master_user: str, master_password: str) -> Self:
        """With the master user that RDS makes, and nobody else."""
        server = cls(site, name, [host])
        server._lay_out()
        server._start(())
        account = f"{quoted(master_user)}@'%'"
        server._as_admin(MASTER.format(account=account, password=quoted(master_password)))
        return server

    def _program(self) -> Iterable[str | Path]:
        return (*self._site.machine.mariadbd, f"--plugin-dir={self._site.mariadb_plugins}", *SERVE)

    def _client(self) -> Sequence[str]:
        return (*self._site.machine.mariadb, "--no-defaults")

    def _lay_out(self) -> None:
        """Its data directory."""
        machine = self._site.machine
        bootstrap = [*machine.mariadbd, "--bootstrap", *SMALL_AND_FORGETFUL]

        def make(folder: Path) -> None:
            tables = "".join((machine.mariadb_tables / name).read_text() for name in TABLES)
            self._site.supervisor.run(
                [*bootstrap, f"--datadir={folder}", self._scratch()], given=BEGIN + tables + ACCOUNTS
            )

        recipe = [machine.mariadb_version, *bootstrap, BEGIN, *TABLES, ACCOUNTS]
        self._site.templates.copy("mariadb", recipe, make, self._folder / "data")
