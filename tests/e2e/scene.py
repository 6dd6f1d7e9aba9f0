"""The vocabulary of the end-to-end tests: databases, people and profiles in the running cloud."""

import copy
import datetime
import json
import secrets
import shlex
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from botocore.exceptions import ClientError
from moto.rds.models import rds_backends

from localcloud.cloud import Cloud
from localcloud.examples import example_data
from localcloud.examples.example_data import create_database, switch_sweep

PEOPLE = {**example_data.PEOPLE, "carol": "Purple-Monkey-9"}
READING = ("Describe", "Get", "List", "Head")
OWN_MEMORY = {("dynamodb", "UpdateItem")}  # the claim's and the record's
DOCUMENT = ("s3", "PutObject")
REAL_SECONDS = 240


@dataclass(frozen=True)
class Ended:
    """An execution that has ended: in which state, with which dossier, through which states."""

    arn: str
    status: str
    end: str
    dossier: dict[str, Any]
    states: list[str]
    error: str
    cause: str


class Scene:
    """One cloud, and short ways to say what happens in it."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.machine = cloud.outputs["StateMachineArn"]
        self._inputs: dict[str, str] = {}

    def publish_profile(self, name: str, people: dict[str, list[str]], **changes: Any) -> None:
        """A profile for databases whose names begin with the profile's; `changes` replace parts of it."""
        profile = {
            "version": 1,
            "admits": {"engines": ["mysql"], "names": [f"{name}-*"]},
            "directory": {"id": self.cloud.directory_id, "realm": self.cloud.directory.realm},
            "methods": {"mysql": ["kerberos"]},
            "roles": {
                "read": {"preset": "read", "mysql": {"databases": ["payments"]}},
                "write": {"preset": "write", "mysql": {"databases": ["pay_roll"]}},
            },
            "logins": [{"user": user, "roles": roles} for user, roles in people.items()],
        }
        bucket = self.cloud.outputs["ProfilesBucket"]
        self.cloud.client("s3").put_object(
            Bucket=bucket, Key=f"{name}.yaml", Body=yaml.safe_dump({**profile, **changes})
        )

    def create_database(self, name: str, tag: str | None) -> None:
        create_database(self.cloud, name, tag)

    def database(self, name: str) -> dict[str, Any]:
        described: dict[str, Any] = self.cloud.client("rds").describe_db_instances(DBInstanceIdentifier=name)[
            "DBInstances"
        ][0]
        return described

    def instance(self, name: str) -> Any:
        """What the local RDS keeps of the database, for what no API can do: let days pass, find its server."""
        return rds_backends[self.cloud.account][self.cloud.region].databases[name]

    def show_copy(
        self, of: str, name: str, tags: Mapping[str, str], age: datetime.timedelta = datetime.timedelta()
    ) -> None:
        """RDS shows another database of this name, these tags and this age; its server is that of the database `of`."""
        original = self.instance(of)
        made = copy.copy(original)
        made.db_instance_identifier, made.dbi_resource_id = name, f"db-{secrets.token_hex(13).upper()}"
        made.tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        made.instance_create_time = self.cloud.clock.now() - age
        rds_backends[self.cloud.account][self.cloud.region].databases[name] = made

    def give_master_secret(self, name: str) -> str:
        """A database that RDS only shows gets a secret of its own, which holds nothing yet; answers its ARN."""
        shown, secret = self.instance(name), f"rds!db-{name}"
        shown.backend.secretsmanager.create_managed_secret(
            service_name="rds", secret_id=secret, secret_string="", description="", kms_key_id=None, tags=[]
        )
        arn = f"arn:aws:secretsmanager:{self.cloud.region}:{self.cloud.account}:secret:{secret}"
        shown.master_user_secret = SimpleNamespace(
            secret_arn=arn, secret_status="active", kms_key_id="aws/secretsmanager"
        )
        return arn

    def available(self, name: str) -> dict[str, Any]:
        self.until(lambda: self.database(name)["DBInstanceStatus"] == "available")
        return self.database(name)

    def executions_about(self, name: str, *, by: str = "") -> list[str]:
        """ARNs of the executions whose input names the database (and holds `by`), oldest first."""
        states = self.cloud.client("stepfunctions")
        listed = states.list_executions(stateMachineArn=self.machine, maxResults=1000)["executions"]
        arns = [item["executionArn"] for item in sorted(listed, key=lambda item: item["startDate"])]
        for arn in arns:
            if arn not in self._inputs:
                self._inputs[arn] = states.describe_execution(executionArn=arn)["input"]
        return [arn for arn in arns if f'"{name}"' in self._inputs[arn] and by in self._inputs[arn]]

    def onboarded_by_event(self, name: str) -> Ended:
        """The end of the execution that RDS's own event about the database started."""
        return self.ended(self.until(lambda: self.executions_about(name, by="RDS-EVENT"))[0])

    def start(self, name: str, **request: Any) -> str:
        document = {"database": {"instance": name}, **request}
        return str(
            self.cloud.client("stepfunctions").start_execution(
                stateMachineArn=self.machine, input=json.dumps(document)
            )["executionArn"]
        )

    def run(self, name: str, **request: Any) -> Ended:
        return self.ended(self.start(name, **request))

    def run_with(self, document: Any) -> Ended:
        """An execution with this very input, whatever it is."""
        return self.ended(self.start_with(document))

    def start_with(self, document: Any) -> str:
        started = self.cloud.client("stepfunctions").start_execution(
            stateMachineArn=self.machine, input=json.dumps(document)
        )
        return str(started["executionArn"])

    def switch_sweep(self, state: str, rate: str = "") -> None:
        switch_sweep(self.cloud, state, rate)

    @contextmanager
    def migrating(self, migrations: Mapping[str, str]) -> Iterator[None]:
        """New PostgreSQL databases of these names are migrated so meanwhile."""
        self.cloud.world.migrations |= migrations
        try:
            yield
        finally:
            for name in migrations:
                del self.cloud.world.migrations[name]

    @contextmanager
    def events_lost(self) -> Iterator[None]:
        """The rule that RDS's events start executions by is off meanwhile."""
        events, rule = self.cloud.client("events"), self.cloud.physical["OnboardDatabaseDatabaseAppeared"]
        events.disable_rule(Name=rule)
        try:
            yield
        finally:
            events.enable_rule(Name=rule)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The pause switch is set meanwhile."""
        dynamodb, table = self.cloud.client("dynamodb"), self.cloud.physical["Records"]
        switch = {"database": {"S": "*"}, "kind": {"S": "pause"}}
        dynamodb.put_item(TableName=table, Item=switch)
        try:
            yield
        finally:
            dynamodb.delete_item(TableName=table, Key=switch)

    @contextmanager
    def another_story(self, first: Mapping[str, Any], **more: Any) -> Iterator[None]:
        """The state machine consists of this one state meanwhile."""
        states = self.cloud.client("stepfunctions")
        told = states.describe_state_machine(stateMachineArn=self.machine)["definition"]
        other = {"StartAt": "First", "States": {"First": dict(first)}, **more}
        states.update_state_machine(stateMachineArn=self.machine, definition=json.dumps(other))
        try:
            yield
        finally:
            states.update_state_machine(stateMachineArn=self.machine, definition=told)

    def sweep(self, now: str = "") -> dict[str, Any]:
        """One sweep, as the schedule invokes it, at this moment or at `now`; answers what it answers."""
        moment = now or self.cloud.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        answer = self.cloud.client("lambda").invoke(
            FunctionName=self.cloud.physical["SweepDatabases"], Payload=json.dumps({"now": moment})
        )
        said: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return said

    def ended(self, arn: str) -> Ended:
        states = self.cloud.client("stepfunctions")
        told = self.until(lambda: (said := states.describe_execution(executionArn=arn))["status"] != "RUNNING" and said)
        pages = states.get_paginator("get_execution_history").paginate(executionArn=arn)
        entered = [
            event["stateEnteredEventDetails"]["name"]
            for page in pages
            for event in page["events"]
            if "stateEnteredEventDetails" in event
        ]
        dossier = json.loads(told.get("output") or "{}")
        return Ended(arn, told["status"], entered[-1], dossier, entered, told.get("error", ""), told.get("cause", ""))

    def changes_made_by(self, execution: Ended) -> dict[tuple[str, str], int]:
        """The AWS calls of its functions that are not reads; its own memory and its plans' documents aside."""
        calls = Counter(self.cloud.counter.calls(execution.arn))
        steps = execution.dossier.get("plan", {}).get("steps", ())
        if any("action" in step or "sha256" in step for step in steps):
            written = execution.states.count("Look inside")  # none by one that failed, and then no kit is there either
            calls[DOCUMENT] = max(0, calls[DOCUMENT] - written)
        return {
            call: count
            for call, count in calls.items()
            if count and not call[1].startswith(READING) and call not in OWN_MEMORY
        }

    def record(self, name: str) -> dict[str, str] | None:
        item = (
            self.cloud.client("dynamodb")
            .get_item(TableName=self.cloud.physical["Records"], Key=self._key(name, "record"))
            .get("Item")
        )
        return {field: value["S"] for field, value in item.items() if "S" in value} if item else None

    def forget(self, name: str) -> None:
        """Deletes the record of a database that is new: who is older than a day and has none is a stranger."""
        backend = rds_backends[self.cloud.account][self.cloud.region]
        if name in backend.clusters:
            backend.clusters[name].cluster_create_time = self.cloud.clock.now()
        else:
            backend.databases[name].instance_create_time = self.cloud.clock.now()
        self.cloud.client("dynamodb").delete_item(
            TableName=self.cloud.physical["Records"], Key=self._key(name, "record")
        )

    def claim(self, name: str) -> dict[str, Any]:
        table, key = self.cloud.physical["Records"], self._key(name, "claim")
        return dict(self.cloud.client("dynamodb").get_item(TableName=table, Key=key).get("Item", {}))

    def _key(self, name: str, kind: str) -> dict[str, Any]:
        return {"database": {"S": self.resource_id(name)}, "kind": {"S": kind}}

    def resource_id(self, name: str) -> str:
        """Of an instance or a cluster."""
        clusters = rds_backends[self.cloud.account][self.cloud.region].clusters
        return clusters[name].db_cluster_resource_id if name in clusters else self.database(name)["DbiResourceId"]

    def role(self, name: str) -> str:
        """The ARN of an application's role, which is made where there is none."""
        roles = {role["RoleName"]: role["Arn"] for role in self.cloud.client("iam").list_roles()["Roles"]}
        return str(roles.get(name) or example_data.create_role(self.cloud, name))

    def delete(self, *names: str) -> None:
        """Instances, and clusters with their members: servers take memory, and names of endpoints are few."""
        rds = self.cloud.client("rds")
        for name in names:
            members = rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [name]}])["DBInstances"]
            for each in sorted(members, key=lambda each: str(each["DBInstanceIdentifier"]), reverse=True):
                rds.delete_db_instance(DBInstanceIdentifier=each["DBInstanceIdentifier"], SkipFinalSnapshot=True)
            if members:
                rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
            else:
                rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)

    def delete_all_but(self, kept: str) -> None:
        """Every database but this one; what RDS cannot delete in its state stays."""
        backend = rds_backends[self.cloud.account][self.cloud.region]
        servers = set[int]()
        for name in sorted(backend.databases, key=lambda name: name != kept):
            server = getattr(backend.databases[name], "server", None)
            if server and id(server) in servers:
                del backend.databases[name]  # RDS only shows it, at another one's server
            servers.add(id(server))
        alone = [name for name, instance in backend.databases.items() if not instance.db_cluster_identifier]
        for name in [*backend.clusters, *alone]:
            if name != kept:
                with suppress(ClientError):
                    self.delete(name)

    def as_master(self, name: str, *statements: str) -> list[list[str]]:
        """Rows of the last statement, run by the master user over verified TLS."""
        database = self.database(name)
        secret = self.cloud.client("secretsmanager").get_secret_value(
            SecretId=database["MasterUserSecret"]["SecretArn"]
        )
        password = json.loads(secret["SecretString"])["password"]
        where = ["--host", database["Endpoint"]["Address"], "--user", database["MasterUsername"]]
        tls = ["--ssl-mode=VERIFY_IDENTITY", f"--ssl-ca={self.cloud.world.authority.bundle}"]
        command = [
            *self.cloud.world.machine.mysql,
            *where,
            *tls,
            "--batch",
            "--skip-column-names",
            "--execute",
            ";".join(statements),
        ]
        done = subprocess.run(
            command,
            env={**self.environment, "MYSQL_PWD": password},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]

    def kit(self, name: str, into: Path) -> Path:
        """The published files of the database's kit, downloaded."""
        s3, bucket = self.cloud.client("s3"), self.cloud.outputs["KitsBucket"]
        for entry in s3.list_objects_v2(Bucket=bucket, Prefix=f"{name}/")["Contents"]:
            s3.download_file(bucket, entry["Key"], str(into / Path(entry["Key"]).name))
        return into

    def sign_in(
        self, kit: Path, client: str, user: str, password: str, *, instead: tuple[str, str] = ("", "")
    ) -> subprocess.CompletedProcess[str]:
        """Runs the kit's line, but for the name and what `instead` replaces; types the password."""
        methods = json.loads((kit / "connect.json").read_text())["methods"]
        line = methods["kerberos"]["clients"][client].replace("YOUR-NAME", user).replace(*instead)
        programs = {"mysql": self.cloud.world.machine.mysql, "mariadb": self.cloud.world.machine.mariadb}
        question = ["--batch", "--skip-column-names", "--execute", "SELECT CURRENT_USER(), @@external_user"]
        return subprocess.run(
            [*programs[client], *shlex.split(line)[1:], *question],
            cwd=kit,
            env=self.environment,
            input=f"{password}\n",
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            start_new_session=True,
        )

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", **self.cloud.world.resolving}

    @staticmethod
    def until(condition: Any) -> Any:
        deadline = time.monotonic() + REAL_SECONDS
        while not (value := condition()):
            assert time.monotonic() < deadline, f"it did not happen within {REAL_SECONDS} seconds"
            time.sleep(0.1)
        return value
