"""RDS: look at a database, associate a directory with it, reboot it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.domain.database import AT_REBOOT, Database, DatabaseId, Membership, Readiness, readiness
from signon.errors import AssociationRefused, DatabaseBusy, DatabaseGone, DatabaseUnusable

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

EVENTS_KEPT = timedelta(days=13)  # "You can view events for up to 14 days"
PAGE = 100  # the most that DescribeDBInstances answers at once


def _rds() -> RDSClient:
    return client("rds")  # type: ignore[no-any-return]


def find(name: str) -> Database | None:
    """The DB instance of that name, or None.

    Raises DatabaseBusy: it has no endpoint yet.
    """
    try:
        with errors_as({"DBInstanceNotFound": DatabaseGone}):
            answer = _rds().describe_db_instances(DBInstanceIdentifier=name)
    except DatabaseGone:
        return None
    return _database(answer["DBInstances"][0])


def find_made(name: str) -> Database | None:
    """The DB instance of that name, or None where there is none, or none with an endpoint yet."""
    try:
        return find(name)
    except DatabaseBusy:
        return None


def every_database() -> Iterator[Database]:
    """Every DB instance of our account and Region, by pages of 100; those without an endpoint yet are left out."""
    page: dict[str, str] = {}
    while True:
        with errors_as():
            answer = _rds().describe_db_instances(MaxRecords=PAGE, **page)  # type: ignore[arg-type]
        yield from (_database(instance) for instance in answer["DBInstances"] if _is_made(instance))
        if not answer.get("Marker"):
            return
        page = {"Marker": answer["Marker"]}


def observe(identity: DatabaseId) -> Database:
    """The database of this execution as it is now.

    Raises DatabaseGone: deleted, or another one has its name now.
    """
    database = find(identity.name)
    if database is None:
        raise DatabaseGone(f"{identity.name} was deleted")
    if database.id.resource_id != identity.resource_id:
        raise DatabaseGone(
            f"{identity.name} is {database.id.resource_id} now, and was {identity.resource_id}:"
            " it was made again under the same name"
        )
    return database


def offers_kerberos(database: Database) -> bool:
    """Whether RDS offers Kerberos for this engine version and instance class in this Region.

    RDS's own data, no table of ours. True as well where it offers the class and version to nobody new: it runs there.
    """
    with errors_as():
        answer = _rds().describe_orderable_db_instance_options(
            Engine=database.id.engine,
            EngineVersion=database.engine_version,
            DBInstanceClass=database.instance_class,
            Vpc=True,
        )
    options = answer["OrderableDBInstanceOptions"]
    return not options or any(option.get("SupportsKerberosAuthentication") for option in options)


def associate_directory(database: Database, directory: str, role: str, *, apply_immediately: bool) -> None:
    """Asks RDS to join the database to the directory; asked again, it repairs a failed membership.

    Raises DatabaseBusy, DatabaseGone; AssociationRefused: RDS refuses directory or role, and its message says why.
    """
    remedy = (
        "Check the directory's id and the role in the profile and the stack; "
        "a role that has just been made needs a minute, then start again"
    )
    codes: Mapping[str, Callable[[str], Exception]] = {
        "InvalidDBInstanceState": lambda message: DatabaseBusy(f"{database.id.name}: {message}"),
        "DBInstanceNotFound": DatabaseGone,
        "DomainNotFoundFault": lambda message: AssociationRefused(message, remedy),
        "InvalidParameterValue": lambda message: AssociationRefused(message, remedy),
        "InvalidParameterCombination": lambda message: AssociationRefused(message, remedy),
    }
    with errors_as(codes):
        _rds().modify_db_instance(
            DBInstanceIdentifier=database.id.name,
            Domain=directory,
            DomainIAMRoleName=role,
            ApplyImmediately=apply_immediately,
        )


def reboot(database: Database) -> None:
    """Raises DatabaseBusy, DatabaseGone."""
    codes: Mapping[str, Callable[[str], Exception]] = {
        "InvalidDBInstanceState": lambda message: DatabaseBusy(f"{database.id.name}: {message}"),
        "DBInstanceNotFound": DatabaseGone,
    }
    with errors_as(codes):
        _rds().reboot_db_instance(DBInstanceIdentifier=database.id.name)


def restarted_since(database: Database, when: datetime, now: datetime) -> bool:
    """Whether RDS tells of a restart ("RDS-EVENT-0006: The DB instance restarted.") since ``when``."""
    with errors_as({"DBInstanceNotFound": DatabaseGone}):
        answer = _rds().describe_events(
            SourceIdentifier=database.id.name,
            SourceType="db-instance",
            StartTime=max(when, now - EVENTS_KEPT),
            EventCategories=["availability"],
        )
    return any("restarted" in event.get("Message", "") for event in answer["Events"])


def _database(answer: Mapping[str, Any]) -> Database:
    name = answer["DBInstanceIdentifier"]
    if not _is_made(answer) and readiness(answer.get("DBInstanceStatus", "")) is Readiness.STUCK:
        raise DatabaseUnusable(f"{name} is {answer['DBInstanceStatus']}", "Bring it to available; then start again")
    if not _is_made(answer):
        raise DatabaseBusy(f"{name} is {answer.get('DBInstanceStatus')} and has no endpoint yet")
    memberships = [
        Membership(entry["Domain"], entry.get("Status", ""), entry.get("IAMRoleName", ""))
        for entry in answer.get("DomainMemberships", [])
    ]
    return Database(
        id=DatabaseId(name, answer["DbiResourceId"], answer["DBInstanceArn"], answer["Engine"]),
        engine_version=answer["EngineVersion"],
        instance_class=answer["DBInstanceClass"],
        status=answer["DBInstanceStatus"],
        host=answer["Endpoint"]["Address"],
        port=answer["Endpoint"]["Port"],
        vpc=answer.get("DBSubnetGroup", {}).get("VpcId", ""),
        created_at=answer["InstanceCreateTime"],
        tags={tag["Key"]: tag.get("Value", "") for tag in answer.get("TagList", [])},
        master_user=answer["MasterUsername"],
        master_secret=answer.get("MasterUserSecret", {}).get("SecretArn"),
        membership=memberships[0] if memberships else None,
        iam_enabled=answer.get("IAMDatabaseAuthenticationEnabled", False),
        pending_changes=tuple(sorted(_pending(answer))),
        cluster=answer.get("DBClusterIdentifier"),
        replica_of=answer.get("ReadReplicaSourceDBInstanceIdentifier"),
        replicas=tuple(answer.get("ReadReplicaDBInstanceIdentifiers", [])),
    )


def _is_made(answer: Mapping[str, Any]) -> bool:
    return "Endpoint" in answer and "InstanceCreateTime" in answer


def _pending(answer: Mapping[str, Any]) -> Iterator[str]:
    """What waits for a window, and what waits for a reboot."""
    for name, value in answer.get("PendingModifiedValues", {}).items():
        if value not in (None, {}, []):
            yield name
    for group in answer.get("DBParameterGroups", []):
        if group.get("ParameterApplyStatus") == "pending-reboot":
            yield f"{AT_REBOOT}{group['DBParameterGroupName']}"
