"""What goes wrong for people: a line or URL of a kit, and what is different about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from signon.domain.engines import Method
from tests.integration.servers.accounts import ALICE, BOB, CAROL, FRANK, MASTER, REALM

GRACE = ("grace", "Gr4ce.Passw0rd")  # her MySQL login is locked
STRANGERS_CA, UNREACHABLE, NO_FILE = "stranger.pem", "unreachable.conf", "nosuch.pem"
ELSEWHERE = "elsewhere.cabc123def45.us-east-1.rds.amazonaws.com"  # a name that nobody has


@dataclass(frozen=True)
class Mishap:
    """``client`` is a name in connect.json, ``instead`` replaces parts of its line; {address} is the server's,
    {silent} a port of 127.0.0.1 that takes connections and answers none.

    ``typed`` is the password; ``ticket`` is whose tickets there are; ``without`` names an option of the JVM that is
    left out; ``environment`` comes on top.
    """

    name: str
    client: str
    instead: tuple[tuple[str, str], ...] = ()
    user: str = "alice"
    typed: str = ALICE[1]
    sql: str = "SELECT 1"
    ticket: str = "alice"
    without: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    cell: tuple[str, Method] = ("", Method.KERBEROS)  # "": whichever the client's lines are usually of


def _mysql() -> list[Mishap]:
    host = "--host payments.cabc123def45.us-east-1.rds.amazonaws.com"
    shared = [
        ("wrong password", (), {"typed": "Wr0ng.Passw0rd"}),
        ("closed port", (("--port 3306", "--port 1"),), {}),
        ("unknown host", ((host, f"--host {ELSEWHERE}"),), {}),
        ("another authority", (("ca-bundle.pem", STRANGERS_CA),), {}),
        ("no bundle", (("ca-bundle.pem", NO_FILE),), {}),
        ("another name", ((host, "--host {address}"),), {}),
        ("unknown database", (("--password", "--password --database gone"),), {"user": FRANK[0], "typed": FRANK[1]}),
        ("no right on the database", (("--password", "--password --database mysql"),), {}),
        ("no right on the table", (), {"sql": "SELECT * FROM mysql.user"}),
        ("locked login", (), {"user": GRACE[0], "typed": GRACE[1]}),
    ]
    return [
        *(
            Mishap(f"{client}: {name}", client, instead, **more)  # type: ignore[arg-type]
            for client in ("mysql", "mariadb")
            for name, instead, more in shared
        ),
        Mishap(
            "mysql: silence",
            "mysql",
            ((host, "--host 127.0.0.1"), ("--port 3306", "--port {silent} --connect-timeout=1")),
        ),
        Mishap("mysql: no TLS", "mysql", (("VERIFY_IDENTITY", "DISABLED"),)),
        Mishap("mysql: no password", "mysql", ((" --password", " --skip-password"),)),
        Mishap("mysql: cleartext plugin off", "mysql", ((" --enable-cleartext-plugin", ""),)),
        Mishap(
            "mysql: plugin not loaded by the server",
            "mysql",
            ((" --enable-cleartext-plugin", ""),),
            user=MASTER[0],
            typed=MASTER[1],
            sql="CREATE USER x IDENTIFIED WITH 'authentication_kerberos'",
        ),
        Mishap("mariadb: an option of mysql's", "mariadb", (("ssl-verify-server-cert", "ssl-mode=VERIFY_IDENTITY"),)),
        Mishap("mariadb: no cleartext plugin", "mariadb", (("--password", "--password --plugin-dir=/nosuch"),)),
        Mishap("mariadb-jdbc: wrong password", "mariadb-jdbc", typed="Wr0ng.Passw0rd"),
        Mishap("mariadb-jdbc: closed port", "mariadb-jdbc", ((":3306/", ":1/"),)),
        Mishap("mariadb-jdbc: unknown host", "mariadb-jdbc", ((host.split()[1], ELSEWHERE),)),
        Mishap("mariadb-jdbc: another authority", "mariadb-jdbc", (("ca-bundle.pem", STRANGERS_CA),)),
        Mishap("mariadb-jdbc: no bundle", "mariadb-jdbc", (("ca-bundle.pem", NO_FILE),)),
        Mishap("mariadb-jdbc: another name", "mariadb-jdbc", ((host.split()[1], "{address}"),)),
        Mishap(
            "mariadb-jdbc: unknown database", "mariadb-jdbc", ((":3306/", ":3306/gone"),), user=FRANK[0], typed=FRANK[1]
        ),
        Mishap("mariadb-jdbc: no TLS", "mariadb-jdbc", (("useSsl=true&sslMode=verify-full&", ""),)),
    ]


def _postgresql() -> list[Mishap]:
    host = "ledger.cluster-cabc123def45.us-east-1.rds.amazonaws.com"
    name, port = f"host={host}", "port=5432"
    return [
        Mishap("psql: no ticket", "psql", ticket="nobody"),
        Mishap("psql: expired ticket", "psql", ticket="expired"),
        Mishap("psql: another's ticket", "psql", user=BOB[0]),
        Mishap("psql: no login", "psql", user=FRANK[0]),
        Mishap("psql: no login, and a password", "psql", user=FRANK[0], environment={"PGPASSWORD": FRANK[1]}),
        Mishap("psql: closed login", "psql", user=BOB[0], ticket="bob"),
        Mishap("psql: silence", "psql", ((name, "host=127.0.0.1"), (port, "port={silent} connect_timeout=2"))),
        Mishap("psql: no TLS", "psql", (("verify-full", "disable"),)),
        Mishap("psql: Kerberos encryption", "psql", (("gssencmode=disable", "gssencmode=require"),)),
        Mishap("psql: another authority", "psql", (("ca-bundle.pem", STRANGERS_CA),)),
        Mishap("psql: no bundle", "psql", (("ca-bundle.pem", NO_FILE),)),
        Mishap("psql: another name", "psql", ((name, "host={address}"),)),
        Mishap("psql: closed port", "psql", ((port, "port=1"),)),
        Mishap("psql: unknown host", "psql", ((name, f"host={ELSEWHERE}"),)),
        Mishap("psql: unknown database", "psql", (("dbname=postgres", "dbname=gone"),)),
        Mishap("psql: no right on the database", "psql", (("dbname=postgres", "dbname=closed"),)),
        Mishap("psql: no right on the table", "psql", sql="SELECT * FROM secrets"),
        Mishap("psql: no right on the schema", "psql", sql="SELECT * FROM core.orders"),
        Mishap(
            "psql: no such service",
            "psql",
            ((name, f"host={ELSEWHERE} hostaddr={{address}}"), ("verify-full", "require")),
        ),
        Mishap("psql: no realm", "psql", environment={"KRB5_CONFIG": "/nosuch"}, ticket="nobody"),
        Mishap("psql: an option that it does not know", "psql", (("gssencmode", "gssencmod"),)),
        Mishap("psql: not installed", "psql", environment={"PATH": "/nosuch"}),
        Mishap("psql: a token in a URL", "psql", ((name, "postgresql://ledger/50%zz?"),)),
        Mishap("psql: a read-only transaction", "psql", sql="BEGIN READ ONLY; CREATE TABLE x (n int)"),
        Mishap("kinit: wrong password", "kinit", typed="Wr0ng.Passw0rd"),
        Mishap("kinit: unknown person", "kinit", user="nobody"),
        Mishap("kinit: disabled account", "kinit", user=CAROL[0], typed=CAROL[1]),
        Mishap("kinit: unknown realm", "kinit", ((f"@{REALM}", "@EVIL.EXAMPLE.COM"),)),
        Mishap("kinit: realm in lower case", "kinit", ((f"@{REALM}", f"@{REALM.lower()}"),)),
        Mishap("kinit: nobody answers", "kinit", environment={"KRB5_CONFIG": UNREACHABLE}),
        Mishap("kinit: no krb5.conf", "kinit", ((f"@{REALM}", ""),), environment={"KRB5_CONFIG": "/nosuch"}),
        Mishap("pgjdbc: no ticket", "pgjdbc", ticket="nobody"),
        Mishap("pgjdbc: expired ticket", "pgjdbc", ticket="expired"),
        Mishap("pgjdbc: no such service", "pgjdbc", ((host, "{address}"), ("verify-full", "require"))),
        Mishap("pgjdbc: no jaas.conf", "pgjdbc", without="login.config"),
        Mishap("pgjdbc: no krb5.conf", "pgjdbc", without="krb5.conf"),
        Mishap("pgjdbc: another's ticket", "pgjdbc", user=BOB[0]),
        Mishap("pgjdbc: closed port", "pgjdbc", ((":5432/", ":1/"),)),
        Mishap("pgjdbc: unknown host", "pgjdbc", ((host, ELSEWHERE),)),
        Mishap("pgjdbc: another authority", "pgjdbc", (("ca-bundle.pem", STRANGERS_CA),)),
        Mishap("pgjdbc: no bundle", "pgjdbc", (("ca-bundle.pem", NO_FILE),)),
        Mishap("pgjdbc: another name", "pgjdbc", ((host, "{address}"),)),
        Mishap("pgjdbc: no TLS", "pgjdbc", (("verify-full", "disable"),)),
        Mishap("pgjdbc: no login", "pgjdbc", user=FRANK[0]),
    ]


def _tickets_of_mysql() -> list[Mishap]:
    cell = ("aurora-mysql", Method.KERBEROS)
    no_plugin = ((" --ssl-mode", " --plugin-dir=/nosuch --ssl-mode"),)
    return [
        Mishap("mysql: no ticket", "mysql", ticket="nobody", cell=cell),
        Mishap("mysql: expired ticket", "mysql", ticket="expired", cell=cell),
        Mishap("mysql: another's ticket", "mysql", ticket="bob", cell=cell),
        Mishap("mysql: no login for the ticket", "mysql", user=FRANK[0], cell=cell),
        Mishap("mysql: no Kerberos plugin", "mysql", no_plugin, cell=cell),
    ]


def _tokens() -> list[Mishap]:
    mysql, postgresql = ("mysql", Method.IAM), ("postgres", Method.IAM)
    nobodys = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_SECRET_ACCESS_KEY": "", "AWS_ACCESS_KEY_ID": ""}
    another = {"AWS_SECRET_ACCESS_KEY": "another-key"}
    return [
        Mishap("token: no credentials", "token", environment=nobodys, cell=mysql),
        Mishap("mysql: expired token", "mysql", user="late_app", cell=mysql),
        Mishap("psql: token of another key", "psql", user="payments_app", environment=another, cell=postgresql),
        Mishap(
            "psql: rdsadmin's database", "psql", (("=postgres", "=rdsadmin"),), user="payments_app", cell=postgresql
        ),
        Mishap("pgjdbc: no token", "pgjdbc", user="payments_app", typed="", cell=postgresql),
        Mishap("pgjdbc: no token any more", "pgjdbc", user="payments_app", typed="x", cell=postgresql),
    ]


MISHAPS = [*_mysql(), *_tickets_of_mysql(), *_postgresql(), *_tokens()]
