"""What the Describe calls show of an instance and of a cluster, where moto shows something else than RDS."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, PaginatedResult
from moto.core.utils import get_pagination_model
from moto.rds import models, responses
from moto.rds.exceptions import RDSClientError
from moto.rds.utils import ClusterEngine, DbInstanceEngine, FilterDef

from localcloud.faults import Faults
from localcloud.moto_patches import patch

from . import cluster_changes, pending
from .endpoints import HOSTED_ZONE, cluster_endpoint, instance_endpoint, reader_endpoint
from .engines import ENGINES, orderable_options

# by what moto finds the place again at which a page ended
PLACES = {
    "DescribeDBInstances": "db_instance_identifier",
    "DescribeDBClusters": "db_cluster_identifier",
    "DescribeOrderableDBInstanceOptions": ["EngineVersion", "DBInstanceClass"],
}

_moto_describe_db_instances = responses.RDSResponse.describe_db_instances
_moto_describe_db_clusters = responses.RDSResponse.describe_db_clusters
_moto_delete_db_cluster = responses.RDSResponse.delete_db_cluster
_moto_designate_writer = models.DBCluster.designate_writer
_moto_multi_az: Any = models.DBCluster.multi_az


def install(faults: Faults) -> None:
    """From now on moto shows instances and clusters so."""
    memberships = property(_memberships, lambda resource, value: None)
    patch(models.DBInstance, server=None, begun=None, membership=None, held={}, held_until=None, switching={})
    patch(
        models.DBInstance,
        address=property(instance_endpoint),
        endpoint=property(_endpoint),
        domain_memberships=memberships,
        pending_modified_values=property(lambda instance: pending.shown(instance, pending.OF_INSTANCES)),
    )
    # "the DB instances become members of the domain": AuroraUserGuide/postgresql-kerberos-managing.html
    patch(
        models.DBInstanceClustered,
        membership=property(lambda instance: instance.cluster.membership),
        iam_database_authentication_enabled=property(lambda instance: instance.cluster.iam_auth),
    )
    patch(models.DBCluster, membership=None, held={}, held_until=None, switching={}, replicates=False)
    patch(
        models.DBCluster,
        status=_kept_as("_status"),  # moto's is available at the second look
        enable_iam_database_authentication=_kept_as("iam_auth"),
        endpoint=property(cluster_endpoint),
        reader_endpoint=property(reader_endpoint),
        domain_memberships=memberships,
        pending_modified_values=property(lambda cluster: pending.shown(cluster, pending.OF_CLUSTERS) or None),
        designate_writer=_designate_writer,
        multi_az=property(_multi_az),
        update=cluster_changes.update,
        get_cfg=_settings,  # moto's has no place for a managed password
        save_automated_backup=lambda cluster: None,  # by the real clock, and still there after the cluster
    )
    _know_filters_and_engines()
    _answer(faults)


def _answer(faults: Faults) -> None:
    for call, place in PLACES.items():
        get_pagination_model("rds")[call]["unique_attribute"] = place
    patch(
        responses.RDSResponse,
        describe_db_instances=_paged(faults, "describe_db_instances", _moto_describe_db_instances),
        describe_db_clusters=_paged(faults, "describe_db_clusters", _moto_describe_db_clusters),
        describe_orderable_db_instance_options=_orderable,
        delete_db_cluster=_delete_db_cluster,
        reboot_db_cluster=lambda self: self.backend.reboot_db_cluster(self.params["DBClusterIdentifier"]),
    )


def _know_filters_and_engines() -> None:
    models.DBInstance.SUPPORTED_FILTERS["db-cluster-id"] = FilterDef(
        ["cluster.db_cluster_arn", "db_cluster_identifier"], "DB Cluster Identifiers", case_insensitive=True
    )
    models.DBCluster.SUPPORTED_FILTERS["db-cluster-resource-id"] = FilterDef(
        ["db_cluster_resource_id"], "DB Cluster Resource Ids"
    )
    # DescribeDBClusters "can also return information for Amazon Neptune DB instances and Amazon DocumentDB instances"
    clusters, instances = set(ClusterEngine.list_cluster_engines()), set(DbInstanceEngine.valid_db_instance_engine())
    patch(ClusterEngine, list_cluster_engines=lambda: sorted(clusters | {"docdb"}))
    patch(DbInstanceEngine, valid_db_instance_engine=lambda: sorted(instances | {"docdb"}))


def _settings(cluster: Any) -> dict[str, Any]:
    """What a cluster that is restored from a snapshot of this one has of it."""
    return {name.removeprefix("_"): value for name, value in vars(cluster).items() if name != "backend"}


def _kept_as(attribute: str) -> property:
    return property(
        lambda resource: getattr(resource, attribute), lambda resource, value: setattr(resource, attribute, value)
    )


def _endpoint(instance: Any) -> dict[str, Any] | None:
    """None as long as the instance is not made: RDS shows no endpoint then."""
    if instance.instance_create_time is None:
        return None
    return {"Address": instance.address, "Port": instance.port, "HostedZoneId": HOSTED_ZONE}


def _memberships(resource: Any) -> list[dict[str, str]]:
    membership = resource.membership
    if membership is None or not (status := membership.status(resource.backend.clock.now())):
        return []
    return [
        {
            "Domain": membership.domain,
            "Status": status,
            "FQDN": membership.fqdn,
            "IAMRoleName": membership.iam_role_name,
        }
    ]


def _multi_az(cluster: Any) -> bool:
    """A cluster of an engine that has instances, too, is a Multi-AZ DB cluster."""
    if (engine := ENGINES.get(cluster.engine)) and not engine.clustered:
        return True
    return bool(_moto_multi_az.fget(cluster))


def _designate_writer(cluster: Any) -> None:
    """A cluster that replicates from elsewhere has readers only."""
    if not cluster.replicates:
        _moto_designate_writer(cluster)


def _paged(faults: Faults, call: str, describe: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    def described(self: Any) -> ActionResult:
        if code := faults.take(call):
            raise RDSClientError(code, "scripted")
        size = self.params.get("MaxRecords", 100)
        if not 20 <= size <= 100:
            raise RDSClientError(
                "InvalidParameterValue", f"Invalid value {size} for MaxRecords. Must be between 20 and 100"
            )
        return PaginatedResult(describe(self).result)

    return described


def _orderable(self: Any) -> ActionResult:
    asked = self.params
    options = orderable_options(
        asked.get("Engine"), asked.get("EngineVersion"), asked.get("DBInstanceClass"), self.region
    )
    return PaginatedResult({"OrderableDBInstanceOptions": list(options)})


def _delete_db_cluster(self: Any) -> ActionResult:
    if not self.params.get("SkipFinalSnapshot") and not self.params.get("FinalDBSnapshotIdentifier"):
        raise RDSClientError(
            "InvalidParameterCombination",
            "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
        )
    return _moto_delete_db_cluster(self)
