"""RDS: moto's control plane with the life cycle it lacks, and a real server behind each instance.

Statuses, memberships and dates go by the simulated clock; creating, rebooting and stopping is done to a real
server, and takes at least as long as here, at most as long as it really takes.
"""

import hashlib
import json
import logging
import secrets
import string
import threading
from collections.abc import Callable
from typing import Any, ClassVar

from moto.core.responses import ActionResult
from moto.ds.models import ds_backends
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.rds import models, responses, urls
from moto.rds.exceptions import RDSClientError

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.mending import mend
from localcloud.rds_events import RdsEvents
from localcloud.rds_membership import Membership, next_window
from localcloud.rds_orderable import DEFAULT_VERSIONS, orderable_options
from localcloud.servers.world import World

log = logging.getLogger("localcloud.rds")

CREATION, REBOOT, START, STOP = 240.0, 45.0, 120.0, 60.0  # simulated seconds, at least

# what ModifyDBInstance without ApplyImmediately leaves in PendingModifiedValues, until the maintenance window
PENDING = {
    "allocated_storage": "AllocatedStorage",
    "ca_certificate_identifier": "CACertificateIdentifier",
    "db_instance_class": "DBInstanceClass",
    "enable_iam_database_authentication": "IAMDatabaseAuthenticationEnabled",
    "engine_version": "EngineVersion",
    "iops": "Iops",
    "master_user_password": "MasterUserPassword",
    "multi_az": "MultiAZ",
    "storage_type": "StorageType",
}


