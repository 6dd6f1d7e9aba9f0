"""A cluster lives as on RDS, with instances or without any."""

import json
import os
import re
import subprocess
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from localcloud.servers.machine import DESCRIPTION
from tests.conftest import Eventually
from tests.integration.localcloud.databases import Cluster, announced, code

pytestmark = pytest.mark.usefixtures("not_onboarded")


def test_while_it_is_created_it_has_endpoints_and_takes_no_change(cluster: Cluster) -> None:
    cluster.create()
    seen = cluster.describe()
    assert seen["Status"] == "creating"
    assert seen["DBClusterMembers"] == []
    letters = re.fullmatch(
        rf"{cluster.name}\.cluster-(c[a-z0-9]{{11}})\.us-east-1\.rds\.amazonaws\.com", seen["Endpoint"]
    )
    assert letters
    assert seen["ReaderEndpoint"] == f"{cluster.name}.cluster-ro-{letters[1]}.us-east-1.rds.amazonaws.com"
    assert abs((seen["ClusterCreateTime"] - cluster.cloud.clock.now()).total_seconds()) < 600
    with pytest.raises(ClientError, match="is in creating state") as refused:
        cluster.join()
    assert code(refused) == "InvalidDBClusterStateFault"


def test_once_available_it_is_what_rds_describes_without_an_instance(cluster: Cluster) -> None:
    group = cluster.cloud.client("ec2").create_security_group(GroupName=cluster.name, Description="of this test")
    cluster.create(
        EngineVersion="16.6",
        DatabaseName="payments",
        Tags=[{"Key": "signon:profile", "Value": "demo"}],
        VpcSecurityGroupIds=[group["GroupId"]],
    )
    seen = cluster.wait()
    assert re.fullmatch(r"cluster-[A-Z0-9]{26}", seen["DbClusterResourceId"])
    assert seen["DBClusterArn"] == f"arn:aws:rds:us-east-1:{cluster.cloud.account}:cluster:{cluster.name}"
    assert (seen["Engine"], seen["EngineVersion"], seen["Port"]) == ("aurora-postgresql", "16.6", 5432)
    assert (seen["EngineMode"], seen["StorageType"]) == ("provisioned", "aurora")
    assert (seen["DatabaseName"], seen["MasterUsername"]) == ("payments", "postgres")
    assert seen["DBClusterParameterGroup"] == "default.aurora-postgresql16"
    assert seen["DBSubnetGroup"] == "default"
    assert seen["VpcSecurityGroups"] == [{"VpcSecurityGroupId": group["GroupId"], "Status": "active"}]
    assert seen["TagList"] == [{"Key": "signon:profile", "Value": "demo"}]
    assert seen["MasterUserSecret"]["SecretStatus"] == "active"
    assert ":secret:rds!cluster-" in seen["MasterUserSecret"]["SecretArn"]
    assert cluster.master()["username"] == "postgres"
    assert (seen["DomainMemberships"], seen["DBClusterMembers"]) == ([], [])
    assert "PendingModifiedValues" not in seen
    assert cluster.instances() == {}


def test_it_is_announced_and_listed_as_a_cluster(cluster: Cluster) -> None:
    bodies = announced(cluster, lambda: cluster.create(Tags=[{"Key": "team", "Value": "payments"}]).wait(), 1)
    (body,) = bodies
    arn = cluster.describe()["DBClusterArn"]
    assert (body["source"], body["detail-type"]) == ("aws.rds", "RDS DB Cluster Event")
    assert body["resources"] == [arn]
    detail = body["detail"]
    assert (detail["EventID"], detail["SourceType"]) == ("RDS-EVENT-0170", "CLUSTER")
    assert (detail["SourceArn"], detail["SourceIdentifier"]) == (arn, cluster.name)
    assert (detail["Tags"], detail["EventCategories"]) == ({"team": "payments"}, ["creation"])
    listed = cluster.rds.describe_events(SourceIdentifier=cluster.name, SourceType="db-cluster")["Events"]
    assert [event["Message"] for event in listed] == ["DB cluster created"]


