"""docs/parameters.md has the template's parameters, in its groups and its order, each with the default that it has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from localcloud.deploy.translation import read

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/parameters.md").read_text()
TEMPLATE: dict[str, Any] = read(ROOT / "template.yaml")
PARAMETERS: dict[str, Any] = TEMPLATE["Parameters"]
GROUPS = {
    group["Label"]["default"].split(" - ")[0]: group["Parameters"]
    for group in TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
}


def rows(heading: str) -> dict[str, list[str]]:
    """The cells of a heading's table, by its first one."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in section.splitlines() if "| `" in line]
    return {cells[0].strip("`"): cells[1:] for cells in lines}


def test_every_parameter_is_in_a_group_of_the_console() -> None:
    assert [name for names in GROUPS.values() for name in names] == list(PARAMETERS)


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_has_its_rows_in_its_order(group: str) -> None:
    assert list(rows(group)) == GROUPS[group]


@pytest.mark.parametrize("group", GROUPS)
def test_every_row_says_the_default_that_the_template_has(group: str) -> None:
    for name, cells in rows(group).items():
        default = PARAMETERS[name].get("Default")
        said = "none" if default is None else "empty" if default == "" else f"`{default}`"
        assert cells[0] == said, name


@pytest.mark.parametrize("group", GROUPS)
def test_every_row_says_the_effect_and_when_to_change_it(group: str) -> None:
    assert all(len(cells) == 3 and all(cells) for cells in rows(group).values())


def test_allowed_values_are_said() -> None:
    for group in GROUPS:
        for name, cells in rows(group).items():
            allowed = {str(value) for value in PARAMETERS[name].get("AllowedValues", ())}
            assert allowed <= set(re.findall(r"`([^`]+)`", cells[1]))


def test_only_the_essential_ones_must_be_answered() -> None:
    must = {name for name, parameter in PARAMETERS.items() if "Default" not in parameter}
    assert must <= set(GROUPS["Essential"])
