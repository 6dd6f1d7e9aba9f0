"""What befalls a database here is what befalls it on RDS, as far as a client sees."""

import datetime
import json
from collections.abc import Callable
from typing import Any

import pymysql
import pytest
from moto.ds.models import ds_backends
from moto.rds.models import rds_backends

from localcloud.cloud import Cloud
from tests.integration.localcloud.databases import Cluster, Database

pytestmark = pytest.mark.usefixtures("not_onboarded")


def rds_of(cloud: Cloud) -> Any:
    return rds_backends[cloud.account][cloud.region]


def secret(cloud: Cloud, described: dict[str, Any]) -> dict[str, str]:
    arn = described["MasterUserSecret"]["SecretArn"]
    held: dict[str, str] = json.loads(cloud.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    return held


def test_a_rotated_master_password_is_another_one_for_secret_and_server(database: Database) -> None:
    database.create()
    described = database.wait()
    old = secret(database.cloud, described)
    database.modify(RotateMasterUserPassword=True, ApplyImmediately=True)
    assert secret(database.cloud, database.describe())["password"] != old["password"]
    assert database.as_master("SELECT CURRENT_USER()") == (("admin@%",),)
    bundle = str(database.cloud.world.authority.bundle)
    with pytest.raises(pymysql.err.OperationalError, match="1045"):
        pymysql.connect(host=database.address(), user="admin", password=old["password"], ssl_ca=bundle)


def test_a_failover_begins_with_a_read_only_writer(database: Database) -> None:
    database.create().wait()
    rds = rds_of(database.cloud)
    instance = rds.databases[database.name]
    rds.fail_over(instance)
    with pytest.raises(pymysql.err.MySQLError, match="1290"):
        database.as_master("CREATE DATABASE shop")
    rds.promote(instance)
    database.as_master("CREATE DATABASE shop")


def test_a_cluster_is_rotated_and_fails_over_too(cluster: Cluster) -> None:
    cluster.create()
    cluster.add("1")
    cluster.wait()
    old = secret(cluster.cloud, cluster.describe())
    cluster.rds.modify_db_cluster(
        DBClusterIdentifier=cluster.name, RotateMasterUserPassword=True, ApplyImmediately=True
    )
    assert secret(cluster.cloud, cluster.describe())["password"] != old["password"]
    cluster.as_master("CREATE SCHEMA before")
    rds = rds_of(cluster.cloud)
    writer = rds.clusters[cluster.name].writer
    rds.fail_over(writer)
    with pytest.raises(AssertionError, match="read-only transaction"):
        cluster.as_master("CREATE SCHEMA meanwhile")
    rds.promote(writer)
    cluster.as_master("CREATE SCHEMA afterwards")


@pytest.mark.parametrize(
    ("prepare", "end"),
    [
        (lambda cloud, _: cloud.faults.script("join", "enabling-kerberos"), "enabling-kerberos"),
        (lambda _, patch: patch("Impaired"), "enable-kerberos-failed"),
    ],
    ids=["stuck", "while the directory is Impaired"],
)
def test_a_join_that_does_not_succeed(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[Cloud, Callable[[str], None]], None],
    end: str,
) -> None:
    cloud = database.cloud
    directory = ds_backends[cloud.account][cloud.region].directories[cloud.directory_id]
    database.create().wait()
    prepare(cloud, lambda stage: monkeypatch.setattr(directory, "stage", stage))
    database.join()
    membership = rds_of(cloud).databases[database.name].membership
    assert membership.status(cloud.clock.now() + datetime.timedelta(days=2)) == end
