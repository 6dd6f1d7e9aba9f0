"""An application signs in with a token that its role's credentials made, to every kind of database."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from localcloud.cloud import Cloud
from localcloud.examples import example_data
from tests.conftest import Eventually
from tests.integration.localcloud.databases import Cluster, Database, psql

pytestmark = pytest.mark.usefixtures("not_onboarded")

Credentials = Mapping[str, str]


def mysql(cloud: Cloud, host: str, user: str, password: str, sql: str, tls: bool = True) -> str:
    """What the client prints."""
    verified = ["--ssl-mode=VERIFY_IDENTITY", f"--ssl-ca={cloud.world.authority.bundle}"]
    done = subprocess.run(
        [
            *cloud.world.machine.mysql,
            "--enable-cleartext-plugin",
            *(verified if tls else ["--ssl-mode=DISABLED"]),
            *(f"--host={host}", f"--user={user}", "--skip-column-names", f"--execute={sql}"),
        ],
        env={"PATH": os.environ["PATH"], **cloud.environment(), "MYSQL_PWD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr).strip()


def postgresql(cloud: Cloud, host: str, user: str, password: str, sql: str, tls: bool = True) -> str:
    done = psql(cloud, sql, host, user, mode="verify-full" if tls else "disable", PGPASSWORD=password)
    return (done.stdout + done.stderr).strip()


@dataclass(frozen=True)
class Kind:
    """What is made, and how one signs in to it."""

    engine: str
    port: int
    client: Callable[..., str]
    login: str
    made: str  # how many of the two logins there are
    clustered: bool = False
    endpoint: str = "Endpoint"


MYSQL = (
    3306,
    mysql,
    "CREATE USER {user} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL",
    "SELECT COUNT(*) FROM mysql.user WHERE user LIKE '%_app'",
)
POSTGRESQL = (
    5432,
    postgresql,
    "CREATE USER {user} WITH LOGIN; GRANT rds_iam TO {user}",
    "SELECT COUNT(*) FROM pg_roles WHERE rolname LIKE '%_app'",
)
KINDS = [
    Kind("mysql", *MYSQL),
    Kind("mariadb", *MYSQL),
    Kind("postgres", *POSTGRESQL),
    Kind("aurora-mysql", *MYSQL, clustered=True, endpoint="ReaderEndpoint"),
    Kind("aurora-postgresql", *POSTGRESQL, clustered=True),
]


@dataclass
class Scene:
    """A database that takes tokens of payments_app and other_app, a role that may sign in as the first, and another."""

    database: Database | Cluster
    kind: Kind
    app: Credentials
    nobody: Credentials

    @property
    def host(self) -> str:
        endpoint = self.database.describe()[self.kind.endpoint]
        return str(endpoint if self.kind.clustered else endpoint["Address"])

    def sign_in(self, token: str, user: str = "payments_app", *, tls: bool = True) -> str:
        """What the client prints."""
        return self.kind.client(self.database.cloud, self.host, user, token, "SELECT CURRENT_USER", tls)

    def token(self, made_by: Credentials, **otherwise: Any) -> str:
        asked: dict[str, Any] = {"DBHostname": self.host, "Port": self.kind.port, "DBUsername": "payments_app"}
        client = boto3.client(
            "rds",
            "us-east-1",
            aws_access_key_id=made_by["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=made_by["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=made_by["AWS_SESSION_TOKEN"],
        )
        return client.generate_db_auth_token(**asked | otherwise)

    def log(self) -> str:
        """Of the server."""
        world, host = self.database.cloud.world, self.host
        address = next(line.split()[0] for line in world.hosts.read_text().splitlines() if line.split()[1] == host)
        (log,) = world.home.glob(f"*-{address.rpartition('.')[2]}/error.log")
        return log.read_text(errors="replace")

    def refuses(self, token: str, reason: str, user: str = "payments_app") -> None:
        """The client is told nothing of the reason, the server's log is."""
        before = len(self.log())
        said = self.sign_in(token, user)
        assert "1045 (28000): Access denied" in said or f'PAM authentication failed for user "{user}"' in said
        assert reason not in said
        log = self.log()[before:]
        assert f"iam refused {user}: NO " in log
        assert reason in log
        assert token not in log


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.engine)
def scene(request: pytest.FixtureRequest, cloud: Cloud, eventually: Eventually, not_onboarded: None) -> Iterator[Scene]:
    kind: Kind = request.param
    database = (Cluster if kind.clustered else Database)(cloud, f"iam-{kind.engine}", eventually)
    database.create(Engine=kind.engine, MasterUsername="dba", EnableIAMDatabaseAuthentication=True)
    if isinstance(database, Cluster):
        database.add(*(("1", "2") if kind.endpoint == "ReaderEndpoint" else ("1",)), Engine=kind.engine)
    seen = database.wait()
    resource = seen.get("DbClusterResourceId") or seen["DbiResourceId"]
    users = f"arn:aws:rds-db:us-east-1:{cloud.account}:dbuser:{resource}"
    roles = {f"payments-api-{kind.engine}": [f"{users}/payments_app"], f"nobody-{kind.engine}": []}
    app, nobody = (
        example_data.credentials(cloud, example_data.create_role(cloud, name, may)) for name, may in roles.items()
    )
    scene = Scene(database, kind, app, nobody)
    writer, master = replace(scene, kind=replace(kind, endpoint="Endpoint")), database.master()["password"]
    for user in ("payments_app", "other_app"):
        kind.client(cloud, writer.host, "dba", master, kind.login.format(user=user))
    eventually(lambda: kind.client(cloud, scene.host, "dba", master, kind.made) == "2")
    yield scene
    database.delete()


