"""changes.py FOLDER: changes the domain in FOLDER, as asked line by line. For the system's Python.

Asked ["add", name, password], ["disable", name], ["export_keytab", account, path, principal...] or ["set_address",
address]; answered "ok", or the reason of the refusal.
"""

import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

import ldb
import samba.dckeytab  # noqa: F401  (it adds export_keytab to Net)
from samba import param
from samba.auth import system_session
from samba.dcerpc import dnsp
from samba.net import Net
from samba.samdb import SamDB

AES = "24"  # msDS-SupportedEncryptionTypes: AES128 and AES256; without it a keytab holds RC4 only

folder = Path(sys.argv[1])
configuration = param.LoadParm()
configuration.load(str(folder / "smb.conf"))
directory = SamDB(url=str(folder / "private" / "sam.ldb"), session_info=system_session(), lp=configuration)


def add(name: str, password: str) -> None:
    """Adds a user who may sign in at once."""
    directory.newuser(name, password)


def disable(name: str) -> None:
    """Disables a user's account."""
    directory.disable_account(f"(sAMAccountName={name})")


def export_keytab(account: str, path: str, *principals: str) -> None:
    """Writes the AES keys of a service's account, made if it is not there, under each of its principals."""
    if not directory.search(expression=f"(sAMAccountName={account})"):
        directory.newuser(account, f"Aa1.{secrets.token_urlsafe(24)}")
        _modify(
            f"CN={account},CN=Users,{directory.domain_dn()}", ldb.FLAG_MOD_REPLACE, "msDS-SupportedEncryptionTypes", AES
        )
    (own,) = directory.search(expression=f"(sAMAccountName={account})", attrs=[])
    for principal in principals:
        holders = directory.search(expression=f"(servicePrincipalName={principal})", attrs=[])
        for holder in holders:
            if holder.dn != own.dn:
                _modify(holder.dn, ldb.FLAG_MOD_DELETE, "servicePrincipalName", principal)
        if own.dn not in [holder.dn for holder in holders]:
            _modify(own.dn, ldb.FLAG_MOD_ADD, "servicePrincipalName", principal)
        Net(None, configuration).export_keytab(keytab=path, principal=principal)


def set_address(address: str) -> None:
    """Lets DNS answer this address for the domain and its controller."""
    domain = directory.domain_dns_name()
    for name in (domain, f"dc1.{domain}"):
        node, records = directory.dns_lookup(name)
        for record in records:
            if record.wType == dnsp.DNS_TYPE_A:
                record.data = address
        directory.dns_replace_by_dn(node, records)


def _modify(dn: object, how: int, attribute: str, value: str) -> None:
    change = ldb.Message(ldb.Dn(directory, str(dn)))
    change[attribute] = ldb.MessageElement([value], how, attribute)
    directory.modify(change)


CHANGES: dict[str, Callable[..., None]] = {
    "add": add,
    "disable": disable,
    "export_keytab": export_keytab,
    "set_address": set_address,
}

# Samba's libraries have things to say as well: they go to a log.
answers = os.fdopen(os.dup(1), "w")
log = os.open(folder / "changes.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
os.dup2(log, 1)
os.dup2(log, 2)

for line in sys.stdin:
    change, *arguments = json.loads(line)
    try:
        CHANGES[change](*arguments)
        answer = "ok"
    except Exception as refusal:  # noqa: BLE001  (Samba raises ldb errors, RuntimeError and plain Exception)
        answer = " ".join(str(refusal).split())
    print(answer, file=answers, flush=True)
