"""RDS: reads databases. One call shows an instance, two show a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.aws.pages import every
from signon.aws.rds_answers import is_made, of_cluster, of_instance, tags
from signon.domain.engines import ENGINES, Method, Scope
from signon.domain.rds.database import Database, DatabaseId
from signon.domain.rds.readiness import Readiness
from signon.domain.request.admission import refuse_stranger
from signon.domain.request.request import Request
from signon.errors import DatabaseBusy, DatabaseGone, DatabaseUnusable, NotOurs

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

PAGE = 100  # the most that a Describe call answers at once


def _rds() -> RDSClient:
    made: RDSClient = client("rds")
    return made


def find(request: Request) -> Database | None:
    """The database that a request names, or None. An instance of a cluster is found as its cluster.

    Raises DatabaseBusy: it has no endpoint, or no writer, yet. DatabaseUnusable: and will have none. NotOurs: the same,
    but nothing waits for it.
    """
    return _FIND[request.scope](request.name, request)


def find_made(request: Request) -> Database | None:
    """The database that a request names, or None where there is none, or none that one could sign in to yet."""
    try:
        return find(request)
    except (DatabaseBusy, DatabaseUnusable, NotOurs):
        return None


def observe(identity: DatabaseId) -> Database:
    """The database of this execution as it is now, in whatever status.

    Raises DatabaseGone: deleted, or being deleted, or another one has its name now.
    """
    database = _FIND[identity.scope](identity.name, None)
    if database is None:
        raise DatabaseGone(f"{identity.name} was deleted")
    if database.id.resource_id != identity.resource_id:
        raise DatabaseGone(
            f"{identity.name} is now {database.id.resource_id} and was {identity.resource_id}:"
            " it was recreated under the same name"
        )
    if database.deciding_status.readiness is Readiness.LEAVING:
        raise DatabaseGone(database.deciding_status.describe(identity.name))
    return database


def _find_instance(name: str, request: Request | None) -> Database | None:
    try:
        with errors_as({"DBInstanceNotFound": DatabaseGone}):
            (answer,) = _rds().describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    except DatabaseGone:
        return None
    if "DBClusterIdentifier" in answer:
        return _find_cluster(answer["DBClusterIdentifier"], request)
    with _waiting_for(request, Scope.INSTANCE, answer["DBInstanceIdentifier"], answer):
        return of_instance(answer)


_GONE = dict.fromkeys(("DBClusterNotFoundFault", "DBInstanceNotFound"), DatabaseGone)


def _find_cluster(name: str, request: Request | None) -> Database | None:
    try:
        with errors_as(_GONE):
            (answer,) = _rds().describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
        members = list(every("DBInstances", lambda page: _members(name, page), _GONE))
    except DatabaseGone:
        return None
    with _waiting_for(request, Scope.CLUSTER, name, answer):
        return of_cluster(answer, members)


def _members(cluster: str, page: Mapping[str, Any]) -> Mapping[str, Any]:
    return _rds().describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [cluster]}], **page)


@contextmanager
def _waiting_for(request: Request | None, scope: Scope, name: str, answer: Mapping[str, Any]) -> Iterator[None]:
    """Events arrive for every database; one that is not ours is not waited for, and nobody is told."""
    try:
        yield
    except (DatabaseBusy, DatabaseUnusable):
        if request:
            refuse_stranger(name, answer["Engine"], scope, tags(answer), request.profile)
        raise


_FIND = {Scope.INSTANCE: _find_instance, Scope.CLUSTER: _find_cluster}


def every_database() -> Iterator[Database]:
    """Every database of our account and Region that one could sign in to, by pages of 100.

    The members of clusters are taken from the list of instances.
    """
    members: dict[str, list[Mapping[str, Any]]] = {}
    for instance in _every_instance():
        if "DBClusterIdentifier" in instance:
            members.setdefault(instance["DBClusterIdentifier"], []).append(instance)
        elif is_made(instance):
            yield of_instance(instance)
    for cluster in _every_cluster():
        if cluster["Engine"] in ENGINES:
            try:
                yield of_cluster(cluster, members.get(cluster["DBClusterIdentifier"], []))
            except (DatabaseBusy, DatabaseUnusable):
                continue  # no writer yet


def resource_ids() -> frozenset[str]:
    """Of every instance and cluster of our account and Region, whatever they are."""
    instances = {instance["DbiResourceId"] for instance in _every_instance()}
    return frozenset(instances | {cluster["DbClusterResourceId"] for cluster in _every_cluster()})


def _every_instance() -> Iterator[Mapping[str, Any]]:
    return every("DBInstances", lambda page: _rds().describe_db_instances(MaxRecords=PAGE, **page))


def _every_cluster() -> Iterator[Mapping[str, Any]]:
    return every("DBClusters", lambda page: _rds().describe_db_clusters(MaxRecords=PAGE, **page))


_SUPPORTS = {
    Method.KERBEROS: "SupportsKerberosAuthentication",
    Method.IAM: "SupportsIAMDatabaseAuthentication",
}


def not_offered(database: Database) -> dict[Method, tuple[str, ...]]:
    """The instance classes of the database for which RDS does not offer a method in its engine version, in this Region.

    RDS's own data, no table of ours. A class and version that are no longer offered to new databases count as offered:
    they run there.
    """
    options = {
        each: tuple(_options(database, each)) for each in sorted({one.instance_class for one in database.instances})
    }
    found = {
        method: tuple(each for each, offers in options.items() if offers and not any(one.get(flag) for one in offers))
        for method, flag in _SUPPORTS.items()
    }
    return {method: classes for method, classes in found.items() if classes}


def _options(database: Database, instance_class: str) -> Iterator[Mapping[str, Any]]:
    def ask(page: Mapping[str, Any]) -> Mapping[str, Any]:
        return _rds().describe_orderable_db_instance_options(
            Engine=database.id.engine,
            EngineVersion=database.engine_version,
            DBInstanceClass=instance_class,
            Vpc=True,
            **page,
        )

    return every("OrderableDBInstanceOptions", ask)
