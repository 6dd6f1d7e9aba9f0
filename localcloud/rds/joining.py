"""What RDS does with a directory, for an instance as for a cluster."""

import json
from collections.abc import Iterable
from typing import Any

from moto.ds.models import ds_backends
from moto.iam.models import iam_backends
from moto.rds.exceptions import RDSClientError

from . import servers
from .life_cycle import Resource
from .membership import DomainMembership, next_window
from .switching import Switching, refuse_both, refuse_iam, wants_iam


class Joining(Switching):
    """Databases that join and leave directories, and what a failover does to them."""

    def _refuse(self, resource: Any, domain: str | None, iam: bool | None) -> None:
        """What is asked of an existing database. Raises InvalidParameterCombination."""
        if iam:
            refuse_iam(resource.engine, resource.engine_version)
        if iam or domain not in (None, "none"):
            present = resource.membership
            member = present is not None and bool(present.status(self.clock.now()))
            directory = member or domain not in (None, "none")
            refuse_both(resource.engine, directory=directory, iam=iam or wants_iam(resource))

    def _join(self, resource: Any, domain: str, role: str | None, at_once: bool) -> None:
        """The same call again changes nothing, unless the join has failed or waits for its window."""
        now, present = self.clock.now(), resource.membership
        status = present.status(now) if present else ""
        if domain == "none":
            if status:
                resource.membership = present.left_at(now)
            return
        directory = self._directory(domain, role)
        waits = status == "pending-maintenance-enable-kerberos"
        walks_or_is_there = status in ("pending-enable-kerberos", "enabling-kerberos", "kerberos-enabled")
        if status and present.domain == domain and (walks_or_is_there or (waits and not at_once)):
            return
        begins = now if at_once else next_window(resource.preferred_maintenance_window, now)
        resource.membership = DomainMembership(domain, directory.name, str(role), begins, self._end_of_join(directory))

    def _join_at_creation(self, resource: Any, domain: str, role: str | None) -> None:
        directory = self._directory(domain, role)
        resource.membership = DomainMembership(
            domain, directory.name, str(role), self.clock.now(), self._end_of_join(directory)
        )

    def _joined(self, resource: Any) -> bool:
        """Whether a server that is started now has the plugin."""
        membership = resource.membership
        return membership is not None and membership.status(self.clock.now()) == "kerberos-enabled"

    def _settled(self, resources: Iterable[Resource]) -> list[Resource]:
        """Nothing ticks: a caller finds the writer as it has been since its cluster joined."""
        found = super()._settled(resources)
        for resource in found:
            writer: Any = getattr(getattr(resource, "cluster", None) or resource, "writer", None)
            if writer and writer.status == "available" and self._joined(resource):
                with self.clock.working():
                    servers.take_tickets(writer)
        return found

    def _restart_server(self, instance: Any) -> None:
        servers.restart(instance, self._joined(instance))

    def fail_over(self, instance: Any) -> None:
        """What clients see at the beginning of a failover: the writer is gone, and the server that answers in its place
        is read-only until `promote`. No status and no event of RDS shows it.
        """
        servers.crash(instance)
        servers.restart(instance, self._joined(instance), read_only=True)

    def promote(self, instance: Any) -> None:
        """What clients see at its end: the server that answers is the writer."""
        self._restart_server(instance)

    def _directory(self, domain: str, role: str | None) -> Any:
        directory = ds_backends[self.account_id][self.region_name].directories.get(domain)
        if directory is None:
            raise RDSClientError(
                "DomainNotFoundFault", f"{domain} does not refer to an existing Active Directory domain."
            )
        if not role:
            raise RDSClientError(
                "InvalidParameterCombination", "You must specify DomainIAMRoleName when you specify Domain."
            )
        roles = iam_backends[self.account_id][self.partition].roles.values()
        if not _is_directory_role(next((known for known in roles if known.name == role), None)):
            raise RDSClientError(
                "InvalidParameterValue",
                f"The IAM role {role} provided is not valid. Check that the role exists and has the correct policies.",
            )
        return directory

    def _end_of_join(self, directory: Any) -> str:
        """Nobody joins a directory that is not Active."""
        if directory.stage != "Active":
            return "enable-kerberos-failed"
        return self.faults.take("join") or "kerberos-enabled"


def _is_directory_role(role: Any) -> bool:
    """RDS's principals may take it, and it may do in the directory what RDS must."""
    if role is None:
        return False
    trust = json.loads(role.assume_role_policy_document)
    services: list[str] = []
    for statement in trust["Statement"]:
        named = statement.get("Principal", {}).get("Service", [])
        services += [named] if isinstance(named, str) else named
    trusted = {service.split(".")[0].split("-")[0] for service in services}
    policies = {arn.rsplit("/", 1)[1] for arn in role.managed_policies}
    return {"rds", "directoryservice"} <= trusted and "AmazonRDSDirectoryServiceAccess" in policies
