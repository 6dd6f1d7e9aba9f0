"""A database, which is an RDS instance or an Aurora cluster: what a whole execution works on, and one look at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from signon.domain.engines import ENGINES, Reboots, Scope
from signon.domain.rds.readiness import STUCK_REMEDY, DecidingStatus, Readiness, readiness
from signon.errors import DatabaseUnusable

NEW_FOR = timedelta(hours=24)  # in words in plan/approvals.py and the schema of profiles


@dataclass(frozen=True)
class DatabaseId:
    """Which database: its name, and the resource id that no other database ever has, not even one of the same name.

    Of a cluster they are DBClusterIdentifier, DbClusterResourceId and DBClusterArn.
    """

    name: str
    resource_id: str
    arn: str
    engine: str

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> DatabaseId:
        """From any document that has its fields; other fields are ignored. Raises KeyError."""
        return cls(**{field: document[field] for field in cls.__dataclass_fields__})

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def folder(self) -> str:
        """Where its files lie: an instance and a cluster may have the same name."""
        return f"clusters/{self.name}" if self.scope is Scope.CLUSTER else self.name

    @property
    def scope(self) -> Scope:
        return Scope.CLUSTER if self.arn.split(":")[5] == "cluster" else Scope.INSTANCE


@dataclass(frozen=True)
class Instance:
    """One server: of an RDS instance the instance itself. ``host`` is None as long as it has no endpoint."""

    name: str
    status: str
    instance_class: str
    host: str | None
    port: int
    is_writer: bool
    pending_changes: tuple[str, ...] = ()
    pending_groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Membership:
    """One entry of ``DomainMemberships``."""

    directory: str
    status: str
    role: str


@dataclass(frozen=True)
class Database:
    """What one look at RDS showed.

    ``status`` is the instance's or the cluster's own. ``host`` is where the master signs in: for a cluster the writer's
    endpoint. ``instances`` are in the order of reboots: readers first, by name, the writer last.
    ``pending_changes`` wait for a window, or for a change that is applied at once; ``pending_groups`` are parameter
    groups that wait for a reboot, which nothing else applies. ``memberships`` are all entries of
    ``DomainMemberships``, which may be more than one.
    ``replica_of`` names what it replicates from, ``global_database`` the one whose primary cluster is elsewhere,
    ``primary_of`` the one whose primary cluster this is. ``subnets`` are all that its instances may be in.
    ``pauses``: its instances may be paused, and resume when somebody connects. ``upgrades_itself``: RDS gives it new
    minor versions.
    ``in_vpc`` is False of a cluster in express configuration, ``is_limitless``: its shards are no instances.
    """

    id: DatabaseId
    engine_version: str
    status: str
    host: str
    port: int
    vpc: str | None
    created_at: datetime
    tags: Mapping[str, str]
    master_user: str | None
    master_secret: str | None
    memberships: tuple[Membership, ...]
    iam_enabled: bool
    pending_changes: tuple[str, ...]
    instances: tuple[Instance, ...]
    pending_groups: tuple[str, ...] = ()
    replica_of: str | None = None
    replicas: tuple[str, ...] = ()
    global_database: str | None = None
    primary_of: str | None = None
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    parameter_group: str | None = None
    custom_endpoints: tuple[str, ...] = ()
    pauses: bool = False
    upgrades_itself: bool = False
    in_vpc: bool = True
    is_limitless: bool = False

    def is_new(self, now: datetime) -> bool:
        """Whether it was created less than NEW_FOR before ``now``."""
        return now - self.created_at < NEW_FOR

    @property
    def to_reboot(self) -> tuple[Instance, ...]:
        """Those that RDS is asked to reboot after joining a directory, in that order; others may restart with them."""
        readers_only = ENGINES[self.id.engine].reboots is Reboots.READERS
        if self.restarts_together:
            return tuple(instance for instance in self.instances if instance.is_writer)
        return tuple(instance for instance in self.instances if not (readers_only and instance.is_writer))

    @property
    def restarts_together(self) -> bool:
        """Whether its readers restart with its writer."""
        return ENGINES[self.id.engine].restarts_together(self.engine_version)

    @property
    def deciding_status(self) -> DecidingStatus:
        """Its own status or that of an instance of the cluster, whichever is further from usable."""
        own = DecidingStatus(readiness(self.status), self.status)
        members = self.instances if self.id.scope is Scope.CLUSTER else ()
        return max((own, *map(_status_of, members)), key=lambda status: status.severity)


def in_working_order(database: Database) -> Database:
    """The database. Raises DatabaseUnusable: its status does not pass by itself."""
    if database.deciding_status.readiness is Readiness.STUCK:
        raise DatabaseUnusable(database.deciding_status.describe(database.id.name), STUCK_REMEDY)
    return database


def _status_of(instance: Instance) -> DecidingStatus:
    """An instance that is being deleted leaves a cluster that remains: wait for that."""
    found = readiness(instance.status)
    return DecidingStatus(Readiness.CHANGING if found is Readiness.LEAVING else found, instance.status, instance.name)


def in_order_of_reboots(instances: Iterable[Instance]) -> tuple[Instance, ...]:
    """Readers first, so that the writer's restart finds readers that already accept tickets."""
    return tuple(sorted(instances, key=lambda instance: (instance.is_writer, instance.name)))
