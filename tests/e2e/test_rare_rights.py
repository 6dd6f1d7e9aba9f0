"""Rights that a function uses only where something is wrong: they are there when it is."""

import json
from typing import Any

import pytest
from moto.sns.models import sns_backends

from localcloud.examples.example_data import API
from tests.e2e.scene import Ended, Scene
from tests.whole import only_in_test_all

pytestmark = only_in_test_all

ONE_LOGIN = {"alice": ["read"]}


def letter(scene: Scene, holding: str) -> Any:
    """Takes the dead letter whose body has this field, if it is there."""
    sqs, queue = scene.cloud.client("sqs"), scene.cloud.outputs["LostEventsQueue"]
    found = sqs.receive_message(
        QueueUrl=queue, MessageAttributeNames=["All"], MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    for each in found.get("Messages", []):
        if holding in json.loads(each["Body"]):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
            return each
    return None


def test_a_reboot_that_rds_was_too_busy_for_is_looked_for_before_it_is_asked_for_again(scene: Scene) -> None:
    """The intent is written before the call, so the second try asks RDS whether the first one had an effect."""
    scene.cloud.faults.script("reboot_db_instance", "InvalidDBInstanceState")
    scene.publish_profile("unsure", ONE_LOGIN)
    scene.create_database("unsure-1", "unsure")
    ended = scene.onboarded_by_event("unsure-1")
    assert ended.end == "Onboarded"
    calls = scene.cloud.counter.calls(ended.arn)
    assert (calls["rds", "RebootDBInstance"], calls["rds", "DescribeEvents"]) == (2, 1)


def test_three_databases_whose_profile_is_missing_stop_the_sweep_which_says_so(scene: Scene, orders: Ended) -> None:
    """The profile is found missing, and not denied, by the plan and by the sweep."""
    names = [f"astray-{number}" for number in (1, 2, 3)]
    for name in names:
        scene.create_database(name, "astray")
    for name in names:
        ended = scene.onboarded_by_event(name)
        assert (ended.end, ended.dossier["outcome"]["Error"]) == ("Needs a person", "ProfileUnusable")
    scene.sweep()
    scene.sweep()
    topic = sns_backends[scene.cloud.account][scene.cloud.region].topics[scene.cloud.outputs["OutcomesTopic"]]
    told = [sent for sent in map(str, topic.sent_notifications) if "The sweep has stopped" in sent and names[0] in sent]
    assert len(told) == 1  # once, whether the schedule's sweep was the first or one of these
    assert all(name in told[0] for name in names)
    for name in names:
        scene.cloud.client("rds").delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    scene.sweep()  # whose next look finds nothing to stop for


def test_people_of_a_domain_that_is_not_trusted_are_found_by_a_look_at_the_directorys_trusts(
    scene: Scene, orders: Ended
) -> None:
    realm = "ONPREM.EXAMPLE.COM"
    directory = {"id": scene.cloud.directory_id, "realm": scene.cloud.directory.realm, "trusted_realms": [realm]}
    logins = [{"user": "alice", "realm": realm, "roles": ["read"]}]
    scene.publish_profile("foreign", {}, directory={**directory, "mysql_over_trust": "allowed"}, logins=logins)
    scene.show_copy("orders-1", "foreign-1", {})
    ended = scene.run("foreign-1", profile="foreign")
    assert ended.end == "Needs a person"
    (finding,) = ended.dossier["plan"]["findings"]
    assert finding["problem"] == f"Directory {scene.cloud.directory_id} has no trust with {realm}"


def test_a_sweep_that_the_schedule_could_not_start_is_a_dead_letter(scene: Scene) -> None:
    kept = scene.cloud.client("scheduler").get_schedule(Name=scene.cloud.physical["SweepDatabasesHourly"])
    tries = kept["Target"]["RetryPolicy"]["MaximumRetryAttempts"] + 1
    scene.cloud.faults.script("deliver:signon-sweep-databases", *["throttled"] * tries)
    scene.switch_sweep("ENABLED", "rate(10 minutes)")
    try:
        found = scene.until(lambda: letter(scene, "now"))
    finally:
        scene.switch_sweep("DISABLED", kept["ScheduleExpression"])
    said = {name: value["StringValue"] for name, value in found["MessageAttributes"].items()}
    assert (said["ERROR_MESSAGE"], said["RETRY_ATTEMPTS"]) == ("throttled", str(tries - 1))


@pytest.mark.parametrize(("function", "event"), [("SweepDatabases", {"now": "never"}), ("ReportEnding", {"time": "x"})])
def test_a_function_that_no_state_calls_fails_three_times_and_leaves_a_dead_letter(
    scene: Scene, function: str, event: dict[str, Any]
) -> None:
    scene.cloud.client("lambda").invoke(
        FunctionName=scene.cloud.physical[function], InvocationType="Event", Payload=json.dumps(event)
    )
    found = scene.until(lambda: letter(scene, next(iter(event))))
    assert json.loads(found["Body"]) == event
    assert set(found["MessageAttributes"]) == {"ErrorCode", "ErrorMessage"}


@pytest.fixture(scope="module")
def vanished(scene: Scene) -> dict[str, Any]:
    """The dossier of a database that is planned and claimed, and whose profile is deleted then."""
    by_iam = [{"iam": "alice", "used_by": [scene.role(API)], "roles": ["read"]}]
    scene.publish_profile("vanished", {}, methods={"mysql": ["iam"]}, logins=by_iam)
    scene.create_database("vanished-1", None)
    scene.available("vanished-1")
    dossier = scene.run("vanished-1", profile="vanished", dry_run=True).dossier
    claim = {"database": dossier["database"]["resource_id"], "execution": "a test", "fence": 1}
    scene.cloud.client("dynamodb").put_item(
        TableName=scene.cloud.physical["Records"],
        Item={
            "database": {"S": claim["database"]},
            "kind": {"S": "claim"},
            "holder": {"S": "a test"},
            "fence": {"N": "1"},
        },
    )
    scene.cloud.client("s3").delete_object(Bucket=scene.cloud.outputs["ProfilesBucket"], Key="vanished.yaml")
    now = scene.cloud.clock.now().isoformat()
    return {
        **dossier,
        "claim": claim,
        "leaving": None,
        "switching": None,
        "membership": None,
        "reboot": None,
        "redrives": 0,
        "now": now,
    }


@pytest.mark.parametrize(
    "function",
    [
        "LeaveDirectory",
        "SwitchIamAuthentication",
        "AssociateDirectory",
        "RebootDatabase",
        "EnsureConnectPolicy",
        "CreateLogins",
        "PublishConnectionKit",
    ],
)
def test_a_profile_that_is_deleted_on_the_way_is_found_missing_before_a_change(
    scene: Scene, vanished: dict[str, Any], function: str
) -> None:
    answer = scene.cloud.client("lambda").invoke(
        FunctionName=scene.cloud.physical[function], Payload=json.dumps(vanished)
    )
    said = json.loads(answer["Payload"].read())
    assert (said["errorType"], said["errorMessage"]) == (
        "PlanOutdated",
        "Profile vanished has changed since the plan for vanished-1 was made",
    )
    assert scene.database("vanished-1")["DomainMemberships"] == []
    assert scene.as_master("vanished-1", "SELECT COUNT(*) FROM mysql.user WHERE User = 'alice'") == [["0"]]
