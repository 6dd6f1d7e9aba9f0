"""An Aurora PostgreSQL cluster: from RDS's events to people who sign in with their tickets."""

from __future__ import annotations

import datetime
import itertools
import json
from typing import Any

import pytest

from localcloud.examples.example_data import create_cluster
from tests.conftest import Eventually
from tests.e2e.scene import PEOPLE, Ended, Scene
from tests.integration.localcloud.databases import Cluster
from tests.whole import only_in_test_all

REALM = "CORP.EXAMPLE.COM"
CORE = {"preset": "read", "postgresql": {"database": "payments", "schemas": ["core"]}}
CHANGES = {("rds", "ModifyDBCluster"), ("rds", "RebootDBInstance")}


def publish(scene: Scene, name: str, **logins: list[str]) -> None:
    """A profile for clusters whose names begin with it; who signs in may read the schema core."""
    scene.publish_profile(
        name,
        logins or {"alice": ["read"], "bob": ["read"]},
        admits={"engines": ["aurora-postgresql"], "names": [f"{name}-*"]},
        methods={"aurora-postgresql": ["kerberos"]},
        roles={"read": CORE},
    )


def executions_about(scene: Scene, cluster: Cluster) -> list[Ended]:
    """All that were started about the cluster or one of its instances."""
    names = [cluster.name, *(f"{cluster.name}-{suffix}" for suffix in cluster.instances())]
    return [scene.ended(arn) for name in names for arn in scene.executions_about(name)]


def run(scene: Scene, **database: str) -> Ended:
    return scene.run_with({"database": database})


@pytest.fixture(scope="module")
def cluster(scene: Scene, eventually: Eventually) -> Cluster:
    """A writer, `accounts-1-1`, and two readers."""
    publish(scene, "accounts")
    create_cluster(scene.cloud, "accounts-1", "accounts", readers=2)
    return Cluster(scene.cloud, "accounts-1", eventually)


@pytest.fixture(scope="module")
def by_events(scene: Scene, cluster: Cluster) -> list[Ended]:
    """The executions that RDS's four events started, of which one did everything."""
    scene.until(lambda: len(executions_about(scene, cluster)) == 4)
    return executions_about(scene, cluster)


@pytest.fixture(scope="module")
def onboarded(scene: Scene, by_events: list[Ended]) -> Ended:
    (did,) = [ended for ended in by_events if scene.changes_made_by(ended)]
    return did


def test_one_event_of_the_cluster_and_one_of_each_instance_make_one_execution_that_changes_anything(
    scene: Scene, by_events: list[Ended], onboarded: Ended
) -> None:
    assert sorted(ended.end for ended in by_events) == ["Already in progress"] * 3 + [onboarded.end]
    calls = scene.cloud.counter.calls(onboarded.arn)
    assert {call: calls[call] for call in CHANGES} == {("rds", "ModifyDBCluster"): 1, ("rds", "RebootDBInstance"): 3}
    assert ("rds", "ModifyDBInstance") not in calls
    assert onboarded.dossier["database"]["name"] == "accounts-1"


def restarts(scene: Scene, prefix: str) -> list[tuple[str, datetime.datetime]]:
    """Which instances RDS tells to have been restarted, and when, in that order."""
    asked = {"SourceType": "db-instance", "EventCategories": ["availability"], "Duration": 14 * 24 * 60}
    listed = scene.cloud.client("rds").describe_events(**asked)["Events"]
    return [(one["SourceIdentifier"], one["Date"]) for one in listed if one["SourceIdentifier"].startswith(prefix)]


def test_readers_are_rebooted_before_the_writer_one_at_a_time(scene: Scene, onboarded: Ended) -> None:
    told = restarts(scene, "accounts-1-")
    assert [name for name, _ in told] == ["accounts-1-2", "accounts-1-3", "accounts-1-1"]
    key = {"database": {"S": onboarded.dossier["database"]["resource_id"]}, "kind": {"S": "record"}}
    item = scene.cloud.client("dynamodb").get_item(TableName=scene.cloud.physical["Records"], Key=key)["Item"]
    intents = {name: datetime.datetime.fromisoformat(at["S"]) for name, at in item["reboot_intents"]["M"].items()}
    for (_, restarted), (following, _) in itertools.pairwise(told):
        assert restarted < intents[following]
    assert onboarded.states.count("Reboot database") == 3
    assert onboarded.states.count("Count sessions") == 3


def test_a_schema_that_does_not_exist_yet_is_waited_for_and_people_sign_in_all_the_same(
    scene: Scene, onboarded: Ended
) -> None:
    assert onboarded.end == "Parked"
    assert onboarded.dossier["proof"]["verified"] == 2
    assert "core" in json.dumps(onboarded.dossier["proof"]["waiting"])
    record = scene.record("accounts-1")
    assert record is not None
    assert record["headline"].startswith(f"accounts-1: 2 logins for {REALM} set up and read back, ")
    waits = datetime.datetime.fromisoformat(record["next_look"]) - datetime.datetime.fromisoformat(
        record["reported_at"]
    )
    assert waits == datetime.timedelta(hours=1)


