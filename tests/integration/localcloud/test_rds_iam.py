"""IAM database authentication is switched on and off by the clock, as RDS does it."""

from contextlib import AbstractContextManager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from tests.conftest import Eventually
from tests.integration.localcloud.databases import Cluster, Database, code

pytestmark = pytest.mark.usefixtures("not_onboarded")

CONFIGURING = "configuring-iam-database-auth"


def slowly(cloud: Cloud) -> AbstractContextManager[None]:
    """Simulated minutes do not pass meanwhile: a test looks in good time."""
    return cloud.clock.working()


def shown(description: dict[str, Any]) -> tuple[str, bool, dict[str, Any]]:
    status = description.get("DBInstanceStatus") or description["Status"]
    return status, description["IAMDatabaseAuthenticationEnabled"], description.get("PendingModifiedValues", {})


def switch(database: Database, on: bool, **more: Any) -> tuple[str, bool, dict[str, Any]]:
    return shown(database.modify(**{"EnableIAMDatabaseAuthentication": on, "ApplyImmediately": True} | more))


def refusal(call: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(*arguments, **more)
    return f"{code(refused)}: {refused.value.response['Error']['Message']}"


def test_an_instance_is_configured_for_some_minutes_without_a_restart(database: Database) -> None:
    database.create().wait()
    started = database.as_master("SHOW GLOBAL STATUS LIKE 'Uptime'")
    began = database.cloud.clock.now()
    with slowly(database.cloud):
        assert switch(database, True) == (CONFIGURING, False, {"IAMDatabaseAuthenticationEnabled": True})
        assert refusal(switch, database, True).startswith("InvalidDBInstanceState: ")
        assert refusal(database.join).startswith("InvalidDBInstanceState: ")
    assert shown(database.wait()) == ("available", True, {})
    assert (database.cloud.clock.now() - began).total_seconds() > 120
    assert switch(database, True) == ("available", True, {})
    database.as_master("CREATE USER app IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'")
    assert int(database.as_master("SHOW GLOBAL STATUS LIKE 'Uptime'")[0][1]) >= int(started[0][1])
    with slowly(database.cloud):
        assert switch(database, False) == (CONFIGURING, True, {"IAMDatabaseAuthenticationEnabled": False})
    assert shown(database.wait()) == ("available", False, {})


def test_what_is_not_to_be_made_at_once_is_pending_until_the_window(database: Database) -> None:
    database.create().wait()
    pending = ("available", False, {"IAMDatabaseAuthenticationEnabled": True})
    for _ in range(2):
        assert switch(database, True, ApplyImmediately=False) == pending
    with slowly(database.cloud):
        assert shown(database.modify(BackupRetentionPeriod=3, ApplyImmediately=True))[0] == CONFIGURING
    assert shown(database.wait()) == ("available", True, {})


def test_mysql_has_one_of_both_ways_to_sign_in(database: Database) -> None:
    both = "InvalidParameterCombination: Kerberos authentication and IAM database authentication can't both be enabled"
    role = database.cloud.physical["DirectoryRole"]
    joined = {"Domain": database.cloud.directory_id, "DomainIAMRoleName": role}
    assert refusal(database.create, EnableIAMDatabaseAuthentication=True, **joined).startswith(both)
    database.create(EnableIAMDatabaseAuthentication=True)
    assert shown(database.wait()) == ("available", True, {})
    assert refusal(database.join).startswith(both)
    switch(database, False)
    database.wait()
    assert refusal(switch, database, True, **joined).startswith(both)
    database.join()
    assert refusal(switch, database, True).startswith(both)
    with slowly(database.cloud):
        database.join(Domain="none")
        assert refusal(switch, database, True).startswith(both)
    database.eventually(lambda: database.membership() == "")
    with slowly(database.cloud):
        assert switch(database, True)[0] == CONFIGURING


def test_an_old_mariadb_has_none(cloud: Cloud, eventually: Eventually) -> None:
    database = Database(cloud, "old-mariadb", eventually)
    refused = refusal(database.create, Engine="mariadb", EngineVersion="10.6.23", EnableIAMDatabaseAuthentication=True)
    assert refused == (
        "InvalidParameterCombination: IAM Database Authentication is not supported for this configuration."
    )


def test_a_cluster_is_configured_with_its_instances_and_is_what_restores_keep(
    cluster: Cluster, cloud: Cloud, eventually: Eventually
) -> None:
    cluster.create().add("1")
    cluster.wait()

    def modify(on: bool, at_once: bool) -> dict[str, Any]:
        return cluster.rds.modify_db_cluster(
            DBClusterIdentifier=cluster.name, EnableIAMDatabaseAuthentication=on, ApplyImmediately=at_once
        )["DBCluster"]

    pending = {"IAMDatabaseAuthenticationEnabled": True}
    with slowly(cloud):
        assert shown(modify(True, at_once=False)) == ("available", False, pending)
        assert shown(modify(True, at_once=True)) == (CONFIGURING, False, pending)
        assert shown(cluster.instances()["1"])[:2] == (CONFIGURING, False)
        assert refusal(modify, True, at_once=True).startswith("InvalidDBClusterStateFault: ")
    assert shown(cluster.wait()) == ("available", True, {})
    assert shown(cluster.instances()["1"]) == ("available", True, {})
    member = Database(cloud, f"{cluster.name}-1", eventually)
    assert refusal(switch, member, False) == (
        "InvalidParameterCombination: The specified DB Instance is a member of a cluster. "
        "Modify IAM database authentication for the DB Cluster using the ModifyDbCluster API"
    )
    cluster.rds.create_db_cluster_snapshot(DBClusterIdentifier=cluster.name, DBClusterSnapshotIdentifier="with-iam")
    cluster.rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="with-iam", SnapshotIdentifier="with-iam", Engine="aurora-postgresql"
    )
    restored = Cluster(cloud, "with-iam", eventually)
    assert shown(restored.wait()) == ("available", True, {})
    restored.delete()


def test_an_instance_is_restored_with_it(database: Database, cloud: Cloud, eventually: Eventually) -> None:
    database.create(EnableIAMDatabaseAuthentication=True).wait()
    cloud.client("rds").restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=database.name, TargetDBInstanceIdentifier="iam-too", UseLatestRestorableTime=True
    )
    restored = Database(cloud, "iam-too", eventually)
    assert shown(restored.wait()) == ("available", True, {})
    restored.as_master("CREATE USER app IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'")
    cloud.client("rds").delete_db_instance(DBInstanceIdentifier="iam-too", SkipFinalSnapshot=True)
