"""Whose access key it is, and what IAM's policies let him do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.cloud import Cloud
from localcloud.examples import example_data
from localcloud.iam.policies import NotModelled
from localcloud.iam.principals import Principal, principal

USERS = "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-ABC"
CONNECT = "rds-db:connect"


def policy(*users: str, effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": CONNECT, "Resource": [f"{USERS}/{user}" for user in users]}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def found(cloud: Cloud, key: str) -> Principal:
    who = principal(cloud.account, cloud.region, key)
    assert who is not None
    return who


def may(cloud: Cloud, key: str) -> list[str]:
    """Of three logins, those that the key's owner may sign in with."""
    return [user for user in ("one", "two", "three") if found(cloud, key).may(CONNECT, f"{USERS}/{user}")]


@pytest.fixture
def role(cloud: Cloud) -> Iterator[str]:
    """The ARN of a role that may sign in as one and two."""
    iam = cloud.client("iam")
    yield example_data.create_role(cloud, "connecting", [f"{USERS}/one", f"{USERS}/two"])
    iam.delete_role_policy(RoleName="connecting", PolicyName="sign-in")
    iam.delete_role(RoleName="connecting")


def assumed(cloud: Cloud, role: str, **more: Any) -> dict[str, str]:
    return cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="test", **more)["Credentials"]


def test_a_session_is_its_role_with_a_secret_and_a_token_of_its_own(cloud: Cloud, role: str) -> None:
    made = assumed(cloud, role)
    who = found(cloud, made["AccessKeyId"])
    assert (who.arn, who.secret_access_key, who.session_token) == (role, made["SecretAccessKey"], made["SessionToken"])
    assert may(cloud, made["AccessKeyId"]) == ["one", "two"]


def test_an_attached_policy_counts_in_its_newest_version(cloud: Cloud, role: str) -> None:
    iam = cloud.client("iam")
    arn = iam.create_policy(PolicyName="connect", PolicyDocument=policy("three"))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="connecting", PolicyArn=arn)
    key = assumed(cloud, role)["AccessKeyId"]
    assert may(cloud, key) == ["one", "two", "three"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy("two", effect="Deny"), SetAsDefault=True)
    assert may(cloud, key) == ["one"]
    iam.detach_role_policy(RoleName="connecting", PolicyArn=arn)


def test_a_boundary_and_the_sessions_own_policy_take_away_and_give_nothing(cloud: Cloud, role: str) -> None:
    iam = cloud.client("iam")
    key = assumed(cloud, role, Policy=policy("two", "three"))["AccessKeyId"]
    assert may(cloud, key) == ["two"]
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=policy("one", "three"))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="connecting", PermissionsBoundary=boundary)
    assert may(cloud, key) == []
    assert may(cloud, assumed(cloud, role)["AccessKeyId"]) == ["one"]
    iam.put_role_permissions_boundary(
        RoleName="connecting", PermissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess"
    )
    with pytest.raises(NotModelled, match="PowerUserAccess is not kept here"):
        may(cloud, key)
    iam.delete_role_permissions_boundary(RoleName="connecting")


def test_a_user_has_his_own_policies_and_those_of_his_groups(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    arn = iam.create_user(UserName="daria")["User"]["Arn"]
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="daria")
    iam.put_user_policy(UserName="daria", PolicyName="own", PolicyDocument=policy("one"))
    iam.put_group_policy(GroupName="team", PolicyName="of-the-team", PolicyDocument=policy("three"))
    key = iam.create_access_key(UserName="daria")["AccessKey"]
    who = found(cloud, key["AccessKeyId"])
    assert (who.arn, who.secret_access_key, who.session_token) == (arn, key["SecretAccessKey"], None)
    assert may(cloud, key["AccessKeyId"]) == ["one", "three"]
    iam.update_access_key(UserName="daria", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert principal(cloud.account, cloud.region, key["AccessKeyId"]) is None


def test_an_unknown_key_belongs_to_nobody(cloud: Cloud, role: str) -> None:
    for key in ("local", "AKIANOBODYS", ""):
        assert principal(cloud.account, cloud.region, key) is None
    gone = assumed(cloud, role.replace("connecting", "gone"))["AccessKeyId"]
    assert principal(cloud.account, cloud.region, gone) is None
