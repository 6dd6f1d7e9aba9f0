"""DB instances, the members of clusters among them, each with a real server behind it."""

import threading
from functools import partial
from typing import Any

from moto.rds import models
from moto.rds.exceptions import RDSClientError

from . import members, pending, servers
from .engines import ENGINES, restarts_together
from .events import RESTARTED, Event
from .joining import Joining
from .membership import assigned_window
from .switching import refuse_both, refuse_iam

CREATION, REBOOT, START, STOP = 240.0, 45.0, 120.0, 60.0  # simulated seconds, at least

CREATED = Event("RDS-EVENT-0005", "creation", "DB instance created")
STOPPED = Event("RDS-EVENT-0087", "notification", "DB instance stopped")
STARTED = Event("RDS-EVENT-0088", "notification", "DB instance started")
DELETED = Event("RDS-EVENT-0003", "deletion", "DB instance deleted")


class Instances(Joining):
    """DB instances: what moto does with them in an instant takes simulated time, and is announced."""

    def describe_db_instances(
        self, db_instance_identifier: str | None = None, filters: Any = None
    ) -> list[models.DBInstance]:
        return self._settled(super().describe_db_instances(db_instance_identifier, filters))

    def create_db_instance(self, db_kwargs: dict[str, Any]) -> models.DBInstance:
        """Answers at once, in the status creating, while the server is started. A cluster's first one is its writer.

        Raises RDS's errors for a combination that it does not offer.
        """
        self._fail_if_scripted("create_db_instance")
        asked: dict[str, Any] = dict(db_kwargs)
        asked.pop("source_db_instance_identifier", None)  # what is restored, also from a read replica's, follows nobody
        cluster = self._cluster_of_a_new(asked)
        engine = ENGINES.get(asked["engine"])
        domain, role = asked.pop("domain", None), asked.pop("domain_iam_role_name", None)
        if domain:
            self._directory(domain, role)
        if cluster is None:
            asked["db_subnet_group_name"] = asked.get("db_subnet_group_name") or self._default_subnet_group()
            asked["engine_version"] = asked.get("engine_version") or (engine and engine.default_version)
            iam = bool(asked.get(pending.IAM))
            refuse_both(asked["engine"], directory=bool(domain), iam=iam)
            if iam:
                refuse_iam(asked["engine"], asked["engine_version"])
        else:
            asked["db_subnet_group_name"] = cluster.db_subnet_group_name
            asked["port"] = cluster.port
        asked["preferred_maintenance_window"] = asked.get("preferred_maintenance_window") or assigned_window(
            self.clock.now()
        )
        with self._one_at_a_time:  # of two that come at once one is the first, and the writer
            instance: Any = super().create_db_instance(asked)
        instance.dbi_resource_id = self.resource_ids.new("db", instance.db_instance_identifier)
        instance.status, instance.instance_create_time, instance.begun = "creating", None, threading.Event()
        if cluster is not None and cluster.replicates:  # type: ignore[attr-defined]
            instance.is_cluster_writer = False

        def begin() -> None:
            try:
                instance.server = servers.start(self.world, instance)
            finally:
                instance.begun.set()  # with a server or without: its readers wait for this
            if not self._exists(instance):
                servers.end(instance)
                return
            if cluster is not None and self._joined(cluster):
                servers.restart(instance, joined=True)
            self._take_tokens_from_the_beginning(instance)

        def end() -> None:
            instance.instance_create_time = self.clock.now()
            if domain:
                self._join_at_creation(instance, domain, role)

        self._later(instance, CREATION, "available", CREATED, begin, end)
        return instance

    def modify_db_instance(self, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> models.DBInstance:
        """Holds what waits for the maintenance window. Raises InvalidDBInstanceState: it is not available."""
        instance: Any = self._available(db_instance_identifier)
        self._fail_if_scripted("modify_db_instance")
        asked: dict[str, Any] = dict(db_kwargs)
        if _is_member(instance):
            members.refuse_to_modify(asked)
        domain = asked.pop("domain", None)
        self._refuse(instance, domain, asked.get(pending.IAM))
        if domain:
            at_once = bool(asked.get("apply_immediately"))
            self._join(instance, domain, asked.pop("domain_iam_role_name", None), at_once)
        changes = pending.sorted_out(instance, asked, pending.OF_INSTANCES, self.clock.now())
        iam = changes.pop(pending.IAM, None)
        modified = super().modify_db_instance(db_instance_identifier, changes)
        self._switch_iam(modified, iam)
        return modified

    def reboot_db_instance(self, db_instance_identifier: str) -> models.DBInstance:
        """Restarts the server. Raises InvalidDBInstanceState: it is not available."""
        instance: Any = self._available(db_instance_identifier)
        self._fail_if_scripted("reboot_db_instance")
        for each in self._restarted_with(instance):
            each.status = "rebooting"
            self._later(each, REBOOT, "available", RESTARTED, partial(self._restart_server, each))
        return instance

    def _restarted_with(self, instance: Any) -> list[Any]:
        """The instance; of some clusters' writers, their readers as well."""
        cluster = getattr(instance, "cluster", None)
        if cluster is None or not instance.is_cluster_writer:
            return [instance]
        readers = [each for each in cluster.members if each is not instance]
        return [instance, *readers] if restarts_together(cluster.engine, cluster.engine_version) else [instance]

    def stop_db_instance(
        self, db_instance_identifier: str, db_snapshot_identifier: str | None = None
    ) -> models.DBInstance:
        """Raises InvalidParameterCombination: it is a member of a cluster, which is stopped as a whole."""
        self._refuse_a_member(db_instance_identifier)
        instance: Any = super().stop_db_instance(db_instance_identifier, db_snapshot_identifier)
        instance.status = "stopping"
        self._later(instance, STOP, "stopped", STOPPED, lambda: servers.stop(instance))
        return instance

    def start_db_instance(self, db_instance_identifier: str) -> models.DBInstance:
        """Raises InvalidParameterCombination: it is a member of a cluster, which is started as a whole."""
        self._refuse_a_member(db_instance_identifier)
        instance: Any = super().start_db_instance(db_instance_identifier)
        instance.status = "starting"
        self._later(instance, START, "available", STARTED, lambda: self._restart_server(instance))
        return instance

    def restore_db_instance_to_point_in_time(
        self, source_db_identifier: str, target_db_identifier: str, overrides: dict[str, Any]
    ) -> models.DBInstance:
        """By way of a snapshot; moto would copy all that is behind the instance. What it held is not restored."""
        snapshot = self.create_db_snapshot(source_db_identifier, f"rds:{target_db_identifier}")
        asked = {**overrides, "db_instance_identifier": target_db_identifier}
        try:
            return self.restore_db_instance_from_db_snapshot(snapshot.db_snapshot_identifier, asked)
        finally:
            self.delete_db_snapshot(snapshot.db_snapshot_identifier)

    def delete_db_instance(self, db_instance_identifier: str, *more: Any, **options: Any) -> models.DBInstance:
        """At once: RDS shows the instance as `deleting` for some minutes, here it is gone."""
        members.refuse_to_go_first(self.databases.get(db_instance_identifier))
        instance: Any = super().delete_db_instance(db_instance_identifier, *more, **options)
        self._in_background(partial(servers.end, instance))
        self.announced.announce(instance, DELETED)
        return instance

    def _available(self, name: str) -> models.DBInstance:
        instance: Any = self.describe_db_instances(name)[0]
        if instance.status != "available":
            raise RDSClientError("InvalidDBInstanceState", f"Database instance {name} is not in available state.")
        return instance

    def _cluster_of_a_new(self, asked: dict[str, Any]) -> models.DBCluster | None:
        name = asked.get("db_cluster_identifier")
        if name is None:
            if (engine := ENGINES.get(asked["engine"])) and engine.clustered:
                members.refuse_to_stand_alone(asked["engine"])
            return None
        cluster = self.describe_db_clusters(name)[0]
        members.refuse_to_create(asked)
        if cluster.status not in ("creating", "available"):
            raise RDSClientError("InvalidDBClusterStateFault", f"DbCluster {name} is in {cluster.status} state.")
        return cluster

    def _refuse_a_member(self, name: str) -> None:
        instance = self.describe_db_instances(name)[0]
        if _is_member(instance):
            members.refuse_to_stop_or_start(instance.engine)


def _is_member(instance: models.DBInstance) -> bool:
    return isinstance(instance, models.DBInstanceClustered)
