"""A cluster fails over: a reader becomes the writer, behind the same names, with everything that was written."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from tests.conftest import Eventually
from tests.integration.localcloud.databases import Cluster, MySQLCluster, announced, code

pytestmark = pytest.mark.usefixtures("not_onboarded")


@pytest.fixture(scope="module", params=[Cluster, MySQLCluster], ids=["Aurora PostgreSQL", "Aurora MySQL"])
def cluster(
    cloud: Cloud, eventually: Eventually, not_onboarded: None, request: pytest.FixtureRequest
) -> Iterator[Cluster]:
    """A writer and a reader, of either engine."""
    name = f"failing-{request.param.__name__.lower()}"
    cluster: Cluster = request.param(cloud, name, eventually)
    cluster.create(DatabaseName="payments")
    cluster.add("1", "2")
    cluster.wait()
    yield cluster
    cluster.delete()


def sees(cluster: Cluster, endpoint: str, value: str) -> bool:
    return cluster.as_master("SELECT max(seven) FROM kept", cluster.describe()[endpoint], "payments") == value


def test_a_reader_that_is_named_becomes_the_writer(cluster: Cluster) -> None:
    assert cluster.writer() == "1"
    endpoints = [cluster.describe()[endpoint] for endpoint in ("Endpoint", "ReaderEndpoint")]
    cluster.as_master("CREATE TABLE kept AS SELECT 7 AS seven", database="payments")

    def happening() -> None:
        answered = cluster.rds.failover_db_cluster(
            DBClusterIdentifier=cluster.name, TargetDBInstanceIdentifier=f"{cluster.name}-2"
        )
        assert answered["DBCluster"]["Status"] == "failing-over"
        with pytest.raises(ClientError) as refused:
            cluster.rds.failover_db_cluster(DBClusterIdentifier=cluster.name)
        assert code(refused) == "InvalidDBClusterStateFault"
        cluster.wait()

    started, *restarted, completed = sorted(
        (body["detail"] for body in announced(cluster, happening, 4)), key=lambda detail: detail["Date"]
    )
    assert cluster.writer() == "2"
    assert started["EventID"] in ("RDS-EVENT-0072", "RDS-EVENT-0073")
    assert {each["EventID"] for each in restarted} == {"RDS-EVENT-0006"}
    assert {each["SourceIdentifier"] for each in restarted} == {f"{cluster.name}-1", f"{cluster.name}-2"}
    assert completed["EventID"] == "RDS-EVENT-0071"
    assert completed["Message"] == f"Completed failover to DB instance: {cluster.name}-2"
    assert (completed["SourceType"], completed["EventCategories"]) == ("CLUSTER", ["failover"])

    assert [cluster.describe()[endpoint] for endpoint in ("Endpoint", "ReaderEndpoint")] == endpoints
    assert sees(cluster, "Endpoint", "7")
    cluster.as_master("INSERT INTO kept VALUES (8)", database="payments")
    cluster.eventually(lambda: sees(cluster, "ReaderEndpoint", "8"))


def test_only_a_reader_of_the_cluster_is_promoted(cluster: Cluster) -> None:
    for target in (f"{cluster.name}-{cluster.writer()}", "somebody"):
        with pytest.raises(ClientError, match="cannot become its writer") as refused:
            cluster.rds.failover_db_cluster(DBClusterIdentifier=cluster.name, TargetDBInstanceIdentifier=target)
        assert code(refused) == "InvalidParameterValue"
    assert cluster.describe()["Status"] == "available"


def test_a_cluster_without_readers_stays_as_it_is(cloud: Cloud, eventually: Eventually) -> None:
    cluster = Cluster(cloud, "failing-empty", eventually).create()
    cluster.wait()
    with pytest.raises(ClientError, match="no reader that is available") as refused:
        cluster.rds.failover_db_cluster(DBClusterIdentifier=cluster.name)
    assert code(refused) == "InvalidDBClusterStateFault"
    cluster.delete()
