"""RDS: what a database is, asking for its association, and whether it was restarted."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from signon.aws import rds, rds_changes, secrets
from signon.domain.engines import Method, Scope
from signon.domain.rds.database import Database
from signon.domain.rds.readiness import Readiness, readiness
from signon.domain.request.request import Request
from signon.errors import AssociationRefused, DatabaseBusy, DatabaseGone, TemporaryFailure
from tests.conftest import Eventually

Create = Callable[..., Database]


def named(name: str) -> Request:
    return Request("manual", Scope.INSTANCE, name)


def ask_for(cloud: Cloud, name: str, **changes: Any) -> None:
    usual = {
        "DBInstanceIdentifier": name,
        "Engine": "mariadb",  # no server is started for it, and RDS says of it what it says of any other
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": 20,
        "MasterUsername": "admin",
        "ManageMasterUserPassword": True,
        "Tags": [{"Key": "signon:profile", "Value": "payments"}, {"Key": "empty", "Value": ""}],
    }
    cloud.client("rds").create_db_instance(**{**usual, **changes})


def delete(cloud: Cloud, name: str) -> None:
    cloud.client("rds").delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


@pytest.fixture
def name() -> str:
    return f"it-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def database(cloud: Cloud, eventually: Eventually) -> Iterator[Database]:
    """An available MySQL database with a server behind it."""
    name = "it-mysql"
    ask_for(cloud, name, Engine="mysql", EngineVersion="8.4.6")
    yield available(eventually, name)
    delete(cloud, name)


def available(eventually: Eventually, name: str) -> Database:
    def found() -> Database | None:
        try:
            seen = rds.find(named(name))
        except DatabaseBusy:
            return None
        return seen if seen and seen.status == "available" else None

    return eventually(found)


# ---- finding


def test_a_database_is_what_rds_says_of_it(database: Database, cloud: Cloud) -> None:
    assert (database.id.name, database.id.engine, database.engine_version) == ("it-mysql", "mysql", "8.4.6")
    assert database.id.resource_id.startswith("db-")
    assert (database.id.account, database.id.region) == (cloud.account, cloud.region)
    assert database.host.endswith(f".{cloud.region}.rds.amazonaws.com")
    assert database.port == 3306
    assert str(database.vpc).startswith("vpc-")
    assert database.tags == {"signon:profile": "payments", "empty": ""}
    assert (database.memberships, database.pending_changes) == ((), ())
    (itself,) = database.instances
    assert (itself.name, itself.host, itself.is_writer) == (database.id.name, database.host, True)
    assert database.is_new(cloud.clock.now())
    assert readiness(database.status) is Readiness.USABLE


def test_the_secret_that_rds_names_is_its_master_users(database: Database) -> None:
    credentials = secrets.master_credentials(database, None, ())
    assert credentials.user == database.master_user == "admin"


def test_a_database_that_is_not_there_is_none(name: str) -> None:
    assert rds.find(named(name)) is None


def test_a_database_that_is_being_made_is_busy(cloud: Cloud, name: str) -> None:
    with cloud.clock.working():  # its time goes slowly meanwhile
        ask_for(cloud, name)
        with pytest.raises(DatabaseBusy, match=f"{name} is creating and has no endpoint yet"):
            rds.find(named(name))
    delete(cloud, name)


def test_the_database_of_an_execution_is_observed(database: Database) -> None:
    assert rds.observe(database.id).id == database.id


def test_a_database_that_was_deleted_is_gone(database: Database, name: str) -> None:
    with pytest.raises(DatabaseGone, match=f"{name} was deleted"):
        rds.observe(replace(database.id, name=name))


def test_a_database_that_was_made_again_under_its_name_is_gone(cloud: Cloud, name: str, eventually: Eventually) -> None:
    ask_for(cloud, name)
    first = available(eventually, name)
    delete(cloud, name)
    ask_for(cloud, name)
    second = available(eventually, name)
    assert second.id.resource_id != first.id.resource_id
    with pytest.raises(DatabaseGone, match="recreated under the same name"):
        rds.observe(first.id)
    assert rds.observe(second.id).id == second.id
    delete(cloud, name)


def test_changes_that_wait_for_the_maintenance_window_are_seen(cloud: Cloud, name: str, eventually: Eventually) -> None:
    ask_for(cloud, name)
    available(eventually, name)
    cloud.client("rds").modify_db_instance(
        DBInstanceIdentifier=name, AllocatedStorage=40, DBInstanceClass="db.t3.micro", ApplyImmediately=False
    )
    found = rds.find(named(name))
    assert found is not None
    assert found.pending_changes == ("AllocatedStorage", "DBInstanceClass")
    delete(cloud, name)


# ---- what RDS offers


@pytest.mark.parametrize(
    ("engine", "offered"), [("mysql", True), ("postgres", True), ("mariadb", False), ("oracle-ee", True)]
)
def test_rds_says_whether_it_offers_kerberos(database: Database, engine: str, offered: bool) -> None:
    not_offered = rds.not_offered(replace(database, id=replace(database.id, engine=engine)))
    assert not_offered.get(Method.KERBEROS, ()) == (() if offered else ("db.t4g.micro",))


# ---- associating


@pytest.fixture
def role(cloud: Cloud) -> str:
    return cloud.physical["DirectoryRole"]


def test_associating_a_database_a_second_time_starts_nothing_anew(cloud: Cloud, database: Database, role: str) -> None:
    rds_changes.associate_directory(database, cloud.directory_id, role, apply_immediately=True)
    (membership,) = rds.observe(database.id).memberships
    assert (membership.directory, membership.role) == (cloud.directory_id, role)
    assert membership.status in ("pending-enable-kerberos", "enabling-kerberos", "kerberos-enabled")
    begun = instance(cloud, database).membership
    rds_changes.associate_directory(database, cloud.directory_id, role, apply_immediately=True)
    assert instance(cloud, database).membership == begun


def test_a_membership_that_may_wait_waits_for_the_maintenance_window(
    cloud: Cloud, name: str, role: str, eventually: Eventually
) -> None:
    ask_for(cloud, name)
    found = available(eventually, name)
    rds_changes.associate_directory(found, cloud.directory_id, role, apply_immediately=False)
    (membership,) = rds.observe(found.id).memberships
    assert membership.status == "pending-maintenance-enable-kerberos"
    delete(cloud, name)


def instance(cloud: Cloud, database: Database) -> Any:
    from moto.rds.models import rds_backends

    return rds_backends[cloud.account][cloud.region].databases[database.id.name]


def test_a_directory_that_rds_does_not_find_is_refused_with_its_reason(database: Database, role: str) -> None:
    with pytest.raises(AssociationRefused, match="d-9999999999 does not refer to an existing") as refused:
        rds_changes.associate_directory(database, "d-9999999999", role, apply_immediately=True)
    assert "Check the directory's id and the role" in refused.value.remedy


def test_a_role_that_rds_cannot_use_is_refused_with_its_reason(cloud: Cloud, database: Database) -> None:
    with pytest.raises(AssociationRefused, match="The IAM role absent provided is not valid"):
        rds_changes.associate_directory(database, cloud.directory_id, "absent", apply_immediately=True)


def test_a_database_that_was_deleted_meanwhile_is_gone(cloud: Cloud, database: Database, name: str, role: str) -> None:
    gone = replace(database, id=replace(database.id, name=name))
    with pytest.raises(DatabaseGone):
        rds_changes.associate_directory(gone, cloud.directory_id, role, apply_immediately=True)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidDBInstanceState", DatabaseBusy),
        ("DBInstanceNotFound", DatabaseGone),
        ("DomainNotFoundFault", AssociationRefused),
        ("InvalidParameterValue", AssociationRefused),
        ("InvalidParameterCombination", AssociationRefused),
        ("OptionGroupNotFoundFault", ClientError),  # nobody knows what to do: a defect
    ],
)
def test_each_refusal_of_rds_has_its_meaning(
    cloud: Cloud, database: Database, role: str, code: str, error: type[Exception]
) -> None:
    cloud.faults.script("modify_db_instance", code)
    with pytest.raises(error):
        rds_changes.associate_directory(database, cloud.directory_id, role, apply_immediately=True)


@pytest.mark.usefixtures("_retries_at_once")
@pytest.mark.parametrize("code", ["Throttling", "RequestLimitExceeded", "ServiceUnavailable", "InternalFailure"])
def test_what_passes_by_itself_is_a_temporary_failure(cloud: Cloud, database: Database, role: str, code: str) -> None:
    cloud.faults.script("modify_db_instance", *[code] * 9)
    with pytest.raises(TemporaryFailure, match=f"ModifyDBInstance: {code}"):
        rds_changes.associate_directory(database, cloud.directory_id, role, apply_immediately=True)


@pytest.mark.usefixtures("_retries_at_once")
def test_one_throttled_call_is_not_even_noticed(cloud: Cloud, database: Database, role: str) -> None:
    cloud.faults.script("modify_db_instance", "Throttling")
    rds_changes.associate_directory(database, cloud.directory_id, role, apply_immediately=True)


# ---- rebooting


def test_a_reboot_is_told_of_once_it_is_over_and_not_of_times_before(
    cloud: Cloud, database: Database, eventually: Eventually
) -> None:
    before = cloud.clock.now()
    assert not rds_changes.restarted_since(database.instances[0], before, before)
    rds_changes.reboot(database.instances[0])
    available(eventually, database.id.name)
    after = cloud.clock.now()
    assert rds_changes.restarted_since(database.instances[0], before, after)
    assert not rds_changes.restarted_since(database.instances[0], after, cloud.clock.now())


def test_a_database_that_is_rebooting_is_busy(
    cloud: Cloud, database: Database, role: str, eventually: Eventually
) -> None:
    with cloud.clock.working():  # its time goes slowly meanwhile
        rds_changes.reboot(database.instances[0])
        assert readiness(rds.observe(database.id).status) is Readiness.CHANGING
        with pytest.raises(DatabaseBusy):
            rds_changes.reboot(database.instances[0])
        with pytest.raises(DatabaseBusy):
            rds_changes.associate_directory(database, cloud.directory_id, role, apply_immediately=True)
    available(eventually, database.id.name)
