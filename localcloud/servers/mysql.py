"""A real MySQL server behind one RDS instance."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .names import PORT
from .tokens import TokenSocket

if TYPE_CHECKING:
    from .world import World

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
ALTER USER 'root'@'localhost' ACCOUNT LOCK;
"""
# RDS's own account. `localhost` is the server's socket alone: with --skip-name-resolve no address has a name.
RDSADMIN = """\
CREATE USER 'rdsadmin'@'localhost' IDENTIFIED BY {password};
GRANT ALL ON *.* TO 'rdsadmin'@'localhost' WITH GRANT OPTION;
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

INITIALIZE = (
    "--initialize-insecure",  # root gets no password here, and is locked before anyone can connect
    "--auto-generate-certs=OFF",
    *SMALL_AND_FORGETFUL,
)

SERVE = (
    "--performance-schema=OFF",
    "--partial-revokes=ON",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--mysqlx=OFF",
    *SMALL_AND_FORGETFUL,
)


PLUGINS = {"kerberos": "auth_pam"}  # RDS for MySQL's Kerberos is a directory password that PAM checks
# INSTALL PLUGIN is remembered by the server: what is switched on is on after a restart.
SWITCH_IAM = {
    True: "INSTALL PLUGIN AWSAuthenticationPlugin SONAME 'rdsauth.so'",
    False: "UNINSTALL PLUGIN AWSAuthenticationPlugin",
}


class MySQL:
    """One server: own address, own data, own certificate. It runs as soon as the object exists, without plugins."""

    port = PORT

    def __init__(self, world: World, name: str, host: str, master_user: str, master_password: str) -> None:
        self.name, self.host = name, host
        self.address = world.names.add(host)
        self._world = world
        self._folder = world.folder(f"mysql-{self.address.rpartition('.')[2]}")  # its socket needs a short path
        self.log = self._folder / "error.log"
        self.tokens = TokenSocket(world.account, self._folder / "tokens")
        self._rdsadmin, self._takes_tokens = secrets.token_hex(), False
        self._lay_out()
        accounts = _create_master(master_user, master_password) + RDSADMIN.format(password=_quoted(self._rdsadmin))
        first = world.account.write(self._folder / "first.sql", accounts)
        self._process = self._start((), f"--init-file={first}")
        first.unlink()

    def restart(self, methods: Iterable[str] = (), *, read_only: bool = False) -> None:
        """Stops, if it runs, and starts with the plugins of the named methods ("kerberos"). Raises ServerFailed."""
        self.stop()
        self._process = self._start(methods, *(["--read-only=ON"] if read_only else []))

    def stop(self) -> None:
        """Stops in good order; `restart` starts it again."""
        self._process.terminate()
        self._process.wait()

    def crash(self) -> None:
        """Ends at once: what has not reached its files is lost; `restart` recovers from these."""
        self._process.kill()
        self._process.wait()

    def change_password(self, user: str, old: str, new: str) -> None:
        """Of this account, by itself."""
        self._run(f"ALTER USER USER() IDENTIFIED BY {_quoted(new)}", user, old)

    def switch_iam(self, on: bool) -> None:
        """From now on logins `WITH AWSAuthenticationPlugin` can be made and sign in, or no longer. It must run."""
        if on is not self._takes_tokens:
            self._run(SWITCH_IAM[on], "rdsadmin", self._rdsadmin)
            self._takes_tokens = on

    def delete(self) -> None:
        """Ends the server for good: its name no longer resolves, its data is gone."""
        self.crash()
        self.tokens.close()
        self._world.names.forget(self.address)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, statement: str, user: str, password: str) -> None:
        who = (f"--socket={self._folder}/socket", f"--user={user}", f"--execute={statement}")
        self._world.supervisor.run([*self._world.machine.mysql, *who], {"MYSQL_PWD": password})

    def _lay_out(self) -> None:
        """Data directory and certificate."""
        machine = self._world.machine

        def make(folder: Path) -> None:
            self._world.supervisor.run(
                [*machine.mysqld, *INITIALIZE, f"--datadir={folder}", f"--plugin-dir={self._world.plugins}"]
            )
            (folder / "auto.cnf").unlink()  # the server's UUID: each copy makes its own

        recipe = [machine.mysql_version, *machine.mysqld, *INITIALIZE]
        self._world.templates.copy("mysql", recipe, make, self._folder / "data")
        self._certificate, self._key = self._world.authority.issue(self._folder, self.host)

    def _start(self, methods: Iterable[str], *more: str) -> subprocess.Popen[bytes]:
        folder, directory = self._folder, self._world.directory
        process = self._world.spawn(
            self.name,
            [
                *self._world.machine.mysqld,
                f"--datadir={folder}/data",
                f"--bind-address={self.address}",
                f"--port={self.port}",
                f"--socket={folder}/socket",
                f"--pid-file={folder}/pid",
                f"--ssl-cert={self._certificate}",
                f"--ssl-key={self._key}",
                f"--ssl-ca={self._world.authority.bundle}",
                f"--plugin-dir={self._world.plugins}",
                *SERVE,
                *(f"--plugin-load-add={PLUGINS[method]}=rdsauth.so" for method in methods),
                *more,
            ],
            self.log,
            {"SIGNON_TOKENS": str(self.tokens.path)}
            | ({"SIGNON_VERIFIER": str(directory.verifier)} if directory else {}),
        )
        self._world.supervisor.wait_until(self._greets, process, f"MySQL {self.name}", self.log)
        return process

    def _greets(self) -> bool:
        """MySQL listens before it has read its init file, and greets only afterwards. A refusal is no greeting."""
        try:
            with socket.create_connection((self.address, self.port), 1) as connection:
                connection.settimeout(30)
                return connection.recv(5)[4:] == b"\x0a"  # length and number of the packet, version of the protocol
        except OSError:
            return False


def _create_master(user: str, password: str) -> str:
    return MASTER.format(account=f"{_quoted(user)}@'%'", password=_quoted(password))


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
