"""What is asked of RDS, and what becomes of its answers and errors. botocore checks the requests; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from signon.aws import rds, rds_changes
from signon.aws.rds_answers import of_cluster, of_instance
from signon.domain.engines import Scope
from signon.domain.rds.database import DatabaseId, Membership
from signon.domain.request.request import Request
from signon.errors import AssociationRefused, DatabaseBusy, DatabaseGone, DatabaseUnusable, NotOurs
from tests.builders import NOW, REGION, a_cluster_id, at
from tests.builders import a_cluster as a_cluster_of_ours
from tests.builders import a_database as an_instance_of_ours
from tests.builders import an_instance as one_of_ours
from tests.hostile_texts import TEXTS, broken
from tests.unit.conftest import Answering

if TYPE_CHECKING:
    from botocore.stub import Stubber

# ---- restarts


@pytest.mark.parametrize(
    ("intended", "asked"),
    [
        (at(minutes=-5), at(minutes=-5)),
        (at(days=-12), at(days=-12)),
        (at(days=-14), at(days=-13)),  # of more than 14 days RDS tells nothing, and refuses the question
        (at(days=-400), at(days=-13)),
    ],
)
def test_rds_is_asked_of_no_more_days_than_it_remembers(
    answering: Answering, intended: datetime, asked: datetime
) -> None:
    question = {
        "SourceIdentifier": "payments-orders",
        "SourceType": "db-instance",
        "StartTime": asked,
        "EventCategories": ["availability"],
    }
    answering("rds").add_response("describe_events", {"Events": []}, question)
    assert not rds_changes.restarted_since(one_of_ours(), intended, NOW)


@pytest.mark.parametrize(
    ("messages", "restarted"),
    [([], False), (["DB instance shutdown"], False), (["DB instance shutdown", "DB instance restarted"], True)],
)
def test_a_restart_is_one_that_rds_tells_of(answering: Answering, messages: list[str], restarted: bool) -> None:
    answering("rds").add_response("describe_events", {"Events": [{"Message": message} for message in messages]})
    assert rds_changes.restarted_since(one_of_ours(), at(minutes=-5), NOW) is restarted


def test_a_restart_is_looked_for_on_every_page(answering: Answering) -> None:
    stub = answering("rds")
    stub.add_response("describe_events", {"Events": [{"Message": "DB instance shutdown"}], "Marker": "2"})
    question = {
        "SourceIdentifier": "payments-orders",
        "SourceType": "db-instance",
        "StartTime": at(minutes=-5),
        "EventCategories": ["availability"],
        "Marker": "2",
    }
    stub.add_response("describe_events", {"Events": [{"Message": "DB instance restarted"}]}, question)
    assert rds_changes.restarted_since(one_of_ours(), at(minutes=-5), NOW)
    stub.assert_no_pending_responses()


@pytest.mark.parametrize("title", TEXTS)
def test_every_text_in_an_answer_is_a_word_or_quoted(title: str) -> None:
    text = TEXTS[title]
    as_they_are = {"Engine", "TagList", "DBInstanceArn", "DBClusterArn"}
    more = {
        "DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]},
        "DBParameterGroups": [{"DBParameterGroupName": "group", "ParameterApplyStatus": "pending-reboot"}],
        "DBClusterParameterGroup": "group",
        "PendingModifiedValues": {"AllocatedStorage": 20},
        "DomainMemberships": [{"Domain": "d-1", "FQDN": "x", "Status": "joined", "IAMRoleName": "r"}],
        "ReadReplicaDBInstanceIdentifiers": ["replica"],
        "ReadReplicaSourceDBInstanceIdentifier": "source",
        "ReplicationSourceIdentifier": "source",
        "GlobalClusterIdentifier": "global",
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}],
        "CustomEndpoints": ["custom"],
    }

    def hostile(part: Any, key: str = "") -> Any:
        if isinstance(part, dict):
            named = key == "PendingModifiedValues"
            return {text if named else name: hostile(each, name) for name, each in part.items()}
        if isinstance(part, list):
            return part if key in as_they_are else [hostile(each) for each in part]
        kept = key in as_they_are or key == "ParameterApplyStatus" or not isinstance(part, str)
        return part if kept else text

    instance, cluster = hostile({**an_instance(1), **more}), hostile({**a_cluster(1, "payments-1"), **more})
    for database in (of_instance(instance), of_cluster(cluster, [instance])):
        found = list(texts({**asdict(database), "tags": {}}))
        assert len(found) > 15
        for each in found:
            assert broken(each) == []
            assert " | Remedy: " not in each
            assert " " not in each or each.startswith('"')
        assert database.tags == {"signon:profile": "payments"}


def texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for each in part.items():
            yield from texts(each)
    elif isinstance(part, (list, tuple)):
        for each in part:
            yield from texts(each)


# ---- every database


def an_instance(number: int, **changes: Any) -> dict[str, Any]:
    """What DescribeDBInstances answers of one; a field that is None is left out."""
    name = f"payments-{number}"
    answer = {
        "DBInstanceIdentifier": name,
        "DbiResourceId": f"db-{number}",
        "DBInstanceArn": f"arn:aws:rds:{REGION}:123456789012:db:{name}",
        "Engine": "mysql",
        "EngineVersion": "8.4.5",
        "DBInstanceClass": "db.t4g.micro",
        "DBInstanceStatus": "available",
        "Endpoint": {"Address": f"{name}.abc.{REGION}.rds.amazonaws.com", "Port": 3306},
        "InstanceCreateTime": NOW,
        "MasterUsername": "dbadmin",
        "TagList": [{"Key": "signon:profile", "Value": "payments"}],
        **changes,
    }
    return {name: value for name, value in answer.items() if value is not None}


def a_cluster(number: int, *members: str, **changes: Any) -> dict[str, Any]:
    """What DescribeDBClusters answers of one; the first member is the writer."""
    name = f"ledger-{number}"
    answer = {
        "DBClusterIdentifier": name,
        "DbClusterResourceId": f"cluster-{number}",
        "DBClusterArn": f"arn:aws:rds:{REGION}:123456789012:cluster:{name}",
        "Engine": "aurora-postgresql",
        "EngineVersion": "16.6",
        "Status": "available",
        "Endpoint": f"{name}.cluster-abc.{REGION}.rds.amazonaws.com",
        "Port": 5432,
        "ClusterCreateTime": NOW,
        "MasterUsername": "dbadmin",
        "TagList": [{"Key": "signon:profile", "Value": "payments"}],
        "DBClusterMembers": [
            {"DBInstanceIdentifier": member, "IsClusterWriter": member == members[0]} for member in members
        ],
        **changes,
    }
    return {name: value for name, value in answer.items() if value is not None}


def a_member(number: int, cluster: int, **changes: Any) -> dict[str, Any]:
    changes = {"DBClusterIdentifier": f"ledger-{cluster}", "DBSubnetGroup": {"VpcId": "vpc-0a1b2c"}, **changes}
    return an_instance(number, Engine="aurora-postgresql", **changes)


def test_a_thousand_databases_are_seen_in_eleven_calls(answering: Answering) -> None:
    stub = answering("rds")
    for page in range(10):
        answer: dict[str, Any] = {"DBInstances": [an_instance(100 * page + number) for number in range(100)]}
        marker = {"Marker": str(page)} if page else {}
        more = {"Marker": str(page + 1)} if page < 9 else {}
        stub.add_response("describe_db_instances", {**answer, **more}, {"MaxRecords": 100, **marker})
    stub.add_response("describe_db_clusters", {"DBClusters": []}, {"MaxRecords": 100})
    assert len({database.id.resource_id for database in rds.every_database()}) == 1000
    stub.assert_no_pending_responses()


def test_the_instances_of_two_hundred_clusters_are_taken_from_the_list_of_instances(answering: Answering) -> None:
    stub = answering("rds")
    members = [a_member(number, number) for number in range(200)]
    clusters = [a_cluster(number, f"payments-{number}") for number in range(200)]
    for kind, found in (("instances", members), ("clusters", clusters)):
        key = f"DB{kind.capitalize()}"
        first, second = {key: found[:100], "Marker": "more"}, {key: found[100:]}
        stub.add_response(f"describe_db_{kind}", first, {"MaxRecords": 100})
        stub.add_response(f"describe_db_{kind}", second, {"MaxRecords": 100, "Marker": "more"})
    seen = list(rds.every_database())
    assert len(seen) == 200
    assert [instance.name for instance in seen[199].instances] == ["payments-199"]
    stub.assert_no_pending_responses()


def test_a_database_without_an_endpoint_or_writer_delays_no_other(answering: Answering) -> None:
    creating = an_instance(1, DBInstanceStatus="creating", Endpoint=None, InstanceCreateTime=None)
    stub = answering("rds")
    stub.add_response("describe_db_instances", {"DBInstances": [creating, an_instance(2), a_member(3, 3)]})
    failed = a_cluster(4, Status="cloning-failed")
    neptune = a_cluster(5, Engine="neptune", MasterUsername=None)
    clusters = [a_cluster(1), failed, neptune, a_cluster(3, "payments-3")]
    stub.add_response("describe_db_clusters", {"DBClusters": clusters})
    assert [database.id.name for database in rds.every_database()] == ["payments-2", "ledger-3"]


# ---- one database


def asked_for(scope: Scope, name: str) -> Request:
    return Request("manual", scope, name)


def test_an_instance_is_found_in_one_call(answering: Answering) -> None:
    stub = answering("rds")
    answer = {"DBInstances": [an_instance(1)]}
    stub.add_response("describe_db_instances", answer, {"DBInstanceIdentifier": "payments-1"})
    database = rds.find(asked_for(Scope.INSTANCE, "payments-1"))
    assert database
    (itself,) = database.instances
    assert (itself.name, itself.is_writer, itself.host) == ("payments-1", True, database.host)
    stub.assert_no_pending_responses()


def answer_of_a_cluster(stub: Stubber, cluster: dict[str, Any], *members: dict[str, Any]) -> None:
    name = cluster["DBClusterIdentifier"]
    stub.add_response("describe_db_clusters", {"DBClusters": [cluster]}, {"DBClusterIdentifier": name})
    filters = {"Filters": [{"Name": "db-cluster-id", "Values": [name]}]}
    stub.add_response("describe_db_instances", {"DBInstances": list(members)}, filters)


def test_a_cluster_is_found_in_two_calls(answering: Answering) -> None:
    stub = answering("rds")
    cluster = a_cluster(
        7,
        "payments-9",
        "payments-2",
        "payments-1",
        MasterUserSecret={"SecretArn": "arn:secret"},
        DomainMemberships=[{"Domain": "d-1", "Status": "kerberos-enabled", "IAMRoleName": "r"}],
        IAMDatabaseAuthenticationEnabled=True,
        PendingModifiedValues={"EngineVersion": "17.6"},
    )
    answer_of_a_cluster(stub, cluster, *(a_member(number, 7) for number in (9, 1, 2)))
    database = rds.find(asked_for(Scope.CLUSTER, "ledger-7"))
    assert database
    assert (database.id.scope, database.id.resource_id) == (Scope.CLUSTER, "cluster-7")
    assert (database.host, database.port) == (f"ledger-7.cluster-abc.{REGION}.rds.amazonaws.com", 5432)
    assert database.vpc == "vpc-0a1b2c"
    assert [(one.name, one.is_writer) for one in database.instances] == [
        ("payments-1", False),
        ("payments-2", False),
        ("payments-9", True),
    ]
    (membership,) = database.memberships
    assert (membership.status, database.master_secret) == ("kerberos-enabled", "arn:secret")
    assert (database.iam_enabled, database.pending_changes) == (True, ("EngineVersion",))
    stub.assert_no_pending_responses()


def test_every_membership_in_the_list_is_read(answering: Answering) -> None:
    listed = [
        {"Domain": "d-1", "Status": "enable-kerberos-failed", "IAMRoleName": "r"},
        {"Domain": "d-2", "Status": "kerberos-enabled"},
        {"FQDN": "corp.example.com", "OU": "OU=Databases", "AuthSecretArn": "arn:secret"},
        {},
    ]
    answering("rds").add_response("describe_db_instances", {"DBInstances": [an_instance(1, DomainMemberships=listed)]})
    database = rds.find(asked_for(Scope.INSTANCE, "payments-1"))
    assert database
    assert database.memberships == (
        Membership("d-1", "enable-kerberos-failed", "r"),
        Membership("d-2", "kerberos-enabled", ""),
        Membership("corp.example.com", "unknown", ""),
        Membership("unknown", "unknown", ""),
    )


@pytest.mark.parametrize(
    ("answer", "source", "replicas"),
    [
        ({}, None, ()),
        ({"ReadReplicaSourceDBInstanceIdentifier": "payments-0"}, "payments-0", ()),
        ({"ReadReplicaSourceDBClusterIdentifier": "payments-multi-az"}, "payments-multi-az", ()),
        (
            {"ReadReplicaDBInstanceIdentifiers": ["r1"], "ReadReplicaDBClusterIdentifiers": ["to-aurora"]},
            None,
            ("r1", "to-aurora"),
        ),
    ],
)
def test_a_replica_and_its_source_may_be_an_instance_or_a_cluster(
    answering: Answering, answer: dict[str, Any], source: str | None, replicas: tuple[str, ...]
) -> None:
    answering("rds").add_response("describe_db_instances", {"DBInstances": [an_instance(1, **answer)]})
    database = rds.find(asked_for(Scope.INSTANCE, "payments-1"))
    assert database
    assert (database.replica_of, database.replicas) == (source, replicas)


def test_an_instance_of_a_cluster_is_found_as_the_cluster(answering: Answering) -> None:
    stub = answering("rds")
    member = a_member(1, 7)
    stub.add_response("describe_db_instances", {"DBInstances": [member]}, {"DBInstanceIdentifier": "payments-1"})
    answer_of_a_cluster(stub, a_cluster(7, "payments-1"), member)
    database = rds.find(asked_for(Scope.INSTANCE, "payments-1"))
    assert database
    assert database.id.name == "ledger-7"


UNMADE: dict[str, Any] = {"DBInstanceStatus": "creating", "Endpoint": None, "InstanceCreateTime": None}


@pytest.mark.parametrize(
    "members",
    [
        (),
        (a_member(1, 7, **UNMADE),),
        (a_member(1, 7, **UNMADE), a_member(2, 7)),  # the reader is there first
    ],
)
def test_a_cluster_without_a_writer_is_busy(answering: Answering, members: tuple[dict[str, Any], ...]) -> None:
    names = [member["DBInstanceIdentifier"] for member in members]
    answer_of_a_cluster(answering("rds"), a_cluster(7, *names), *members)
    with pytest.raises(DatabaseBusy, match="ledger-7 has no writer yet"):
        rds.find(asked_for(Scope.CLUSTER, "ledger-7"))


def test_a_database_that_is_being_deleted_is_gone(answering: Answering) -> None:
    instance = an_instance(1, DBInstanceStatus="deleting")
    answer = {"DBInstances": [instance]}
    answering("rds").add_response("describe_db_instances", answer, {"DBInstanceIdentifier": "payments-1"})
    identity = DatabaseId("payments-1", instance["DbiResourceId"], instance["DBInstanceArn"], "mysql")
    with pytest.raises(DatabaseGone, match="payments-1 is deleting"):
        rds.observe(identity)


def test_a_cluster_that_will_never_have_a_writer_needs_a_person(answering: Answering) -> None:
    answer_of_a_cluster(answering("rds"), a_cluster(7, Status="cloning-failed"))
    with pytest.raises(DatabaseUnusable, match="ledger-7 is cloning-failed"):
        rds.find(asked_for(Scope.CLUSTER, "ledger-7"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Status": "creating"}, "has no tag"),
        ({"Status": "cloning-failed"}, "has no tag"),
        ({"Engine": "docdb", "TagList": [{"Key": "signon:profile", "Value": "p"}]}, "DB cluster of docdb"),
    ],
)
def test_nobody_waits_for_the_writer_of_a_cluster_that_is_not_ours(
    answering: Answering, changes: dict[str, Any], said: str
) -> None:
    answer_of_a_cluster(answering("rds"), a_cluster(7, **{"TagList": [], **changes}))
    with pytest.raises(NotOurs, match=said):
        rds.find(Request("RDS-EVENT-0170", Scope.CLUSTER, "ledger-7"))


def test_nobody_waits_for_the_endpoint_of_an_instance_that_is_not_ours(answering: Answering) -> None:
    answer = {"DBInstances": [an_instance(1, **UNMADE, TagList=[])]}
    answering("rds").add_response("describe_db_instances", answer, {"DBInstanceIdentifier": "payments-1"})
    with pytest.raises(NotOurs, match="payments-1 has no tag"):
        rds.find(Request("RDS-EVENT-0005", Scope.INSTANCE, "payments-1"))


@pytest.mark.parametrize("status", ["creating", "cloning-failed"])
def test_what_has_no_writer_is_not_made(answering: Answering, status: str) -> None:
    answer_of_a_cluster(answering("rds"), a_cluster(7, Status=status))
    assert rds.find_made(asked_for(Scope.CLUSTER, "ledger-7")) is None


def test_a_secondary_of_a_global_database_is_found_though_it_has_no_writer(answering: Answering) -> None:
    readers = [{"DBInstanceIdentifier": "payments-1", "IsClusterWriter": False}]
    cluster = a_cluster(7, GlobalClusterIdentifier="ledger-world", DBClusterMembers=readers, Endpoint=None)
    answer_of_a_cluster(answering("rds"), cluster, a_member(1, 7))
    database = rds.find(asked_for(Scope.CLUSTER, "ledger-7"))
    assert database
    assert database.global_database == "ledger-world"


@pytest.mark.parametrize(
    ("kind", "in_vpc", "is_limitless"),
    [
        ({"VPCNetworkingEnabled": False, "InternetAccessGatewayEnabled": True, "Endpoint": None}, False, False),
        ({"ClusterScalabilityType": "limitless"}, True, True),
    ],
)
def test_a_cluster_that_cannot_be_served_is_found_though_it_has_no_instance(
    answering: Answering, kind: dict[str, Any], in_vpc: bool, is_limitless: bool
) -> None:
    """As AWS's own example of a cluster in express configuration shows it."""
    answer_of_a_cluster(answering("rds"), a_cluster(7, **kind))
    database = rds.find(asked_for(Scope.CLUSTER, "ledger-7"))
    assert database
    assert (database.in_vpc, database.is_limitless, database.vpc) == (in_vpc, is_limitless, None)


