"""The database that a fault strikes: what can happen to it, whatever its engine."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from localcloud.cloud import Cloud

Tell = Callable[[str], None]


@dataclass(frozen=True)
class FaultTarget:
    """`create` creates the database, and creates it again; `tell` is called with each thing that happens to it."""

    cloud: Cloud
    name: str
    clustered: bool
    create: Callable[[], object]
    tell: Tell
    undo: ExitStack = field(default_factory=ExitStack)  # for the caller that goes on with this cloud

    # ---- when ------------------------------------------------------------------------------------------------------

    def before(self, step: str, happens: Callable[[], object], *, nth: int = 1) -> None:
        """It happens just before the nth invocation of the step's function."""
        self.cloud.faults.at(f"invoke:{self.function(step)}", happens, nth=nth)

    def during(self, step: str, call: str, happens: Callable[[], object], *, nth: int = 1) -> None:
        """It happens while the step's function waits for the answer to its nth call, as `s3:HeadObject`."""
        self.cloud.faults.at(f"call:{self.function(step)}:{call}", happens, nth=nth)

    def after(self, step: str, call: str, happens: Callable[[], object]) -> None:
        """It happens once the call is answered, before the step's function has read the answer."""
        self.cloud.faults.at(f"answered:{self.function(step)}:{call}", happens)

    def function(self, step: str) -> str:
        """The name of the step's function in this stack."""
        return f"{self.cloud.stack.name}-{step}"

    @property
    def busy(self) -> str:
        """What RDS calls a database that is in no state to be changed."""
        return "InvalidDBClusterStateFault" if self.clustered else "InvalidDBInstanceState"

    # ---- what --------------------------------------------------------------------------------------------------------

    def joins_end(self, *statuses: str) -> None:
        """The next joins end in these statuses, one after the other; later ones succeed."""
        self.cloud.faults.script("join", *statuses)

    def join_ends_after_all(self) -> None:
        self._kept.membership = replace(self._kept.membership, ends_as="kerberos-enabled")
        self.tell("RDS completes the join after all")

    def modify_is_refused(self, code: str, times: int) -> None:
        """The next `times` Modify calls are refused with RDS's error `code`."""
        self.cloud.faults.script("modify_db_cluster" if self.clustered else "modify_db_instance", *[code] * times)

    def is_killed(self, *steps: str) -> None:
        """The functions of these steps, once each, while they work."""
        for step in steps:
            self.cloud.faults.script(f"invoke:{self.function(step)}", "kill")

    def stop(self) -> None:
        """RDS needs a simulated minute or so; the call returns at once."""
        rds = self.cloud.client("rds")
        if self.clustered:
            rds.stop_db_cluster(DBClusterIdentifier=self.name)
        else:
            rds.stop_db_instance(DBInstanceIdentifier=self.name)
        self.tell(f"somebody stops {self.name}")

    def delete(self) -> None:
        """Without a final snapshot; of a cluster the readers first, then the writer, then the cluster itself."""
        rds = self.cloud.client("rds")
        instances = [self.name]
        if self.clustered:
            members = sorted(self._kept.members, key=lambda member: bool(member.is_cluster_writer))
            instances = [member.db_instance_identifier for member in members]  # the writer last
        for instance in instances:
            rds.delete_db_instance(DBInstanceIdentifier=instance, SkipFinalSnapshot=True)
        if self.clustered:
            rds.delete_db_cluster(DBClusterIdentifier=self.name, SkipFinalSnapshot=True)
        self.tell(f"somebody deletes {self.name}")

    def make_again(self) -> None:
        self.delete()
        self.create()
        self.tell("and creates a new database with that name and the same tag")

    def rotate_password(self) -> None:
        rds, how = self.cloud.client("rds"), {"RotateMasterUserPassword": True, "ApplyImmediately": True}
        if self.clustered:
            rds.modify_db_cluster(DBClusterIdentifier=self.name, **how)
        else:
            rds.modify_db_instance(DBInstanceIdentifier=self.name, **how)
        self.tell("RDS rotates the master password, on the server and in the secret")

    def fail_over(self) -> None:
        self._rds.fail_over(self._writer)
        self.tell("a failover begins: the writer is gone, and the server that answers at its name is read-only")

    def end_failover(self) -> None:
        self._rds.promote(self._writer)
        self.tell("the failover ends: the server that answers is the writer")

    def directory_becomes(self, stage: str) -> None:
        """`stage` is AWS Directory Service's, as Impaired. `undo` makes it Active again."""
        from moto.ds.models import ds_backends

        directory = ds_backends[self.cloud.account][self.cloud.region].directories[self.cloud.directory_id]
        directory.stage = stage
        self.undo.callback(setattr, directory, "stage", "Active")
        self.tell(f"directory {self.cloud.directory_id} is {stage}")

    def directory_role_trusts(self, *services: str) -> None:
        """Replaces the role's trust policy by one for these service principals; `undo` restores it."""
        iam, role = self.cloud.client("iam"), self.cloud.physical["DirectoryRole"]
        before = json.dumps(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])
        self.undo.callback(iam.update_assume_role_policy, RoleName=role, PolicyDocument=before)
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": list(services)}}
        iam.update_assume_role_policy(
            RoleName=role, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
        self.tell(f"the directory role trusts only {', '.join(services)}")

    @property
    def _rds(self) -> Any:
        from moto.rds.models import rds_backends

        return rds_backends[self.cloud.account][self.cloud.region]

    @property
    def _kept(self) -> Any:
        """What the local RDS keeps of it."""
        return (self._rds.clusters if self.clustered else self._rds.databases)[self.name]

    @property
    def _writer(self) -> Any:
        return self._kept.writer if self.clustered else self._kept
