"""The controls, each with what is left when it is gone."""

from __future__ import annotations

from tests.saboteur.control import Control

LAYER = "layers/signon/python/signon"
SIGNING_IN = ("tests/integration/db/test_signing_in.py",)

TLS = (
    Control(
        "MySQL: the server's certificate is verified",
        f"{LAYER}/db/session.py",
        "    context.minimum_version = ssl.TLSVersion.TLSv1_2",
        "    context.check_hostname = False\n    context.verify_mode = ssl.CERT_NONE",
        SIGNING_IN,
    ),
    Control(
        "MySQL: the certificate is for the host that we connect to",
        f"{LAYER}/db/session.py",
        "    context.minimum_version = ssl.TLSVersion.TLSv1_2",
        "    context.check_hostname = False",
        SIGNING_IN,
    ),
    Control(
        "MySQL: TLS 1.2 or newer",
        f"{LAYER}/db/session.py",
        "    context.minimum_version = ssl.TLSVersion.TLSv1_2",
        "    context.minimum_version = ssl.TLSVersion.TLSv1\n    context.set_ciphers('ALL:@SECLEVEL=0')",
        SIGNING_IN,
    ),
    Control(
        "MySQL: no connection without TLS",
        f"{LAYER}/db/mysql.py",
        "        ssl=tls,\n",
        "",
        SIGNING_IN,
    ),
)

CONTROLS = (*TLS,)