class RealServersBackend(models.RDSBackend):
    """One per account and Region, as in moto; `world`, `clock` and `faults` are the running cloud's."""

    _url_module = urls  # moto looks for it beside the class
    world: ClassVar[World]
    clock: ClassVar[Clock]
    faults: ClassVar[Faults]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.announced = RdsEvents(account_id, region_name, self.clock)

    def create_db_instance(self, db_kwargs: dict[str, Any]) -> models.DBInstance:
        self._fail_if_scripted("create_db_instance")
        asked: dict[str, Any] = dict(db_kwargs)
        domain, role = asked.pop("domain", None), asked.pop("domain_iam_role_name", None)
        directory = self._directory(domain, role) if domain else None
        asked["db_subnet_group_name"] = asked.get("db_subnet_group_name") or self._default_subnet_group()
        asked["engine_version"] = asked.get("engine_version") or DEFAULT_VERSIONS.get(asked["engine"])
        instance: Any = super().create_db_instance(asked)
        # never the same twice, as RDS's: whoever deletes a database and makes one of the same name has another one
        instance.dbi_resource_id = "db-" + "".join(
            secrets.choice(string.ascii_uppercase + string.digits) for _ in range(26)
        )
        instance.status, instance.instance_create_time = "creating", None

        def begin() -> None:
            if (
                instance.engine == "mysql"
            ):  # no other engine has a server here yet; its instance is made and cannot be reached
                user, password = _master(instance)
                # the server behind may be newer than the EngineVersion that was asked for
                instance.server = self.world.mysql(instance.db_instance_identifier, instance.address, user, password)

        def end() -> None:
            instance.instance_create_time = self.clock.now()
            if directory:
                instance.membership = Membership(domain, directory.name, role, self.clock.now(), self._end_of_join())

        self._later(instance, CREATION, "available", begin, end, ("RDS-EVENT-0005", "creation", "DB instance created"))
        return instance  # type: ignore[no-any-return]

    def modify_db_instance(self, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> models.DBInstance:
        instance: Any = self._available(db_instance_identifier)
        self._fail_if_scripted("modify_db_instance")
        asked: dict[str, Any] = dict(db_kwargs)
        at_once = bool(asked.get("apply_immediately"))
        if domain := asked.pop("domain", None):
            self._join(instance, domain, asked.pop("domain_iam_role_name", None), at_once)
        if not at_once:
            held = {name: asked.pop(name) for name in PENDING if asked.get(name) is not None}
            if held:
                changes = {name: value for name, value in held.items() if value != getattr(instance, name, None)}
                instance.held = {**instance.held, **changes}
                instance.held_until = next_window(instance.preferred_maintenance_window, self.clock.now())
        else:
            asked = {**instance.held, **asked}
            instance.held = {}
        return super().modify_db_instance(db_instance_identifier, asked)

    def reboot_db_instance(self, db_instance_identifier: str) -> models.DBInstance:
        instance: Any = self._available(db_instance_identifier)
        self._fail_if_scripted("reboot_db_instance")
        instance.status = "rebooting"
        self._later(
            instance,
            REBOOT,
            "available",
            lambda: self._restart(instance),
            None,
            ("RDS-EVENT-0006", "availability", "DB instance restarted"),
        )
        return instance  # type: ignore[no-any-return]

    def stop_db_instance(
        self, db_instance_identifier: str, db_snapshot_identifier: str | None = None
    ) -> models.DBInstance:
        instance: Any = super().stop_db_instance(db_instance_identifier, db_snapshot_identifier)
        instance.status = "stopping"
        event = ("RDS-EVENT-0087", "notification", "DB instance stopped")
        self._later(instance, STOP, "stopped", lambda: instance.server and instance.server.stop(), None, event)
        return instance  # type: ignore[no-any-return]

    def start_db_instance(self, db_instance_identifier: str) -> models.DBInstance:
        instance: Any = super().start_db_instance(db_instance_identifier)
        instance.status = "starting"
        event = ("RDS-EVENT-0088", "notification", "DB instance started")
        self._later(instance, START, "available", lambda: self._restart(instance), None, event)
        return instance  # type: ignore[no-any-return]

    def delete_db_instance(self, *names: Any, **options: Any) -> models.DBInstance:
        """At once: RDS shows the instance as `deleting` for some minutes, here it is gone."""
        instance: Any = super().delete_db_instance(*names, **options)
        if instance.server:
            threading.Thread(target=instance.server.delete, daemon=True).start()
        self.announced.announce(instance, "RDS-EVENT-0003", "deletion", "DB instance deleted")
        return instance  # type: ignore[no-any-return]

    def describe_events(self, **asked: Any) -> list[Any]:  # type: ignore[override]
        return self.announced.list(**asked)

    def add_event(self, event_type: str, resource: Any) -> None:
        """moto's own events: dated by the real clock and not announced, so not kept."""

    # ---- the directory ---------------------------------------------------------------------------------------------

    def _join(self, instance: Any, domain: str, role: str | None, at_once: bool) -> None:
        now, present = self.clock.now(), instance.membership
        status = present.status(now) if present else ""
        if domain == "none":
            if status:
                instance.membership = Membership(
                    present.domain, present.fqdn, present.iam_role_name, present.begins, present.ends_as, left=now
                )
            return
        directory = self._directory(domain, role)
        waits = status == "pending-maintenance-enable-kerberos"
        walks_or_is_there = status in ("pending-enable-kerberos", "enabling-kerberos", "kerberos-enabled")
        if status and present.domain == domain and (walks_or_is_there or (waits and not at_once)):
            return  # the same call again changes nothing, unless the join has failed or waits for its window
        begins = now if at_once else next_window(instance.preferred_maintenance_window, now)
        instance.membership = Membership(domain, directory.name, str(role), begins, self._end_of_join())

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
        if not _is_directory_role(
            next(
                (known for known in iam_backends[self.account_id][self.partition].roles.values() if known.name == role),
                None,
            )
        ):
            raise RDSClientError(
                "InvalidParameterValue",
                f"The IAM role {role} provided is not valid. Check that the role exists and has the correct policies.",
            )
        return directory

    def _end_of_join(self) -> str:
        return self.faults.take("join") or "kerberos-enabled"

    # ---- the server ------------------------------------------------------------------------------------------------

    def _restart(self, instance: Any) -> None:
        """What is joined by now has the plugin from now on; that is the only moment at which it gets it."""
        membership = instance.membership
        joined = membership is not None and membership.status(self.clock.now()) == "kerberos-enabled"
        if instance.server:
            instance.server.restart(methods=("kerberos",) if joined else ())

    def _later(
        self,
        instance: Any,
        seconds: float,
        status: str,
        begin: Callable[[], object],
        end: Callable[[], object] | None,
        event: tuple[str, str, str],
    ) -> None:
        """Do the real work, let the simulated time pass, be in `status`, tell everybody."""
        until = self.clock.elapsed() + seconds

        def run() -> None:
            try:
                with self.clock.working():
                    begin()
            except Exception:
                if self.clock.stopped:
                    return
                log.exception("%s: the server behind it failed", instance.db_instance_identifier)
                instance.status = "failed"
                return
            self.clock.sleep(max(0.0, until - self.clock.elapsed()))
            known: Any = self.databases.get(instance.db_instance_identifier)
            if known is not instance:
                return  # deleted meanwhile
            if end:
                end()
            instance.status = status
            self.announced.announce(instance, *event)

        threading.Thread(
            target=run, daemon=True, name=f"rds {instance.db_instance_identifier} {instance.status}"
        ).start()

    def _available(self, name: str) -> models.DBInstance:
        instance: Any = self.describe_db_instances(name)[0]
        if instance.status != "available":
            raise RDSClientError("InvalidDBInstanceState", f"Database instance {name} is not in available state.")
        return instance  # type: ignore[no-any-return]

    def _fail_if_scripted(self, call: str) -> None:
        if code := self.faults.take(call):
            raise RDSClientError(code, "scripted")

    def _default_subnet_group(self) -> str:
        """RDS makes the group `default` in the default VPC with the first instance that names none."""
        if "default" not in self.subnet_groups:
            ec2 = ec2_backends[self.account_id][self.region_name]
            assert ec2.default_vpc is not None
            subnets = ec2.describe_subnets(filters={"vpc-id": [ec2.default_vpc.id]})
            self.create_subnet_group("default", "default", subnets, [])
        return "default"


def install(world: World, clock: Clock, faults: Faults) -> None:
    """From now on moto's RDS has these servers behind it and goes by this clock."""
    RealServersBackend.world, RealServersBackend.clock, RealServersBackend.faults = world, clock, faults
    mend(models.rds_backends, backend=RealServersBackend)
    mend(models.MasterUserSecret, _generate_secret_string=_secret)
    mend(models.DBInstance, server=None, membership=None, held={}, held_until=None)
    mend(
        models.DBInstance,
        address=property(_address),
        endpoint=property(_endpoint),
        domain_memberships=property(_memberships, lambda instance, value: None),
        pending_modified_values=property(_pending_modified_values),
    )
    mend(responses.RDSResponse, describe_orderable_db_instance_options=_orderable)


# ---- what DescribeDBInstances shows --------------------------------------------------------------------------------


def _address(instance: Any) -> str:
    """<name>.<12 letters and digits, the same in one account and Region>.<region>.rds.amazonaws.com"""
    digest = int(hashlib.sha256(f"{instance.account_id} {instance.region}".encode()).hexdigest(), 16)
    letters = string.ascii_lowercase + string.digits
    account = "c" + "".join(letters[digest // 36**place % 36] for place in range(11))
    return f"{instance.db_instance_identifier}.{account}.{instance.region}.rds.amazonaws.com"


def _endpoint(instance: Any) -> dict[str, Any] | None:
    """None as long as the instance is not made: RDS shows no endpoint then."""
    if instance.instance_create_time is None:
        return None
    return {"Address": instance.address, "Port": instance.port, "HostedZoneId": "Z2R2ITUGPM61AM"}


def _memberships(instance: Any) -> list[dict[str, str]]:
    membership: Membership | None = instance.membership
    if membership is None or not (status := membership.status(RealServersBackend.clock.now())):
        return []
    return [
        {
            "Domain": membership.domain,
            "Status": status,
            "FQDN": membership.fqdn,
            "IAMRoleName": membership.iam_role_name,
        }
    ]


def _pending_modified_values(instance: Any) -> dict[str, Any]:
    if instance.held and RealServersBackend.clock.now() >= instance.held_until:
        instance.update(**instance.held)
        instance.held = {}
    shown = {**instance.held, **({"master_user_password": "****"} if "master_user_password" in instance.held else {})}
    return {PENDING[name]: value for name, value in shown.items()}


def _orderable(self: Any) -> ActionResult:
    asked = self.params
    options = orderable_options(
        asked.get("Engine"), asked.get("EngineVersion"), asked.get("DBInstanceClass"), self.region
    )
    known = options or self.backend.describe_orderable_db_instance_options(
        asked.get("Engine"), asked.get("EngineVersion")
    )
    return ActionResult({"OrderableDBInstanceOptions": known})


# ---- the master user, the role -------------------------------------------------------------------------------------


def _secret(secret: Any) -> str:
    letters = string.ascii_letters + string.digits + "!#$%()*+-.:<=>?[]^_{|}~"
    password = "".join(secrets.choice(letters) for _ in range(32))
    return json.dumps({"username": secret.resource.master_username, "password": password})


def _master(instance: Any) -> tuple[str, str]:
    if instance.manage_master_user_password:
        secret = json.loads(instance.master_user_secret.secret.secret_string)
        return secret["username"], secret["password"]
    return instance.master_username, instance.master_user_password


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
