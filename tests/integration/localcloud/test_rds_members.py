"""The instances of a cluster live as on RDS, each with a real PostgreSQL: a writer, and readers that follow it."""

import subprocess
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from tests.conftest import Eventually
from tests.integration.localcloud.databases import Cluster, announced, code

pytestmark = pytest.mark.usefixtures("not_onboarded")

PASSWORD = "Correct-Horse-7"


@pytest.fixture(scope="module")
def pair(cloud: Cloud, eventually: Eventually, not_onboarded: None) -> Iterator[Cluster]:
    """A writer and a reader, which the tests leave as they are."""
    cluster = Cluster(cloud, "pair", eventually).create(EngineVersion="16.6", DatabaseName="payments")
    cluster.add("writer", "reader")
    cluster.wait()
    yield cluster
    cluster.delete()


@pytest.fixture(scope="module")
def person(cloud: Cloud) -> str:
    """Is in the directory."""
    cloud.directory.add_user("walter", PASSWORD)
    return "walter"


def host(cluster: Cluster, suffix: str) -> str:
    return str(cluster.instances()[suffix]["Endpoint"]["Address"])


def admit(cluster: Cluster, person: str) -> None:
    login = f'"{person}@{cluster.cloud.directory.realm}"'
    cluster.as_master(f"CREATE USER {login} WITH LOGIN; GRANT rds_ad TO {login}")


def test_the_first_member_is_the_writer_and_the_next_ones_are_readers(pair: Cluster) -> None:
    members = pair.describe()["DBClusterMembers"]
    assert {each["DBInstanceIdentifier"]: each["IsClusterWriter"] for each in members} == {
        "pair-writer": True,
        "pair-reader": False,
    }


def test_a_member_is_what_rds_describes(pair: Cluster) -> None:
    seen, cluster = pair.instances()["reader"], pair.describe()
    assert seen["DBClusterIdentifier"] == "pair"
    assert (seen["Engine"], seen["EngineVersion"]) == ("aurora-postgresql", "16.6")
    assert seen["DBSubnetGroup"]["VpcId"] == pair.cloud.aws.network()[0]
    assert seen["VpcSecurityGroups"] == cluster["VpcSecurityGroups"]
    assert (seen["MasterUsername"], "MasterUserSecret" in seen) == ("postgres", False)
    assert (seen["StorageType"], seen["LicenseModel"]) == ("aurora", "postgresql-license")
    assert seen["DomainMemberships"] == []
    letters = cluster["Endpoint"].split(".")[1].removeprefix("cluster-")
    assert seen["Endpoint"]["Address"] == f"pair-reader.{letters}.us-east-1.rds.amazonaws.com"
    assert seen["Endpoint"]["Port"] == 5432


@pytest.mark.parametrize("name", ["pair", "PAIR", "arn"])
def test_the_members_of_a_cluster_are_found_by_it(pair: Cluster, name: str) -> None:
    wanted = pair.describe()["DBClusterArn"] if name == "arn" else name
    listed = pair.rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [wanted]}])["DBInstances"]
    assert {each["DBInstanceIdentifier"] for each in listed} == {"pair-writer", "pair-reader"}


def test_the_secret_of_the_cluster_opens_all_of_its_endpoints(pair: Cluster) -> None:
    cluster = pair.describe()
    hosts = [cluster["Endpoint"], host(pair, "writer"), cluster["ReaderEndpoint"], host(pair, "reader")]
    asked = "SELECT current_user, pg_is_in_recovery()"
    assert [pair.as_master(asked, each) for each in hosts] == ["postgres|f"] * 2 + ["postgres|t"] * 2


def test_the_server_is_not_older_than_the_version_that_was_asked_for(pair: Cluster) -> None:
    assert int(pair.as_master("SHOW server_version_num")) >= 160000


def test_the_database_that_was_asked_for_is_the_masters(pair: Cluster) -> None:
    asked = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'payments'"
    assert pair.as_master(asked) == "postgres"


