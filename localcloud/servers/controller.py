"""A Samba domain controller, and the program that changes its people and what its DNS says of it."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .site import Site

HERE = Path(__file__).parent
PORT_SHIFT = (
    20000  # added to Samba's ports, see native/portshift.c; one number will do, each address is a controller's own
)
KERBEROS_PORT = 88 + PORT_SHIFT

FORGETFUL = {"TDB_NO_FSYNC": "1"}  # Samba's databases do not outlive us


class DirectoryRefused(RuntimeError):
    """The directory does not accept a change: the name is taken, the password too weak, the user unknown."""


class Controller:
    """Of the domain `domain`, at `address`; all of it is in the world's folder `name`."""

    def __init__(self, site: Site, domain: str, name: str, address: str) -> None:
        self.domain, self.realm, self.address = domain, domain.upper(), address
        self.folder = site.home / name
        self._site, self._name, self._lock = site, f"samba-{name}", threading.Lock()
        self._lay_out()
        site.names.add_domain(domain, address)
        self._samba = self._start_samba()
        self._changes = self._start_changes()

    def await_ready(self) -> None:
        """Raises ServerFailed; DirectoryRefused where its DNS does not take its address."""
        self._site.supervisor.wait_until(
            lambda: _accepts(self.address, KERBEROS_PORT), self._samba, "Samba", self._site.home / f"{self._name}.log"
        )
        self.ask("set_address", self.address)

    def ask(self, *request: str) -> None:
        """Has the program samba/changes.py change something. Raises DirectoryRefused."""
        with self._lock:
            assert self._changes.stdin
            assert self._changes.stdout
            self._changes.stdin.write(json.dumps(request).encode() + b"\n")
            self._changes.stdin.flush()
            answer = self._changes.stdout.readline().decode().strip()
        if answer != "ok":
            raise DirectoryRefused(f"{request[0]} {request[1]}: {answer or 'the program that changes the domain died'}")

    def _lay_out(self) -> None:
        """The domain's databases, from the template; its configuration, for this world."""
        provision = HERE / "samba" / "provision.py"
        configuration = (HERE / "samba" / "smb.conf").read_text()

        def configure(folder: Path) -> None:
            workgroup = self.domain.partition(".")[0].upper()
            text = Template(configuration).substitute(
                folder=folder, address=self.address, domain=self.domain, realm=self.realm, workgroup=workgroup
            )
            self._site.account.write(folder / "smb.conf", text)

        def make(folder: Path) -> None:
            configure(folder)
            self._site.supervisor.run(
                [self._site.machine.system_python, self._site.program(provision), folder, self.domain], FORGETFUL
            )

        version = self._site.supervisor.run(["samba", "--version"])
        recipe = [version, self.domain, provision.read_text(), configuration]
        self._site.templates.copy("samba", recipe, make, self.folder)
        configure(self.folder)
        self._site.authority.issue(self.folder, f"dc1.{self.domain}")

    def _start_samba(self) -> subprocess.Popen[bytes]:
        return self._site.spawn(
            self._name,
            ["samba", "--interactive", "--model=single", f"--configfile={self.folder}/smb.conf", "--debug-stdout"],
            environment=FORGETFUL
            | {"LD_PRELOAD": f"{self._site.machine.native}/portshift.so", "PORT_SHIFT": str(PORT_SHIFT)},
        )

    def _start_changes(self) -> subprocess.Popen[bytes]:
        program = self._site.program(HERE / "samba" / "changes.py")
        return self._site.supervisor.start(
            [self._site.machine.system_python, program, self.folder],
            subprocess.PIPE,
            FORGETFUL,
            stdin=subprocess.PIPE,
        )


def _accepts(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), 1).close()
    except OSError:
        return False
    return True
