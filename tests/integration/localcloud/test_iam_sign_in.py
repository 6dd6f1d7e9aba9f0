"""An application signs in with a token that its role's credentials made, to every kind of database."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from localcloud import scenery
from localcloud.cloud import Cloud
from tests.conftest import Eventually
from tests.integration.localcloud.databases import Cluster, Database, MySQLCluster, psql

pytestmark = pytest.mark.usefixtures("not_onboarded")

Credentials = Mapping[str, str]
LOGIN = "CREATE USER {user} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL"


@dataclass
class Place:
    """Where a token is for; `sign_in(user, token)` answers what the client prints."""

    database: Database | Cluster
    host: str
    port: int
    sign_in: Callable[..., str]
    switch: Callable[[bool], object]

    def token(self, made_by: Credentials, **otherwise: Any) -> str:
        asked: dict[str, Any] = {"DBHostname": self.host, "Port": self.port, "DBUsername": "payments_app"} | otherwise
        client = boto3.client(
            "rds",
            "us-east-1",
            aws_access_key_id=made_by["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=made_by["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=made_by.get("AWS_SESSION_TOKEN"),
        )
        return client.generate_db_auth_token(**asked)

    def log(self) -> str:
        """Of the server behind it."""
        world = self.database.cloud.world
        address = next(line.split()[0] for line in world.hosts.read_text().splitlines() if line.split()[1] == self.host)
        (log,) = world.home.glob(f"*-{address.rpartition('.')[2]}/error.log")
        return log.read_text()

    @property
    def resource(self) -> str:
        seen = self.database.describe()
        return str(seen.get("DbClusterResourceId") or seen["DbiResourceId"])


def mysql(cloud: Cloud, eventually: Eventually, engine: str = "mysql") -> Place:
    database = Database(cloud, f"iam-{engine}", eventually)
    database.create(Engine=engine, EnableIAMDatabaseAuthentication=True)
    host = database.wait()["Endpoint"]["Address"]
    for user in ("payments_app", "other_app"):
        database.as_master(LOGIN.format(user=user))
    return Place(database, host, 3306, _mysql(cloud, host), _switched(database))


def mariadb(cloud: Cloud, eventually: Eventually) -> Place:
    return mysql(cloud, eventually, "mariadb")


def aurora_mysql(cloud: Cloud, eventually: Eventually) -> Place:
    """Signed in to by the name of its reader."""
    cluster = MySQLCluster(cloud, "iam-aurora-mysql", eventually)
    cluster.create(EnableIAMDatabaseAuthentication=True)
    cluster.add("1", "2")
    host = cluster.wait()["ReaderEndpoint"]
    for user in ("payments_app", "other_app"):
        assert cluster.as_master(LOGIN.format(user=user)) == ""
    made = "SELECT COUNT(*) FROM mysql.user WHERE user = 'other_app'"
    eventually(lambda: cluster.as_master(made, host) == "1")
    return Place(cluster, host, 3306, _mysql(cloud, host), _cluster_switched(cluster))


def _mysql(cloud: Cloud, host: str) -> Callable[..., str]:
    def sign_in(user: str, token: str, tls: bool = True) -> str:
        verified = ["--ssl-mode=VERIFY_IDENTITY", f"--ssl-ca={cloud.world.authority.bundle}"]
        done = subprocess.run(
            [
                *cloud.world.machine.mysql,
                "--enable-cleartext-plugin",
                *(verified if tls else ["--ssl-mode=DISABLED"]),
                *(f"--host={host}", f"--user={user}", "--skip-column-names", "--execute=SELECT CURRENT_USER()"),
            ],
            env={"PATH": os.environ["PATH"], **cloud.environment(), "MYSQL_PWD": token},
            capture_output=True,
            text=True,
            check=False,
        )
        return (done.stdout + done.stderr).strip()

    return sign_in


def postgresql(cloud: Cloud, eventually: Eventually) -> Place:
    database = Database(cloud, "iam-postgresql", eventually)
    database.create(Engine="postgres", MasterUsername="postgres", EnableIAMDatabaseAuthentication=True)
    host, master = database.wait()["Endpoint"]["Address"], database.master()
    for user in ("payments_app", "other_app"):
        sql = f"CREATE USER {user} WITH LOGIN; GRANT rds_iam TO {user}"
        assert psql(cloud, sql, host, master["username"], PGPASSWORD=master["password"]).returncode == 0
    return Place(database, host, 5432, _psql(cloud, host), _switched(database))


def aurora_postgresql(cloud: Cloud, eventually: Eventually) -> Place:
    """Signed in to by the name of its writer."""
    cluster = Cluster(cloud, "iam-aurora", eventually).create(EnableIAMDatabaseAuthentication=True)
    cluster.add("1")
    host = cluster.wait()["Endpoint"]
    for user in ("payments_app", "other_app"):
        cluster.as_master(f"CREATE USER {user} WITH LOGIN; GRANT rds_iam TO {user}")
    return Place(cluster, host, 5432, _psql(cloud, host), _cluster_switched(cluster))


def _psql(cloud: Cloud, host: str) -> Callable[..., str]:
    def sign_in(user: str, token: str, tls: bool = True) -> str:
        mode = "verify-full" if tls else "disable"
        done = psql(cloud, "SELECT current_user", host, user, mode=mode, PGPASSWORD=token)
        return (done.stdout + done.stderr).strip()

    return sign_in


def _switched(database: Database) -> Callable[[bool], object]:
    def switch(on: bool) -> None:
        database.modify(EnableIAMDatabaseAuthentication=on, ApplyImmediately=True)
        database.wait()

    return switch


def _cluster_switched(cluster: Cluster) -> Callable[[bool], object]:
    def switch(on: bool) -> None:
        cluster.rds.modify_db_cluster(
            DBClusterIdentifier=cluster.name, EnableIAMDatabaseAuthentication=on, ApplyImmediately=True
        )
        cluster.wait()

    return switch


KINDS = [mysql, mariadb, aurora_mysql, postgresql, aurora_postgresql]


@dataclass
class Scene:
    """A database that takes tokens of payments_app and other_app, a role that may sign in as the first, and another."""

    place: Place
    app: Credentials
    nobody: Credentials


@pytest.fixture(scope="module", params=KINDS, ids=lambda made: made.__name__)
def scene(request: pytest.FixtureRequest, cloud: Cloud, eventually: Eventually, not_onboarded: None) -> Iterator[Scene]:
    place, kind = request.param(cloud, eventually), request.param.__name__.replace("_", "-")
    users = f"arn:aws:rds-db:us-east-1:{cloud.account}:dbuser"
    may = {f"payments-api-{kind}": [f"{users}:{place.resource}/payments_app"], f"nobody-{kind}": []}
    app, nobody = (scenery.credentials(cloud, scenery.create_role(cloud, name, users)) for name, users in may.items())
    yield Scene(place, app, nobody)
    place.database.delete()


def test_a_token_signs_in_over_verified_tls(scene: Scene) -> None:
    assert scene.place.sign_in("payments_app", scene.place.token(scene.app)).startswith("payments_app")


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
    refused(scene.place, scene.place.token(scene.app, **otherwise), reason)


def test_a_role_without_the_policy_is_refused(scene: Scene) -> None:
    refused(scene.place, scene.place.token(scene.nobody), "may not rds-db:connect")


def test_a_login_that_the_policy_does_not_name_is_refused(scene: Scene) -> None:
    token = scene.place.token(scene.app, DBUsername="other_app")
    refused(scene.place, token, "may not rds-db:connect", "other_app")


def test_a_forged_token_is_refused(scene: Scene) -> None:
    forger = {**scene.app, "AWS_SECRET_ACCESS_KEY": "guessed"}
    refused(scene.place, scene.place.token(forger), "the signature is wrong")
    refused(scene.place, scene.place.token({**forger, "AWS_ACCESS_KEY_ID": "AKIAGUESSED"}), "nobody has the access key")


def test_an_expired_token_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    then = datetime.now(UTC) - timedelta(minutes=16)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: then)
    token = scene.place.token(scene.app)
    monkeypatch.undo()
    refused(scene.place, token, "the token expired")


def test_without_tls_it_is_refused(scene: Scene) -> None:
    token = scene.place.token(scene.app)
    assert scene.place.sign_in("payments_app", token).startswith("payments_app")
    said = scene.place.sign_in("payments_app", token, tls=False)
    assert "Access denied" in said or "no encryption" in said


def test_switched_off_it_is_refused_and_switched_on_again_taken(scene: Scene) -> None:
    place, token = scene.place, scene.place.token(scene.app)
    place.switch(False)
    said = place.sign_in("payments_app", token)
    assert "1524" in said or "pg_hba.conf rejects connection" in said
    place.switch(True)
    assert place.sign_in("payments_app", token).startswith("payments_app")


def refused(place: Place, token: str, reason: str, user: str = "payments_app") -> None:
    """The client is told nothing of it, the server's log the reason."""
    before = len(place.log())
    said = place.sign_in(user, token)
    assert "1045 (28000): Access denied" in said or f'PAM authentication failed for user "{user}"' in said
    assert reason not in said
    log = place.log()[before:]
    assert f"iam refused {user}: NO " in log
    assert reason in log
    assert token not in log
