"""trust.py TRUSTING TRUSTED: a forest trust, one way, between the domains in these folders. For the system's Python.

People of the trusted domain get tickets for services of the trusting one. `samba-tool domain trust create` asks RPC
servers on both sides, which we do not run; what it has them write is written here.
"""

import secrets
import sys
import time

import ldb
from samba import param, unix2nttime
from samba.auth import system_session
from samba.dcerpc import drsblobs, security
from samba.ndr import ndr_pack
from samba.samdb import SamDB

# https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-adts/36565693-b5e4-4f37-b0a8-c1b12138e18e
UPLEVEL, FOREST, AES = "2", "8", "24"  # trustType, trustAttributes, msDS-SupportedEncryptionTypes
INBOUND, OUTBOUND = "1", "2"
CLEAR_TEXT = 2


def directory(folder: str) -> SamDB:
    """The database of the domain in the folder."""
    configuration = param.LoadParm()
    configuration.load(f"{folder}/smb.conf")
    return SamDB(url=f"{folder}/private/sam.ldb", session_info=system_session(), lp=configuration)


def shared_secret() -> bytes:
    """Both sides' keys are made from it."""
    password = f"Aa1.{secrets.token_urlsafe(24)}".encode("utf-16-le")
    clear = drsblobs.AuthInfoClear()
    clear.size, clear.password = len(password), list(password)
    one = drsblobs.AuthenticationInformation()
    one.LastUpdateTime, one.AuthType, one.AuthInfo = unix2nttime(int(time.time())), CLEAR_TEXT, clear
    all_of_them = drsblobs.AuthenticationInformationArray()
    all_of_them.count, all_of_them.array = 1, [one]
    both = drsblobs.trustAuthInOutBlob()
    both.count, both.current = 1, all_of_them
    return bytes(ndr_pack(both))


def make(here: SamDB, there: SamDB, direction: str, secret: bytes) -> None:
    """Adds to the domain `here` the object of its trust with `there`. The outbound side trusts the inbound one."""
    domain = there.domain_dns_name()
    values = {
        "objectClass": "trustedDomain",
        "trustType": UPLEVEL,
        "trustAttributes": FOREST,
        "trustDirection": direction,
        "trustPartner": domain,
        "flatName": there.domain_netbios_name(),
        "securityIdentifier": ndr_pack(security.dom_sid(str(there.get_domain_sid()))),
        "msDS-SupportedEncryptionTypes": AES,
        "trustAuthOutgoing" if direction == OUTBOUND else "trustAuthIncoming": secret,
    }
    trust = ldb.Message(ldb.Dn(here, f"CN={domain},CN=System,{here.domain_dn()}"))
    for name, value in values.items():
        trust[name] = ldb.MessageElement(value, ldb.FLAG_MOD_ADD, name)
    here.add(trust)


trusting, trusted = map(directory, sys.argv[1:])
secret = shared_secret()
make(trusting, trusted, OUTBOUND, secret)
make(trusted, trusting, INBOUND, secret)