@pytest.mark.parametrize("says", [True, False])
def test_a_usual_cluster_has_instances_in_a_vpc_whatever_it_says_itself(answering: Answering, says: bool) -> None:
    usual = a_cluster(7, "payments-1", VPCNetworkingEnabled=says, ClusterScalabilityType="standard")
    answer_of_a_cluster(answering("rds"), usual, a_member(1, 7, DBSubnetGroup={"VpcId": "vpc-1"}))
    database = rds.find(asked_for(Scope.CLUSTER, "ledger-7"))
    assert database
    assert (database.in_vpc, database.is_limitless) == (True, False)


def test_a_primary_of_a_global_database_is_like_any_other(answering: Answering) -> None:
    cluster = a_cluster(7, "payments-1", GlobalClusterIdentifier="ledger-world")
    answer_of_a_cluster(answering("rds"), cluster, a_member(1, 7))
    database = rds.find(asked_for(Scope.CLUSTER, "ledger-7"))
    assert database
    assert database.global_database is None


def test_parameters_that_wait_for_a_reboot_are_pending_of_cluster_and_instance(answering: Answering) -> None:
    member = {"DBInstanceIdentifier": "payments-1", "IsClusterWriter": True}
    waits = {**member, "DBClusterParameterGroupStatus": "pending-reboot"}
    cluster = a_cluster(7, DBClusterMembers=[waits], DBClusterParameterGroup="ledger-pg")
    groups = [{"DBParameterGroupName": "one-pg", "ParameterApplyStatus": "pending-reboot"}]
    answer_of_a_cluster(answering("rds"), cluster, a_member(1, 7, DBParameterGroups=groups))
    database = rds.find(asked_for(Scope.CLUSTER, "ledger-7"))
    assert database
    assert database.pending_groups == ("ledger-pg",)
    assert database.instances[0].pending_groups == ("one-pg",)


