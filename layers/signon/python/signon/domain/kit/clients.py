"""The clients, one row each: which versions work, the line or URL, what else to know. Lines run in the kit's folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from signon.domain.engines import Family
from signon.domain.kit import quoting
from signon.domain.kit.facts import YOUR_NAME, KitFacts, SignIn
from signon.domain.kit.krb5 import JAAS_CONF, KRB5_CONF
from signon.domain.names import login_name

CA_BUNDLE = "ca-bundle.pem"
TRUST_STORE = "truststore.p12"
FOLDER = "/FOLDER-OF-THE-KIT"
DATABASE = {Family.MYSQL: "", Family.POSTGRESQL: "postgres"}  # every PostgreSQL has it; people name their own
PASSWORD, TICKET, TOKEN = SignIn.PASSWORD, SignIn.TICKET, SignIn.TOKEN
ANY = (PASSWORD, TICKET, TOKEN)


@dataclass(frozen=True)
class Client:
    """A row. ``works`` says which versions work, by how people sign in; the client does not support what it lacks.

    ``line`` makes the shell line, or for a driver the URL, for a database, a way to sign in and a login.
    """

    name: str
    title: str
    family: Family
    works: Mapping[SignIn, str]
    line: Callable[[KitFacts, SignIn, str], str]
    is_driver: bool = False
    notes: Mapping[SignIn, str] = field(default_factory=lambda: MappingProxyType({}))


def login(facts: KitFacts, sign_in: SignIn, user: str) -> str:
    """The person's name on the server: PostgreSQL knows somebody with a ticket by their principal."""
    if facts.family is Family.POSTGRESQL and sign_in is TICKET:
        return login_name(user, facts.peoples_realm)
    return user


def kinit_line(facts: KitFacts, user: str) -> str:
    """The line that gets the user's ticket."""
    return quoting.shell(["kinit", login_name(user, facts.peoples_realm)])


def token_line(facts: KitFacts, user: str) -> str:
    """Prints a token. It is signed for this endpoint: one for another name of the server is refused."""
    where = ["--hostname", quoting.dns_name(facts.host), "--port", str(facts.port), "--region", facts.region]
    return quoting.shell(["aws", "rds", "generate-db-auth-token", *where, "--username", user])


def _with_token(variable: str, facts: KitFacts, user: str, line: str) -> str:
    """The token is passed in the environment: other users of the machine can see a process's arguments."""
    return f'{variable}="$({token_line(facts, user)})" {line}'


def _mysql(facts: KitFacts, sign_in: SignIn, user: str) -> str:
    how = {
        PASSWORD: ["--password", "--enable-cleartext-plugin"],
        TICKET: ["--default-auth=authentication_kerberos_client"],
        TOKEN: ["--enable-cleartext-plugin"],
    }[sign_in]
    verified = ["--ssl-mode=VERIFY_IDENTITY", f"--ssl-ca={CA_BUNDLE}"]
    line = quoting.shell(["mysql", *_where(facts, user), *how, *verified])
    return _with_token("MYSQL_PWD", facts, user, line) if sign_in is TOKEN else line


def _mariadb(facts: KitFacts, sign_in: SignIn, user: str) -> str:
    how = ["--password"] if sign_in is PASSWORD else []
    verified = [f"--ssl-ca={CA_BUNDLE}", "--ssl-verify-server-cert"]
    line = quoting.shell(["mariadb", *_where(facts, user), *how, *verified])
    return _with_token("MYSQL_PWD", facts, user, line) if sign_in is TOKEN else line


def _where(facts: KitFacts, user: str) -> list[str]:
    return ["--host", quoting.dns_name(facts.host), "--port", str(facts.port), "--user", user]


def _psql(facts: KitFacts, sign_in: SignIn, user: str) -> str:
    """If there is a ticket, libpq prefers GSS encryption, which verifies no certificate: gssencmode."""
    connection = {
        "host": quoting.dns_name(facts.host),
        "port": str(facts.port),
        "dbname": DATABASE[Family.POSTGRESQL],
        "user": login(facts, sign_in, user),
        "sslmode": "verify-full",
        "sslrootcert": CA_BUNDLE,
        "gssencmode": "disable",
    }
    line = quoting.shell(["psql", quoting.libpq(connection)])
    return _with_token("PGPASSWORD", facts, user, line) if sign_in is TOKEN else line


# URLs do not contain the login's name: every tool has a field for it.
def _pgjdbc(facts: KitFacts, sign_in: SignIn, user: str) -> str:  # noqa: ARG001  every client is asked alike
    options = {"sslmode": "verify-full", "sslrootcert": CA_BUNDLE, "gssEncMode": "disable"}
    return quoting.postgresql_url(facts.host, facts.port, DATABASE[Family.POSTGRESQL], options)


def _mariadb_jdbc(facts: KitFacts, sign_in: SignIn, user: str) -> str:  # noqa: ARG001  the same
    """2.7 knows useSsl, 3 knows sslMode; each ignores what it does not know."""
    options = {"useSsl": "true", "sslMode": "verify-full", "serverSslCert": CA_BUNDLE}
    return quoting.mysql_url("mariadb", facts.host, facts.port, DATABASE[Family.MYSQL], options)


def _mysql_jdbc(facts: KitFacts, sign_in: SignIn, user: str) -> str:  # noqa: ARG001  the same
    how = {"defaultAuthenticationPlugin": "authentication_kerberos_client"} if sign_in is TICKET else {}
    options = {"sslMode": "VERIFY_IDENTITY", "trustCertificateKeyStoreUrl": f"file:{TRUST_STORE}", **how}
    return quoting.mysql_url("mysql", facts.host, facts.port, DATABASE[Family.MYSQL], options)


