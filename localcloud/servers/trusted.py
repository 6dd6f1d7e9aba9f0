"""A domain on premises, whose people the directory lets in by a forest trust: it trusts them, and not they it."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from .controller import FORGETFUL, HERE, KERBEROS_PORT, Controller

if TYPE_CHECKING:
    from .directory import SambaDirectory
    from .site import Site

# As AWS's guide has it for a directory on premises: the databases belong to the managed one.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos-setting-up.html
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
 $trusting = {
  kdc = $trusting_address:$port
 }
[domain_realm]
 .rds.amazonaws.com = $trusting
"""


class TrustedDomain:
    """People sign in there as soon as the object exists, and to the directory's databases if these know them."""

    def __init__(self, site: Site, directory: SambaDirectory, domain: str) -> None:
        self.realm = domain.upper()
        self._controller = Controller(site, domain, "on-premises", site.names.add(domain))
        self.krb5_conf = site.account.write(
            site.home / "krb5-on-premises.conf",
            Template(KRB5_CONF).substitute(
                realm=self.realm,
                address=self._controller.address,
                trusting=directory.realm,
                trusting_address=directory.address,
                port=KERBEROS_PORT,
            ),
            0o644,
        )
        trust = site.program(HERE / "samba" / "trust.py")
        folders = directory.controller.folder, self._controller.folder
        site.supervisor.run([site.machine.system_python, trust, *folders], FORGETFUL)
        self._controller.await_ready()

    def add_user(self, name: str, password: str) -> None:
        """Adds a user. Raises DirectoryRefused."""
        self._controller.ask("add", name, password)
