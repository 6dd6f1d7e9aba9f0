"""A real MySQL server behind one instance of an Aurora MySQL cluster: a writer, or a reader that follows it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from .mysql import MySQL
from .mysql_family import LOAD, quoted
from .supervisor import ServerFailed

if TYPE_CHECKING:
    from .site import Site

KERBEROS = "authentication_kerberos"

# RDS's name for it. It is a SYSTEM_USER so that the master user cannot change it.
REPLICATION = "rdsrepladmin"
MAY_REPLICATE = f"""\
CREATE USER '{REPLICATION}'@'%' IDENTIFIED BY {{password}} REQUIRE SSL;
GRANT REPLICATION SLAVE, SYSTEM_USER ON *.* TO '{REPLICATION}'@'%';
"""
# The password is in no table: an account that may read those of the schema mysql would read it there.
FOLLOW = f"""\
STOP REPLICA;
CHANGE REPLICATION SOURCE TO SOURCE_HOST = {{host}}, SOURCE_PORT = {{port}}, SOURCE_SSL = 1, SOURCE_SSL_CA = {{bundle}},
    SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 1000000;
START REPLICA USER = '{REPLICATION}' PASSWORD = {{password}};
"""
LEAD = "STOP REPLICA; RESET REPLICA ALL;\n"
WRITTEN = "SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '');\n"
CATCH_UP = "SELECT WAIT_FOR_EXECUTED_GTID_SET({written}, 60);\n"

REPLICATE = (
    "--log-bin=binlog",
    "--gtid-mode=ON",
    "--enforce-gtid-consistency=ON",
    "--sync-binlog=0",
    "--relay-log-recovery=ON",
    "--skip-replica-start",
    "--replica-parallel-workers=1",
)
FOLLOWER = ("--read-only=ON", "--super-read-only=ON")


class AuroraMySQL(MySQL):
    """A member of a cluster. All of them begin empty, and a reader has everything from its writer's binary log."""

    folder = "aurora"
    plugins: ClassVar[Mapping[str, str]] = {"kerberos": KERBEROS}

    def __init__(self, site: Site, name: str, hosts: Sequence[str]) -> None:
        """Nothing runs yet: see `create` and `replicate`."""
        super().__init__(site, name, hosts)
        self._service = f"rds-{self._folder.name}"  # its account in the directory
        self._source: AuroraMySQL | None = None
        self._replication_password = secrets.token_urlsafe(18)
        self._one_at_a_time = threading.Lock()

    @classmethod
    def create(cls, site: Site, name: str, hosts: Sequence[str], master_user: str, master_password: str) -> Self:
        """A writer with the master user that RDS makes, and whom its readers need."""
        server = super().create(site, name, hosts, master_user, master_password)
        server._as_admin(MAY_REPLICATE.format(password=quoted(server._replication_password)))
        return server

    @classmethod
    def replicate(cls, site: Site, name: str, hosts: Sequence[str], source: AuroraMySQL) -> Self:
        """A reader of `source`: read only, with whatever is written there a moment later."""
        server = cls(site, name, hosts)
        # The directory knows a cluster's members by one account: readers share the name of the reader endpoint.
        server._service, server._replication_password = source._service, source._replication_password
        server._source, server._takes_tokens = source, source._takes_tokens
        server._lay_out()
        server._start(())
        return server

    def stop(self) -> None:
        """At once: a writer with readers takes ten seconds to stop cleanly. What is committed is in its files."""
        self.crash()

    def take_tickets(self) -> None:
        """A writer does, from the moment that its cluster has joined the directory; a reader needs its restart."""
        with self._one_at_a_time:
            runs = self._process.poll() is None
            if runs and self._source is None and not self._keytab.exists():
                self._as_admin(LOAD.format(plugin=KERBEROS))
                self._export_key()

    def follow(self, source: AuroraMySQL, methods: Iterable[str] = ()) -> None:
        """Restarts as a reader of `source`."""
        self._source = source
        self.restart(methods)

    def take_over(self, methods: Iterable[str] = ()) -> None:
        """The reader becomes the writer, by the writer's name, and the writer its reader, by the readers'. Nothing that
        was committed is lost. Raises ServerFailed.
        """
        old = self._source
        assert old
        old.stop()
        old._start(methods, *FOLLOWER)  # from now on nobody writes
        self._follow()  # at once, and not at the next attempt
        if self._as_admin(CATCH_UP.format(written=quoted(old._as_admin(WRITTEN)))) != "0":
            raise ServerFailed(f"{self.name} does not receive what {old.name} has written")
        self._as_admin(LEAD)
        roles = [(self, (self.host, *old.hosts[1:])), (old, (old.host, *self.hosts[1:]))]
        for server, hosts in roles:
            server._answer_to(hosts)
        self._source = None
        self.restart(methods)
        old.follow(self, methods)

    def _change_plugins(self, statements: str) -> None:
        """A reader goes on following then: what stopped it may have been a login that needs the plugin."""
        if self._source:
            self._as_admin(f"SET GLOBAL super_read_only = OFF;\n{statements}SET GLOBAL super_read_only = ON;\n")
            self._follow()
        else:
            super()._change_plugins(statements)

    @property
    def _keytab(self) -> Path:
        return self._folder / "keytab"

    def _binary_log(self) -> Iterable[str]:
        return (*REPLICATE, f"--server-id={self.address.rpartition('.')[2]}")

    def _loaded(self, methods: Iterable[str]) -> Iterator[str]:
        """A reader has the plugin always: it could not follow its writer past a login that needs one. What it lacks
        until it is restarted with "kerberos" is the key.
        """
        yield from super()._loaded({*methods, "kerberos"} if self._source else methods)

    def _environment(self) -> dict[str, str]:
        directory = self._site.directory
        principal = {"SIGNON_PRINCIPAL": f"mysql/{self.host}@{directory.realm}"} if directory else {}
        return {**super()._environment(), **principal, "SIGNON_SERVER": str(self._folder)}

    def _start(self, methods: Iterable[str], *more: str) -> None:
        methods = set(methods)
        self._keytab.unlink(missing_ok=True)
        if "kerberos" in methods:
            self._export_key()
        super()._start(methods, *more, *(FOLLOWER if self._source else ()))
        if self._source:
            self._follow()

    def _follow(self) -> None:
        assert self._source
        self._as_admin(
            FOLLOW.format(
                host=quoted(self._source.address),
                port=self._source.port,
                bundle=quoted(str(self._site.authority.bundle)),
                password=quoted(self._replication_password),
            )
        )

    def _export_key(self) -> None:
        assert self._site.directory
        principals = [f"mysql/{host}" for host in self.hosts]
        self._site.directory.export_keytab(self._service, self._keytab, principals)
