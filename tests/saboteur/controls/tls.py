"""A server that answers at a database's address without being the database learns nothing."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

MYSQL, POSTGRESQL = f"{LAYER}/db/mysql.py", f"{LAYER}/db/postgresql.py"
NEWER = "    context.minimum_version = ssl.TLSVersion.TLSv1_2\n"
ROGUES = ("tests/integration/db/test_rogue_servers.py",)
SETTINGS = (
    "tests/integration/db/postgresql/test_looking_around.py::test_the_settings_of_a_session_are_ours_whatever_the_server_says",
)
CONNECTION_RULE = ("tests/contract/test_connection_rule.py",)
KITS = ("tests/unit/test_connection_kits.py",)

CONTROLS = (
    Control(
        "MySQL: the server's certificate is verified",
        MYSQL,
        NEWER,
        f"{NEWER}    context.check_hostname = False\n    context.verify_mode = ssl.CERT_NONE\n",
        ROGUES,
    ),
    Control(
        "MySQL: the certificate is for the host that we connect to",
        MYSQL,
        NEWER,
        f"{NEWER}    context.check_hostname = False\n",
        ROGUES,
    ),
    Control(
        "MySQL: TLS 1.2 or newer",
        MYSQL,
        NEWER,
        "    context.minimum_version = ssl.TLSVersion.TLSv1\n    context.set_ciphers('ALL:@SECLEVEL=0')\n",
        ROGUES,
    ),
    Control("MySQL: no connection without TLS", MYSQL, "        ssl=tls,\n", "", ROGUES),
    Control(
        "PostgreSQL: the server's certificate is verified",
        POSTGRESQL,
        'sslmode="verify-full",\n        sslrootcert=ca_bundle,',
        'sslmode="require",\n        sslrootcert="",',
        ROGUES,
    ),
    Control(
        "PostgreSQL: the certificate is for the host that we connect to",
        POSTGRESQL,
        'sslmode="verify-full"',
        'sslmode="verify-ca"',
        ROGUES,
    ),
    Control(
        "PostgreSQL: TLS 1.2 or newer",
        POSTGRESQL,
        'ssl_min_protocol_version="TLSv1.2"',
        'ssl_min_protocol_version="TLSv1"',
        CONNECTION_RULE,
    ),
    Control("PostgreSQL: no connection without TLS", POSTGRESQL, 'sslmode="verify-full"', 'sslmode="prefer"', ROGUES),
    Control(
        "PostgreSQL: no GSS encryption, which verifies no certificate",
        POSTGRESQL,
        'gssencmode="disable"',
        'gssencmode="prefer"',
        CONNECTION_RULE,
    ),
    Control(
        "PostgreSQL: no password in the clear, whichever server asks for it",
        POSTGRESQL,
        '        require_auth="scram-sha-256,md5",\n',
        "",
        ROGUES,
    ),
    Control(
        "PostgreSQL: nobody comes between us and the catalogue",
        POSTGRESQL,
        '"search_path": "pg_catalog,pg_temp"',
        '"search_path": "public,pg_catalog"',
        SETTINGS,
    ),
    Control(
        "People's MySQL client verifies the endpoint's name",
        f"{LAYER}/domain/kit/clients.py",
        "--ssl-mode=VERIFY_IDENTITY",
        "--ssl-mode=REQUIRED",
        KITS,
    ),
    Control(
        "People's MariaDB client verifies the endpoint's name",
        f"{LAYER}/domain/kit/clients.py",
        ', "--ssl-verify-server-cert"]',
        "]",
        KITS,
    ),
    Control(
        "People's MariaDB driver verifies the endpoint's name",
        f"{LAYER}/domain/kit/clients.py",
        '"sslMode": "verify-full"',
        '"sslMode": "trust"',
        KITS,
    ),
    Control(
        "People's PostgreSQL driver verifies the endpoint's name",
        f"{LAYER}/domain/kit/clients.py",
        '"sslmode": "verify-full", "sslrootcert"',
        '"sslmode": "require", "sslrootcert"',
        KITS,
    ),
    Control(
        "A token is no argument that others see",
        f"{LAYER}/domain/kit/clients.py",
        """f'{variable}="$({token_line(facts, user)})" {line}'""",
        """f'{line} --password="$({token_line(facts, user)})"'""",
        KITS,
    ),
    Control(
        "People's psql verifies the endpoint's name",
        f"{LAYER}/domain/kit/clients.py",
        '"sslmode": "verify-full",\n        "sslrootcert"',
        '"sslmode": "require",\n        "sslrootcert"',
        KITS,
    ),
)
