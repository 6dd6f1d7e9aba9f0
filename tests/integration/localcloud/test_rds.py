"""A database lives as on RDS, and a real server lives with it."""

import json
import re
from typing import Any

import pymysql
import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from tests.conftest import Eventually
from tests.integration.localcloud.databases import Database, code

pytestmark = pytest.mark.usefixtures("not_onboarded")


def test_while_it_is_created_it_has_no_endpoint_and_takes_no_change(database: Database) -> None:
    database.create()
    seen = database.describe()
    assert seen["DBInstanceStatus"] == "creating"
    assert not {"Endpoint", "InstanceCreateTime"} & set(seen)
    with pytest.raises(ClientError) as refused:
        database.modify(BackupRetentionPeriod=3)
    assert code(refused) == "InvalidDBInstanceState"


def test_once_available_it_is_what_rds_describes(database: Database) -> None:
    database.create(Tags=[{"Key": "signon:profile", "Value": "demo"}], EngineVersion="8.0.43")
    seen = database.wait()
    assert re.fullmatch(
        rf"{database.name}\.c[a-z0-9]{{11}}\.us-east-1\.rds\.amazonaws\.com", seen["Endpoint"]["Address"]
    )
    assert re.fullmatch(r"db-[A-Z0-9]{26}", seen["DbiResourceId"])
    assert seen["Endpoint"]["Port"] == 3306
    assert seen["EngineVersion"] == "8.0.43"
    assert seen["TagList"] == [{"Key": "signon:profile", "Value": "demo"}]
    assert seen["DBSubnetGroup"]["VpcId"] == database.cloud.aws.network()[0]
    assert seen["MasterUserSecret"]["SecretStatus"] == "active"
    assert ":secret:rds!db-" in seen["MasterUserSecret"]["SecretArn"]
    assert seen["DomainMemberships"] == []
    assert abs((seen["InstanceCreateTime"] - database.cloud.clock.now()).total_seconds()) < 600


def test_the_master_secret_opens_the_server_behind_it(database: Database) -> None:
    database.create().wait()
    assert database.as_master("SELECT CURRENT_USER()") == (("admin@%",),)


def test_a_join_is_enabled_without_a_reboot_and_useless_without_it(database: Database) -> None:
    database.create().wait()
    database.join()
    assert database.membership() == "pending-enable-kerberos"
    database.eventually(lambda: database.membership() == "enabling-kerberos")
    database.eventually(lambda: database.membership() == "kerberos-enabled")
    with pytest.raises(pymysql.err.MySQLError, match="1524"):
        database.as_master("CREATE USER 'alice'@'%' IDENTIFIED WITH 'auth_pam'")
    database.cloud.client("rds").reboot_db_instance(DBInstanceIdentifier=database.name)
    assert database.describe()["DBInstanceStatus"] == "rebooting"
    database.wait()
    database.as_master("CREATE USER 'alice'@'%' IDENTIFIED WITH 'auth_pam'")


def test_a_reboot_before_the_join_is_enabled_does_not_count(database: Database) -> None:
    database.create().wait()
    database.join()
    database.cloud.client("rds").reboot_db_instance(DBInstanceIdentifier=database.name)
    database.wait()
    with pytest.raises(pymysql.err.MySQLError, match="1524"):
        database.as_master("CREATE USER 'alice'@'%' IDENTIFIED WITH 'auth_pam'")


def test_a_failed_join_is_tried_again_by_the_same_call(database: Database) -> None:
    database.create().wait()
    database.cloud.faults.script("join", "enable-kerberos-failed")
    database.join()
    database.eventually(lambda: database.membership() == "enable-kerberos-failed")
    database.join()
    assert database.membership() == "pending-enable-kerberos"


def test_the_same_call_again_does_not_start_a_running_join_anew(database: Database) -> None:
    database.create().wait()
    database.join()
    database.eventually(lambda: database.membership() == "enabling-kerberos")
    database.join()
    assert database.membership() in ("enabling-kerberos", "kerberos-enabled")


