"""provision.py FOLDER DOMAIN: makes an Active Directory domain in FOLDER, which holds its smb.conf.

For the system's Python. `samba-tool domain provision` does the same, but only as root: it gives the files of sysvol,
which we do not serve, to others.
"""

import logging
import secrets
import sys
from pathlib import Path

import ldb
import samba.dckeytab  # noqa: F401  (it adds export_keytab to Net)
from samba import param
from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.net import Net
from samba.provision import provision
from samba.samdb import SamDB

VERIFIER = "svc-verifier"
PRINCIPAL = "mysql/verifier"
AES = "24"  # msDS-SupportedEncryptionTypes: AES128 and AES256; without it the keytab holds RC4 only


def password() -> str:
    """A random password that meets the domain's rules."""
    return f"Aa1.{secrets.token_urlsafe(24)}"


folder, domain = Path(sys.argv[1]), sys.argv[2]
for name in ("private", "state", "cache", "lock", "run", "ncalrpc", "bind-dns"):
    (folder / name).mkdir(mode=0o700)
configuration = param.LoadParm()
configuration.load(str(folder / "smb.conf"))

provision(
    logging.getLogger("provision"),
    system_session(),
    smbconf=str(folder / "smb.conf"),
    lp=configuration,
    realm=domain.upper(),
    domain=configuration.get("workgroup"),
    hostname="dc1",
    hostip="192.0.2.1",  # where it really is, changes.py says
    adminpass=password(),
    serverrole="active directory domain controller",
    dns_backend="SAMBA_INTERNAL",
    dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
    use_rfc2307=False,
    skip_sysvolacl=True,
)

# The verifier checks each ticket with a key of its own, so that nobody else's KDC can vouch for a password.
directory = SamDB(url=str(folder / "private" / "sam.ldb"), session_info=system_session(), lp=configuration)
directory.newuser(VERIFIER, password())
change = ldb.Message(ldb.Dn(directory, f"CN={VERIFIER},CN=Users,{directory.domain_dn()}"))
change["spn"] = ldb.MessageElement([PRINCIPAL], ldb.FLAG_MOD_ADD, "servicePrincipalName")
change["aes"] = ldb.MessageElement(AES, ldb.FLAG_MOD_REPLACE, "msDS-SupportedEncryptionTypes")
directory.modify(change)
Net(None, configuration).export_keytab(keytab=str(folder / "verifier.keytab"), principal=PRINCIPAL)
