"""What goes wrong on the way, and what becomes of it."""

import json
import threading
from pathlib import Path

import pytest

from tests.e2e.scene import PEOPLE, Scene

ONE_LOGIN = {"alice": ["read"]}


def test_a_failed_join_is_asked_for_again_and_onboarded(scene: Scene) -> None:
    scene.cloud.faults.script("join", "enable-kerberos-failed")
    scene.publish_profile("retry", ONE_LOGIN)
    scene.create_database("retry-1", "retry")
    ended = scene.onboarded_by_event("retry-1")
    assert ended.end == "Onboarded"
    assert ended.states.count("Retry the association") == 1
    assert scene.cloud.figures.calls(ended.arn)["rds", "ModifyDBInstance"] == 2


def test_a_busy_database_is_waited_for(scene: Scene) -> None:
    scene.cloud.faults.script("modify_db_instance", "InvalidDBInstanceState", "InvalidDBInstanceState")
    scene.publish_profile("patience", ONE_LOGIN)
    scene.create_database("patience-1", "patience")
    assert scene.onboarded_by_event("patience-1").end == "Onboarded"


def test_a_reboot_that_somebody_forgot_is_made_up_for(scene: Scene) -> None:
    """Joined by hand, never rebooted, no record of ours: only the probe can tell."""
    scene.publish_profile("byhand", ONE_LOGIN)
    scene.create_database("byhand-1", None)
    scene.available("byhand-1")
    role = scene.cloud.physical["DirectoryRole"]
    scene.cloud.client("rds").modify_db_instance(
        DBInstanceIdentifier="byhand-1", Domain=scene.cloud.directory_id, DomainIAMRoleName=role, ApplyImmediately=True
    )
    ended = scene.run("byhand-1", profile="byhand")
    assert ended.end == "Onboarded"
    calls = scene.cloud.figures.calls(ended.arn)
    assert calls["rds", "ModifyDBInstance"] == 0
    assert calls["rds", "RebootDBInstance"] == 1


def test_a_function_that_is_killed_is_run_again(scene: Scene, tmp_path: Path) -> None:
    for function in ("associate-directory", "reboot-database", "create-logins", "report-outcome"):
        scene.cloud.faults.script(f"invoke:signon-{function}", "kill")
    scene.publish_profile("killed", ONE_LOGIN)
    scene.create_database("killed-1", "killed")
    ended = scene.onboarded_by_event("killed-1")
    assert ended.end == "Onboarded"
    answer = scene.sign_in(scene.kit("killed-1", tmp_path), "mysql", "alice", PEOPLE["alice"])
    assert answer.returncode == 0, answer.stderr


def test_the_same_event_many_times_has_one_effect(scene: Scene) -> None:
    scene.publish_profile("many", ONE_LOGIN)
    scene.create_database("many-1", "many")
    described = scene.available("many-1")
    first = scene.executions_about("many-1")
    event = {
        "Source": "aws.rds",
        "DetailType": "RDS DB Instance Event",
        "Resources": [described["DBInstanceArn"]],
        "Detail": json.dumps(
            {
                "EventCategories": ["creation"],
                "SourceType": "DB_INSTANCE",
                "SourceArn": described["DBInstanceArn"],
                "SourceIdentifier": "many-1",
                "EventID": "RDS-EVENT-0005",
                "Message": "DB instance created",
            }
        ),
    }
    threads = [
        threading.Thread(target=scene.cloud.client("events").put_events, kwargs={"Entries": [event]}) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    arns = scene.until(lambda: len(found := scene.executions_about("many-1")) >= 10 + len(first) and found)
    ended = [scene.ended(arn) for arn in arns]
    assert {end.end for end in ended} <= {"Onboarded", "Already in progress"}
    calls = [scene.cloud.figures.calls(end.arn) for end in ended]
    assert sum(call["rds", "ModifyDBInstance"] for call in calls) == 1
    assert sum(call["rds", "RebootDBInstance"] for call in calls) == 1


def test_a_database_made_again_under_the_same_name_is_not_touched_for_the_old_one(scene: Scene) -> None:
    scene.publish_profile("again", ONE_LOGIN)
    scene.create_database("again-1", "again")
    scene.available("again-1")
    (execution,) = scene.until(lambda: scene.executions_about("again-1"))
    scene.until(lambda: scene.database("again-1")["DomainMemberships"])
    scene.cloud.client("rds").delete_db_instance(DBInstanceIdentifier="again-1", SkipFinalSnapshot=True)
    scene.create_database("again-1", None)
    ended = scene.ended(execution)
    assert ended.end == "Not ours", ended
    assert scene.database("again-1")["DomainMemberships"] == []


@pytest.mark.parametrize("trust", [["rds.amazonaws.com"], ["lambda.amazonaws.com"]])
def test_a_directory_role_with_the_wrong_trust_is_found_before_anything_is_changed(
    scene: Scene, trust: list[str]
) -> None:
    iam, role = scene.cloud.client("iam"), scene.cloud.physical["DirectoryRole"]
    before = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": trust}}
    iam.update_assume_role_policy(
        RoleName=role, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    try:
        scene.publish_profile("trust", ONE_LOGIN)
        if not scene.executions_about("trust-1"):
            scene.create_database("trust-1", None)
            scene.available("trust-1")
        ended = scene.run("trust-1", profile="trust")
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(before))
    assert ended.end == "Needs a person"
    assert "does not name directoryservice.rds.amazonaws.com" in json.dumps(ended.dossier)
    assert scene.database("trust-1")["DomainMemberships"] == []
