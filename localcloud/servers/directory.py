"""The directory that databases join: its domain controller, and the verifier that asks it for them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from .controller import KERBEROS_PORT, Controller

if TYPE_CHECKING:
    from .site import Site

HERE = Path(__file__).parent

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


class SambaDirectory:
    """An Active Directory domain. Sign-in works as soon as the object exists."""

    def __init__(self, site: Site, domain: str) -> None:
        self.domain, self.realm = domain, domain.upper()
        self.address = site.names.directory_address
        self.verifier = site.home / "verifier.sock"
        self._site = site
        self.controller = Controller(site, domain, "ad", self.address)
        self.krb5_conf = site.account.write(
            site.home / "krb5.conf",
            Template(KRB5_CONF).substitute(realm=self.realm, address=self.address, port=KERBEROS_PORT),
            0o644,
        )
        verifier = self._start_verifier()
        self.controller.await_ready()
        site.supervisor.wait_until(self.verifier.exists, verifier, "the verifier", site.home / "verifier.log")

    def add_user(self, name: str, password: str) -> None:
        """Adds a user. Raises DirectoryRefused."""
        self.controller.ask("add", name, password)

    def disable_user(self, name: str) -> None:
        """Disables a user's account. Raises DirectoryRefused."""
        self.controller.ask("disable", name)

    def export_keytab(self, account: str, path: Path, principals: Iterable[str]) -> None:
        """Writes the key of `account`, a service that is added if it is not there, to a keytab.

        It is good for `principals` ("postgres/<host>"), which any other account loses. Servers that share a name share
        an account: each may have a keytab of it. Raises DirectoryRefused.
        """
        self.controller.ask("export_keytab", account, str(path), *principals)

    def _start_verifier(self) -> subprocess.Popen[bytes]:
        site, services = self._site, self._site.folder("pam.d")
        keytab = self.controller.folder / "verifier.keytab"
        service = Template(PAM_SERVICE).substitute(module=site.machine.pam_krb5, realm=self.realm, keytab=keytab)
        site.account.write(services / "mysqld", service)
        for part in ("verifier.py", "tickets.py"):
            program = site.program(HERE / part)
        module = f"{program.parent.name}.verifier"
        return site.spawn(
            "verifier",
            [site.machine.system_python, "-m", module, self.verifier, services, self.realm],
            environment={"KRB5_CONFIG": str(self.krb5_conf), "KRB5RCACHENAME": f"file2:{site.home}/replay"},
        )