@pytest.mark.usefixtures("onboarded")
@pytest.mark.parametrize("suffix", ["1", "2", "3"])
def test_people_sign_in_with_their_tickets_on_every_instance(cluster: Cluster, suffix: str) -> None:
    host = cluster.instances()[suffix]["Endpoint"]["Address"]
    answer = cluster.with_ticket("alice", PEOPLE["alice"], host)
    assert (answer.returncode, answer.stdout.strip()) == (0, f"alice@{REALM}"), answer.stderr


@pytest.mark.usefixtures("onboarded")
def test_a_ticket_of_somebody_without_a_login_opens_nothing(cluster: Cluster) -> None:
    answer = cluster.with_ticket("mallory", PEOPLE["mallory"], cluster.describe()["Endpoint"])
    assert answer.returncode != 0
    assert "no password supplied" in answer.stderr  # no member of rds_ad is asked for a ticket


@only_in_test_all
def test_the_next_look_grants_what_has_come_to_be_and_the_one_after_it_changes_nothing(
    scene: Scene, cluster: Cluster, onboarded: Ended
) -> None:
    assert onboarded.end == "Parked"
    cluster.as_master("CREATE SCHEMA core", database="payments")
    first = run(scene, cluster="accounts-1")
    assert first.end == "Onboarded"
    assert "Reboot database" not in first.states
    for database in ({"cluster": "accounts-1"}, {"instance": "accounts-1-2"}):
        again = run(scene, **database)
        assert (again.end, scene.changes_made_by(again)) == ("Onboarded", {})
        assert "Create logins" not in again.states


@only_in_test_all
@pytest.mark.usefixtures("onboarded")
def test_a_second_run_that_has_lost_its_record_reboots_each_instance_once_and_the_third_nothing(scene: Scene) -> None:
    """PostgreSQL shows nothing of a restart, and logins that bear our mark prove none."""
    scene.forget("accounts-1")
    again = run(scene, cluster="accounts-1")
    assert again.dossier["proof"]["verified"] == 2
    told = {("sns", "Publish"): 1, ("events", "PutEvents"): 1}
    assert scene.changes_made_by(again) == {("rds", "RebootDBInstance"): 3, **told}
    third = run(scene, cluster="accounts-1")
    assert (third.dossier["proof"]["verified"], scene.changes_made_by(third)) == (2, {})


@only_in_test_all
def test_a_profile_that_changes_on_the_way_is_planned_anew(scene: Scene, eventually: Eventually) -> None:
    """While RDS joins the cluster a version without bob is published."""
    publish(scene, "moves")
    create_cluster(scene.cloud, "moves-1", "moves", readers=0)
    cluster = Cluster(scene.cloud, "moves-1", eventually)
    scene.until(cluster.membership)
    publish(scene, "moves", alice=["read"])
    scene.until(lambda: len(executions_about(scene, cluster)) == 2)
    (did,) = [ended for ended in executions_about(scene, cluster) if scene.changes_made_by(ended)]
    assert "Planned often?" in did.states
    assert did.dossier["replans"] >= 1
    assert (did.end, did.dossier["proof"]["verified"]) == ("Parked", 1)
    assert len(restarts(scene, "moves-1-")) == 1


@only_in_test_all
def test_a_cluster_without_an_instance_waits_for_its_writer(scene: Scene, eventually: Eventually) -> None:
    publish(scene, "waits")
    create_cluster(scene.cloud, "waits-1", "waits", readers=-1)
    cluster = Cluster(scene.cloud, "waits-1", eventually)
    (execution,) = scene.until(lambda: scene.executions_about("waits-1", by="RDS-EVENT-0170"))
    states = scene.cloud.client("stepfunctions")

    def has_looked() -> bool:
        return scene.cloud.counter.calls(execution)["rds", "DescribeDBClusters"] >= 2

    scene.until(has_looked)
    assert states.describe_execution(executionArn=execution)["status"] == "RUNNING"
    cluster.add("1")
    ended = scene.ended(execution)
    assert ended.end in ("Parked", "Already in progress")  # the instance's own event may have been quicker
    ends = [one.end for one in executions_about(scene, cluster)]
    assert sorted(ends) == ["Already in progress", "Parked"]
    assert len(restarts(scene, "waits-1-")) == 1


def test_an_event_that_is_older_than_the_cluster_is_about_another_one(scene: Scene, cluster: Cluster) -> None:
    event: dict[str, Any] = {
        "detail-type": "RDS DB Cluster Event",
        "source": "aws.rds",
        "account": scene.cloud.account,
        "region": scene.cloud.region,
        "time": "2020-02-02T02:02:02Z",
        "detail": {"SourceArn": cluster.describe()["DBClusterArn"], "EventID": "RDS-EVENT-0170"},
    }
    ended = scene.run_with(event)
    assert ended.end == "Not ours"
    assert "it is about another database of that name" in json.dumps(ended.dossier)
