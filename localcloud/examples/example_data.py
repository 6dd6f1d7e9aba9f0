"""What is put into an empty cloud: people in the directory, the worked examples of profiles, databases."""

import json
from collections.abc import Sequence
from typing import Any, Protocol

from localcloud.checkout import CHECKOUT
from localcloud.cloud import Cloud
from localcloud.examples import samples

PROFILES = CHECKOUT / "profiles"
PEOPLE = {"alice": "Correct-Horse-7", "bob": "Battery-Staple-8", "mallory": "Stable-Genius-9"}
# What the team of the worked examples does to its new database: without the schema a role would wait for it.
MIGRATIONS = {
    "payments": "CREATE SCHEMA core CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, paid boolean)"
}
API, REPORTS = "payments-api", "reports"  # roles of applications; the worked example lets the first one in
ROLES = (API, REPORTS)


class HasClients(Protocol):
    """A cloud, as far as databases are made in it: boto3's clients."""

    def client(self, service: str) -> Any: ...


def prepare(cloud: Cloud) -> None:
    """Add the people and the roles, and upload every profile of the checkout, in the terms of the cloud's account; new
    databases are migrated.
    """
    cloud.world.migrations |= MIGRATIONS
    for role in ROLES:
        create_role(cloud, role)
    for name, password in PEOPLE.items():
        cloud.directory.add_user(name, password)
    for profile in sorted(PROFILES.glob("*.yaml")):
        cloud.client("s3").put_object(
            Bucket=cloud.outputs["ProfilesBucket"],
            Key=profile.name,
            Body=samples.of_account(profile.read_text(), cloud.account),
        )


def prepare_without_sweep(cloud: Cloud) -> None:
    """The same, for people who call single functions: the sweep would work on their database at the same time."""
    prepare(cloud)
    switch_sweep(cloud, "DISABLED")


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
        Tags=[{"Key": samples.TAG, "Value": profile}] if profile else [],
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
        Tags=[{"Key": samples.TAG, "Value": profile}] if profile else [],
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
