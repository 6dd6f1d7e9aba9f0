"""What a test does to one instance, or to one cluster and its instances."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pymysql
import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from tests.conftest import Eventually


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


@dataclass
class Database:
    """What a test does to one instance."""

    cloud: Cloud
    name: str
    eventually: Eventually

    def describe(self) -> dict[str, Any]:
        return self.cloud.client("rds").describe_db_instances(DBInstanceIdentifier=self.name)["DBInstances"][0]

    def create(self, **more: Any) -> "Database":
        settings = {
            "Engine": "mysql",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": 20,
            "MasterUsername": "admin",
        }
        self.cloud.client("rds").create_db_instance(
            DBInstanceIdentifier=self.name, ManageMasterUserPassword=True, **(settings | more)
        )
        return self

    def wait(self, status: str = "available") -> dict[str, Any]:
        return self.eventually(lambda: (seen := self.describe())["DBInstanceStatus"] == status and seen)

    def modify(self, **changes: Any) -> dict[str, Any]:
        return self.cloud.client("rds").modify_db_instance(DBInstanceIdentifier=self.name, **changes)["DBInstance"]

    def delete(self) -> None:
        self.cloud.client("rds").delete_db_instance(DBInstanceIdentifier=self.name, SkipFinalSnapshot=True)

    def join(self, **more: Any) -> dict[str, Any]:
        role = self.cloud.physical["DirectoryRole"]
        return self.modify(
            **{"Domain": self.cloud.directory_id, "DomainIAMRoleName": role, "ApplyImmediately": True} | more
        )

    def membership(self) -> str:
        memberships = self.describe()["DomainMemberships"]
        return memberships[0]["Status"] if memberships else ""

    def address(self) -> str:
        """Where the endpoint's name leads, for this process, which was not started with the variables that resolve
        it.
        """
        host = self.describe()["Endpoint"]["Address"]
        return next(
            line.split()[0] for line in self.cloud.world.hosts.read_text().splitlines() if line.split()[1] == host
        )

    def master(self) -> dict[str, str]:
        """Name and password, as the secret has them."""
        secret = self.cloud.client("secretsmanager").get_secret_value(
            SecretId=self.describe()["MasterUserSecret"]["SecretArn"]
        )
        return json.loads(secret["SecretString"])

    def as_master(self, sql: str) -> Any:
        """In MySQL."""
        master = self.master()
        connection = pymysql.connect(
            host=self.address(),
            user=master["username"],
            password=master["password"],
            ssl_ca=str(self.cloud.world.authority.bundle),
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()


@dataclass
class Cluster:
    """Aurora PostgreSQL, unless it is created otherwise. Its instances are called `<name>-<suffix>`."""

    cloud: Cloud
    name: str
    eventually: Eventually

    @property
    def rds(self) -> Any:
        return self.cloud.client("rds")

    def create(self, **more: Any) -> "Cluster":
        settings = {"Engine": "aurora-postgresql", "MasterUsername": "postgres", "ManageMasterUserPassword": True}
        self.rds.create_db_cluster(DBClusterIdentifier=self.name, **(settings | more))
        return self

    def add(self, *suffixes: str, **more: Any) -> None:
        """Creates instances; the first one of a cluster is its writer."""
        for suffix in suffixes:
            settings = {"Engine": "aurora-postgresql", "DBInstanceClass": "db.r6g.large"}
            self.rds.create_db_instance(
                DBInstanceIdentifier=f"{self.name}-{suffix}", DBClusterIdentifier=self.name, **(settings | more)
            )

    def describe(self) -> dict[str, Any]:
        return self.rds.describe_db_clusters(DBClusterIdentifier=self.name)["DBClusters"][0]

    def instances(self) -> dict[str, dict[str, Any]]:
        """By suffix."""
        asked = [{"Name": "db-cluster-id", "Values": [self.name]}]
        listed = self.rds.describe_db_instances(Filters=asked)["DBInstances"]
        return {each["DBInstanceIdentifier"].removeprefix(f"{self.name}-"): each for each in listed}

    def wait(self, status: str = "available") -> dict[str, Any]:
        """Until the cluster and all of its instances have that status."""

        def all_there() -> Any:
            statuses = {each["DBInstanceStatus"] for each in self.instances().values()}
            return (seen := self.describe())["Status"] == status and statuses <= {status} and seen

        return self.eventually(all_there)

    def join(self, **more: Any) -> dict[str, Any]:
        asked = {"Domain": self.cloud.directory_id, "DomainIAMRoleName": self.cloud.physical["DirectoryRole"]}
        return self.rds.modify_db_cluster(DBClusterIdentifier=self.name, **({"ApplyImmediately": True} | asked | more))[
            "DBCluster"
        ]

    def membership(self) -> str:
        memberships = self.describe()["DomainMemberships"]
        return memberships[0]["Status"] if memberships else ""

    def joined(self) -> "Cluster":
        self.join()
        self.eventually(lambda: self.membership() == "kerberos-enabled")
        return self

    def reboot(self, suffix: str) -> None:
        self.rds.reboot_db_instance(DBInstanceIdentifier=f"{self.name}-{suffix}")

    def master(self) -> dict[str, str]:
        """Name and password, as the secret has them."""
        arn = self.describe()["MasterUserSecret"]["SecretArn"]
        secret = self.cloud.client("secretsmanager").get_secret_value(SecretId=arn)
        return json.loads(secret["SecretString"])

    def as_master(self, sql: str, host: str | None = None, database: str = "postgres") -> str:
        """What psql prints; `host` is the cluster's endpoint if None."""
        master, where = self.master(), host or self.describe()["Endpoint"]
        done = psql(self.cloud, sql, where, master["username"], database, PGPASSWORD=master["password"])
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def with_ticket(self, user: str, password: str, host: str) -> "subprocess.CompletedProcess[str]":
        return with_ticket(self.cloud, user, password, host)

    def delete(self) -> None:
        """The writer goes last."""
        for each in sorted(self.describe()["DBClusterMembers"], key=lambda each: bool(each["IsClusterWriter"])):
            self.rds.delete_db_instance(DBInstanceIdentifier=each["DBInstanceIdentifier"], SkipFinalSnapshot=True)
        self.rds.delete_db_cluster(DBClusterIdentifier=self.name, SkipFinalSnapshot=True)

    def writer(self) -> str:
        """Its suffix."""
        (name,) = [
            each["DBInstanceIdentifier"] for each in self.describe()["DBClusterMembers"] if each["IsClusterWriter"]
        ]
        return str(name.removeprefix(f"{self.name}-"))


