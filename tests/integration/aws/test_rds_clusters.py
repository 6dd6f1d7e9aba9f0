"""RDS's clusters: what the product sees of them, asking for their association, and reboots of their instances."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from moto.rds.models import rds_backends

from localcloud.cloud import Cloud
from localcloud.examples.example_data import create_cluster
from signon.aws import rds, rds_changes, reboots, records
from signon.domain.engines import Scope
from signon.domain.rds.database import Database
from signon.domain.rds.readiness import Readiness
from signon.domain.request.request import Request
from signon.errors import AssociationRefused, DatabaseBusy, DatabaseGone
from tests.conftest import Eventually


def asked_for(name: str, scope: Scope = Scope.CLUSTER) -> Request:
    return Request("manual", scope, name)


def usable(eventually: Eventually, name: str, instances: int) -> Database:
    """The cluster, once so many instances of it are there and everything is usable."""

    def found() -> Database | None:
        try:
            seen = rds.find(asked_for(name))
        except DatabaseBusy:
            return None
        ready = seen and len(seen.instances) == instances and seen.deciding_status.readiness is Readiness.USABLE
        return seen if ready else None

    return eventually(found)


@pytest.fixture(scope="module")
def cluster(cloud: Cloud, eventually: Eventually) -> Iterator[Database]:
    """An available cluster with a writer and a reader."""
    create_cluster(cloud, "it-ledger", "payments")
    yield usable(eventually, "it-ledger", 2)
    for member in ("it-ledger-2", "it-ledger-1"):
        cloud.client("rds").delete_db_instance(DBInstanceIdentifier=member)
    cloud.client("rds").delete_db_cluster(DBClusterIdentifier="it-ledger", SkipFinalSnapshot=True)


@pytest.fixture
def name(cloud: Cloud) -> Iterator[str]:
    """The name of a cluster without instances, if the test makes one."""
    name = f"it-{uuid.uuid4().hex[:12]}"
    yield name
    if name in rds_backends[cloud.account][cloud.region].clusters:
        cloud.client("rds").delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


def test_a_cluster_is_what_rds_says_of_it(cluster: Database, cloud: Cloud) -> None:
    assert (cluster.id.name, cluster.id.engine, cluster.id.scope) == ("it-ledger", "aurora-postgresql", Scope.CLUSTER)
    assert cluster.id.resource_id.startswith("cluster-")
    assert (cluster.id.account, cluster.id.region) == (cloud.account, cloud.region)
    assert cluster.host.startswith("it-ledger.cluster-")
    assert cluster.port == 5432
    assert str(cluster.vpc).startswith("vpc-")
    assert cluster.tags == {"signon:profile": "payments"}
    assert cluster.master_secret
    assert cluster.is_new(cloud.clock.now())


def test_its_reader_comes_before_its_writer_each_with_its_endpoint(cluster: Database) -> None:
    reader, writer = cluster.instances
    assert [(one.name, one.is_writer) for one in (reader, writer)] == [("it-ledger-2", False), ("it-ledger-1", True)]
    assert str(reader.host).startswith("it-ledger-2.")
    assert reader.instance_class == "db.r6g.large"


@pytest.mark.parametrize("member", ["it-ledger-1", "it-ledger-2"])
def test_naming_an_instance_of_a_cluster_means_the_cluster(cluster: Database, member: str) -> None:
    found = rds.find(asked_for(member, Scope.INSTANCE))
    assert found
    assert found.id == cluster.id


def test_it_is_one_database_of_the_sweep_and_its_instances_are_none(cluster: Database) -> None:
    seen = [database.id.name for database in rds.every_database() if database.id.name.startswith("it-ledger")]
    assert seen == ["it-ledger"]


def test_the_resource_ids_of_an_account_are_those_of_its_instances_and_clusters(
    cloud: Cloud, cluster: Database
) -> None:
    members = cloud.client("rds").describe_db_instances(
        Filters=[{"Name": "db-cluster-id", "Values": [cluster.id.name]}]
    )["DBInstances"]
    assert len(members) > 1
    there = rds.resource_ids()
    assert there >= {cluster.id.resource_id, *(member["DbiResourceId"] for member in members)}
    assert "db-GONE" not in there


def test_a_cluster_that_is_not_there_is_none(name: str) -> None:
    assert rds.find(asked_for(name)) is None


def test_a_cluster_without_an_instance_has_no_writer_yet(cloud: Cloud, name: str) -> None:
    create_cluster(cloud, name, "payments", readers=-1)
    with pytest.raises(DatabaseBusy, match=f"{name} has no writer yet"):
        rds.find(asked_for(name))
    assert rds.find_made(asked_for(name)) is None
    assert name not in [database.id.name for database in rds.every_database()]


def test_a_cluster_that_was_made_again_under_its_name_is_gone(cluster: Database) -> None:
    with pytest.raises(DatabaseGone, match="it was recreated under the same name"):
        rds.observe(replace(cluster.id, resource_id="cluster-OLD"))
    assert rds.observe(cluster.id).id == cluster.id


def test_rds_offers_both_methods_for_its_class_and_version(cluster: Database) -> None:
    assert rds.not_offered(cluster) == {}


def test_a_directory_or_role_that_rds_does_not_take_is_refused_with_its_reason(cloud: Cloud, cluster: Database) -> None:
    with pytest.raises(AssociationRefused, match="d-9999999999 does not refer to an existing"):
        rds_changes.associate_directory(
            cluster, "d-9999999999", cloud.physical["DirectoryRole"], apply_immediately=True
        )


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidDBClusterStateFault", DatabaseBusy),
        ("DBClusterNotFoundFault", DatabaseGone),
        ("DomainNotFoundFault", AssociationRefused),
    ],
)
def test_each_refusal_of_rds_has_its_meaning(
    cloud: Cloud, cluster: Database, code: str, error: type[Exception]
) -> None:
    cloud.faults.script("modify_db_cluster", code)
    with pytest.raises(error):
        rds_changes.associate_directory(cluster, cloud.directory_id, "role", apply_immediately=True)


def test_a_cluster_is_associated_and_its_instances_rebooted_readers_first_once_each(
    cloud: Cloud, cluster: Database, eventually: Eventually, table: str
) -> None:
    role = cloud.physical["DirectoryRole"]
    rds_changes.associate_directory(cluster, cloud.directory_id, role, apply_immediately=True)
    (joined,) = rds.observe(cluster.id).memberships
    assert (joined.directory, joined.role) == (cloud.directory_id, role)
    records.note(table, cluster.id.resource_id, {"associated_at": cloud.clock.now().isoformat()})

    def visit(before: Any) -> Any:
        return reboots.reboot_next(table, rds.observe(cluster.id), before, cloud.clock.now(), {})

    with cloud.clock.working():  # its time goes slowly meanwhile
        first = visit(None)
        assert (first.instances, first.remaining) == (("it-ledger-2",), ("it-ledger-1",))
        assert (
            rds.observe(cluster.id).deciding_status.describe("it-ledger")
            == "instance it-ledger-2 of it-ledger is rebooting"
        )
        assert visit(None).instances == ("it-ledger-2",)  # the same visit again, whose answer was lost
        with pytest.raises(DatabaseBusy):
            visit(first)
    usable(eventually, "it-ledger", 2)
    second = visit(first)
    assert (second.instances, second.remaining) == (("it-ledger-2", "it-ledger-1"), ())
    usable(eventually, "it-ledger", 2)
    assert not visit(None).requested  # another execution, which finds both done
    asked = {"SourceType": "db-instance", "EventCategories": ["availability"]}
    restarts = [
        event["SourceIdentifier"]
        for event in cloud.client("rds").describe_events(**asked)["Events"]
        if event["SourceIdentifier"].startswith("it-ledger-")
    ]
    assert restarts == ["it-ledger-2", "it-ledger-1"]
