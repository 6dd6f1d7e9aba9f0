"""A database: the name and resource id that a whole execution works on, and one look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

AT_REBOOT = "parameter group "  # begins the name of a pending change that a reboot applies, whatever else is asked for
NEW_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class DatabaseId:
    """Which database: its name, and the resource id that no other database ever has, not even one of the same name."""

    name: str
    resource_id: str
    arn: str
    engine: str

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> DatabaseId:
        return cls(**{field: document[field] for field in cls.__dataclass_fields__})

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]


@dataclass(frozen=True)
class Membership:
    """One entry of ``DomainMemberships``."""

    directory: str
    status: str
    role: str


@dataclass(frozen=True)
class Database:
    """What one DescribeDBInstances answered."""

    id: DatabaseId
    engine_version: str
    instance_class: str
    status: str
    host: str
    port: int
    vpc: str
    created_at: datetime
    tags: Mapping[str, str]
    master_user: str
    master_secret: str | None
    membership: Membership | None
    iam_enabled: bool
    pending_changes: tuple[str, ...]
    cluster: str | None
    replica_of: str | None
    replicas: tuple[str, ...]

    def is_new(self, now: datetime) -> bool:
        return now - self.created_at < NEW_FOR


class Readiness(Enum):
    """What a ``DBInstanceStatus`` means for us."""

    USABLE = "can be changed and signed in to"
    CHANGING = "will become usable by itself"
    STUCK = "will not become usable without a person"
    LEAVING = "is being deleted"


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status
_USABLE = {
    "available",
    "backing-up",
    "storage-optimization",
    "storage-initialization",
    "configuring-enhanced-monitoring",
    "configuring-log-exports",
}
_STUCK = {
    "failed", "inaccessible-encryption-credentials", "inaccessible-encryption-credentials-recoverable",
    "incompatible-create", "incompatible-network", "incompatible-option-group", "incompatible-parameters",
    "incompatible-restore", "insufficient-capacity", "restore-error", "stopped", "stopping", "storage-full",
}  # fmt: skip
_LEAVING = {"delete-precheck", "deleting"}


def readiness(status: str) -> Readiness:
    """Every status that is not in a table counts as CHANGING: AWS adds some, and waiting has a deadline."""
    if status in _USABLE:
        return Readiness.USABLE
    if status in _STUCK:
        return Readiness.STUCK
    return Readiness.LEAVING if status in _LEAVING else Readiness.CHANGING