def test_a_name_is_taken_once_and_given_to_another_cluster_afterwards(cluster: Cluster) -> None:
    first = cluster.create().describe()["DbClusterResourceId"]
    with pytest.raises(ClientError) as refused:
        cluster.create()
    assert code(refused) == "DBClusterAlreadyExistsFault"
    cluster.delete()
    assert cluster.create().describe()["DbClusterResourceId"] != first


def test_a_cluster_that_is_not_there_is_named(cloud: Cloud) -> None:
    rds = cloud.client("rds")
    instance = {"DBInstanceIdentifier": "lost", "Engine": "aurora-postgresql", "DBInstanceClass": "db.r6g.large"}
    calls: list[tuple[Any, dict[str, Any]]] = [
        (rds.describe_db_clusters, {}),
        (rds.modify_db_cluster, {"ApplyImmediately": True}),
        (rds.stop_db_cluster, {}),
        (rds.delete_db_cluster, {"SkipFinalSnapshot": True}),
        (rds.create_db_instance, instance),
    ]
    for call, more in calls:
        with pytest.raises(ClientError, match="nobody") as refused:
            call(DBClusterIdentifier="nobody", **more)
        assert code(refused) == "DBClusterNotFoundFault"


def test_a_subnet_group_that_is_not_there_is_refused(cloud: Cloud, eventually: Eventually) -> None:
    with pytest.raises(ClientError) as refused:
        Cluster(cloud, "nowhere", eventually).create(DBSubnetGroupName="nowhere")
    assert code(refused) == "DBSubnetGroupNotFoundFault"


def test_an_instance_created_without_a_security_group_gets_the_default_one(cluster: Cluster) -> None:
    cluster.create()
    asked = [
        {"Name": "group-name", "Values": ["default"]},
        {"Name": "vpc-id", "Values": [cluster.cloud.aws.network()[0]]},
    ]
    (group,) = cluster.cloud.client("ec2").describe_security_groups(Filters=asked)["SecurityGroups"]
    assert [each["VpcSecurityGroupId"] for each in cluster.describe()["VpcSecurityGroups"]] == [group["GroupId"]]


