"""A restored database is another one, with another resource id and no directory."""

import pytest

from localcloud.cloud import Cloud
from tests.conftest import Eventually
from tests.integration.localcloud.databases import Cluster, Database

pytestmark = pytest.mark.usefixtures("not_onboarded")


def test_an_instance_is_restored_to_a_point_in_time(database: Database, cloud: Cloud, eventually: Eventually) -> None:
    source = database.create().wait()
    rds = cloud.client("rds")
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=database.name, TargetDBInstanceIdentifier="restored", UseLatestRestorableTime=True
    )
    restored = Database(cloud, "restored", eventually)
    seen = restored.wait()
    assert (seen["Engine"], seen["MasterUsername"]) == ("mysql", "admin")
    assert seen["DbiResourceId"] != source["DbiResourceId"]
    assert seen["DomainMemberships"] == []
    assert restored.as_master("SELECT CURRENT_USER()") == (("admin@%",),)
    rds.delete_db_instance(DBInstanceIdentifier="restored", SkipFinalSnapshot=True)


def test_a_cluster_is_restored_from_a_snapshot(cluster: Cluster, cloud: Cloud, eventually: Eventually) -> None:
    source = cluster.create().wait()
    cluster.rds.create_db_cluster_snapshot(
        DBClusterIdentifier=cluster.name, DBClusterSnapshotIdentifier="of-this-cluster"
    )
    cluster.rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="restored", SnapshotIdentifier="of-this-cluster", Engine="aurora-postgresql"
    )
    restored = Cluster(cloud, "restored", eventually)
    restored.add("1")
    seen = restored.wait()
    assert seen["DbClusterResourceId"] != source["DbClusterResourceId"]
    assert seen["MasterUserSecret"]["SecretArn"] != source["MasterUserSecret"]["SecretArn"]
    assert restored.as_master("SELECT current_user") == "postgres"
    restored.delete()
