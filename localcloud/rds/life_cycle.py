"""What instances and clusters have in common: they become, are changed and are gone by the simulated clock."""

import threading
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from moto.ec2.models import ec2_backends
from moto.events.models import events_backends
from moto.rds import models, urls
from moto.rds.exceptions import RDSClientError

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.servers.world import World

from . import pending
from .events import Event, RdsEvents
from .resource_ids import ResourceIds

Resource = TypeVar("Resource", models.DBInstance, models.DBCluster)


class LifeCycle(models.RDSBackend):
    """`world`, `clock` and `faults` are the running cloud's."""

    _url_module = urls  # moto looks for it in the class's module
    world: ClassVar[World]
    clock: ClassVar[Clock]
    faults: ClassVar[Faults]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._one_at_a_time = threading.Lock()
        self.resource_ids = ResourceIds()
        bus = events_backends[account_id][region_name]
        self.announced = RdsEvents(self.clock, lambda event: bus.put_events([event]))

    def describe_events(self, **asked: Any) -> list[Any]:  # type: ignore[override]
        return self.announced.list(**asked)

    def add_event(self, event_type: str, resource: Any) -> None:
        """moto's own events: dated by the real clock and not announced, so not kept."""

    def _later(
        self,
        resource: Any,
        seconds: float,
        status: str,
        event: Event | None,
        begin: Callable[[], object] = lambda: None,
        end: Callable[[], object] = lambda: None,
    ) -> None:
        """Do the real work (`begin`), let the rest of the simulated time pass, be in `status`, tell everybody.

        `event`: None where RDS has none.
        """
        until = self.clock.elapsed() + seconds

        def run() -> None:
            try:
                with self.clock.working():
                    begin()
                self.clock.sleep(max(0.0, until - self.clock.elapsed()))
                if not self._exists(resource):
                    return  # deleted meanwhile
                end()
            except Exception:
                if self.clock.stopped:
                    return
                resource.status = "failed"
                raise  # an error of ours: RDS's own clients see no more than the status
            resource.status = status
            if event:
                self.announced.announce(resource, event)

        threading.Thread(target=run, daemon=True, name=f"rds {resource.resource_id} {resource.status}").start()

    def _in_background(self, work: Callable[[], object]) -> None:
        """Nobody waits for it."""
        threading.Thread(target=work, daemon=True).start()

    def _exists(self, resource: Any) -> bool:
        known: Any = self.clusters if isinstance(resource, models.DBCluster) else self.databases
        return known.get(resource.resource_id) is resource

    def _settled(self, resources: Iterable[Resource]) -> list[Resource]:
        """The resources, with every change made whose maintenance window has come."""
        found = list(resources)
        for resource in found:
            if changes := pending.due(resource, self.clock.now()):
                self._change(resource, changes)
        return found

    def _change(self, resource: Any, changes: dict[str, Any]) -> None:
        resource.update(**changes)

    def _fail_if_scripted(self, call: str) -> None:
        if code := self.faults.take(call):
            raise RDSClientError(code, "scripted")

    def _default_subnet_group(self) -> str:
        """RDS makes the group `default` in the default VPC with the first database that names none."""
        if "default" not in self.subnet_groups:
            ec2 = ec2_backends[self.account_id][self.region_name]
            subnets = ec2.describe_subnets(filters={"vpc-id": [self._default_vpc()]})
            self.create_subnet_group("default", "default", subnets, [])
        return "default"

    def _default_security_group(self) -> str:
        group = ec2_backends[self.account_id][self.region_name].get_default_security_group(self._default_vpc())
        assert group is not None
        return str(group.id)

    def _default_vpc(self) -> str:
        vpc = ec2_backends[self.account_id][self.region_name].default_vpc
        assert vpc is not None
        return str(vpc.id)
