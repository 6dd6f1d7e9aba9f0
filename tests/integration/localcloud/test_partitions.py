"""The project's roles, made in other partitions and in a Region that nobody knows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import boto3
import pytest
from moto.iam.models import iam_backends

from localcloud.cloud import Cloud
from localcloud.deploy.artifacts import Artifacts
from localcloud.deploy.deploy import DeployedStack, deploy
from localcloud.iam.partitions import url_suffix
from tests.integration.localcloud.test_refusals import part_of_the_template

ROLES = ("DirectoryRole", "ReportEndingRole", "EnsureConnectPolicyRole")
ALLOWED = {
    ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"): "as everywhere",
    ("AWS::KMS::Key", "EnableKeyRotation"): "as everywhere",
}
PARTITIONS = {"cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov"}


def made(cloud: Cloud, template: Path, region: str) -> DeployedStack:
    session = boto3.Session("local", "local", region_name=region)

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=cloud.endpoint)  # type: ignore[call-overload]  # callers name it

    parameters = {
        "ConnectRoles": f"arn:{PARTITIONS[region]}:iam::{cloud.account}:role/api",
        "VpcId": "vpc-of-nothing",
        "SubnetIds": "subnet-of-nothing",
    }
    nothing_to_package = Mock(spec=Artifacts)
    return deploy(template, "elsewhere", parameters, ALLOWED, nothing_to_package, client, cloud.account, region)


@pytest.mark.parametrize("region", PARTITIONS)
def test_every_arn_and_every_condition_is_of_the_partition(cloud: Cloud, tmp_path: Path, region: str) -> None:
    stack, partition = made(cloud, part_of_the_template(tmp_path, ROLES), region), PARTITIONS[region]
    kept = iam_backends[cloud.account][partition].roles.values()
    roles = {role.name: role for role in kept if role.name in stack.of_type("AWS::IAM::Role").values()}
    assert len(roles) == len(stack.of_type("AWS::IAM::Role"))
    said = json.dumps(
        [[role.policies, role.managed_policies and list(role.managed_policies)] for role in roles.values()]
    )
    assert set(re.findall(r"arn:([a-z-]+):", said)) == {partition}
    assert f"sns.{region}.{url_suffix(region)}" in said
    trusted = json.loads(roles[stack.physical["DirectoryRole"]].assume_role_policy_document)["Statement"][0][
        "Principal"
    ]
    known = region != "us-gov-west-1"
    assert trusted == {
        "Service": ["rds.amazonaws.com", *["directoryservice.rds.amazonaws.com"] * known],
    }


def test_a_domain_is_the_partitions() -> None:
    assert [url_suffix(region) for region in ("us-east-1", "us-gov-east-1", "cn-northwest-1", "eusc-de-east-1")] == [
        "amazonaws.com",
        "amazonaws.com",
        "amazonaws.com.cn",
        "amazonaws.eu",
    ]
