"""Aurora PostgreSQL, a writer and a reader: alice signs in with a Kerberos ticket, and without a password."""

import json
import shlex
import subprocess
import threading
from pathlib import Path
from typing import Any

from localcloud.cloud import Cloud
from localcloud.demo.play import DemoFailed, Play, refused
from localcloud.scenery import PEOPLE, create_cluster

NAME = "payments-ledger"
PATIENCE = {"Delay": 0.1, "MaxAttempts": 600}  # seconds of real time between two looks
QUESTION = (
    "SELECT current_user, principal, gss_authenticated, ssl"
    " FROM pg_stat_gssapi JOIN pg_stat_ssl USING (pid) WHERE pid = pg_backend_pid()"
)


def create(cloud: Cloud, profile: str) -> str:
    create_cluster(cloud, NAME, profile)
    threading.Thread(target=_make_schema, args=[cloud], daemon=True).start()
    tag = f"Key=signon:profile,Value={profile}"
    return f"aws rds create-db-cluster --db-cluster-identifier {NAME} --engine aurora-postgresql ... --tags {tag}"


def _make_schema(cloud: Cloud) -> None:
    """What the team's own software does as soon as there is a writer: without the schema a role would wait for it."""
    rds = cloud.client("rds")
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=f"{NAME}-1", WaiterConfig=PATIENCE)
    cluster = rds.describe_db_clusters(DBClusterIdentifier=NAME)["DBClusters"][0]
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=cluster["MasterUserSecret"]["SecretArn"])
    where = f"host={cluster['Endpoint']} user={cluster['MasterUsername']} dbname={cluster['DatabaseName']}"
    subprocess.run(
        [
            cloud.world.machine.postgresql[-1].bin / "psql",
            f"{where} sslmode=verify-full sslrootcert={cloud.world.authority.bundle} gssencmode=disable",
            "--no-psqlrc",
            "--command",
            "CREATE SCHEMA core CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, paid boolean)",
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


def sign_in(cloud: Cloud, kit: Path, connect: dict[str, Any]) -> None:
    """The lines of the kit, run as they stand but for the name; only for the ticket the password is typed."""
    clients = connect["methods"]["kerberos"]["clients"]
    line = clients["psql"]
    alice, mallory = (f"{name}@{cloud.directory.realm}" for name in ("alice", "mallory"))
    kinit = clients["kinit"].replace("YOUR-NAME", "alice")
    print(f"$ {kinit}")
    _kinit(cloud, kit, "alice")
    print(f"  -> {_ticket(cloud, kit, 'alice')}\n$ {line.replace('YOUR-NAME', 'alice')}")
    answer = _psql(cloud, kit, line, "alice", tickets_of="alice")
    expected = f"{alice}|{alice}|t|t"
    if answer.stdout.strip() != expected:
        raise DemoFailed(f"alice was not signed in as {expected!r}: {answer.stdout}{answer.stderr}")
    print(f"  {QUESTION}\n  -> {answer.stdout.strip()}\n\nRefused, as they must be:")
    _kinit(cloud, kit, "mallory")
    without_tls = line.replace("sslmode=verify-full", "sslmode=disable")
    for who, by_the_server, answer in (
        ("alice without a ticket", "GSSAPI", _psql(cloud, kit, line, "alice", tickets_of=None)),
        (
            f"mallory with a ticket of her own, who has no login, as {alice}",
            "FATAL:  GSSAPI authentication failed",
            _psql(cloud, kit, line, "alice", tickets_of="mallory"),
        ),
        (
            f"mallory with her ticket, as {mallory}",
            "FATAL:  password authentication failed",
            _psql(cloud, kit, line, "mallory", tickets_of="mallory", password=PEOPLE["mallory"]),
        ),
        ("alice without TLS", "FATAL:  no pg_hba.conf entry", _psql(cloud, kit, without_tls, "alice", "alice")),
    ):
        refused(who, answer, by_the_server)


def _kinit(cloud: Cloud, kit: Path, user: str) -> None:
    said = subprocess.run(
        ["kinit", f"{user}@{cloud.directory.realm}"],
        env=_environment(cloud, kit, user),
        input=f"{PEOPLE[user]}\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    if said.returncode:
        raise DemoFailed(f"{user} was given no ticket: {said.stdout}{said.stderr}")


def _ticket(cloud: Cloud, kit: Path, user: str) -> str:
    listed = subprocess.run(
        ["klist"], env=_environment(cloud, kit, user), capture_output=True, text=True, check=True, timeout=30
    )
    return next(line for line in listed.stdout.splitlines() if line.startswith("Default principal"))


def _psql(
    cloud: Cloud, kit: Path, line: str, user: str, tickets_of: str | None, password: str = ""
) -> subprocess.CompletedProcess[str]:
    arguments = shlex.split(line.replace("YOUR-NAME", user))[1:]
    psql = cloud.world.machine.postgresql[-1].bin / "psql"
    return subprocess.run(
        [psql, *arguments, "--no-psqlrc", "--no-password", "--no-align", "--tuples-only", "--command", QUESTION],
        cwd=kit,
        env={**_environment(cloud, kit, tickets_of or "nobody"), **({"PGPASSWORD": password} if password else {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def _environment(cloud: Cloud, kit: Path, user: str) -> dict[str, str]:
    """Where the directory is, which its DNS says on AWS, and tickets in a file of their own."""
    directory = {"KRB5_CONFIG": str(cloud.directory.krb5_conf), "KRB5CCNAME": f"FILE:{kit / user}.tickets"}
    return {"PATH": "/usr/bin:/bin", **cloud.world.resolving, **directory}


PLAY = Play(
    title="a new Aurora PostgreSQL cluster, from RDS's events to a proved sign-in",
    name=NAME,
    clustered=True,
    real=lambda cloud: (
        f"PostgreSQL {cloud.world.machine.postgresql[0].version}, a writer and a streaming replica,"
        " Samba Active Directory, Kerberos, TLS"
    ),
    stood_in_for="RDS's control plane, and Aurora's storage and its own pg_hba",
    event="RDS's events",
    create=create,
    sign_in=sign_in,
)