def test_a_join_that_is_not_immediate_waits_for_the_window_and_can_be_hurried(database: Database) -> None:
    database.create().wait()
    database.join(ApplyImmediately=False)
    assert database.membership() == "pending-maintenance-enable-kerberos"
    database.join(ApplyImmediately=True)
    assert database.membership() == "pending-enable-kerberos"


def test_other_changes_wait_in_pending_modified_values_or_are_made_at_once(database: Database) -> None:
    database.create().wait()
    database.modify(DBInstanceClass="db.t4g.medium", ApplyImmediately=False)
    seen = database.describe()
    assert (seen["DBInstanceClass"], seen["PendingModifiedValues"]) == (
        "db.t4g.micro",
        {"DBInstanceClass": "db.t4g.medium"},
    )
    database.modify(BackupRetentionPeriod=3, ApplyImmediately=True)
    seen = database.describe()
    assert (seen["DBInstanceClass"], seen["PendingModifiedValues"]) == ("db.t4g.medium", {})


def test_a_directory_that_is_not_there_is_refused(database: Database) -> None:
    database.create().wait()
    with pytest.raises(ClientError) as refused:
        database.join(Domain="d-0000000000")
    assert code(refused) == "DomainNotFoundFault"


def test_a_role_that_rds_may_not_take_is_refused(database: Database) -> None:
    database.create().wait()
    for role in ("no-such-role", database.cloud.physical["MakePlanRole"]):
        with pytest.raises(ClientError, match="Check that the role exists and has the correct policies") as refused:
            database.join(DomainIAMRoleName=role)
        assert code(refused) == "InvalidParameterValue"


def test_a_scripted_fault_happens_once(database: Database) -> None:
    database.create().wait()
    database.cloud.faults.script("modify_db_instance", "InvalidDBInstanceState")
    with pytest.raises(ClientError):
        database.join()
    database.join()


def test_what_happens_to_it_is_announced_and_listed(database: Database) -> None:
    sqs, events, rds = (database.cloud.client(name) for name in ("sqs", "events", "rds"))
    queue = sqs.create_queue(QueueName="rds-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.rds"], "detail": {"SourceIdentifier": [database.name]}}
    events.put_rule(Name="rds-events", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="rds-events", Targets=[{"Id": "queue", "Arn": arn}])
    database.create(Tags=[{"Key": "team", "Value": "payments"}]).wait()
    rds.reboot_db_instance(DBInstanceIdentifier=database.name)
    database.wait()
    bodies: list[dict[str, Any]] = []

    def received() -> bool:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        bodies.extend(json.loads(message["Body"]) for message in messages)
        return len(bodies) >= 2

    database.eventually(received)
    events.remove_targets(Rule="rds-events", Ids=["queue"])
    assert {body["detail"]["EventID"] for body in bodies} == {"RDS-EVENT-0005", "RDS-EVENT-0006"}
    assert bodies[0]["detail"]["Tags"] == {"team": "payments"}
    assert bodies[0]["detail-type"] == "RDS DB Instance Event"
    listed = rds.describe_events(SourceIdentifier=database.name, SourceType="db-instance")["Events"]
    assert [event["Message"] for event in listed] == ["DB instance created", "DB instance restarted"]


def test_a_deleted_databases_server_is_gone(cloud: Cloud, eventually: Eventually) -> None:
    database = Database(cloud, "deleted", eventually).create()
    database.wait()
    address = database.address()
    cloud.client("rds").delete_db_instance(DBInstanceIdentifier="deleted", SkipFinalSnapshot=True)

    def gone() -> bool:
        try:
            pymysql.connect(host=address, user="nobody", password="")
        except pymysql.err.OperationalError as error:
            return bool(error.args[0] == 2003)
        return False

    eventually(gone)