def test_a_token_signs_in_over_verified_tls(scene: Scene) -> None:
    assert scene.sign_in(scene.token(scene.app)).startswith("payments_app")


@pytest.mark.parametrize(
    ("otherwise", "reason"),
    [
        ({"DBUsername": "other_app"}, "the token is for connect by other_app"),
        ({"Port": 1433}, "the token is for "),
        ({"DBHostname": "payments-other.cabc123def45.us-east-1.rds.amazonaws.com"}, "the token is for payments-other"),
    ],
    ids=["another user's", "another port's", "another host's"],
)
def test_a_token_for_something_else_is_refused(scene: Scene, otherwise: dict[str, Any], reason: str) -> None:
    scene.refuses(scene.token(scene.app, **otherwise), reason)


def test_a_role_without_the_policy_is_refused(scene: Scene) -> None:
    scene.refuses(scene.token(scene.nobody), "may not rds-db:connect")


def test_a_login_that_the_policy_does_not_name_is_refused(scene: Scene) -> None:
    scene.refuses(scene.token(scene.app, DBUsername="other_app"), "may not rds-db:connect", "other_app")


def test_a_forged_token_is_refused(scene: Scene) -> None:
    forger = {**scene.app, "AWS_SECRET_ACCESS_KEY": scene.nobody["AWS_SECRET_ACCESS_KEY"]}
    scene.refuses(scene.token(forger), "the signature is wrong")
    scene.refuses(scene.token({**forger, "AWS_ACCESS_KEY_ID": "AKIAGUESSED"}), "nobody has the access key")


def test_an_expired_token_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda: datetime.now(UTC) - timedelta(minutes=16))
        token = scene.token(scene.app)
    scene.refuses(token, "the token expired")


def test_without_tls_it_is_refused(scene: Scene) -> None:
    said = scene.sign_in(scene.token(scene.app), tls=False)
    assert "Access denied" in said or "no encryption" in said


def test_switched_off_it_is_refused_and_switched_on_again_taken(scene: Scene) -> None:
    token, name = scene.token(scene.app), scene.database.name

    def switch(on: bool) -> None:
        asked = {"EnableIAMDatabaseAuthentication": on, "ApplyImmediately": True}
        rds = scene.database.cloud.client("rds")
        if scene.kind.clustered:
            rds.modify_db_cluster(DBClusterIdentifier=name, **asked)
        else:
            rds.modify_db_instance(DBInstanceIdentifier=name, **asked)
        scene.database.wait()

    switch(False)
    said = scene.sign_in(token)
    assert "1524" in said or "pg_hba.conf rejects connection" in said
    switch(True)
    assert scene.sign_in(token).startswith("payments_app")
