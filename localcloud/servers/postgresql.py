"""A real PostgreSQL server behind one instance: a writer, or a reader that follows one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from signal import Signals
from typing import TYPE_CHECKING, Self

from .pg_hba import ADMIN_ONLY_MEMBERSHIPS, PAM_SERVICE, pg_hba
from .tokens import TokenSocket

if TYPE_CHECKING:
    from localcloud.servers.machine import PostgreSQLPrograms

    from .site import JoinedDirectory, Site

# What RDS grants its master user, who is no superuser:
# docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
ROLES = """\
CREATE ROLE rds_superuser;
CREATE ROLE rds_replication;
CREATE ROLE rds_password;
CREATE ROLE rds_iam;
CREATE ROLE rds_ad;
GRANT pg_monitor, pg_signal_backend, rds_replication, rds_password TO rds_superuser WITH ADMIN OPTION;
CREATE ROLE {user} LOGIN CREATEDB CREATEROLE PASSWORD {password} IN ROLE rds_superuser;
ALTER DATABASE postgres OWNER TO {user};
CREATE DATABASE rdsadmin;
REVOKE ALL ON DATABASE rdsadmin FROM PUBLIC;
"""
# From 16 on CREATEROLE alone grants no role that one has not made.
MAY_GRANT = "GRANT rds_ad, rds_iam TO {user} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;\n"
# Before, it grants every role but a superuser's; RDS keeps the roles that reach the operating system to itself.
MAY_NOT_GRANT = """\
UPDATE pg_authid SET rolsuper = true
WHERE rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files');
"""

WRITTEN = "SELECT pg_current_wal_insert_lsn();\n"
REACHED = "SELECT pg_last_wal_replay_lsn() >= {place};\n"
LEAD = "SELECT pg_promote();\n"
CHANGE = "ALTER ROLE {user} PASSWORD {password};\n"

INITIALIZE = ("--username=rdsadmin", "--auth=reject", "--encoding=UTF8", "--locale=C", "--wal-segsize=1", "--no-sync")

# Nothing outlives a world, so nothing needs to survive a power cut. A killed server loses no more than a page that it
# was just writing: what it has committed is in its files.
SMALL_AND_FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "50",
    "max_wal_size": "32MB",
    "dynamic_shared_memory_type": "mmap",  # in the data directory: nothing stays in /dev/shm
}
SERVE = {
    "ssl": "on",
    "ssl_min_protocol_version": "TLSv1.2",
    "unix_socket_permissions": "0700",
    "wal_level": "replica",
    "wal_keep_size": "64MB",  # what a reader that is stopped may miss
    "wal_retrieve_retry_interval": "100ms",  # how soon it finds a writer that was restarted
}


class PostgreSQL:
    """One server: own address, own data, own certificate. It runs as soon as the object exists, and knows no tickets.

    `hosts` are all names that it answers to, its own endpoint first; `programs` are those of its version.
    """

    port = 5432

    def __init__(
        self, site: Site, name: str, hosts: Sequence[str], programs: PostgreSQLPrograms, master_user: str
    ) -> None:
        """Nothing runs yet: see `create` and `replicate`."""
        self.name, self.hosts, self.host = name, tuple(hosts), hosts[0]
        self.version = programs.version
        self.address = site.names.add(*hosts)
        self.programs, self._master_user, self._site = programs, master_user, site
        self._folder = site.folder(f"postgresql-{self.address.rpartition('.')[2]}")  # its socket needs a short path
        self._data = self._folder / "data"
        self._settings: dict[str, str] = {}
        self._source: PostgreSQL | None = None
        self._service = f"rds-{self._folder.name}"  # its account in the directory
        self.tokens = TokenSocket(site.account, self._folder / "tokens")
        self._takes_tokens = False
        self._joined_to: JoinedDirectory | None = None
        self.log = self._folder / "error.log"
        self._certificate, self._key = site.authority.issue(self._folder, *hosts)

    @classmethod
    def create(
        cls,
        site: Site,
        name: str,
        hosts: Sequence[str],
        programs: PostgreSQLPrograms,
        master_user: str,
        master_password: str,
    ) -> Self:
        """A writer with the roles that RDS makes, and no others."""
        server = cls(site, name, hosts, programs, master_user)

        def make(folder: Path) -> None:
            site.supervisor.run([programs.bin / "initdb", *INITIALIZE, f"--pgdata={folder}"])

        recipe = [programs.version, str(programs.bin), *INITIALIZE]
        site.templates.copy("postgresql", recipe, make, server._data)
        server._start(())
        server._make_roles(master_password)
        return server

    @classmethod
    def replicate(cls, site: Site, name: str, hosts: Sequence[str], source: PostgreSQL) -> Self:
        """A reader of `source`: read only, with whatever is written there a moment later."""
        server = cls(site, name, hosts, source.programs, source._master_user)
        # The directory knows a cluster's members by one account: readers share the name of the reader endpoint.
        server._service = source._service
        server._copy(source)
        server._start(())
        return server

    def restart(self, methods: Iterable[str] = (), *, read_only: bool = False) -> None:
        """Stops, if it runs, and starts; with "kerberos" among the methods, as a member of the world's directory.

        Raises ServerFailed.
        """
        self.stop()
        self._start(methods, read_only=read_only)

    def stop(self) -> None:
        """Ends all sessions and stops in good order; `restart` starts it again."""
        self._site.supervisor.stop(self._process, Signals.SIGINT)

    def crash(self) -> None:
        """Ends at once: what has not reached its files is lost; `restart` recovers from these.

        A session outlives the first process until it notices, and as long as one is left no other server may start.
        """
        self._site.supervisor.stop(self._process, Signals.SIGKILL)
        while left := self._processes():
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, Signals.SIGKILL)

    def follow(self, source: PostgreSQL, methods: Iterable[str] = ()) -> None:
        """Restarts as a reader of `source`, with a new copy of what that has."""
        self.stop()
        shutil.rmtree(self._data)
        self._copy(source)
        self._start(methods)

    def take_over(self, methods: Iterable[str] = ()) -> None:
        """The reader becomes the writer, by the writer's name, and the writer its reader, by the readers'. Nothing that
        was committed is lost. Raises ServerFailed.
        """
        old = self._source
        assert old
        old.restart(methods, read_only=True)  # it has sessions of ours only from now on, had it crashed too
        reached = REACHED.format(place=_quoted(old._as_admin(WRITTEN)))
        await_it = self._site.supervisor.wait_until
        await_it(lambda: self._as_admin(reached) == "t", self._process, f"PostgreSQL {self.name}", self.log)
        old.stop()  # in good order: the rest is sent to who follows it
        self._as_admin(LEAD)
        self._source, self._settings = None, {}
        roles = [(self, (self.host, *old.hosts[1:])), (old, (old.host, *self.hosts[1:]))]
        for server, hosts in roles:
            server._answer_to(hosts)
        self.restart(methods)
        old.follow(self, methods)

    def change_password(self, user: str, old: str, new: str) -> None:
        """Of this account."""
        self._as_admin(CHANGE.format(user=_quoted_name(user), password=_quoted(new)))

    def switch_iam(self, on: bool) -> None:
        """From now on members of rds_iam sign in with a token, or no longer; sessions go on. Raises ServerFailed."""
        self._takes_tokens = on
        self._write_hba()
        if self._process.poll() is None:
            before = self._loaded()
            self._process.send_signal(Signals.SIGHUP)
            self._site.supervisor.wait_until(
                lambda: self._loaded() != before, self._process, f"PostgreSQL {self.name}", self.log
            )

    def delete(self) -> None:
        """Ends the server for good: its names no longer resolve, its data is gone."""
        self.tokens.close()
        self._site.supervisor.end(self._process)
        self._site.names.forget(self.address)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, methods: Iterable[str], *, read_only: bool = False) -> None:
        directory = self._joined_to = self._site.directory if "kerberos" in methods else None
        settings = {
            **SMALL_AND_FORGETFUL,
            **SERVE,
            **self._settings,
            **({"default_transaction_read_only": "on"} if read_only else {}),
            "cluster_name": self.name,
            "listen_addresses": self.address,
            "port": str(self.port),
            "unix_socket_directories": str(self._folder),
            "ssl_cert_file": str(self._certificate),
            "ssl_key_file": str(self._key),
            "hba_file": str(self._write_hba()),
            "krb_server_keyfile": str(self._keytab(directory)) if directory else "",
        }
        self._process = self._site.spawn(
            self.name,
            [
                self.programs.bin / "postgres",
                "-D",
                self._data,
                *(f"--{key}={value}" for key, value in settings.items()),
            ],
            self.log,
            self._pam() | (self._kerberos(directory) if directory else {}),
            last=Signals.SIGQUIT,  # ends its children too, and gives its shared memory back
        )
        self._site.supervisor.wait_until(self._is_ready, self._process, f"PostgreSQL {self.name}", self.log)

    def _is_ready(self) -> bool:
        """The server writes its state to the last line of its pid file; a file may be left of another process."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(self._process.pid)] and lines[7:8] == ["ready   "]

    def _processes(self) -> list[int]:
        """Those that work in its data directory, as all of its processes do."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has just ended, or is another user's
                if (process / "cwd").readlink() == self._data:
                    found.append(int(process.name))
        return found

    def _keytab(self, directory: JoinedDirectory) -> Path:
        path = self._folder / "keytab"
        path.unlink(missing_ok=True)
        directory.export_keytab(self._service, path, [f"postgres/{host}" for host in self.hosts])
        return path

    def _kerberos(self, directory: JoinedDirectory) -> dict[str, str]:
        """The environment for Kerberos; the tickets that it has seen are remembered here and not in /var/tmp."""
        return {"KRB5_CONFIG": str(directory.krb5_conf), "KRB5RCACHENAME": f"file2:{self._folder}/replay"}

    def _pam(self) -> dict[str, str]:
        """The environment in which PAM has tokens checked: with a folder of services and a module of our own."""
        module, services = self._site.machine.native / "pam_rds_iam.so", self._folder / "pam.d"
        lines = [f"{what} required {module}\n" for what in ("auth", "account")]
        self._site.account.write(self._site.account.folder(services) / PAM_SERVICE, "".join(lines))
        return {"LD_PRELOAD": str(module), "SIGNON_PAM": str(services), "SIGNON_TOKENS": str(self.tokens.path)}

    def _write_hba(self) -> Path:
        realm = self._joined_to.realm if self._joined_to else None
        text = pg_hba(self.programs.major, self._master_user, realm, iam=self._takes_tokens)
        return self._site.account.write(self._folder / "pg_hba.conf", text)

    def _loaded(self) -> str:
        """When its configuration was read, as it says."""
        return self._as_admin("SELECT pg_conf_load_time()")

    def _make_roles(self, master_password: str) -> None:
        more = MAY_GRANT if self.programs.major >= ADMIN_ONLY_MEMBERSHIPS else MAY_NOT_GRANT
        master = {"user": _quoted_name(self._master_user), "password": _quoted(master_password)}
        self._as_admin((ROLES + more).format(**master))

    def _copy(self, source: PostgreSQL) -> None:
        """Everything that `source` has, which is followed from then on."""
        self._source, self._settings = source, {"primary_conninfo": f"host={source._folder} user=rdsadmin"}
        self._site.supervisor.run(
            [
                source.programs.bin / "pg_basebackup",
                f"--host={source._folder}",
                "--username=rdsadmin",
                f"--pgdata={self._data}",
                "--checkpoint=fast",
                "--no-sync",
            ]
        )
        self._site.account.write(self._data / "standby.signal", "")

    def _answer_to(self, hosts: Sequence[str]) -> None:
        """From now on these names lead to it; its certificate and its key are for them from its next start on."""
        self.hosts, self.host = tuple(hosts), hosts[0]
        self._site.names.move(self.address, *hosts)
        self._certificate, self._key = self._site.authority.issue(self._folder, *hosts)

    def _as_admin(self, statements: str) -> str:
        """Runs them as the hidden administrator; answers the rows. Raises ServerFailed."""
        file = self._site.account.write(self._folder / "admin.sql", statements)
        psql = self.programs.bin / "psql"
        who = (f"--host={self._folder}", "--username=rdsadmin", "--dbname=postgres")
        how = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", f"--file={file}")
        rows = self._site.supervisor.run([psql, *who, *how])
        file.unlink()
        return rows.strip()


def _quoted_name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
