"""A Samba domain controller, and the verifier that asks it for the databases."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import World

HERE = Path(__file__).parent
PORT_SHIFT = 20000  # added to Samba's ports, see native/portshift.c; one number will do, the address is the world's own
KERBEROS_PORT = 88 + PORT_SHIFT

FORGETFUL = {"TDB_NO_FSYNC": "1"}  # Samba's databases do not outlive us

KRB5_CONF = """\
[libdefaults]
 default_realm = $realm
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
 $realm = {
  kdc = $address:$port
 }
"""

PAM_SERVICE = """\
auth required $module no_ccache ignore_k5login realm=$realm keytab=$keytab
account required pam_permit.so
"""


class DirectoryRefused(RuntimeError):
    """The directory does not accept a change: the name is taken, the password too weak, the user unknown."""


class Directory:
    """An Active Directory domain. Sign-in works as soon as the object exists."""

    def __init__(self, world: World, domain: str) -> None:
        self.domain, self.realm = domain, domain.upper()
        self.address = world.names.directory_address
        self.verifier = world.home / "verifier.sock"
        self._world = world
        self._folder = world.home / "ad"
        self._lock = threading.Lock()
        self._lay_out()
        self.krb5_conf = world.account.write(
            world.home / "krb5.conf",
            Template(KRB5_CONF).substitute(realm=self.realm, address=self.address, port=KERBEROS_PORT),
            0o644,
        )
        samba = self._start_samba()
        self._users = self._start_users()
        verifier = self._start_verifier()
        await_ready = world.supervisor.wait_until
        await_ready(lambda: _accepts(self.address, KERBEROS_PORT), samba, "Samba", world.home / "samba.log")
        await_ready(self.verifier.exists, verifier, "the verifier", world.home / "verifier.log")

    def add_user(self, name: str, password: str) -> None:
        """Adds a user. Raises DirectoryRefused."""
        self._ask("add", name, password)

    def disable_user(self, name: str) -> None:
        """Disables a user's account. Raises DirectoryRefused."""
        self._ask("disable", name)

    def export_keytab(self, account: str, path: Path, principals: Iterable[str]) -> None:
        """Writes the key of `account`, a service that is added if it is not there, to a keytab.

        It is good for `principals` ("postgres/<host>"), which any other account loses. Servers that share a name share
        an account: each may have a keytab of it. Raises DirectoryRefused.
        """
        self._ask("export_keytab", account, str(path), *principals)

    def _ask(self, *request: str) -> None:
        with self._lock:
            assert self._users.stdin
            assert self._users.stdout
            self._users.stdin.write(json.dumps(request).encode() + b"\n")
            self._users.stdin.flush()
            answer = self._users.stdout.readline().decode().strip()
        if answer != "ok":
            raise DirectoryRefused(f"{request[0]} {request[1]}: {answer or 'the program that changes the users died'}")

    def _lay_out(self) -> None:
        """The domain's databases, from the template; its configuration, for this world."""
        provision = HERE / "samba" / "provision.py"
        configuration = (HERE / "samba" / "smb.conf").read_text()

        def configure(folder: Path) -> None:
            workgroup = self.domain.partition(".")[0].upper()
            text = Template(configuration).substitute(
                folder=folder, address=self.address, domain=self.domain, realm=self.realm, workgroup=workgroup
            )
            self._world.account.write(folder / "smb.conf", text)

        def make(folder: Path) -> None:
            configure(folder)
            self._world.supervisor.run(
                [self._world.machine.system_python, self._world.program(provision), folder, self.domain], FORGETFUL
            )

        version = self._world.supervisor.run(["samba", "--version"])
        recipe = [version, self.domain, provision.read_text(), configuration]
        self._world.templates.copy("samba", recipe, make, self._folder)
        configure(self._folder)
        self._world.authority.issue(self._folder, f"dc1.{self.domain}")

    def _start_samba(self) -> subprocess.Popen[bytes]:
        return self._world.spawn(
            "samba",
            ["samba", "--interactive", "--model=single", f"--configfile={self._folder}/smb.conf", "--debug-stdout"],
            environment=FORGETFUL
            | {"LD_PRELOAD": f"{self._world.machine.native}/portshift.so", "PORT_SHIFT": str(PORT_SHIFT)},
        )

    def _start_users(self) -> subprocess.Popen[bytes]:
        program = self._world.program(HERE / "samba" / "users.py")
        return self._world.supervisor.start(
            [self._world.machine.system_python, program, self._folder],
            subprocess.PIPE,
            FORGETFUL,
            stdin=subprocess.PIPE,
        )

    def _start_verifier(self) -> subprocess.Popen[bytes]:
        world, services = self._world, self._world.folder("pam.d")
        keytab = self._folder / "verifier.keytab"
        service = Template(PAM_SERVICE).substitute(module=world.machine.pam_krb5, realm=self.realm, keytab=keytab)
        world.account.write(services / "mysqld", service)
        for part in ("verifier.py", "tickets.py"):
            program = world.program(HERE / part)
        module = f"{program.parent.name}.verifier"
        return world.spawn(
            "verifier",
            [world.machine.system_python, "-m", module, self.verifier, services, self.realm],
            environment={"KRB5_CONFIG": str(self.krb5_conf), "KRB5RCACHENAME": f"file2:{world.home}/replay"},
        )


def _accepts(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), 1).close()
    except OSError:
        return False
    return True