@pytest.mark.parametrize(
    ("scope", "call", "code"),
    [
        (Scope.INSTANCE, "describe_db_instances", "DBInstanceNotFound"),
        (Scope.CLUSTER, "describe_db_clusters", "DBClusterNotFoundFault"),
    ],
)
def test_a_database_that_rds_does_not_find_is_none(answering: Answering, scope: Scope, call: str, code: str) -> None:
    answering("rds").add_client_error(call, code)
    assert rds.find(asked_for(scope, "absent")) is None


def test_a_cluster_that_was_made_again_is_gone(answering: Answering) -> None:
    answer_of_a_cluster(answering("rds"), a_cluster(7, "payments-1", DbClusterResourceId="cluster-NEW"), a_member(1, 7))
    with pytest.raises(DatabaseGone, match="ledger-7 is now cluster-NEW and was cluster-LEDGER"):
        rds.observe(a_cluster_id(name="ledger-7"))


# ---- changing an instance or a cluster


@pytest.mark.parametrize("at_once", [True, False])
def test_an_instance_is_associated(answering: Answering, at_once: bool) -> None:
    stub = answering("rds")
    domain = {"Domain": "d-1", "DomainIAMRoleName": "r", "ApplyImmediately": at_once}
    stub.add_response("modify_db_instance", {}, {"DBInstanceIdentifier": "payments-orders", **domain})
    rds_changes.associate_directory(an_instance_of_ours(), "d-1", "r", apply_immediately=at_once)
    stub.assert_no_pending_responses()


