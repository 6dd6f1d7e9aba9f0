"""IAM database authentication, switched on and off: for an instance, or for a cluster and all of its members.

It takes some minutes and interrupts nobody; meanwhile the status says so, and the value is pending.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Enabling.html
"""

from typing import Any

from moto.rds.exceptions import RDSClientError

from . import pending, servers
from .engines import ENGINES
from .life_cycle import LifeCycle

CONFIGURING, TAKES = "configuring-iam-database-auth", 180.0  # simulated seconds, at least


class Switching(LifeCycle):
    """Databases whose IAM database authentication is switched on and off."""

    def _change(self, resource: Any, changes: dict[str, Any]) -> None:
        iam = changes.pop(pending.IAM, None)
        super()._change(resource, changes)
        self._switch_iam(resource, iam)

    def _switch_iam(self, resource: Any, on: bool | None) -> None:
        """Asked for what is so, nothing happens."""
        if on is None or on is resource.iam_database_authentication_enabled:
            return
        instances = [each for each in getattr(resource, "members", [resource]) if each.status == "available"]
        for one in (resource, *instances):
            one.status = CONFIGURING
        resource.switching = {pending.IAM: on}

        def end() -> None:
            with self.clock.working():
                for instance in getattr(resource, "members", [resource]):
                    servers.switch_iam(instance, on)
            resource.enable_iam_database_authentication, resource.switching = on, {}
            for instance in instances:
                instance.status = "available"

        self._later(resource, TAKES, "available", None, end=end)

    def _take_tokens_from_the_beginning(self, instance: Any) -> None:
        """A server that has just been made is as its instance or cluster is, or is becoming."""
        resource = getattr(instance, "cluster", None) or instance
        if resource.switching.get(pending.IAM, resource.iam_database_authentication_enabled):
            servers.switch_iam(instance, on=True)


def wants_iam(resource: Any) -> bool:
    """Whether it is on, or will be."""
    on = {pending.IAM: resource.iam_database_authentication_enabled, **resource.held, **resource.switching}
    return bool(on[pending.IAM])


def refuse_iam(engine: str, version: str) -> None:
    """Raises InvalidParameterCombination where RDS has no IAM database authentication."""
    if (row := ENGINES.get(engine)) and not row.takes_tokens(version):
        raise RDSClientError(
            "InvalidParameterCombination", "IAM Database Authentication is not supported for this configuration."
        )


def refuse_both(engine: str, *, directory: bool, iam: bool) -> None:
    """Raises InvalidParameterCombination where RDS has one of them at a time."""
    if directory and iam and (row := ENGINES.get(engine)) and row.one_method:
        raise RDSClientError(
            "InvalidParameterCombination",
            "Kerberos authentication and IAM database authentication can't both be enabled for a DB instance that "
            f"runs {engine}.",
        )