def test_what_is_written_at_the_writer_is_read_at_the_reader(pair: Cluster) -> None:
    pair.as_master("CREATE TABLE written (what text); INSERT INTO written VALUES ('this')")
    asked = "SELECT to_regclass('written') IS NOT NULL"
    pair.eventually(lambda: pair.as_master(asked, host(pair, "reader")) == "t")
    pair.eventually(lambda: pair.as_master("SELECT what FROM written", host(pair, "reader")) == "this")


def test_each_member_is_announced_after_its_cluster(cluster: Cluster) -> None:
    def happening() -> None:
        cluster.create()
        cluster.add("1", "2")
        cluster.wait()

    bodies = announced(cluster, happening, 3)
    assert [(body["detail-type"], body["detail"]["EventID"]) for body in bodies] == [
        ("RDS DB Cluster Event", "RDS-EVENT-0170"),
        ("RDS DB Instance Event", "RDS-EVENT-0005"),
        ("RDS DB Instance Event", "RDS-EVENT-0005"),
    ]
    arns = {body["detail"]["SourceArn"].partition(f"{cluster.cloud.account}:")[2] for body in bodies}
    assert arns == {f"cluster:{cluster.name}", f"db:{cluster.name}-1", f"db:{cluster.name}-2"}


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"MasterUsername": "admin"}, "master user name"),
        ({"ManageMasterUserPassword": True}, "master user password"),
        ({"Domain": "d-9367000001", "DomainIAMRoleName": "role"}, "domain"),
        ({"VpcSecurityGroupIds": ["sg-1"]}, "vpc security group"),
    ],
)
def test_what_is_the_clusters_is_not_set_at_a_new_member(pair: Cluster, asked: dict[str, object], word: str) -> None:
    with pytest.raises(ClientError, match=f"Set {word} for the DB Cluster") as refused:
        pair.add("another", **asked)
    assert code(refused) == "InvalidParameterCombination"
    assert set(pair.instances()) == {"writer", "reader"}


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"Domain": "d-9367000001", "DomainIAMRoleName": "role"}, "domain"),
        ({"EnableIAMDatabaseAuthentication": True}, "IAM database authentication"),
        ({"MasterUserPassword": "not-used-here"}, "master user password"),
    ],
)
def test_what_is_the_clusters_is_not_modified_at_a_member(pair: Cluster, asked: dict[str, object], word: str) -> None:
    with pytest.raises(ClientError, match=f"Modify {word} for the DB Cluster using the ModifyDbCluster API") as refused:
        pair.rds.modify_db_instance(DBInstanceIdentifier="pair-writer", ApplyImmediately=True, **asked)
    assert code(refused) == "InvalidParameterCombination"
    assert pair.membership() == ""


def test_a_member_is_neither_stopped_nor_started_by_itself(pair: Cluster) -> None:
    for call in (pair.rds.stop_db_instance, pair.rds.start_db_instance):
        with pytest.raises(ClientError, match="not eligible for stopping and starting") as refused:
            call(DBInstanceIdentifier="pair-reader")
        assert code(refused) == "InvalidParameterCombination"


def test_an_aurora_instance_needs_a_cluster(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="DBClusterIdentifier is required") as refused:
        cloud.client("rds").create_db_instance(
            DBInstanceIdentifier="alone", Engine="aurora-postgresql", DBInstanceClass="db.r6g.large"
        )
    assert code(refused) == "InvalidParameterCombination"


def test_a_member_is_of_its_clusters_engine(pair: Cluster) -> None:
    with pytest.raises(ClientError):
        pair.add("other", Engine="aurora-mysql")
    assert set(pair.instances()) == {"writer", "reader"}