def test_an_instance_leaves_its_directory(answering: Answering) -> None:
    stub = answering("rds")
    change = {"DBInstanceIdentifier": "payments-orders", "Domain": "none", "ApplyImmediately": True}
    stub.add_response("modify_db_instance", {}, change)
    rds_changes.leave_directory(an_instance_of_ours(), apply_immediately=True)
    stub.assert_no_pending_responses()


@pytest.mark.parametrize("on", [True, False])
def test_iam_authentication_is_switched_on_an_instance_or_a_cluster(answering: Answering, on: bool) -> None:
    stub = answering("rds")
    switch = {"EnableIAMDatabaseAuthentication": on, "ApplyImmediately": True}
    stub.add_response("modify_db_instance", {}, {"DBInstanceIdentifier": "payments-orders", **switch})
    stub.add_response("modify_db_cluster", {}, {"DBClusterIdentifier": "payments-ledger", **switch})
    rds_changes.switch_iam(an_instance_of_ours(), on=on, apply_immediately=True)
    rds_changes.switch_iam(a_cluster_of_ours(), on=on, apply_immediately=True)
    stub.assert_no_pending_responses()


def test_a_cluster_is_associated_as_one(answering: Answering) -> None:
    stub = answering("rds")
    domain = {"Domain": "d-1", "DomainIAMRoleName": "r", "ApplyImmediately": True}
    stub.add_response("modify_db_cluster", {}, {"DBClusterIdentifier": "payments-ledger", **domain})
    rds_changes.associate_directory(a_cluster_of_ours(), "d-1", "r", apply_immediately=True)
    stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidDBClusterStateFault", DatabaseBusy),
        ("InvalidDBInstanceState", DatabaseBusy),
        ("DBClusterNotFoundFault", DatabaseGone),
        ("DomainNotFoundFault", AssociationRefused),
    ],
)
def test_each_refusal_of_a_cluster_has_its_meaning(answering: Answering, code: str, error: type[Exception]) -> None:
    answering("rds").add_client_error("modify_db_cluster", code, "no")
    with pytest.raises(error):
        rds_changes.associate_directory(a_cluster_of_ours(), "d-1", "r", apply_immediately=True)


