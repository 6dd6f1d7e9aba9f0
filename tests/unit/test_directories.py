from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localcloud.deploy.translation import read
from signon.domain.directory.directory import usable_role
from signon.domain.directory.service_principals import _ONE_NAME, _PER_ENGINE, _PER_REGION, service_principals
from signon.domain.engines import Family
from signon.errors import DirectoryRoleUnusable
from tests.builders import REGION, a_directory, a_role

TEMPLATE: dict[str, Any] = read(Path(__file__).parents[2] / "template.yaml")
KNOWN = sorted(_ONE_NAME | _PER_REGION | _PER_ENGINE)
UNKNOWN = ["us-gov-west-1", "us-gov-east-1", "eusc-de-east-1", "sa-west-1"]


def in_the_template(region: str) -> set[str]:
    """Whom the directory role trusts in this Region."""

    def holds(condition: Any) -> bool:
        if "Fn::Or" in condition:
            return any(map(holds, condition["Fn::Or"]))
        return bool(condition["Fn::Equals"] == [{"Ref": "AWS::Region"}, region])

    def chosen(value: Any) -> Any:
        while "Fn::If" in value:
            name, then, otherwise = value["Fn::If"]
            value = then if holds(TEMPLATE["Conditions"][name]) else otherwise
        return value

    trust = TEMPLATE["Resources"]["DirectoryRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    said = [each["Fn::Sub"] if isinstance(each, dict) else each for each in chosen(trust["Principal"]["Service"])]
    return {each.replace("${AWS::Region}", region) for each in said}


@pytest.mark.parametrize("region", KNOWN)
def test_the_role_trusts_exactly_the_services_that_the_function_requires(region: str) -> None:
    wanted = frozenset[str]().union(*(service_principals(region, family) for family in Family))
    assert in_the_template(region) == wanted


@pytest.mark.parametrize("region", UNKNOWN)
def test_in_a_region_that_is_not_known_the_role_can_be_made(region: str) -> None:
    """IAM refuses a role that trusts a service which it does not know, and the stack with it."""
    assert in_the_template(region) == {"rds.amazonaws.com"}


def test_a_condition_has_at_most_ten_parts() -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html"""

    def sizes(condition: Any) -> list[int]:
        parts = condition.get("Fn::Or", [])
        return [len(parts), *(size for part in parts for size in sizes(part))]

    assert max(size for condition in TEMPLATE["Conditions"].values() for size in sizes(condition)) <= 10


@pytest.mark.parametrize(
    ("region", "principals"),
    [
        ("us-east-1", {"directoryservice.rds.amazonaws.com", "rds.amazonaws.com"}),
        ("cn-northwest-1", {"directoryservice.rds.amazonaws.com", "rds.amazonaws.com"}),
        ("eu-south-1", {"directoryservice.rds.eu-south-1.amazonaws.com", "rds.eu-south-1.amazonaws.com"}),
        ("ca-west-1", {"directoryservice-mysql.rds.ca-west-1.amazonaws.com", "rds.ca-west-1.amazonaws.com"}),
        ("us-gov-west-1", set()),
    ],
)
def test_rds_has_its_name_in_each_kind_of_region(region: str, principals: set[str]) -> None:
    assert service_principals(region, Family.MYSQL) == principals


@pytest.mark.parametrize("region", ["us-gov-west-1", "eu-south-1", "ca-west-1"])
def test_where_nobody_has_tried_rds_names_a_role_without_them_was_approved_with_the_plan(region: str) -> None:
    role = a_role(principals=frozenset({"rds.amazonaws.com"}))
    assert usable_role(role, region, Family.MYSQL) == role
    with pytest.raises(DirectoryRoleUnusable, match="lacks the policy"):
        usable_role(a_role(policies=frozenset()), region, Family.MYSQL)


def test_a_role_that_rds_can_use_passes() -> None:
    assert usable_role(a_role(), REGION, Family.MYSQL) == a_role()


def test_more_than_is_needed_does_not_disturb() -> None:
    more = a_role(principals=a_role().principals | {"x"}, policies=a_role().policies | {"y"})
    assert usable_role(more, REGION, Family.MYSQL) == more


def refusal(role: Any) -> DirectoryRoleUnusable:
    with pytest.raises(DirectoryRoleUnusable) as refused:
        usable_role(role, REGION, Family.MYSQL)
    return refused.value


def test_a_missing_role_is_reported() -> None:
    assert refusal(None).problem == "The role that RDS assumes to reach the directory does not exist"


def test_a_role_that_trusts_others_is_told_whom_to_trust() -> None:
    refused = refusal(a_role(principals=frozenset({"rds.amazonaws.com"})))
    assert refused.problem == (
        "The trust policy of signon-directory-access-us-east-1 does not trust directoryservice.rds.amazonaws.com"
    )
    assert refused.remedy == (
        "Deploy the stack again, or make the role's trust policy allow sts:AssumeRole to"
        " directoryservice.rds.amazonaws.com, rds.amazonaws.com"
    )


def test_a_role_without_the_policy_gets_the_command_that_fixes_it() -> None:
    refused = refusal(a_role(policies=frozenset()))
    assert refused.problem.endswith("lacks the policy service-role/AmazonRDSDirectoryServiceAccess")
    assert refused.remedy == (
        "aws iam attach-role-policy --role-name signon-directory-access-us-east-1"
        " --policy-arn arn:aws:iam::aws:policy/service-role/AmazonRDSDirectoryServiceAccess"
    )


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_command_names_the_policy_of_the_roles_partition(partition: str) -> None:
    refused = refusal(a_role(arn=f"arn:{partition}:iam::123456789012:role/r", policies=frozenset()))
    assert refused.remedy.endswith(f"arn:{partition}:iam::aws:policy/service-role/AmazonRDSDirectoryServiceAccess")


def test_a_realm_is_the_directory_name_in_upper_case() -> None:
    assert a_directory(name="corp.example.com").realm == "CORP.EXAMPLE.COM"
