"""What goes wrong for people: a line or URL of a kit, and what is different about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from signon.domain.engines import Method
from tests.integration.servers.accounts import ALICE, BOB, CAROL, FRANK, MASTER, REALM

GRACE = ("grace", "Gr4ce.Passw0rd")  # her MySQL login is locked
STRANGERS_CA, UNREACHABLE, NO_FILE = "stranger.pem", "unreachable.conf", "nosuch.pem"
ELSEWHERE = "elsewhere.cabc123def45.us-east-1.rds.amazonaws.com"  # a name that nobody has


@dataclass(frozen=True)
class Case:
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


def _mysql() -> list[Case]:
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
            Case(f"{client}: {name}", client, instead, **more)  # type: ignore[arg-type]  # of several types
            for client in ("mysql", "mariadb")
            for name, instead, more in shared
        ),
        Case(
            "mysql: silence",
            "mysql",
            ((host, "--host 127.0.0.1"), ("--port 3306", "--port {silent} --connect-timeout=1")),
        ),
        Case("mysql: no TLS", "mysql", (("VERIFY_IDENTITY", "DISABLED"),)),
        Case("mysql: no password", "mysql", ((" --password", " --skip-password"),)),
        Case("mysql: cleartext plugin off", "mysql", ((" --enable-cleartext-plugin", ""),)),
        Case(
            "mysql: plugin not loaded by the server",
            "mysql",
            ((" --enable-cleartext-plugin", ""),),
            user=MASTER[0],
            typed=MASTER[1],
            sql="CREATE USER x IDENTIFIED WITH 'authentication_kerberos'",
        ),
        Case("mariadb: an option of mysql's", "mariadb", (("ssl-verify-server-cert", "ssl-mode=VERIFY_IDENTITY"),)),
        Case("mariadb: no cleartext plugin", "mariadb", (("--password", "--password --plugin-dir=/nosuch"),)),
        Case("mariadb-jdbc: wrong password", "mariadb-jdbc", typed="Wr0ng.Passw0rd"),
        Case("mariadb-jdbc: closed port", "mariadb-jdbc", ((":3306/", ":1/"),)),
        Case("mariadb-jdbc: unknown host", "mariadb-jdbc", ((host.split()[1], ELSEWHERE),)),
        Case("mariadb-jdbc: another authority", "mariadb-jdbc", (("ca-bundle.pem", STRANGERS_CA),)),
        Case("mariadb-jdbc: no bundle", "mariadb-jdbc", (("ca-bundle.pem", NO_FILE),)),
        Case("mariadb-jdbc: another name", "mariadb-jdbc", ((host.split()[1], "{address}"),)),
        Case(
            "mariadb-jdbc: unknown database", "mariadb-jdbc", ((":3306/", ":3306/gone"),), user=FRANK[0], typed=FRANK[1]
        ),
        Case("mariadb-jdbc: no TLS", "mariadb-jdbc", (("useSsl=true&sslMode=verify-full&", ""),)),
    ]


def _postgresql() -> list[Case]:
    host = "ledger.cluster-cabc123def45.us-east-1.rds.amazonaws.com"
    name, port = f"host={host}", "port=5432"
    return [
        Case("psql: no ticket", "psql", ticket="nobody"),
        Case("psql: expired ticket", "psql", ticket="expired"),
        Case("psql: another's ticket", "psql", user=BOB[0]),
        Case("psql: no login", "psql", user=FRANK[0]),
        Case("psql: no login, and a password", "psql", user=FRANK[0], environment={"PGPASSWORD": FRANK[1]}),
        Case("psql: closed login", "psql", user=BOB[0], ticket="bob"),
        Case("psql: silence", "psql", ((name, "host=127.0.0.1"), (port, "port={silent} connect_timeout=2"))),
        Case("psql: no TLS", "psql", (("verify-full", "disable"),)),
        Case("psql: Kerberos encryption", "psql", (("gssencmode=disable", "gssencmode=require"),)),
        Case("psql: another authority", "psql", (("ca-bundle.pem", STRANGERS_CA),)),
        Case("psql: no bundle", "psql", (("ca-bundle.pem", NO_FILE),)),
        Case("psql: another name", "psql", ((name, "host={address}"),)),
        Case("psql: closed port", "psql", ((port, "port=1"),)),
        Case("psql: unknown host", "psql", ((name, f"host={ELSEWHERE}"),)),
        Case("psql: unknown database", "psql", (("dbname=postgres", "dbname=gone"),)),
        Case("psql: no right on the database", "psql", (("dbname=postgres", "dbname=closed"),)),
        Case("psql: no right on the table", "psql", sql="SELECT * FROM secrets"),
        Case("psql: no right on the schema", "psql", sql="SELECT * FROM core.orders"),
        Case(
            "psql: no such service",
            "psql",
            ((name, f"host={ELSEWHERE} hostaddr={{address}}"), ("verify-full", "require")),
        ),
        Case("psql: no realm", "psql", environment={"KRB5_CONFIG": "/nosuch"}, ticket="nobody"),
        Case("psql: an option that it does not know", "psql", (("gssencmode", "gssencmod"),)),
        Case("psql: not installed", "psql", environment={"PATH": "/nosuch"}),
        Case("psql: a token in a URL", "psql", ((name, "postgresql://ledger/50%zz?"),)),
        Case("psql: a read-only transaction", "psql", sql="BEGIN READ ONLY; CREATE TABLE x (n int)"),
        Case("kinit: wrong password", "kinit", typed="Wr0ng.Passw0rd"),
        Case("kinit: unknown person", "kinit", user="nobody"),
        Case("kinit: disabled account", "kinit", user=CAROL[0], typed=CAROL[1]),
        Case("kinit: unknown realm", "kinit", ((f"@{REALM}", "@EVIL.EXAMPLE.COM"),)),
        Case("kinit: realm in lower case", "kinit", ((f"@{REALM}", f"@{REALM.lower()}"),)),
        Case("kinit: nobody answers", "kinit", environment={"KRB5_CONFIG": UNREACHABLE}),
        Case("kinit: no krb5.conf", "kinit", ((f"@{REALM}", ""),), environment={"KRB5_CONFIG": "/nosuch"}),
        Case("pgjdbc: no ticket", "pgjdbc", ticket="nobody"),
        Case("pgjdbc: expired ticket", "pgjdbc", ticket="expired"),
        Case("pgjdbc: no such service", "pgjdbc", ((host, "{address}"), ("verify-full", "require"))),
        Case("pgjdbc: no jaas.conf", "pgjdbc", without="login.config"),
        Case("pgjdbc: no krb5.conf", "pgjdbc", without="krb5.conf"),
        Case("pgjdbc: another's ticket", "pgjdbc", user=BOB[0]),
        Case("pgjdbc: closed port", "pgjdbc", ((":5432/", ":1/"),)),
        Case("pgjdbc: unknown host", "pgjdbc", ((host, ELSEWHERE),)),
        Case("pgjdbc: another authority", "pgjdbc", (("ca-bundle.pem", STRANGERS_CA),)),
        Case("pgjdbc: no bundle", "pgjdbc", (("ca-bundle.pem", NO_FILE),)),
        Case("pgjdbc: another name", "pgjdbc", ((host, "{address}"),)),
        Case("pgjdbc: no TLS", "pgjdbc", (("verify-full", "disable"),)),
        Case("pgjdbc: no login", "pgjdbc", user=FRANK[0]),
    ]


def _tickets_of_mysql() -> list[Case]:
    cell = ("aurora-mysql", Method.KERBEROS)
    no_plugin = ((" --ssl-mode", " --plugin-dir=/nosuch --ssl-mode"),)
    return [
        Case("mysql: no ticket", "mysql", ticket="nobody", cell=cell),
        Case("mysql: expired ticket", "mysql", ticket="expired", cell=cell),
        Case("mysql: another's ticket", "mysql", ticket="bob", cell=cell),
        Case("mysql: no login for the ticket", "mysql", user=FRANK[0], cell=cell),
        Case("mysql: no Kerberos plugin", "mysql", no_plugin, cell=cell),
    ]


def _tokens() -> list[Case]:
    mysql, postgresql = ("mysql", Method.IAM), ("postgres", Method.IAM)
    nobodys = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_SECRET_ACCESS_KEY": "", "AWS_ACCESS_KEY_ID": ""}
    another = {"AWS_SECRET_ACCESS_KEY": "another-key"}
    return [
        Case("token: no credentials", "token", environment=nobodys, cell=mysql),
        Case("mysql: expired token", "mysql", user="late_app", cell=mysql),
        Case("psql: token of another key", "psql", user="payments_app", environment=another, cell=postgresql),
        Case("psql: rdsadmin's database", "psql", (("=postgres", "=rdsadmin"),), user="payments_app", cell=postgresql),
        Case("pgjdbc: no token", "pgjdbc", user="payments_app", typed="", cell=postgresql),
        Case("pgjdbc: no token any more", "pgjdbc", user="payments_app", typed="x", cell=postgresql),
    ]


CASES = [*_mysql(), *_tickets_of_mysql(), *_postgresql(), *_tokens()]
