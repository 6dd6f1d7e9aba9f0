"""The databases of the demos, as a team makes them: a small instance, or a cluster with a writer and a reader."""

import json
import subprocess
import threading
from collections.abc import Callable

from localcloud.cloud import Cloud
from localcloud.scenery import create_cluster, create_database

PATIENCE = {"Delay": 0.1, "MaxAttempts": 600}  # seconds of real time between two looks
SCHEMA = "CREATE SCHEMA core CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, paid boolean)"


def instance(name: str, engine: str, profile: str) -> Callable[[Cloud], str]:
    def create(cloud: Cloud) -> str:
        create_database(cloud, name, profile, engine)
        if engine == "postgres":
            threading.Thread(target=_make_schema, args=[cloud, name, name], daemon=True).start()
        tag = f"Key=signon:profile,Value={profile}"
        return f"aws rds create-db-instance --db-instance-identifier {name} --engine {engine} ... --tags {tag}"

    return create


def cluster(name: str, engine: str, profile: str) -> Callable[[Cloud], str]:
    def create(cloud: Cloud) -> str:
        create_cluster(cloud, name, profile, engine=engine)
        if engine == "aurora-postgresql":
            threading.Thread(target=_make_schema, args=[cloud, name, f"{name}-1"], daemon=True).start()
        tag = f"Key=signon:profile,Value={profile}"
        return f"aws rds create-db-cluster --db-cluster-identifier {name} --engine {engine} ... --tags {tag}"

    return create


def _make_schema(cloud: Cloud, name: str, writer: str) -> None:
    """What the team's own software does as soon as there is a writer: without the schema a role would wait for it."""
    rds = cloud.client("rds")
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=writer, WaiterConfig=PATIENCE)
    if writer == name:
        seen = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        host, database = seen["Endpoint"]["Address"], seen["DBName"]
    else:
        seen = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
        host, database = seen["Endpoint"], seen["DatabaseName"]
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=seen["MasterUserSecret"]["SecretArn"])
    where = f"host={host} user={seen['MasterUsername']} dbname={database}"
    subprocess.run(
        [
            cloud.world.machine.postgresql[-1].bin / "psql",
            f"{where} sslmode=verify-full sslrootcert={cloud.world.authority.bundle} gssencmode=disable",
            "--no-psqlrc",
            "--command",
            SCHEMA,
        ],
        env={
            "PATH": "/usr/bin:/bin",
            **cloud.world.resolving,
            "PGPASSWORD": json.loads(secret["SecretString"])["password"],
        },
        capture_output=True,
        check=True,
        timeout=30,
    )
