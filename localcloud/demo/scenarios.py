"""The demos: one row for each engine and each method that AWS offers there."""

from collections.abc import Callable, Mapping

from localcloud.cloud import Cloud
from localcloud.demo import databases, passwords, tickets, tokens
from localcloud.demo.scenario import DemoSignIn, Scenario
from localcloud.demo.terminal import Terminal

KERBEROS, IAM = "kerberos", "iam"
PEOPLES, APPLICATIONS = "payments", "payments-api"  # the worked examples of profiles

DIRECTORY = "Samba Active Directory"


def _mysql(cloud: Cloud) -> str:
    return f"MySQL {cloud.world.machine.mysql_version}"


def _mysql_cluster(cloud: Cloud) -> str:
    return f"{_mysql(cloud)}, a writer and a replica"


def _mariadb(cloud: Cloud) -> str:
    return f"MariaDB {cloud.world.machine.mariadb_version}"


def _postgresql(cloud: Cloud) -> str:
    return f"PostgreSQL {cloud.world.machine.postgresql[0].version}"


def _postgresql_cluster(cloud: Cloud) -> str:
    return f"{_postgresql(cloud)}, a writer and a streaming replica"


# engine: AWS's name of it, what its databases are called here, what is real, what is stood in for besides the plane
_ENGINES: Mapping[str, tuple[str, str, Callable[[Cloud], str], str]] = {
    "mysql": ("RDS for MySQL", "payments-orders", _mysql, "the libraries behind RDS's plugins"),
    "aurora-mysql": (
        "Aurora MySQL",
        "payments-carts",
        _mysql_cluster,
        "Aurora's storage, the libraries behind RDS's plugins",
    ),
    "postgres": ("RDS for PostgreSQL", "payments-invoices", _postgresql, "RDS's own pg_hba"),
    "aurora-postgresql": (
        "Aurora PostgreSQL",
        "payments-ledger",
        _postgresql_cluster,
        "Aurora's storage and its own pg_hba",
    ),
    "mariadb": ("RDS for MariaDB", "payments-archive", _mariadb, "the library behind RDS's plugin"),
}
_SIGN_INS: Mapping[tuple[str, str], tuple[Callable[[Terminal], DemoSignIn], str]] = {
    ("mysql", KERBEROS): (passwords.sign_in, f"{DIRECTORY}, PAM, TLS"),
    ("mysql", IAM): (tokens.in_mysql, "tokens, TLS"),
    ("aurora-mysql", KERBEROS): (tickets.in_mysql, f"{DIRECTORY}, Kerberos, TLS"),
    ("aurora-mysql", IAM): (tokens.in_mysql, "tokens, TLS"),
    ("postgres", KERBEROS): (tickets.in_postgresql, f"{DIRECTORY}, Kerberos, TLS"),
    ("postgres", IAM): (tokens.in_postgresql, "tokens, TLS"),
    ("aurora-postgresql", KERBEROS): (tickets.in_postgresql, f"{DIRECTORY}, Kerberos, TLS"),
    ("aurora-postgresql", IAM): (tokens.in_postgresql, "tokens, TLS"),
    ("mariadb", IAM): (tokens.in_mariadb, "tokens, TLS"),
}


def _scenario(engine: str, method: str) -> Scenario:
    title, name, server, stood_in_for = _ENGINES[engine]
    sign_in, proved_by = _SIGN_INS[engine, method]
    clustered, profile = engine.startswith("aurora"), APPLICATIONS if method == IAM else PEOPLES
    name = name if method == KERBEROS else f"{name}-api"
    return Scenario(
        engine,
        method,
        title,
        name,
        clustered,
        lambda cloud: f"{server(cloud)}, {proved_by}",
        f"RDS's control plane, {stood_in_for}",
        "RDS events" if clustered else "RDS-EVENT-0005",
        profile,
        (databases.cluster if clustered else databases.instance)(name, engine, profile),
        sign_in,
    )


SCENARIOS: Mapping[tuple[str, str], Scenario] = {cell: _scenario(*cell) for cell in _SIGN_INS}
