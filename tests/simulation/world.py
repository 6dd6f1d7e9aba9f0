"""The whole: the deployed functions and state machine, RDS by the simulation's clock, real servers."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest import mock

import yaml
from moto.awslambda_simple.models import lambda_simple_backends
from moto.ds.models import ds_backends
from moto.dynamodb.models import dynamodb_backends
from moto.events.models import EventPattern, events_backends
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from localcloud.cloud import Cloud
from localcloud.examples.example_data import API, create_cluster, create_database, create_role
from localcloud.services.lambdas import ASYNCHRONOUS_RETRIES
from signon.aws import clients
from signon.domain.logins.connect_policies import PATH, document, policy_name
from tests.simulation.calls import Calls
from tests.simulation.conductor import Conductor
from tests.simulation.executions import Execution, Executions
from tests.simulation.functions import Functions
from tests.simulation.rds import SimulatedRds
from tests.simulation.servers import WarmServers
from tests.simulation.shortcut import Shortcut
from tests.simulation.shown import Version
from tests.simulation.state_machine import StateFailed
from tests.simulation.statements import Statements
from tests.simulation.transport import Transport

REGION = "eu-west-1"  # a Region of its own, other than the one of the session's cloud
ORDERS, LEDGER = "orders-1", "ledger-1"  # the MySQL database, and the Aurora PostgreSQL cluster
PROFILES, KITS = "simulated-profiles", "simulated-kits"
ROLE = "simulated-api"  # of an application; in the place of the one that the stack's owner lists


class World:
    """One for a session, as the cloud is; `reset` gives it back as it was."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.conductor = Conductor()
        self.calls = Calls(self.conductor)
        self.dead_letters: list[tuple[str, Mapping[str, Any]]] = []  # function, event
        self.table = cloud.physical["Records"]
        self.role = f"arn:aws:iam::{cloud.account}:role/{ROLE}"
        backend = lambda_simple_backends[cloud.account][cloud.region]
        deployed = [backend.get_function(arn) for arn in cloud.stack.of_type("AWS::Lambda::Function").values()]
        self.functions = Functions(deployed, REGION, cloud.stack.name, self._renamed(), self.conductor.elapsed)
        machine = cloud.outputs["StateMachineArn"]
        story = stepfunctions_parser_backends[cloud.account][cloud.region].describe_state_machine(machine)
        self.executions = Executions(
            machine.replace(cloud.region, REGION), json.loads(story.definition), self.conductor, self.functions
        )
        self.servers = WarmServers(cloud.world)
        self.rds = SimulatedRds(cloud.account, REGION, self.conductor, self.servers)
        answerers = {"stepfunctions": self.executions.answer}
        versions = self._versions()
        by_forms = {service: versions[service] for service in ("ec2", "iam", "rds")}
        self.transport = Transport(self.calls, cloud.endpoint, REGION, answerers, by_forms)
        self.shortcut = Shortcut(self.calls, cloud.account, REGION, self.transport.plain_client, answerers, versions)
        self._statements = Statements(self.calls, self.servers.addresses)
        self._rule = self._pattern_of("DatabaseAppeared")
        self._make_resources()

    @contextmanager
    def installed(self, *, by_shortcut: bool = False) -> Iterator[None]:
        """In this process functions call what is simulated; for others nothing has changed."""
        way = self.shortcut if by_shortcut else self.transport
        with ExitStack() as undo:
            undo.callback(clients.client.cache_clear)
            undo.enter_context(mock.patch.object(clients, "boto3", SimpleNamespace(client=way.client)))
            clients.client.cache_clear()
            undo.enter_context(self.transport.installed())
            undo.enter_context(self._statements.installed())
            undo.enter_context(self.functions.installed())
            yield

    def reset(self) -> None:
        """No database, no record, no kit, no policy; nothing goes wrong; it is the beginning."""
        self.conductor.reset()
        self.executions.reset()
        self.calls.reset()
        self.dead_letters.clear()
        self.functions.reset()
        self.transport.reset()
        self.shortcut.reset()
        self.rds.reset()
        self.servers.addresses.clear()
        self.rds.on_event, self.executions.on_bad_end = self._start_by_rule, self._report_ending
        self.forget_all()
        s3_backends[self._cloud.account]["aws"].buckets[KITS].keys.clear()

    # ---- what people and RDS do --------------------------------------------------------------------------------------

    def publish(self, name: str, people: Mapping[str, Sequence[str]], **changes: Any) -> None:
        """A profile for databases whose names begin with the profile's; ``changes`` replace parts of it."""
        postgresql = {"database": "payments", "schemas": ["public"]}
        profile: dict[str, Any] = {
            "version": 1,
            "admits": {"engines": ["mysql", "aurora-postgresql"], "names": [f"{name}-*"]},
            "directory": {"id": self._cloud.directory_id, "realm": self._cloud.directory.realm},
            "methods": {"mysql": ["kerberos"], "aurora-postgresql": ["kerberos"]},
            "roles": {
                "read": {"preset": "read", "mysql": {"databases": ["payments"]}, "postgresql": postgresql},
                "write": {"preset": "write", "mysql": {"databases": ["payroll"]}, "postgresql": postgresql},
            },
            "logins": [{"user": user, "roles": list(roles)} for user, roles in people.items()],
            **changes,
        }
        self.client("s3").put_object(Bucket=PROFILES, Key=f"{name}.yaml", Body=yaml.safe_dump(profile))

    def create(self, name: str, profile: str | None) -> None:
        """A database of that name, tagged so; its event starts an execution some minutes later."""
        create_database(self, name, profile) if name != LEDGER else create_cluster(self, name, profile)

    def delete(self, name: str) -> None:
        """A MySQL database."""
        self.client("rds").delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)

    def rotate_secret(self, name: str) -> None:
        """As RDS does it every seven days: another password, in the server and in its secret."""
        self.client("rds").modify_db_instance(
            DBInstanceIdentifier=name, RotateMasterUserPassword=True, ApplyImmediately=True
        )

    def join(self, name: str) -> None:
        """Somebody has RDS make a MySQL database a member of the directory."""
        self.client("rds").modify_db_instance(
            DBInstanceIdentifier=name,
            Domain=self._cloud.directory_id,
            DomainIAMRoleName=self._cloud.physical["DirectoryRole"],
            ApplyImmediately=True,
        )

    def let_in(self, *databases: str) -> None:
        """The role may sign in as alice to these databases (resource ids), by a policy that was written for each."""
        iam, users = self.client("iam"), frozenset[str]()
        name = policy_name(f"{self._cloud.stack.name}-{self._cloud.region}", self.role, 1)
        for database in databases:
            users |= {f"arn:aws:rds-db:{REGION}:{self._cloud.account}:dbuser:{database}/alice"}
            if len(users) == 1:
                arn = iam.create_policy(PolicyName=name, Path=PATH, PolicyDocument=document(self.role, users))[
                    "Policy"
                ]["Arn"]
            else:
                iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(self.role, users), SetAsDefault=True)

    def start(self, name: str, **request: Any) -> Execution:
        """By hand."""
        kind = "cluster" if name == LEDGER else "instance"
        return self.executions.start({"database": {kind: name}, **request})

    def sweep(self) -> None:
        """As the schedule invokes it."""
        self._invoke("sweep-databases", {"now": self.conductor.now().strftime("%Y-%m-%dT%H:%M:%SZ")})

    def starts(self, event: Mapping[str, Any]) -> bool:
        """Whether the template's rule starts an execution with it."""
        as_deployed: Any = {**event, "region": self._cloud.region}
        return bool(self._rule.matches_event(as_deployed))

    def _start_by_rule(self, event: Mapping[str, Any]) -> None:
        if self.starts(event):
            self.executions.start(event)

    def _report_ending(self, execution: Execution) -> None:
        """As the rule on ends."""
        event = {"detail": {"executionArn": execution.arn}, "time": self.conductor.now().isoformat()}
        self._invoke("report-ending", event)

    def _invoke(self, function: str, event: Mapping[str, Any]) -> None:
        """Asynchronously, as Lambda does it: a function that fails is run again, twice."""

        def run() -> None:
            for pause in (0, *ASYNCHRONOUS_RETRIES):
                self.conductor.sleep(pause)
                try:
                    self.functions.invoke(self.functions.arns[function], event)
                    return
                except StateFailed:
                    continue
            self.dead_letters.append((function, event))

        self.conductor.start(function, run)

    def remember(self, name: str, facts: Mapping[str, str]) -> None:
        """A record, as if a run had written it."""
        item = {"database": self.rds.resource_id(name), "kind": "record", **facts}
        self.client("dynamodb").put_item(
            TableName=self.table, Item={name: {"S": value} for name, value in item.items()}
        )

    def forget_all(self) -> None:
        """No record, no claim, no kit and no connect policy is left."""
        dynamodb_backends[self._cloud.account][REGION].tables[self.table].items.clear()
        s3_backends[self._cloud.account]["aws"].buckets[KITS].keys.clear()
        iam = iam_backends[self._cloud.account]["aws"]
        iam.get_role(ROLE).managed_policies.clear()
        for arn in [arn for arn in iam.managed_policies if f"-{ROLE}-" in arn]:
            del iam.managed_policies[arn]

    # ---- what can be seen --------------------------------------------------------------------------------------------

    def item(self, name: str, kind: str) -> dict[str, str]:
        """The record or the claim of a database, without DynamoDB's types; {} where there is none."""
        key = {"database": {"S": self.rds.resource_id(name)}, "kind": {"S": kind}}
        item = self.client("dynamodb").get_item(TableName=self.table, Key=key).get("Item", {})
        return {field: next(iter(value.values())) for field, value in item.items()}

    def newest_version(self, profile: str) -> str:
        """Of a profile in the bucket."""
        return str(self.client("s3").head_object(Bucket=PROFILES, Key=f"{profile}.yaml")["VersionId"])

    def client(self, service: str) -> Any:
        """A boto3 client of the simulation's Region, for those who are no function of ours."""
        return self.transport.plain_client(service)

    # ---- making it ---------------------------------------------------------------------------------------------------

    def _make_resources(self) -> None:
        """What the functions are told of, under the same names in this Region; buckets are everywhere the same."""
        self._cloud.aws.register_directory(self._cloud.directory_id, self._cloud.directory.domain, REGION)
        kinds = {"database": "HASH", "kind": "RANGE"}
        self.client("dynamodb").create_table(
            TableName=self.table,
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in kinds.items()],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in kinds],
            BillingMode="PAY_PER_REQUEST",
        )
        for bucket in (PROFILES, KITS):
            self.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.client("s3").put_bucket_versioning(Bucket=PROFILES, VersioningConfiguration={"Status": "Enabled"})
        self.client("sns").create_topic(Name=self._cloud.outputs["OutcomesTopic"].rpartition(":")[2])
        create_role(self, ROLE)

    def _renamed(self) -> dict[str, str]:
        """What a value of a function's environment is here."""
        outputs, aws = self._cloud.outputs, self._cloud.aws
        return {
            outputs["ProfilesBucket"]: PROFILES,
            outputs["KitsBucket"]: KITS,
            outputs["OutcomesTopic"]: outputs["OutcomesTopic"].replace(self._cloud.region, REGION),
            outputs["StateMachineArn"]: outputs["StateMachineArn"].replace(self._cloud.region, REGION),
            aws.network()[0]: aws.network(REGION)[0],
            self.role.replace(ROLE, API): self.role,
        }

    def _versions(self) -> Mapping[str, Version]:
        """Of each service another one whenever it has something else to show to a caller that asks so."""
        account = self._cloud.account
        iam, directories = iam_backends[account]["aws"], ds_backends[account][REGION].directories
        secrets = secretsmanager_backends[account][REGION].secrets

        def policies(asked: Mapping[str, Any]) -> Hashable:
            roles = [(role.assume_role_policy_document, list(role.managed_policies)) for role in iam.roles.values()]
            policy = iam.managed_policies.get(asked.get("PolicyArn", ""))
            return repr((roles, [(each.version_id, each.is_default) for each in policy.versions] if policy else None))

        return {
            "rds": self.rds.version,
            "iam": policies,
            "ds": lambda _: repr([each.stage for each in directories.values()]),
            "ec2": lambda _: "nobody changes the network",
            "secretsmanager": lambda _: repr([list(secret.versions) for secret in secrets.values()]),
        }

    def _pattern_of(self, event: str) -> EventPattern:
        rules = events_backends[self._cloud.account][self._cloud.region].list_rules()[0]
        (rule,) = (rule for rule in rules if event in rule.name)
        return rule.event_pattern
