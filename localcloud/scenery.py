"""What is put into an empty cloud: people in the directory, the worked examples of profiles, databases; what to try."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from localcloud.cloud import Cloud
from localcloud.running import Running, log_file

PROFILES = Path(__file__).resolve().parent.parent / "profiles"
PEOPLE = {"alice": "Correct-Horse-7", "bob": "Battery-Staple-8", "mallory": "Stable-Genius-9"}
# What the team of the worked examples does to its new database: without the schema a role would wait for it.
MIGRATIONS = {
    "payments": "CREATE SCHEMA core CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, paid boolean)"
}
API, REPORTS = "payments-api", "reports"  # roles of applications; the worked example lets the first one in


class HasClients(Protocol):
    """A cloud, as far as databases are made in it: boto3's clients."""

    def client(self, service: str) -> Any: ...


def prepare(cloud: Cloud) -> None:
    """Add the people and the roles, and upload every profile of the checkout; new databases are migrated."""
    cloud.world.migrations |= MIGRATIONS
    for role in (API, REPORTS):
        create_role(cloud, role)
    for name, password in PEOPLE.items():
        cloud.directory.add_user(name, password)
    for profile in sorted(PROFILES.glob("*.yaml")):
        cloud.client("s3").put_object(
            Bucket=cloud.outputs["ProfilesBucket"], Key=profile.name, Body=profile.read_bytes()
        )


def create_database(cloud: HasClients, name: str, profile: str | None, engine: str = "mysql") -> None:
    """What a team does that wants a small instance; `profile` is the tag's value, None for no tag."""
    cloud.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        Engine=engine,
        MasterUsername=_master(engine),
        DBName="payments",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        ManageMasterUserPassword=True,
        Tags=[{"Key": "signon:profile", "Value": profile}] if profile else [],
    )


def create_cluster(
    cloud: HasClients,
    name: str,
    profile: str | None,
    readers: int = 1,
    database: str = "payments",
    engine: str = "aurora-postgresql",
) -> None:
    """What a team does that wants an Aurora cluster: the cluster bears the tag, and its instances none.

    They are called `<name>-1`, which is the writer, `<name>-2` and so on.
    """
    rds = cloud.client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine=engine,
        MasterUsername=_master(engine),
        ManageMasterUserPassword=True,
        DatabaseName=database,
        Tags=[{"Key": "signon:profile", "Value": profile}] if profile else [],
    )
    for number in range(1, readers + 2):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-{number}",
            DBClusterIdentifier=name,
            Engine=engine,
            DBInstanceClass="db.r6g.large",
        )


def _master(engine: str) -> str:
    return "postgres" if "postgres" in engine else "admin"


def create_role(cloud: HasClients, name: str, may_sign_in_to: Sequence[str] = ()) -> str:
    """An application's role, which anybody may assume: its ARN. It may sign in to these `dbuser` ARNs; else nothing."""
    iam = cloud.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    role: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]["Arn"]
    if may_sign_in_to:
        sign_in = {"Effect": "Allow", "Action": "rds-db:connect", "Resource": list(may_sign_in_to)}
        iam.put_role_policy(RoleName=name, PolicyName="sign-in", PolicyDocument=_policy(sign_in))
    return role


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def credentials(cloud: HasClients, role: str) -> dict[str, str]:
    """What assumes the role (an ARN) has in its environment: `aws rds generate-db-auth-token` and SDKs sign with it."""
    made = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="here")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        "AWS_SESSION_TOKEN": made["SessionToken"],
    }


def switch_sweep(cloud: Cloud, state: str, rate: str = "") -> None:
    """The schedule of the sweep, ENABLED or DISABLED; its period, the template's or `rate`, begins anew."""
    scheduler, name = cloud.client("scheduler"), cloud.physical["SweepDatabasesHourly"]
    kept = scheduler.get_schedule(Name=name)
    scheduler.update_schedule(
        Name=name,
        State=state,
        ScheduleExpression=rate or kept["ScheduleExpression"],
        FlexibleTimeWindow=kept["FlexibleTimeWindow"],
        Target=kept["Target"],
    )


def say(running: Running) -> None:
    """Ready-made lines for the terminal."""
    credentials = "AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local"
    aws = f"{credentials} aws --region {running.region} --endpoint-url {running.endpoint}"
    bucket = running.outputs["ProfilesBucket"]
    account = running.outputs["StateMachineArn"].split(":")[4]
    people = ", ".join(f"{name} ({password})" for name, password in PEOPLE.items())
    print(
        f"""
The local cloud is at {running.endpoint}; a second is {running.speed:g} simulated seconds. Its log: {log_file()}
Every simulated hour the sweep looks for what was missed. In the directory: {people}. Profiles: s3://{bucket}

Create a database; its event starts an execution by itself (no AWS CLI here? `make shell` has one):
  {aws} rds create-db-instance \\
    --db-instance-identifier payments-orders --engine mysql --db-instance-class db.t4g.micro --allocated-storage 20 \\
    --master-username admin --manage-master-user-password --tags Key=signon:profile,Value=payments
An Aurora PostgreSQL cluster and its writer:
  {aws} rds create-db-cluster \\
    --db-cluster-identifier payments-ledger --engine aurora-postgresql --database-name payments \\
    --master-username postgres --manage-master-user-password --tags Key=signon:profile,Value=payments
  {aws} rds create-db-instance \\
    --db-instance-identifier payments-ledger-1 --db-cluster-identifier payments-ledger --engine aurora-postgresql \\
    --db-instance-class db.r6g.large
Start one by hand and watch it:
  make start EVENT=events/manual_onboard.json
Look around, and sign in as alice (in `make shell` the names of the endpoints resolve, and `aws` needs no arguments):
  make shell
  aws rds describe-db-instances --query 'DBInstances[].[DBInstanceStatus,Endpoint.Address]' --output text
  mysql --host ENDPOINT --user alice --password --enable-cleartext-plugin \\
    --ssl-mode=VERIFY_IDENTITY --ssl-ca "$SIGNON_CA"
  kinit alice@CORP.EXAMPLE.COM
  psql "host=ENDPOINT user=alice@CORP.EXAMPLE.COM dbname=payments gssencmode=disable sslmode=verify-full \\
    sslrootcert=$SIGNON_CA"
Sign in as an application, with a token that a role's credentials make, once a policy lets the role (in `make shell`):
  export $(aws sts assume-role --role-arn arn:aws:iam::{account}:role/{API} --role-session-name me --output text \\
    --query "Credentials.[join('',['AWS_ACCESS_KEY_ID=',AccessKeyId]),join('',['AWS_SECRET_ACCESS_KEY=',\\
SecretAccessKey]),join('',['AWS_SESSION_TOKEN=',SessionToken])]")
  export PGPASSWORD=$(aws rds generate-db-auth-token --hostname ENDPOINT --port 5432 --username LOGIN)
  psql "host=ENDPOINT user=LOGIN dbname=payments gssencmode=disable sslmode=verify-full sslrootcert=$SIGNON_CA"
End it:
  make down"""
    )