ORACLES = "8.0.26 or newer (on Windows 8.0.27), Oracle's own with its plugin authentication_kerberos_client"
STORE = (
    "It reads no PEM file: import ca-bundle.pem into truststore.p12 with keytool, one certificate after the other, and "
    "add trustCertificateKeyStorePassword. MariaDB's driver takes the file as it is."
)
TICKETS_IN_JAVA = (
    f"Java must be told of both files: -Djava.security.krb5.conf={KRB5_CONF} "
    f"-Djava.security.auth.login.config={JAAS_CONF}"
)

CLIENTS: tuple[Client, ...] = (
    Client(
        "mysql",
        "MySQL's client",
        Family.MYSQL,
        {PASSWORD: "5.7 or newer", TICKET: ORACLES, TOKEN: "5.7 or newer"},
        _mysql,
        notes={
            PASSWORD: "The password is sent as it is, inside verified TLS: this is what the server needs, and "
            "what --enable-cleartext-plugin allows.",
            TICKET: "MariaDB's clients speak another dialect of Kerberos and cannot sign in here.",
            TOKEN: "The token is sent as it is, inside verified TLS: --enable-cleartext-plugin allows it.",
        },
    ),
    Client(
        "mariadb",
        "MariaDB's client",
        Family.MYSQL,
        {PASSWORD: "10.4 or newer", TOKEN: "10.4 or newer"},
        _mariadb,
    ),
    Client(
        "psql",
        "psql",
        Family.POSTGRESQL,
        {TICKET: "12 or newer, built with GSSAPI, as every distribution's is", TOKEN: "12 or newer"},
        _psql,
    ),
    Client(
        "pgjdbc",
        "PostgreSQL's JDBC driver",
        Family.POSTGRESQL,
        {TICKET: "42.2.19 or newer", TOKEN: "42.2.19 or newer"},
        _pgjdbc,
        is_driver=True,
        notes={TICKET: TICKETS_IN_JAVA, TOKEN: "The password is the token."},
    ),
    Client(
        "mariadb-jdbc",
        "MariaDB Connector/J",
        Family.MYSQL,
        {PASSWORD: "2.7 or newer", TOKEN: "2.7 or newer"},
        _mariadb_jdbc,
        is_driver=True,
        notes={TOKEN: "The password is the token."},
    ),
    Client(
        "mysql-jdbc",
        "MySQL Connector/J",
        Family.MYSQL,
        {PASSWORD: "8.0.22 or newer", TICKET: "8.0.26 or newer", TOKEN: "8.0.22 or newer"},
        _mysql_jdbc,
        is_driver=True,
        notes={PASSWORD: STORE, TICKET: STORE, TOKEN: f"The password is the token. {STORE}"},
    ),
)


@dataclass(frozen=True)
class Tool:
    """A desktop tool, set up with a driver's URL; ``settings`` are its names of things, with {fields}."""

    title: str
    settings: Mapping[str, str]


TOOLS: tuple[Tool, ...] = (
    Tool(
        "SQL Workbench/J",
        {
            "Driver": "{driver}",
            "URL": "{url}",
            "Username": "{login}",
            "Password": "{password}",
            "JVM options": "{java}",
        },
    ),
    Tool(
        "DBeaver",
        {
            "Database": "{product}",
            "Connect by": "URL",
            "URL": "{url}",
            "Username": "{login}",
            "Password": "{password}",
            "JVM options": "{java}",
        },
    ),
)
DRIVERS: Mapping[str, tuple[str, str]] = {
    "pgjdbc": ("org.postgresql.Driver", "PostgreSQL"),
    "mariadb-jdbc": ("org.mariadb.jdbc.Driver", "MariaDB"),
    "mysql-jdbc": ("com.mysql.cj.jdbc.Driver", "MySQL"),
}
TYPED: Mapping[SignIn, str] = {
    PASSWORD: "the directory's",
    TICKET: "none, leave it empty",
    TOKEN: "a new token, not saved",
}


def clients_for(facts: KitFacts, sign_in: SignIn) -> Iterator[Client]:
    """The clients that can sign in this way."""
    return (client for client in CLIENTS if client.family is facts.family and sign_in in client.works)


def lines(facts: KitFacts, sign_in: SignIn, user: str = YOUR_NAME) -> Mapping[str, str]:
    """What is typed, by name: for the ticket or the token first, then each client's line or URL. Raises Unquotable."""
    first = {TICKET: {"kinit": kinit_line}, TOKEN: {"token": token_line}}.get(sign_in, {})
    return {
        **{name: line(facts, user) for name, line in first.items()},
        **{client.name: client.line(facts, sign_in, user) for client in clients_for(facts, sign_in)},
    }


def settings(tool: Tool, client: Client, facts: KitFacts, sign_in: SignIn, user: str = YOUR_NAME) -> Mapping[str, str]:
    """What goes into the fields of a desktop tool. It does not run in the kit's folder: its paths are absolute."""
    driver, product = DRIVERS[client.name]
    url = client.line(facts, sign_in, user)
    for file in (CA_BUNDLE, TRUST_STORE):
        url = url.replace(file, f"{FOLDER}/{file}")
    files = (("java.security.krb5.conf", KRB5_CONF), ("java.security.auth.login.config", JAAS_CONF))
    java = " ".join(f"-D{name}={FOLDER}/{file}" for name, file in files if sign_in is TICKET)
    fields = {"driver": driver, "product": product, "url": url, "password": TYPED[sign_in], "java": java}
    filled = {name: text.format(**fields, login=login(facts, sign_in, user)) for name, text in tool.settings.items()}
    return {name: value for name, value in filled.items() if value}