def test_the_command_line_describes_and_modifies_it(cluster: Cluster) -> None:
    cluster.create().wait()

    def aws(*words: str) -> dict[str, Any]:
        command = [str(DESCRIPTION.parent / "aws" / "bin" / "aws"), "--endpoint-url", cluster.cloud.endpoint, "rds"]
        environment = {"PATH": os.environ["PATH"], **cluster.cloud.environment()}
        done = subprocess.run([*command, *words], env=environment, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    named = ("--db-cluster-identifier", cluster.name)
    assert aws("describe-db-clusters", *named)["DBClusters"][0]["Status"] == "available"
    directory, role = cluster.cloud.directory_id, cluster.cloud.physical["DirectoryRole"]
    more = ("--domain", directory, "--domain-iam-role-name", role, "--apply-immediately")
    answered = aws("modify-db-cluster", *named, *more)["DBCluster"]
    assert answered["DomainMemberships"][0]["Status"] == "pending-enable-kerberos"


def test_clusters_are_listed_by_pages_of_a_hundred(cloud: Cloud, eventually: Eventually) -> None:
    clusters = [Cluster(cloud, f"one-of-many-{number:03}", eventually) for number in range(101)]
    for each in clusters:
        each.create(ManageMasterUserPassword=False, MasterUserPassword="not-used-here")
    listed: list[str] = []
    page: dict[str, Any] = {}
    sizes = []
    while True:
        answer = cloud.client("rds").describe_db_clusters(MaxRecords=100, **page)
        sizes.append(len(answer["DBClusters"]))
        listed += [each["DBClusterIdentifier"] for each in answer["DBClusters"]]
        if "Marker" not in answer:
            break
        page = {"Marker": answer["Marker"]}
    assert sizes[0] == 100
    assert {each.name for each in clusters} <= set(listed)
    assert len(listed) == len(set(listed))
    for each in clusters:
        each.delete()


def test_a_page_has_twenty_to_a_hundred_clusters_or_instances(cloud: Cloud) -> None:
    rds = cloud.client("rds")
    for describe in (rds.describe_db_clusters, rds.describe_db_instances):
        with pytest.raises(ClientError, match="between 20 and 100") as refused:
            describe(MaxRecords=10)
        assert code(refused) == "InvalidParameterValue"


def test_a_version_waits_for_the_window_unless_it_is_applied_immediately(cluster: Cluster) -> None:
    cluster.create(EngineVersion="16.6").wait()
    modify = cluster.rds.modify_db_cluster
    modify(DBClusterIdentifier=cluster.name, EngineVersion="16.10", EnableIAMDatabaseAuthentication=True)
    seen = cluster.describe()
    assert (seen["EngineVersion"], seen["IAMDatabaseAuthenticationEnabled"]) == ("16.6", False)
    assert seen["PendingModifiedValues"] == {"EngineVersion": "16.10", "IAMDatabaseAuthenticationEnabled": True}
    modify(DBClusterIdentifier=cluster.name, BackupRetentionPeriod=3, ApplyImmediately=True)
    seen = cluster.wait()
    assert (seen["EngineVersion"], seen["IAMDatabaseAuthenticationEnabled"]) == ("16.10", True)
    assert (seen["BackupRetentionPeriod"], "PendingModifiedValues" in seen) == (3, False)


def test_a_renamed_cluster_is_the_same_cluster(cluster: Cluster) -> None:
    before = cluster.create().wait()
    cluster.rds.modify_db_cluster(
        DBClusterIdentifier=cluster.name, NewDBClusterIdentifier="renamed", ApplyImmediately=True
    )
    with pytest.raises(ClientError) as gone:
        cluster.describe()
    assert code(gone) == "DBClusterNotFoundFault"
    cluster.name = "renamed"
    after = cluster.describe()
    assert after["DbClusterResourceId"] == before["DbClusterResourceId"]
    assert after["Endpoint"].startswith("renamed.cluster-")


def test_scripted_faults_happen_once(cluster: Cluster) -> None:
    cluster.create().wait()
    faults = cluster.cloud.faults
    faults.script("modify_db_cluster", "InvalidDBClusterStateFault")
    with pytest.raises(ClientError) as refused:
        cluster.join()
    assert code(refused) == "InvalidDBClusterStateFault"
    assert cluster.membership() == ""
    faults.script("describe_db_clusters", "DBClusterNotFoundFault")
    with pytest.raises(ClientError) as refused:
        cluster.describe()
    assert code(refused) == "DBClusterNotFoundFault"
    cluster.join()
    assert cluster.membership() == "pending-enable-kerberos"


def test_a_stopped_cluster_takes_no_change_until_it_is_started(cluster: Cluster) -> None:
    cluster.create().wait()
    cluster.rds.stop_db_cluster(DBClusterIdentifier=cluster.name)
    assert cluster.describe()["Status"] == "stopping"
    cluster.wait("stopped")
    with pytest.raises(ClientError, match="is in stopped state") as refused:
        cluster.join()
    assert code(refused) == "InvalidDBClusterStateFault"
    cluster.rds.start_db_cluster(DBClusterIdentifier=cluster.name)
    assert cluster.describe()["Status"] == "starting"
    cluster.wait()
    listed = cluster.rds.describe_events(SourceIdentifier=cluster.name, SourceType="db-cluster")["Events"]
    assert [event["Message"] for event in listed][1:] == ["DB cluster stopped", "DB cluster started"]


def test_a_cluster_is_not_rebooted_as_a_whole(cluster: Cluster) -> None:
    cluster.create().wait()
    with pytest.raises(ClientError, match="isn't supported for DB engine aurora-postgresql") as refused:
        cluster.rds.reboot_db_cluster(DBClusterIdentifier=cluster.name)
    assert code(refused) == "InvalidParameterCombination"


def test_a_cluster_goes_with_a_final_snapshot_or_a_word_that_there_be_none(cluster: Cluster) -> None:
    cluster.create().wait()
    with pytest.raises(ClientError, match="unless SkipFinalSnapshot") as refused:
        cluster.rds.delete_db_cluster(DBClusterIdentifier=cluster.name)
    assert code(refused) == "InvalidParameterCombination"


@pytest.mark.parametrize(
    ("engine", "port", "service"),
    [("neptune", 8182, "neptune"), ("docdb", 27017, "docdb")],
)
def test_clusters_of_other_engines_are_described_and_announced_by_rds(
    cluster: Cluster, engine: str, port: int, service: str
) -> None:
    bodies = announced(cluster, lambda: cluster.create(Engine=engine).wait(), 1)
    assert (bodies[0]["source"], bodies[0]["detail"]["EventID"]) == ("aws.rds", "RDS-EVENT-0170")
    seen = cluster.describe()
    assert (seen["Engine"], seen["Port"]) == (engine, port)
    assert re.fullmatch(rf"default\.{engine}\d\.\d", seen["DBClusterParameterGroup"])
    assert seen["Endpoint"].endswith(f".us-east-1.{service}.amazonaws.com")
    cluster.add("1", Engine=engine)
    cluster.wait()
    (instance,) = cluster.instances().values()
    assert (instance["Engine"], instance["DBClusterIdentifier"]) == (engine, cluster.name)
    assert instance["Endpoint"]["Address"].endswith(f".us-east-1.{service}.amazonaws.com")


@pytest.mark.parametrize(
    "replicating",
    [
        {"GlobalClusterIdentifier": "everywhere"},
        {"ReplicationSourceIdentifier": "arn:aws:rds:eu-west-1:123456789012:cluster:primary"},
        {"ReplicationSourceIdentifier": "arn:aws:rds:us-east-1:123456789012:db:to-be-migrated"},
    ],
)
def test_a_cluster_that_replicates_has_readers_only(cluster: Cluster, replicating: dict[str, str]) -> None:
    cluster.create(ManageMasterUserPassword=False, MasterUserPassword="not-used-here", **replicating)
    cluster.add("1")
    seen = cluster.wait()
    assert {name: seen.get(name) for name in replicating} == replicating
    assert [member["IsClusterWriter"] for member in seen["DBClusterMembers"]] == [False]


def test_the_first_cluster_of_a_global_one_writes(cluster: Cluster) -> None:
    cluster.rds.create_global_cluster(GlobalClusterIdentifier="worldwide", Engine="aurora-postgresql")
    cluster.create(GlobalClusterIdentifier="worldwide")
    cluster.add("1")
    seen = cluster.wait()
    assert [member["IsClusterWriter"] for member in seen["DBClusterMembers"]] == [True]
    assert "ReplicationSourceIdentifier" not in seen


def test_a_multi_az_db_cluster_of_mysql_or_postgresql_takes_tokens_and_no_directory(
    cloud: Cloud, eventually: Eventually
) -> None:
    for engine, version, port in (("mysql", "8.4.7", 3306), ("postgres", "17.6", 5432)):
        cluster = Cluster(cloud, f"multi-az-{engine}", eventually)
        cluster.create(Engine=engine, DBClusterInstanceClass="db.m6gd.large", EnableIAMDatabaseAuthentication=True)
        seen = cluster.wait()
        shown = {name: seen[name] for name in ("MultiAZ", "EngineVersion", "Port", "IAMDatabaseAuthenticationEnabled")}
        assert list(shown.values()) == [True, version, port, True]
        with pytest.raises(ClientError, match="isn't supported for Multi-AZ DB clusters") as refused:
            cluster.join()
        assert code(refused) == "InvalidParameterCombination"
        cluster.delete()
