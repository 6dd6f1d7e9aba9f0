"""What AWS would refuse is refused here: the project's own template with one thing broken, and what it would say."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lint.intrinsics import references
from localcloud.cloud import TEMPLATE, Cloud
from localcloud.deploy.cloudformation import DeploymentError
from localcloud.deploy.quotas import NAMES
from localcloud.deploy.translation import read

Resources = dict[str, dict[str, Any]]
Change = Callable[[Resources], object]


@functools.cache
def the_template() -> dict[str, Any]:
    return read(TEMPLATE)


def part_of_the_template(folder: Path, resources: Iterable[str], change: Change = lambda _: None) -> Path:
    """A template with these resources of the project's and all that they refer to, after the change; without layers."""
    template = copy.deepcopy(the_template())
    kept: Resources = {}
    change(template["Resources"])
    left = list(resources)
    while left:
        name = left.pop()
        if name in template["Resources"] and name not in kept:
            kept[name] = template["Resources"][name]
            left += references(kept[name])
    del template["Outputs"], template["Metadata"], template["Globals"]["Function"]["Layers"]
    (folder / "functions").symlink_to(TEMPLATE.parent / "functions")
    file = folder / "template.yaml"
    file.write_text(json.dumps({**template, "Resources": kept}))
    return file


def one_resource(folder: Path, kind: str, **properties: Any) -> Path:
    file = folder / "template.yaml"
    file.write_text(json.dumps({"Resources": {"One": {"Type": kind, "Properties": properties}}}))
    return file


def refused(cloud: Cloud, template: Path, name: str, **parameters: str) -> str:
    with pytest.raises(DeploymentError) as said:
        cloud.aws.deploy(template, name, parameters, {})
    return str(said.value)


# ---- Lambda


