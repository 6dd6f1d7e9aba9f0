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
    assert "ReadReplicaSourceDBInstanceIdentifier" not in seen
    assert database.describe()["ReadReplicaDBInstanceIdentifiers"] == []
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


@pytest.mark.parametrize("how", ["to a point in time", "from a snapshot"])
def test_a_restored_cluster_replicates_nothing_although_its_source_does(cluster: Cluster, how: str) -> None:
    source = "arn:aws:rds:eu-west-1:123456789012:cluster:far-away"
    assert cluster.create(ReplicationSourceIdentifier=source).wait()["ReplicationSourceIdentifier"] == source
    if how == "to a point in time":
        cluster.rds.restore_db_cluster_to_point_in_time(
            DBClusterIdentifier="copy", SourceDBClusterIdentifier=cluster.name, UseLatestRestorableTime=True
        )
    else:
        cluster.rds.create_db_cluster_snapshot(DBClusterIdentifier=cluster.name, DBClusterSnapshotIdentifier="of-it")
        cluster.rds.restore_db_cluster_from_snapshot(
            DBClusterIdentifier="copy", SnapshotIdentifier="of-it", Engine="aurora-postgresql"
        )
    (seen,) = cluster.rds.describe_db_clusters(DBClusterIdentifier="copy")["DBClusters"]
    assert "ReplicationSourceIdentifier" not in seen
    cluster.rds.delete_db_cluster(DBClusterIdentifier="copy", SkipFinalSnapshot=True)


def test_what_is_restored_of_a_read_replica_is_none(database: Database, cloud: Cloud) -> None:
    source = database.create().wait()
    rds = cloud.client("rds")
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="follows", SourceDBInstanceIdentifier=source["DBInstanceIdentifier"]
    )
    rds.create_db_snapshot(DBInstanceIdentifier="follows", DBSnapshotIdentifier="of-a-follower")
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="free", DBSnapshotIdentifier="of-a-follower")
    (seen,) = rds.describe_db_instances(DBInstanceIdentifier="free")["DBInstances"]
    assert "ReadReplicaSourceDBInstanceIdentifier" not in seen
    rds.delete_db_instance(DBInstanceIdentifier="free", SkipFinalSnapshot=True)
