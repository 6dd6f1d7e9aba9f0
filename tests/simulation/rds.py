"""The local RDS in a Region of its own, by the simulation's clock and with servers that are up."""

from __future__ import annotations

import copy
import dataclasses
import functools
import json
import uuid
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from types import MethodType
from typing import Any

from moto.rds.models import rds_backends

from localcloud.faults import Faults
from localcloud.rds.events import RESTARTED, Event, RdsEvents
from localcloud.rds.instances import CREATED
from localcloud.rds.membership import JOINING
from tests.simulation.conductor import Conductor
from tests.simulation.servers import WarmServers


class SimulatedRds:
    """``on_event`` is called with each event of RDS's, as EventBridge would show it."""

    def __init__(self, account: str, region: str, conductor: Conductor, servers: WarmServers) -> None:
        self.faults = Faults()
        self.on_event: Callable[[Mapping[str, Any]], None] = lambda event: None
        self._account, self._region, self._conductor, self._servers = account, region, conductor, servers
        self.backend: Any
        self.last_creation: Mapping[str, Any] | None = None  # the last event of a new instance
        self.joins: Counter[str] = Counter()  # by the name of the database: how often RDS began to join it
        self.restarts: Counter[str] = Counter()  # of instances
        self.join_takes = JOINING

    def reset(self) -> None:
        """No database."""
        self.joins.clear()
        self.restarts.clear()
        self.join_takes, self.last_creation = JOINING, None
        rds_backends[self._account].pop(self._region, None)
        backend: Any = rds_backends[self._account][self._region]
        self.backend = backend
        self.faults.clear()
        backend.clock, backend.world, backend.faults = self._conductor, self._servers, self.faults
        backend._later = MethodType(_later, backend)
        backend._in_background = lambda work: work()
        backend._join = functools.partial(self._join, backend._join)
        backend.announced = RdsEvents(self._conductor, self._put)  # type: ignore[arg-type]  # as much of a clock as it asks

    def resource_id(self, name: str) -> str:
        """Of an instance or a cluster."""
        if name in self.backend.clusters:
            return str(self.backend.clusters[name].db_cluster_resource_id)
        return str(self.backend.databases[name].dbi_resource_id)

    def is_available(self, name: str) -> bool:
        """Whether there is an instance of that name, and RDS does nothing with it."""
        return name in self.backend.databases and self.backend.databases[name].status == "available"

    def show_copies(self, of: str, count: int) -> Sequence[str]:
        """So many more databases like this one, without a server; answers their names."""
        original, made = self.backend.databases[of], []
        for number in range(count):
            one = copy.copy(original)
            one.db_instance_identifier = f"{of.rpartition('-')[0]}-copy-{number}"
            one.dbi_resource_id = f"db-{number:026}"
            self.backend.databases[one.db_instance_identifier] = one
            made.append(one.db_instance_identifier)
        return made

    def version(self, asked: Mapping[str, Any]) -> Hashable:
        """Another one whenever a Describe call that asks so has something else to say."""
        resources = (*self.backend.databases.values(), *self.backend.clusters.values())
        if asked.get("DBInstanceIdentifier", "") in self.backend.databases:
            resources = (self.backend.databases[asked["DBInstanceIdentifier"]],)
        shown = [(one.status, one.domain_memberships, vars(one)) for one in resources]
        return len(self.backend.announced.list(duration=10**6)), repr(shown)

    def _join(self, join: Callable[..., None], resource: Any, domain: str, *asked: Any) -> None:
        before = resource.membership
        join(resource, domain, *asked)
        if resource.membership is not before and domain != "none":
            self.joins[resource.resource_id] += 1
            resource.membership = dataclasses.replace(resource.membership, takes=self.join_takes)

    def _put(self, put: Mapping[str, Any]) -> None:
        detail = json.loads(put["Detail"])
        self.restarts[detail["SourceIdentifier"]] += detail["EventID"] == RESTARTED.id
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": put["DetailType"],
            "source": put["Source"],
            "account": self._account,
            "time": self._conductor.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self._region,
            "resources": put["Resources"],
            "detail": detail,
        }
        if detail["EventID"] == CREATED.id:
            self.last_creation = event
        self.on_event(event)


def _later(
    backend: Any,
    resource: Any,
    seconds: float,
    status: str,
    event: Event | None,
    begin: Callable[[], object] = lambda: None,
    end: Callable[[], object] = lambda: None,
) -> None:
    """The real work at once, the rest when its time has come; as `localcloud.rds.life_cycle` does it in a thread."""
    begin()

    def become() -> None:
        if backend._exists(resource):
            end()
            resource.status = status
            if event:
                backend.announced.announce(resource, event)

    backend.clock.at(seconds, become)