def on_arns(resources: Resources) -> None:
    """The actions on network interfaces are allowed on network interfaces."""
    for statement in resources["VerifyLoginsRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]:
        if "ec2:CreateNetworkInterface" in statement.get("Action", ()) and statement["Effect"] == "Allow":
            statement["Resource"] = "arn:aws:ec2:us-east-1:123456789012:network-interface/*"


def without(action: str) -> Change:
    def change(resources: Resources) -> None:
        for statement in resources["VerifyLoginsRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]:
            if action in statement.get("Action", ()):
                statement["Action"] = [one for one in statement["Action"] if one != action]

    return change


@pytest.mark.parametrize(
    ("change", "action"),
    [
        (on_arns, "CreateNetworkInterface"),
        (without("ec2:DescribeSubnets"), "DescribeSubnets"),
    ],
    ids=["on ARNs", "not at all"],
)
def test_a_function_whose_role_may_not_make_network_interfaces_anywhere_is_not_made(
    cloud: Cloud, tmp_path: Path, change: Change, action: str
) -> None:
    template = part_of_the_template(tmp_path, ["VerifyLogins"], change)
    said = refused(cloud, template, f"eni-{action}")
    assert f"The provided execution role does not have permissions to call {action} on EC2" in said
    assert said.startswith("VerifyLogins (AWS::Lambda::Function): ")


def arns_of_roles(count: int) -> list[str]:
    return [f"arn:aws:iam::123456789012:role/databases/application-{number:03}" for number in range(count)]


def test_variables_of_more_than_4_kb_are_refused(cloud: Cloud, tmp_path: Path) -> None:
    template = part_of_the_template(tmp_path, ["EnsureConnectPolicy"])
    said = refused(cloud, template, "variables", ConnectRoles=",".join(arns_of_roles(70)))
    assert said.startswith("EnsureConnectPolicy (AWS::Lambda::Function): ")
    assert "exceeded the 4KB limit" in said


# ---- IAM


def test_inline_policies_of_more_than_10_240_characters_are_refused(cloud: Cloud, tmp_path: Path) -> None:
    def with_many_roles(resources: Resources) -> None:
        policy = resources["EnsureConnectPolicyRole"]["Properties"]["Policies"][0]["PolicyDocument"]
        policy["Statement"].append(
            {"Effect": "Allow", "Action": "iam:AttachRolePolicy", "Resource": arns_of_roles(200)}
        )

    template = part_of_the_template(tmp_path, ["EnsureConnectPolicyRole"], with_many_roles)
    assert "Maximum policy size of 10240 bytes exceeded for role" in refused(cloud, template, "inline")


def too_long() -> str:
    users = [f"arn:aws:rds-db:us-east-1:123456789012:dbuser:db-{number:026}/application" for number in range(80)]
    statement = {"Effect": "Allow", "Action": "rds-db:connect", "Resource": users}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_managed_policy_of_more_than_6_144_characters_is_refused(cloud: Cloud, tmp_path: Path) -> None:
    template = one_resource(tmp_path, "AWS::IAM::ManagedPolicy", PolicyDocument=json.loads(too_long()))
    assert "Cannot exceed quota for PolicySize: 6144" in refused(cloud, template, "managed")


def test_a_longer_version_of_a_policy_is_refused_and_white_space_does_not_count(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    short = json.dumps({"Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}], "Version": "2012-10-17"})
    arn = iam.create_policy(PolicyName="grows", PolicyDocument=short + " " * 7000)["Policy"]["Arn"]
    with pytest.raises(ClientError, match=r"LimitExceeded.*PolicySize"):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=too_long())


def test_a_policy_too_many_for_a_role_is_refused_and_one_that_it_has_is_not(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    nothing = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
    )
    iam.create_role(RoleName="full", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    arns = [iam.create_policy(PolicyName=f"one-of-{n}", PolicyDocument=nothing)["Policy"]["Arn"] for n in range(11)]
    for arn in (*arns[:10], arns[0]):
        iam.attach_role_policy(RoleName="full", PolicyArn=arn)
    with pytest.raises(ClientError, match=r"LimitExceeded.*Cannot exceed quota for PoliciesPerRole: 10"):
        iam.attach_role_policy(RoleName="full", PolicyArn=arns[10])


# ---- names


def test_a_stack_whose_name_is_too_long_for_the_directory_roles_is_refused(cloud: Cloud, tmp_path: Path) -> None:
    template = part_of_the_template(tmp_path, ["DirectoryRole"])
    said = refused(cloud, template, "s" * 38)
    assert f"Value '{'s' * 38}-directory-access-us-east-1' at 'roleName' failed to satisfy constraint" in said


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_that_is_too_long_is_refused(cloud: Cloud, tmp_path: Path, kind: str) -> None:
    key, parameter, longest = NAMES[kind]
    said = refused(cloud, one_resource(tmp_path, kind, **{key: "n" * (longest + 1)}), f"long-{kind.rpartition(':')[2]}")
    assert f"at '{parameter}' failed to satisfy constraint: Member must have length less than or equal to" in said


# ---- templates and their parameters


def test_a_parameter_of_more_than_4096_bytes_is_refused(cloud: Cloud, tmp_path: Path) -> None:
    template = part_of_the_template(tmp_path, ["EnsureConnectPolicyRole"])
    said = refused(cloud, template, "parameter", ConnectRoles=",".join(arns_of_roles(80)))
    assert said == "The value of the parameter ConnectRoles is longer than 4096 bytes"


@pytest.mark.parametrize(("parameter", "value"), [("LogRetentionDays", "77"), ("ProtectRecords", "maybe")])
def test_a_parameter_has_one_of_its_allowed_values(cloud: Cloud, tmp_path: Path, parameter: str, value: str) -> None:
    template = part_of_the_template(tmp_path, ["Records", "MakePlanLogs"])
    assert (
        refused(cloud, template, f"value-{parameter}", **{parameter: value})
        == f"Parameter '{parameter}' must be one of AllowedValues"
    )


@pytest.mark.parametrize(
    ("known", "key"), [("eu-west-1", "Principals"), ("us-east-1", "Others")], ids=["a Region", "a key of a Region"]
)
def test_what_a_mapping_does_not_have_is_refused(cloud: Cloud, tmp_path: Path, known: str, key: str) -> None:
    def trusts_by_a_mapping(resources: Resources) -> None:
        trust = resources["DirectoryRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
        trust["Principal"] = {"Service": {"Fn::FindInMap": ["Trust", {"Ref": "AWS::Region"}, key]}}

    file = part_of_the_template(tmp_path, ["DirectoryRole"], trusts_by_a_mapping)
    template = json.loads(file.read_text())
    template["Mappings"] = {"Trust": {known: {"Principals": ["rds.amazonaws.com"]}}}
    file.write_text(json.dumps(template))
    said = refused(cloud, file, f"mapping-{known}")
    assert said == f"Template error: Unable to get mapping for Trust::us-east-1::{key}"


# ---- SNS


@pytest.mark.parametrize(
    "subject",
    ["the first line\nthe second", "a tab\tin it", "", "Zahlungen für alle", "s" * 100, " begins with a space"],
    ids=["a line break", "a control character", "nothing", "not ASCII", "100 characters", "a space first"],
)
def test_a_subject_that_sns_would_not_take_is_refused(cloud: Cloud, subject: str) -> None:
    topic = cloud.client("sns").create_topic(Name="refusing")["TopicArn"]
    with pytest.raises(ClientError, match=r"InvalidParameter.*Invalid parameter: Subject"):
        cloud.client("sns").publish(TopicArn=topic, Subject=subject, Message="m")


def test_a_subject_of_99_characters_is_taken(cloud: Cloud) -> None:
    topic = cloud.client("sns").create_topic(Name="taking")["TopicArn"]
    assert cloud.client("sns").publish(TopicArn=topic, Subject="s" * 99, Message="m")["MessageId"]