@pytest.mark.parametrize("code", ["InvalidDBInstanceState", "DBInstanceNotFound"])
def test_an_instance_that_cannot_be_rebooted_now_is_looked_at_again(answering: Answering, code: str) -> None:
    stub = answering("rds")
    stub.add_client_error("reboot_db_instance", code, "no")
    with pytest.raises(DatabaseBusy, match="ledger-2: no"):
        rds_changes.reboot(one_of_ours("ledger-2"))
    stub.add_client_error("describe_events", code, "no")
    with pytest.raises(DatabaseBusy, match="ledger-2: no"):
        rds_changes.restarted_since(one_of_ours("ledger-2"), NOW, NOW)


@pytest.mark.parametrize(
    ("capacity", "pauses"),
    [
        ({"MinCapacity": 0.0, "MaxCapacity": 4.0}, True),
        ({"MinCapacity": 0.5, "MaxCapacity": 4.0}, False),
        (None, False),
    ],
)
def test_a_cluster_pauses_where_its_smallest_capacity_is_zero(
    capacity: Mapping[str, float] | None, pauses: bool
) -> None:
    answer = a_cluster(1, "payments-1", ServerlessV2ScalingConfiguration=capacity)
    assert of_cluster(answer, [a_member(1, 1)]).pauses is pauses
    assert not of_instance(an_instance(1)).pauses
