"""DB clusters: what their instances have in common, and one life for all of them."""

from collections.abc import Callable
from typing import Any

from moto.rds import models
from moto.rds.exceptions import RDSClientError

from . import failover, pending, servers
from .endpoints import HOSTED_ZONE
from .engines import ENGINES
from .events import RESTARTED, Event
from .joining import Joining
from .membership import assigned_window

CREATION, START, STOP, FAILOVER = 200.0, 120.0, 60.0, 30.0  # simulated seconds, at least

CREATED = Event("RDS-EVENT-0170", "creation", "DB cluster created")
STOPPED = Event("RDS-EVENT-0150", "notification", "DB cluster stopped")
STARTED = Event("RDS-EVENT-0151", "notification", "DB cluster started")
DELETED = Event("RDS-EVENT-0171", "deletion", "DB cluster deleted")


class Clusters(Joining):
    """DB clusters: what moto does with them in an instant takes simulated time, and is announced."""

    def describe_db_clusters(
        self, db_cluster_identifier: str | None = None, filters: Any = None
    ) -> list[models.DBCluster]:
        return self._settled(super().describe_db_clusters(db_cluster_identifier, filters))

    def create_db_cluster(self, kwargs: dict[str, Any]) -> models.DBCluster:
        """It needs no instance: its endpoints are shown from the first moment, and nobody answers there yet."""
        self._fail_if_scripted("create_db_cluster")
        asked: dict[str, Any] = dict(kwargs)
        if asked["db_cluster_identifier"] in self.clusters:
            raise RDSClientError("DBClusterAlreadyExistsFault", "DB Cluster already exists")
        domain, role = asked.pop("domain", None), asked.pop("domain_iam_role_name", None)
        if domain:
            _refuse_a_domain(asked["engine"])
            self._directory(domain, role)
        if "iam_auth" in asked:  # moto copies what it restores; that follows nobody, whatever its source does
            asked.update(replication_source_identifier=None, global_cluster_identifier=None)
        of_a_snapshot = asked.pop("iam_auth", False)
        iam = asked.pop(pending.IAM, None)
        source = asked.pop("replication_source_identifier", None)  # often of another Region, where nobody is
        cluster: Any = super().create_db_cluster(self._completed(asked))
        cluster.db_cluster_resource_id = self.resource_ids.new("cluster", cluster.db_cluster_identifier)
        cluster.enable_iam_database_authentication = of_a_snapshot if iam is None else iam
        cluster.replication_source_identifier = source
        cluster.replicates = bool(source or (cluster.global_cluster_identifier and not cluster.is_writer))
        cluster.cluster_create_time, cluster.hosted_zone_id = self.clock.now(), HOSTED_ZONE

        def end() -> None:
            if domain:
                self._join_at_creation(cluster, domain, role)

        self._later(cluster, CREATION, "available", CREATED, end=end)
        return cluster

    def modify_db_cluster(self, kwargs: dict[str, Any]) -> models.DBCluster:
        """Raises InvalidDBClusterStateFault: it is not available."""
        cluster: Any = self._in_state(kwargs["db_cluster_identifier"], "available")
        self._fail_if_scripted("modify_db_cluster")
        asked = {name: value for name, value in dict(kwargs).items() if name != "db_cluster_identifier"}
        domain = asked.pop("domain", None)
        if domain:
            _refuse_a_domain(cluster.engine)
        self._refuse(cluster, domain, asked.get(pending.IAM))
        if domain:
            at_once = bool(asked.get("apply_immediately"))
            self._join(cluster, domain, asked.pop("domain_iam_role_name", None), at_once)
        self._change(cluster, pending.sorted_out(cluster, asked, pending.OF_CLUSTERS, self.clock.now()))
        return cluster

    def stop_db_cluster(self, cluster_identifier: str) -> models.DBCluster:
        """With all of its instances. Raises InvalidDBClusterStateFault: it is not available."""
        cluster = self._in_state(cluster_identifier, "available")
        return self._all_of(cluster, "stopping", STOP, "stopped", STOPPED, servers.stop)

    def start_db_cluster(self, cluster_identifier: str) -> models.DBCluster:
        """With all of its instances. Raises InvalidDBClusterStateFault: it is not stopped."""
        cluster = self._in_state(cluster_identifier, "stopped")
        return self._all_of(cluster, "starting", START, "available", STARTED, self._restart_server)

    def delete_db_cluster(self, cluster_identifier: str, snapshot_name: str | None = None) -> models.DBCluster:
        """At once, and only when its instances are gone: RDS shows it as `deleting` for some minutes."""
        cluster = super().delete_db_cluster(cluster_identifier, snapshot_name)
        self.announced.announce(cluster, DELETED)
        return cluster

    def failover_db_cluster(
        self, db_cluster_identifier: str, target_db_instance_identifier: str | None = None
    ) -> models.DBCluster:
        """The cluster is `failing-over` meanwhile; its members restart, and show it by no status."""
        cluster: Any = self._in_state(db_cluster_identifier, "available")
        self._fail_if_scripted("failover_db_cluster")
        target = failover.target(cluster, target_db_instance_identifier)
        cluster.status = "failing-over"
        self.announced.announce(cluster, failover.started(cluster.writer, target))

        def begin() -> None:
            pair = (cluster.writer, target)
            servers.fail_over(cluster, target, self._joined(cluster))
            cluster.failover(target)
            for instance in pair:
                self.announced.announce(instance, RESTARTED)

        self._later(cluster, FAILOVER, "available", failover.completed(target), begin)
        return cluster

    def reboot_db_cluster(self, db_cluster_identifier: str) -> models.DBCluster:
        """Refused: "Use this operation only for a non-Aurora Multi-AZ DB cluster."

        https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RebootDBCluster.html
        """
        cluster = self.describe_db_clusters(db_cluster_identifier)[0]
        raise RDSClientError(
            "InvalidParameterCombination", f"RebootDBCluster isn't supported for DB engine {cluster.engine}."
        )

    def _all_of(
        self, cluster: Any, now: str, seconds: float, then: str, event: Event, each: Callable[[Any], object]
    ) -> models.DBCluster:
        """The cluster and its instances are in the status `now`, and after that time in `then`; to the server of each
        something is done, the writer's first.
        """
        instances: list[Any] = sorted(cluster.members, key=lambda instance: not instance.is_cluster_writer)
        for one in (cluster, *instances):
            one.status = now

        def begin() -> None:
            for instance in instances:
                each(instance)

        def end() -> None:
            for instance in instances:
                instance.status = then

        self._later(cluster, seconds, then, event, begin, end)
        return cluster

    def _in_state(self, name: str, status: str) -> models.DBCluster:
        cluster = self.describe_db_clusters(name)[0]
        if cluster.status != status:
            raise RDSClientError(
                "InvalidDBClusterStateFault",
                f"DbCluster {name} is in {cluster.status} state but expected it to be one of {status}.",
            )
        return cluster

    def _completed(self, asked: dict[str, Any]) -> dict[str, Any]:
        """With what RDS chooses where nothing was said, and moto chooses otherwise."""
        name, group = asked["engine"], asked.get("db_subnet_group_name")
        if group:
            self.describe_db_subnet_groups(group)
        chosen = {
            "db_subnet_group_name": group or self._default_subnet_group(),
            "vpc_security_group_ids": asked.get("vpc_security_group_ids") or [self._default_security_group()],
            "preferred_maintenance_window": asked.get("preferred_maintenance_window")
            or assigned_window(self.clock.now()),
        }
        if engine := ENGINES.get(name):
            version = asked.get("engine_version") or engine.default_version
            chosen |= {
                "engine_version": version,
                "port": asked.get("port") or engine.port,
                "license_model": engine.license_model,
                "db_cluster_parameter_group_name": asked.get("db_cluster_parameter_group_name")
                or f"default.{name}{engine.series(version)}",
            }
            if engine.clustered:
                chosen |= {"storage_type": engine.storage_type, "allocated_storage": 1}
        return {**asked, **chosen}


def _refuse_a_domain(engine: str) -> None:
    """Of RDS for MySQL and PostgreSQL there are Multi-AZ DB clusters, here without members and without servers.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/multi-az-db-clusters-concepts.Limitations.html
    """
    if (row := ENGINES.get(engine)) and not row.clustered:
        raise RDSClientError(
            "InvalidParameterCombination", "Kerberos authentication isn't supported for Multi-AZ DB clusters."
        )
