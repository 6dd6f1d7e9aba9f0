"""IAM tokens: an application signs in with what its role's credentials have signed a moment ago."""

from collections.abc import Mapping
from dataclasses import dataclass

from moto.utilities.utils import get_partition

from localcloud.demo.passwords import DENIED
from localcloud.demo.scenario import DemoSignIn, ExpectedRefusal
from localcloud.demo.terminal import YOUR_NAME, Terminal
from localcloud.demo.tickets import BARE
from localcloud.examples import example_data

LOGIN, OTHER_LOGIN = "payments_app", "payments_reports"


@dataclass(frozen=True)
class TokenClient:
    """How it is asked, and what it says when a token is refused, or when it connects without TLS."""

    name: str
    question: str
    asked: str
    expected: str
    denied: str
    without_tls: tuple[str, str, str]  # in place of what the line says, and what the server answers


_MYSQL = ("SELECT CURRENT_USER()", " --batch --skip-column-names --execute 'SELECT CURRENT_USER()'", f"{LOGIN}@%")
MYSQL = TokenClient("mysql", *_MYSQL, DENIED, ("--ssl-mode=VERIFY_IDENTITY", "--ssl-mode=DISABLED", DENIED))
MARIADB = TokenClient(
    "mariadb", *_MYSQL, DENIED, ("--ssl-ca=ca-bundle.pem --ssl-verify-server-cert", "--skip-ssl", DENIED)
)
_SSL = "SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
PSQL = TokenClient(
    "psql",
    _SSL,
    f'{BARE}"{_SSL}"',
    f"{LOGIN}|t",
    "FATAL:  PAM authentication failed",
    ("sslmode=verify-full", "sslmode=disable", "FATAL:  no pg_hba.conf entry"),
)


def in_mysql(terminal: Terminal) -> DemoSignIn:
    return _sign_in(terminal, MYSQL)


def in_mariadb(terminal: Terminal) -> DemoSignIn:
    return _sign_in(terminal, MARIADB)


def in_postgresql(terminal: Terminal) -> DemoSignIn:
    return _sign_in(terminal, PSQL)


def _sign_in(terminal: Terminal, client: TokenClient) -> DemoSignIn:
    line = terminal.lines("iam")[client.name]
    app, other = (line.replace(YOUR_NAME, name) for name in (LOGIN, OTHER_LOGIN))
    api, reports = (_credentials(terminal, role) for role in (example_data.API, example_data.REPORTS))
    token_of_the_other = other.partition('" ')[0] + '" '  # its client gets the token that the other login has made
    another_port = app.replace("--port 3306 --region", "--port 3307 --region").replace(
        "--port 5432 --region", "--port 5433 --region"
    )
    instead, by, answer = client.without_tls

    def refusal(
        who: str, line: str, environment: Mapping[str, str], by_the_server: str = client.denied
    ) -> ExpectedRefusal:
        return ExpectedRefusal(who, by_the_server, lambda: terminal.run(line + client.asked, environment=environment))

    return DemoSignIn(
        [app],
        client.question,
        client.expected,
        lambda: terminal.run(app + client.asked, environment=api),
        [
            refusal(
                f"{LOGIN} with a token from the role {example_data.REPORTS}, which has no policy for it", app, reports
            ),
            refusal(f"{LOGIN} with a token made for {OTHER_LOGIN}", token_of_the_other + _rest(app), api),
            refusal(f"{LOGIN} with a token for another port", another_port, api),
            refusal(f"{LOGIN} without TLS", app.replace(instead, by), api, answer),
        ],
    )


def _rest(line: str) -> str:
    """The client's own part of a line that begins with the token."""
    return line.partition('" ')[2]


def _credentials(terminal: Terminal, role: str) -> Mapping[str, str]:
    cloud = terminal.cloud
    return example_data.credentials(cloud, f"arn:{get_partition(cloud.region)}:iam::{cloud.account}:role/{role}")
