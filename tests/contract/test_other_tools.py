"""docs/deploying.md tells other tools of every setting that RDS is asked for, in their own words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from localcloud.examples import samples
from signon.domain.request.request import TAG

ROOT = Path(__file__).parents[2]
SECTION = (ROOT / "docs/deploying.md").read_text().partition("## Alongside other tools")[2].partition("\n## ")[0]
SOURCE = (ROOT / "layers/signon/python/signon/aws/rds_changes.py").read_text()
# What the calls that change a database set, by the parameters' names, and those that are Terraform's.
TERRAFORM = {
    "Domain": "domain",
    "DomainIAMRoleName": "domain_iam_role_name",
    "EnableIAMDatabaseAuthentication": "iam_database_authentication_enabled",
}


def fences(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)


def test_these_are_the_settings_that_rds_is_asked_for() -> None:
    modifying = ("associate_directory", "leave_directory", "switch_iam", "_modify")
    functions = [
        node for node in ast.parse(SOURCE).body if isinstance(node, ast.FunctionDef) and node.name in modifying
    ]
    assert len(functions) == len(modifying)
    asked = set[str]()
    for node in (node for function in functions for node in ast.walk(function)):
        if isinstance(node, ast.Dict):
            asked |= {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
        if isinstance(node, ast.keyword) and node.arg and node.arg[0].isupper():
            asked.add(node.arg)
    assert asked - {"ApplyImmediately", "DBInstanceIdentifier", "DBClusterIdentifier"} == set(TERRAFORM)


def test_terraform_ignores_or_declares_all_of_them() -> None:
    ignored, declared = fences("hcl")
    (listed,) = re.findall(r"ignore_changes = \[(.*)\]", ignored)
    assert listed.split(", ") == list(TERRAFORM.values())
    assert f'"{TAG}" = ' in ignored
    assert re.findall(r"^  (\w+) +=", declared, re.MULTILINE) == list(TERRAFORM.values())


def test_cloudformation_leaves_out_or_declares_all_of_them() -> None:
    left_out, declared = (yaml.load(text, yaml.CSafeLoader) for text in fences("yaml"))
    assert [tag["Key"] for tag in left_out["Tags"]] == [TAG]
    assert list(declared) == list(TERRAFORM)


def test_the_local_cloud_tags_its_examples_with_the_tag_that_the_layer_reads() -> None:
    assert samples.TAG == TAG


@pytest.mark.parametrize("said", ["it is not a member of any directory", "Switch IAM database authentication on for"])
def test_the_page_quotes_what_a_plan_says(said: str) -> None:
    assert said in SECTION
    assert said in (ROOT / "layers/signon/python/signon/domain/plan/steps.py").read_text()
