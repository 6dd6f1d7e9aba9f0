"""RDS: join a database to a directory or remove it, switch IAM on or off, reboot an instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.aws.pages import every
from signon.domain.engines import Scope
from signon.domain.rds.database import Database, Instance
from signon.errors import AssociationRefused, DatabaseBusy, DatabaseGone
from signon.foreign import said

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

EVENTS_KEPT = timedelta(days=13)  # "You can view events for up to 14 days"


def _rds() -> RDSClient:
    made: RDSClient = client("rds")
    return made


def associate_directory(database: Database, directory: str, role: str, *, apply_immediately: bool) -> None:
    """Asks RDS to join the database to the directory; asked again, it repairs a failed membership.

    Raises DatabaseBusy, DatabaseGone; AssociationRefused: RDS refuses directory or role, and its message says why.
    """
    remedy = (
        "Check the directory's id and the role in the profile and the stack; "
        "a role that has just been created needs a minute; then start again"
    )
    change = {"Domain": directory, "DomainIAMRoleName": role, "ApplyImmediately": apply_immediately}
    _modify(database, change, remedy)


def leave_directory(database: Database, *, apply_immediately: bool) -> None:
    """Asks RDS to take the DB instance out of its directory: "specify none to remove the instance from the domain".

    Raises DatabaseBusy, DatabaseGone; AssociationRefused: RDS refuses, and its message says why.
    """
    with errors_as(_refusals(database.id.name, "Remove it from the directory by hand")):
        _rds().modify_db_instance(
            DBInstanceIdentifier=database.id.name, Domain="none", ApplyImmediately=apply_immediately
        )


def switch_iam(database: Database, *, on: bool, apply_immediately: bool) -> None:
    """Asks RDS to switch IAM database authentication on or off.

    Raises DatabaseBusy, DatabaseGone; AssociationRefused: RDS refuses, and its message says why.
    """
    change = {"EnableIAMDatabaseAuthentication": on, "ApplyImmediately": apply_immediately}
    _modify(database, change, "Switch it by hand, or use a profile without iam")


def _modify(database: Database, change: Mapping[str, Any], remedy: str) -> None:
    name = database.id.name
    with errors_as(_refusals(name, remedy)):
        if database.id.scope is Scope.CLUSTER:
            _rds().modify_db_cluster(DBClusterIdentifier=name, **change)
        else:
            _rds().modify_db_instance(DBInstanceIdentifier=name, **change)


def _refusals(name: str, remedy: str) -> Mapping[str, Callable[[str], Exception]]:
    def busy(message: str) -> DatabaseBusy:
        return DatabaseBusy(f"{name}: {said(message)}")

    def refused(message: str) -> AssociationRefused:
        return AssociationRefused(said(message), remedy)

    # codes of instances have no "Fault" at their end, those of clusters have
    return {
        "InvalidDBInstanceState": busy,
        "InvalidDBClusterStateFault": busy,
        "DBInstanceNotFound": DatabaseGone,
        "DBClusterNotFoundFault": DatabaseGone,
        "DomainNotFoundFault": refused,
        "InvalidParameterValue": refused,
        "InvalidParameterCombination": refused,
    }


def reboot(instance: Instance) -> None:
    """Raises DatabaseBusy: not in a state to be rebooted, or gone since the last look; the next look shows which."""
    with errors_as(_not_now(instance)):
        _rds().reboot_db_instance(DBInstanceIdentifier=instance.name)


def restarted_since(instance: Instance, when: datetime, now: datetime) -> bool:
    """Whether RDS reports a restart ("RDS-EVENT-0006: The DB instance restarted.") since ``when``.

    Raises DatabaseBusy: gone since the last look.
    """
    events = every(
        "Events",
        lambda page: _rds().describe_events(
            SourceIdentifier=instance.name,
            SourceType="db-instance",
            StartTime=max(when, now - EVENTS_KEPT),
            EventCategories=["availability"],
            **page,
        ),
        _not_now(instance),
    )
    return any("restarted" in event.get("Message", "") for event in events)


def _not_now(instance: Instance) -> Mapping[str, Callable[[str], Exception]]:
    def busy(message: str) -> DatabaseBusy:
        return DatabaseBusy(f"{instance.name}: {said(message)}")

    return {"InvalidDBInstanceState": busy, "DBInstanceNotFound": busy}
