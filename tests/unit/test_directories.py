from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from signon.domain.directory import _OPT_IN, _PER_ENGINE, service_principals, usable_role
from signon.domain.engines import Family
from signon.errors import DirectoryRoleUnusable
from tests.builders import REGION, a_directory, a_role

TEMPLATE: dict[str, Any] = yaml_parse((Path(__file__).parents[2] / "template.yaml").read_text())
TRUST: dict[str, Any] = TEMPLATE["Mappings"]["DirectoryRoleTrust"]


@pytest.mark.parametrize("region", TRUST)
@pytest.mark.parametrize("family", Family)
def test_the_template_trusts_whom_the_function_looks_for(region: str, family: Family) -> None:
    assert service_principals(region, family) <= set(TRUST[region]["Principals"])


@pytest.mark.parametrize("region", TRUST)
def test_the_template_trusts_nobody_else(region: str) -> None:
    wanted = frozenset[str]().union(*(service_principals(region, family) for family in Family))
    assert set(TRUST[region]["Principals"]) == wanted


@pytest.mark.parametrize(
    ("region", "principals"),
    [
        ("us-east-1", {"directoryservice.rds.amazonaws.com", "rds.amazonaws.com"}),
        ("eu-south-1", {"directoryservice.rds.eu-south-1.amazonaws.com", "rds.eu-south-1.amazonaws.com"}),
        ("ca-west-1", {"directoryservice-mysql.rds.ca-west-1.amazonaws.com", "rds.ca-west-1.amazonaws.com"}),
    ],
)
def test_rds_has_its_name_in_each_kind_of_region(region: str, principals: set[str]) -> None:
    assert service_principals(region, Family.MYSQL) == principals


def test_the_template_has_every_region_whose_principals_are_its_own() -> None:
    assert set(TRUST) >= _OPT_IN | _PER_ENGINE


def test_a_role_that_rds_can_use_passes() -> None:
    assert usable_role(a_role(), REGION, Family.MYSQL) == a_role()


def test_more_than_is_needed_does_not_disturb() -> None:
    more = a_role(principals=a_role().principals | {"x"}, policies=a_role().policies | {"y"})
    assert usable_role(more, REGION, Family.MYSQL) == more


def refusal(role: Any) -> DirectoryRoleUnusable:
    with pytest.raises(DirectoryRoleUnusable) as refused:
        usable_role(role, REGION, Family.MYSQL)
    return refused.value


def test_a_missing_role_is_said() -> None:
    assert refusal(None).problem == "The role that RDS takes to reach the directory does not exist"


def test_a_role_that_trusts_others_is_told_whom_to_trust() -> None:
    refused = refusal(a_role(principals=frozenset({"rds.amazonaws.com"})))
    assert refused.problem == (
        "The trust policy of signon-directory-access-us-east-1 does not name directoryservice.rds.amazonaws.com"
    )
    assert refused.remedy == (
        "Deploy the stack again, or let the role's trust policy allow sts:AssumeRole to"
        " directoryservice.rds.amazonaws.com, rds.amazonaws.com"
    )


def test_a_role_without_the_policy_gets_the_command_that_mends_it() -> None:
    refused = refusal(a_role(policies=frozenset()))
    assert refused.problem.endswith("lacks the policy service-role/AmazonRDSDirectoryServiceAccess")
    assert refused.remedy == (
        "aws iam attach-role-policy --role-name signon-directory-access-us-east-1"
        " --policy-arn arn:aws:iam::aws:policy/service-role/AmazonRDSDirectoryServiceAccess"
    )


def test_a_realm_is_the_directory_name_in_upper_case() -> None:
    assert a_directory(name="corp.example.com").realm == "CORP.EXAMPLE.COM"
