"""A real MySQL server behind one RDS instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from .mysql_family import RENAMED, MySQLFamily, quoted

if TYPE_CHECKING:
    from .site import Site

# What RDS grants its master user: no SUPER, FILE, SHUTDOWN, SYSTEM_USER; the grant tables are read-only since 8.0.36:
# docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MySQL.CommonDBATasks.privilege-model.html
MASTER = """\
CREATE USER {account} IDENTIFIED BY {password};
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, \
CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, \
CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER, CREATE ROLE, DROP ROLE, \
APPLICATION_PASSWORD_ADMIN, ROLE_ADMIN, XA_RECOVER_ADMIN ON *.* TO {account} WITH GRANT OPTION;
REVOKE INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, CREATE VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER \
ON mysql.* FROM {account};
"""

# Nothing outlives a world, so nothing needs to survive a power cut; a killed server loses no more than a page that it
# was just writing. The sizes take a server from 280 MB to 160 MB.
SMALL_AND_FORGETFUL = (
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=OFF",
    "--innodb-redo-log-capacity=8M",
    "--innodb-log-buffer-size=1M",
    "--innodb-buffer-pool-size=32M",
    "--innodb-use-native-aio=OFF",  # its limit is per machine
    "--secure-file-priv=NULL",
)

INITIALIZE = ("--initialize-insecure", "--auto-generate-certs=OFF", *SMALL_AND_FORGETFUL)

SERVE = (
    "--performance-schema=OFF",
    "--partial-revokes=ON",
    "--skip-name-resolve",
    "--mysqlx=OFF",
    *SMALL_AND_FORGETFUL,
)


class MySQL(MySQLFamily):
    """RDS for MySQL, whose Kerberos is a directory password that PAM checks. It starts without plugins."""

    folder = "mysql"
    plugins: ClassVar[Mapping[str, str]] = {"kerberos": "auth_pam"}

    @classmethod
    def create(cls, site: Site, name: str, hosts: Sequence[str], master_user: str, master_password: str) -> Self:
        """With the master user that RDS makes, and nobody else."""
        server = cls(site, name, hosts)
        server._lay_out()
        server._start(())
        account = f"{quoted(master_user)}@'%'"
        server._as_admin(MASTER.format(account=account, password=quoted(master_password)))
        return server

    def _program(self) -> Iterable[str | Path]:
        plugins = f"--plugin-dir={self._site.plugins}"
        return (*self._site.machine.mysqld, plugins, *SERVE, *self._binary_log())

    def _client(self) -> Iterable[str]:
        return self._site.machine.mysql

    def _binary_log(self) -> Iterable[str]:
        return ("--skip-log-bin",)

    def _lay_out(self) -> None:
        """Its data directory."""
        site, machine = self._site, self._site.machine

        def make(folder: Path) -> None:
            first = site.account.write(self._folder / "first.sql", RENAMED)
            site.supervisor.run(
                [
                    *machine.mysqld,
                    *INITIALIZE,
                    f"--datadir={folder}",
                    self._scratch(),
                    f"--plugin-dir={site.plugins}",
                    f"--init-file={first}",
                ]
            )
            first.unlink()
            (folder / "auto.cnf").unlink()  # the server's UUID: each copy makes its own

        recipe = [machine.mysql_version, *machine.mysqld, *INITIALIZE, RENAMED]
        site.templates.copy("mysql", recipe, make, self._folder / "data")
