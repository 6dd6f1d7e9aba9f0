"""What servers that speak MySQL's protocol have in common: their life, their plugins, their hidden administrator."""

from __future__ import annotations

import shutil
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from signal import Signals
from typing import TYPE_CHECKING, ClassVar

from .names import PORT
from .tokens import TokenSocket

if TYPE_CHECKING:
    from .site import Site

ADMIN = "rdsadmin"  # as RDS's; it has no password, and a socket that is the server's account's own
RENAMED = f"RENAME USER 'root'@'localhost' TO '{ADMIN}'@'localhost';\n"

IAM = "AWSAuthenticationPlugin"
# INSTALL PLUGIN would load it at every start too; what a start loads is in the server's arguments.
LOAD = """\
INSTALL PLUGIN {plugin} SONAME 'rdsauth.so';
SET sql_log_bin = 0;
DELETE FROM mysql.plugin WHERE name = '{plugin}';
"""
UNLOAD = "UNINSTALL PLUGIN {plugin};\n"
CREATE = "CREATE DATABASE {name};\n"
CHANGE = "ALTER USER {account} IDENTIFIED BY {password};\n"


class MySQLFamily(ABC):
    """One server: own address, own data, own certificate.

    `hosts` are all names that it answers to, its own endpoint first.
    """

    port = PORT
    folder: ClassVar[str]  # its name begins so
    plugins: ClassVar[Mapping[str, str]] = {}  # by method, what a restart loads

    def __init__(self, site: Site, name: str, hosts: Sequence[str]) -> None:
        """Nothing runs yet."""
        self.name, self.hosts, self.host = name, tuple(hosts), hosts[0]
        self.address = site.names.add(*hosts)
        self._site = site
        self._folder = site.folder(f"{self.folder}-{self.address.rpartition('.')[2]}")  # its socket: a short path
        self._folder.chmod(0o700)
        self.log = self._folder / "error.log"
        self.tokens = TokenSocket(site.account, self._folder / "tokens")
        self._takes_tokens = False
        self._certificate, self._key = site.authority.issue(self._folder, *hosts)

    def restart(self, methods: Iterable[str] = (), *, read_only: bool = False) -> None:
        """Stops, if it runs, and starts with the plugins of the named methods ("kerberos"). Raises ServerFailed."""
        self.stop()
        self._start(methods, *(["--read-only=ON"] if read_only else []))

    def stop(self) -> None:
        """Stops in good order; `restart` starts it again."""
        self._site.supervisor.stop(self._process, Signals.SIGTERM)

    def crash(self) -> None:
        """Ends at once: what has not reached its files is lost; `restart` recovers from these."""
        self._site.supervisor.stop(self._process, Signals.SIGKILL)

    def delete(self) -> None:
        """Ends the server for good: its names no longer resolve, its data is gone."""
        self.crash()
        self.tokens.close()
        self._site.names.forget(self.address)
        shutil.rmtree(self._folder, ignore_errors=True)

    def change_password(self, user: str, old: str, new: str) -> None:
        """Of this account."""
        self._as_admin(CHANGE.format(account=f"{quoted(user)}@'%'", password=quoted(new)))

    def create_database(self, name: str) -> None:
        """A database belongs to nobody; the master user has rights on all of them."""
        self._as_admin(CREATE.format(name=quoted_name(name)))

    def switch_iam(self, on: bool) -> None:
        """Loads or unloads the plugin that has tokens of IAM checked: at once, and at every start from now on."""
        if on is not self._takes_tokens and self._process.poll() is None:
            self._change_plugins((LOAD if on else UNLOAD).format(plugin=IAM))
        self._takes_tokens = on

    @abstractmethod
    def _program(self) -> Iterable[str | Path]:
        """The beginning of its command line, with what is the kind's own."""

    @abstractmethod
    def _client(self) -> Iterable[str]:
        """The beginning of its client's command line."""

    def _loaded(self, methods: Iterable[str]) -> Iterator[str]:
        """The plugins that a start with these methods loads."""
        yield from (self.plugins[method] for method in methods)
        if self._takes_tokens:
            yield IAM

    def _environment(self) -> dict[str, str]:
        """For the plugins: native/rdsauth.c."""
        directory = self._site.directory
        verifier = {"SIGNON_VERIFIER": str(directory.verifier)} if directory else {}
        return {"SIGNON_TOKENS": str(self.tokens.path), **verifier}

    def _start(self, methods: Iterable[str], *more: str) -> None:
        folder = self._folder
        self._process = self._site.spawn(
            self.name,
            [
                *self._program(),
                f"--datadir={folder}/data",
                self._scratch(),
                f"--bind-address={self.address}",
                f"--port={self.port}",
                f"--socket={folder}/socket",
                f"--pid-file={folder}/pid",
                f"--ssl-cert={self._certificate}",
                f"--ssl-key={self._key}",
                f"--ssl-ca={self._site.authority.bundle}",
                *(f"--plugin-load-add={plugin}=rdsauth.so" for plugin in self._loaded(methods)),
                *more,
            ],
            self.log,
            self._environment(),
        )
        self._site.supervisor.wait_until(self._answers, self._process, f"server {self.name}", self.log)

    def _scratch(self) -> str:
        """Where its temporary tables lie. A server that starts deletes all that it finds there, others' tables too."""
        return f"--tmpdir={self._folder}"

    def _change_plugins(self, statements: str) -> None:
        self._as_admin(statements)

    def _answer_to(self, hosts: Sequence[str]) -> None:
        """From now on these names lead to it; it has a certificate for them from its next start on."""
        self.hosts, self.host = tuple(hosts), hosts[0]
        self._site.names.move(self.address, *hosts)
        self._certificate, self._key = self._site.authority.issue(self._folder, *hosts)

    def _answers(self) -> bool:
        """The server greets or refuses a client: before there is a master user nobody may connect over TCP."""
        try:
            with socket.create_connection((self.address, self.port), 1) as connection:
                connection.settimeout(30)
                return bool(connection.recv(1))
        except OSError:
            return False

    def _as_admin(self, statements: str) -> str:
        """Runs them as the hidden administrator; answers the rows. Raises ServerFailed."""
        where = (f"--socket={self._folder}/socket", f"--user={ADMIN}", "--batch", "--skip-column-names")
        return self._site.supervisor.run([*self._client(), *where], given=statements).strip()


def quoted_name(text: str) -> str:
    """A name in SQL."""
    return "`" + text.replace("`", "``") + "`"


def quoted(text: str) -> str:
    """A string in SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
