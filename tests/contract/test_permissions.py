"""docs/permissions.md says exactly what the template allows; permissions.yaml has a reason for each, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from docs import permissions

PAGE = (permissions.ROOT / "docs/permissions.md").read_text()
RESOURCES: dict[str, Any] = permissions.TEMPLATE["Resources"]
ROLES = list(permissions.roles())
# The role that RDS takes; it has a policy of AWS's and none of ours.
OF_RDS = "DirectoryRole"


def statements_of(role: str) -> list[dict[str, Any]]:
    return [
        statement["Fn::If"][1] if "Fn::If" in statement else statement
        for policy in RESOURCES[role]["Properties"].get("Policies", ())
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def actions(statement: dict[str, Any]) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def actions_of(role: str) -> set[str]:
    """As the template says, not as the program reads it."""
    return {action for statement in statements_of(role) for action in actions(statement)}


def listed_under(heading: str) -> set[str]:
    """The actions in the first column of a heading's table."""
    section = PAGE.split(f"\n### {heading}\n", 1)[-1].split("\n### ", 1)[0]
    assert f"\n### {heading}\n" in PAGE
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return {action for cell in cells for action in re.findall(r"`([a-z0-9-]+:[A-Za-z*]+)`", cell)}


def functions_in_the_vpc() -> set[str]:
    return {
        resource["Properties"]["Role"]["Fn::GetAtt"][0]
        for resource in RESOURCES.values()
        if resource["Type"] == "AWS::Serverless::Function" and "VpcConfig" in resource["Properties"]
    }


def test_the_page_is_what_the_program_writes() -> None:
    written = permissions.replaced(PAGE, permissions.tables())
    assert written == PAGE, "python docs/permissions.py --write docs/permissions.md"


@pytest.mark.parametrize("role", [role for role in ROLES if role != OF_RDS])
def test_a_roles_section_names_its_actions_exactly(role: str) -> None:
    said = listed_under(permissions.heading(role))
    if permissions.heading(role) != role:
        said |= listed_under(permissions.EVERY)
    if role in functions_in_the_vpc():
        said |= listed_under(permissions.IN_THE_VPC)
    assert said == actions_of(role)


def test_every_function_has_its_section() -> None:
    folders = {path.parent.name for path in (permissions.ROOT / "functions").glob("*/app.py")}
    assert folders <= set(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE))


def test_every_reason_has_its_permission() -> None:
    used = {
        (permission.group, key)
        for role in ROLES
        for permission in permissions.permissions(role)
        for action in [permission.action.strip("`")]
        for key in (action, f"{action} on {permission.on}")
    }
    assert {(group, key) for group, reasons in permissions.REASONS.items() for key in reasons} <= used


def test_a_permission_without_a_reason_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permissions, "REASONS", {})
    with pytest.raises(
        permissions.NoReason, match=r"does not say why describe_database may rds:DescribeDBInstances on"
    ):
        list(permissions.permissions("DescribeDatabaseRole"))


def test_a_page_that_is_out_of_date_fails_the_check_until_it_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{permissions.BEGIN}\n{permissions.END}\n")
    assert permissions.main(["--check", str(page)]) == 1
    assert permissions.main(["--write", str(page)]) == 0
    assert permissions.main(["--check", str(page)]) == 0


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(permissions.NoPlace):
        permissions.replaced("# A page\n", "new\n")
