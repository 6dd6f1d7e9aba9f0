"""The rule about connections: one place for each family, and TLS that is verified."""

from __future__ import annotations

import pytest

from lint import connections
from lint.source import Source

MYSQL, POSTGRESQL = connections.PLACES
GOOD = (
    'import psycopg2\npsycopg2.connect(sslmode="verify-full", sslrootcert=bundle, ssl_min_protocol_version="TLSv1.2",'
    ' gssencmode="disable")'
)
BREACHES = {
    "a driver elsewhere": ("functions/x/app.py", "import pymysql\npymysql.connect(ssl=tls)", "pymysql connects here"),
    "under another name": ("functions/x/app.py", "import pymysql as my\nmy.connect(ssl=tls)", "pymysql connects here"),
    "a part of it": (
        "functions/x/app.py",
        "from psycopg2.extensions import connection\nconnection()",
        "psycopg2 connects here",
    ),
    "its class": ("functions/x/app.py", "import pymysql\npymysql.connections.Connection()", "pymysql connects here"),
    "one driver in the other's place": (POSTGRESQL, "import pymysql\npymysql.connect(ssl=tls)", "pymysql connects"),
    "MySQL without TLS": (MYSQL, "import pymysql\npymysql.connect(host=host)", "without the right ssl:"),
    "MySQL with TLS of None": (MYSQL, "import pymysql\npymysql.connect(ssl=None)", "without the right ssl:"),
    "PostgreSQL without sslmode": (POSTGRESQL, GOOD.replace("sslmode", "mode"), "without the right sslmode"),
    "PostgreSQL that asks nobody's name": (POSTGRESQL, GOOD.replace("verify-full", "require"), "right sslmode"),
    "PostgreSQL with everybody's certificates": (POSTGRESQL, GOOD.replace("bundle", "None"), "right sslrootcert"),
    "PostgreSQL by old TLS": (POSTGRESQL, GOOD.replace("TLSv1.2", "TLSv1"), "right ssl_min_protocol_version"),
    "PostgreSQL inside GSS": (POSTGRESQL, GOOD.replace("disable", "prefer"), "without the right gssencmode"),
    "unverified": (MYSQL, "context.verify_mode = ssl.CERT_NONE", "ssl.CERT_NONE: TLS 1.2 or newer, verified"),
    "anybody's name": (MYSQL, "context.check_hostname = False", "check_hostname: anyone with any certificate"),
    "a context that verifies nothing": (MYSQL, "ssl.SSLContext()", "SSLContext: ssl.create_default_context verifies"),
    "Python's own way out": (MYSQL, "ssl._create_unverified_context()", "ssl._create_unverified_context: TLS 1.2"),
    "old TLS": (MYSQL, "context.minimum_version = ssl.TLSVersion.TLSv1", "ssl.TLSVersion.TLSv1: TLS 1.2 or newer"),
    "verify=False": ("functions/x/app.py", "client(verify=False)", "verify=False: TLS must be verified"),
    "no TLS on purpose": (MYSQL, "connect(ssl_disabled=True)", "ssl_disabled: no connection without TLS"),
}


@pytest.mark.parametrize(("name", "text", "said"), BREACHES.values(), ids=BREACHES)
def test_a_connection_that_could_be_listened_to_is_found(name: str, text: str, said: str) -> None:
    (breach,) = connections.breaches(Source(text), name)
    assert said in breach


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (MYSQL, "import pymysql\npymysql.connect(host=host, ssl=tls)"),
        (POSTGRESQL, GOOD),
        ("functions/x/app.py", "from signon.db.session import connect\nconnect(database)"),
        (MYSQL, "context = ssl.create_default_context()\ncontext.minimum_version = ssl.TLSVersion.TLSv1_2"),
    ],
)
def test_a_connection_in_its_place_with_verified_tls_is_left_alone(name: str, text: str) -> None:
    assert list(connections.breaches(Source(text), name)) == []


def test_the_product_keeps_the_rule() -> None:
    assert connections.findings() == []