def test_a_member_knows_tickets_from_its_own_restart_after_the_join(cluster: Cluster, person: str) -> None:
    cluster.create()
    cluster.add("1", "2")
    cluster.wait()
    admit(cluster, person)
    cluster.joined()
    assert {each["DomainMemberships"][0]["Status"] for each in cluster.instances().values()} == {"kerberos-enabled"}
    writer, reader = host(cluster, "1"), host(cluster, "2")
    for each in (writer, reader):
        assert "rejects connection" in signed_in(cluster, person, each).stderr

    cluster.reboot("2")
    seen = cluster.instances()
    assert [seen[suffix]["DBInstanceStatus"] for suffix in ("1", "2")] == ["available", "rebooting"]
    assert cluster.describe()["Status"] == "available"
    with pytest.raises(ClientError) as refused:
        cluster.reboot("2")
    assert code(refused) == "InvalidDBInstanceState"
    cluster.wait()
    assert signed_in(cluster, person, reader).stdout == f"{person}@{cluster.cloud.directory.realm}\n"
    assert "rejects connection" in signed_in(cluster, person, writer).stderr

    cluster.reboot("1")
    cluster.wait()
    assert signed_in(cluster, person, writer).stdout == f"{person}@{cluster.cloud.directory.realm}\n"
    assert signed_in(cluster, person, cluster.describe()["Endpoint"]).returncode == 0
    listed = cluster.rds.describe_events(SourceIdentifier=f"{cluster.name}-2", SourceType="db-instance")["Events"]
    assert [event["Message"] for event in listed] == ["DB instance created", "DB instance restarted"]


def test_a_reboot_restarts_that_member_only(pair: Cluster) -> None:
    def started(suffix: str) -> str:
        return pair.as_master("SELECT pg_postmaster_start_time()", host(pair, suffix))

    before = {suffix: started(suffix) for suffix in ("writer", "reader")}
    pair.reboot("reader")
    pair.wait()
    assert started("writer") == before["writer"]
    assert started("reader") != before["reader"]


def test_a_member_that_comes_after_the_join_knows_tickets_at_once(cluster: Cluster, person: str) -> None:
    cluster.create().wait()
    cluster.joined()
    cluster.add("1")
    cluster.wait()
    admit(cluster, person)
    assert signed_in(cluster, person, cluster.describe()["Endpoint"]).returncode == 0


def test_a_cluster_is_stopped_and_started_with_its_members(cluster: Cluster) -> None:
    cluster.create()
    cluster.add("1", "2")
    cluster.wait()
    cluster.as_master("CREATE TABLE kept ()")
    cluster.rds.stop_db_cluster(DBClusterIdentifier=cluster.name)
    assert {each["DBInstanceStatus"] for each in cluster.instances().values()} == {"stopping"}
    cluster.wait("stopped")
    with pytest.raises(AssertionError, match="Connection refused"):
        cluster.as_master("SELECT 1")
    cluster.rds.start_db_cluster(DBClusterIdentifier=cluster.name)
    cluster.wait()
    for endpoint in ("Endpoint", "ReaderEndpoint"):
        assert cluster.as_master("SELECT to_regclass('kept')", cluster.describe()[endpoint]) == "kept"


def test_the_writer_goes_last(pair: Cluster) -> None:
    with pytest.raises(ClientError, match="fail over first, or delete the readers first"):
        pair.rds.delete_db_instance(DBInstanceIdentifier="pair-writer", SkipFinalSnapshot=True)
    assert set(pair.instances()) == {"writer", "reader"}


def test_a_cluster_goes_after_its_members(cloud: Cloud, eventually: Eventually) -> None:
    cluster = Cluster(cloud, "short-lived", eventually).create()
    cluster.add("1")
    cluster.wait()
    address = host(cluster, "1")
    with pytest.raises(ClientError, match="still contains DB instances") as refused:
        cluster.rds.delete_db_cluster(DBClusterIdentifier=cluster.name, SkipFinalSnapshot=True)
    assert code(refused) == "InvalidDBClusterStateFault"
    cluster.delete()
    eventually(lambda: address not in cloud.world.hosts.read_text())
    listed = cloud.client("rds").describe_db_clusters()["DBClusters"]
    assert cluster.name not in {each["DBClusterIdentifier"] for each in listed}


def signed_in(cluster: Cluster, person: str, host: str) -> "subprocess.CompletedProcess[str]":
    return cluster.with_ticket(person, PASSWORD, host)
