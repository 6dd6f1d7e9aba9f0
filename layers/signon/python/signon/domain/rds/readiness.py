"""What the status of an instance or a cluster means for us."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Readiness(StrEnum):
    """What a status means, from best to worst."""

    USABLE = "can be changed and signed in to"
    CHANGING = "will become usable by itself"
    STUCK = "will not become usable without a person"
    LEAVING = "is being deleted"


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/accessing-monitoring.html#Aurora.Status
_USABLE = {
    "available",
    "backing-up",
    "storage-optimization",
    "storage-initialization",
    "configuring-enhanced-monitoring",
    "configuring-log-exports",
}
_STUCK = {
    "cloning-failed", "failed", "incompatible-create", "incompatible-network", "incompatible-option-group",
    "inaccessible-encryption-credentials", "inaccessible-encryption-credentials-recoverable", "incompatible-parameters",
    "incompatible-restore", "insufficient-capacity", "migration-failed", "restore-error", "stopped", "stopping",
    "storage-full",
}  # fmt: skip
STUCK_REMEDY = "Bring it to the status available; then start again"
_LEAVING = {"delete-precheck", "deleting"}


def readiness(status: str) -> Readiness:
    """Every status that is not in a table counts as CHANGING: AWS adds some, and waiting has a deadline."""
    if status in _USABLE:
        return Readiness.USABLE
    if status in _STUCK:
        return Readiness.STUCK
    return Readiness.LEAVING if status in _LEAVING else Readiness.CHANGING


@dataclass(frozen=True)
class DecidingStatus:
    """The status that decides; ``instance`` is the member of the cluster that has it, None if it is the database's."""

    readiness: Readiness
    status: str
    instance: str | None = None

    @property
    def severity(self) -> int:
        """0 for the best readiness, and higher the further the status is from usable."""
        return list(Readiness).index(self.readiness)

    def describe(self, database: str) -> str:
        """As a sentence: "orders is modifying", "instance orders-2 of orders is rebooting"."""
        return f"{f'instance {self.instance} of {database}' if self.instance else database} is {self.status}"