@dataclass
class MySQLCluster(Cluster):
    """Aurora MySQL."""

    def create(self, **more: Any) -> Cluster:
        return super().create(**{"Engine": "aurora-mysql", "MasterUsername": "admin"} | more)

    def add(self, *suffixes: str, **more: Any) -> None:
        super().add(*suffixes, **{"Engine": "aurora-mysql"} | more)

    def as_master(self, sql: str, host: str | None = None, database: str = "") -> str:
        """What Oracle's client prints, or its error."""
        master = self.master()
        return self._mysql(sql, host, master["username"], database, MYSQL_PWD=master["password"])

    def with_ticket(self, user: str, password: str, host: str) -> "subprocess.CompletedProcess[str]":
        """A person of the directory signs in; asks who they are."""
        if not self.cloud.world.machine.mysql_knows_tickets:
            pytest.skip("the distribution's client of MySQL has no plugin for tickets")
        said = self._mysql("SELECT CURRENT_USER()", host, user, **_ticket(self.cloud, user, password, host))
        return subprocess.CompletedProcess((), int("ERROR" in said), said)

    def _mysql(self, sql: str, host: str | None, user: str, database: str = "", **more: str) -> str:
        done = subprocess.run(
            [
                *self.cloud.world.machine.mysql,
                *("--ssl-mode=VERIFY_IDENTITY", f"--ssl-ca={self.cloud.world.authority.bundle}"),
                *(f"--host={host or self.describe()['Endpoint']}", f"--user={user}", f"--database={database}"),
                *("--batch", "--skip-column-names", f"--execute={sql}"),
            ],
            env={"PATH": os.environ["PATH"], **self.cloud.environment(), **more},
            capture_output=True,
            text=True,
            check=False,
        )
        return (done.stdout + done.stderr).strip()


def psql(
    cloud: Cloud,
    sql: str,
    host: str,
    user: str,
    database: str = "postgres",
    *,
    mode: str = "verify-full",
    **more: str,
) -> "subprocess.CompletedProcess[str]":
    """Over verified TLS, unless `mode` says otherwise; `more` is environment."""
    wanted = {"host": host, "user": user, "dbname": database, "sslmode": mode, "gssencmode": "disable"}
    target = " ".join(f"{key}={value}" for key, value in wanted.items())
    environment = {"PATH": os.environ["PATH"], **cloud.environment()}
    return subprocess.run(
        [
            *cloud.world.machine.clients["psql"],
            "--no-psqlrc",
            "--tuples-only",
            "--no-align",
            "--no-password",
            f"--command={sql}",
            target,
        ],
        env={**environment, "PGSSLROOTCERT": str(cloud.world.authority.bundle), **more},
        capture_output=True,
        text=True,
        check=False,
    )


def with_ticket(cloud: Cloud, user: str, password: str, host: str) -> "subprocess.CompletedProcess[str]":
    """A person of the directory signs in to PostgreSQL; asks who they are."""
    principal = f"{user}@{cloud.directory.realm}"
    return psql(cloud, "SELECT current_user", host, principal, **_ticket(cloud, user, password, host))


def _ticket(cloud: Cloud, user: str, password: str, host: str) -> dict[str, str]:
    """A new ticket; the environment of who has it."""
    cache = {"KRB5CCNAME": f"FILE:{cloud.world.home}/ticket-{host}-{user}-{os.getpid()}"}
    environment = {"PATH": os.environ["PATH"], **cloud.environment(), **cache}
    principal = f"{user}@{cloud.directory.realm}"
    subprocess.run(["kinit", principal], input=password, env=environment, text=True, check=True, capture_output=True)
    return cache


def announced(cluster: Cluster, happening: Callable[[], object], count: int) -> list[dict[str, Any]]:
    """The events about the cluster or its instances that `happening` leads to, as EventBridge delivers them."""
    sqs, events = cluster.cloud.client("sqs"), cluster.cloud.client("events")
    name = f"events-{cluster.name}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.rds"], "detail": {"SourceIdentifier": [{"prefix": cluster.name}]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    bodies: list[dict[str, Any]] = []

    def received() -> bool:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        bodies.extend(json.loads(message["Body"]) for message in messages)
        return len(bodies) >= count

    happening()
    cluster.eventually(received)
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)
    return bodies
