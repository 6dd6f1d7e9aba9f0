"""Plain `sam build`: the layers' Makefiles compile for Lambda, for both architectures; samconfig.toml says the rest."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.contract.project import RESOURCES, TEMPLATE
from tests.contract.reach import ROOT

CONFIGURED: dict[str, Any] = tomllib.loads((ROOT / "samconfig.toml").read_text())["default"]
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
UNCHECKED_HASH = 0b01  # of the flags, the second word of a .pyc (PEP 552)


def test_a_built_layer_has_bytecode_that_is_taken_as_it_is(tmp_path: Path) -> None:
    make = ["make", "--silent", "build-SignonLayer", f"ARTIFACTS_DIR={tmp_path}", f"RUNTIME_PYTHON={sys.executable}"]
    subprocess.run(make, cwd=ROOT / "layers/signon", check=True)
    sources = list(tmp_path.rglob("*.py"))
    assert len(sources) > 50
    for source in sources:
        compiled = Path(importlib.util.cache_from_source(str(source))).read_bytes()
        assert compiled[:8] == importlib.util.MAGIC_NUMBER + UNCHECKED_HASH.to_bytes(4, "little")
        assert f"/opt/{source.relative_to(tmp_path)}".encode() in compiled
        assert str(tmp_path).encode() not in compiled


def steps(layer: str, name: str, *variables: str) -> str:
    """What a layer's Makefile would do."""
    make = ["make", "--dry-run", f"build-{name}", "ARTIFACTS_DIR=/built", *variables]
    environment = {"PATH": "/usr/bin:/bin"}
    return subprocess.run(
        make, cwd=ROOT / "layers" / layer, env=environment, check=True, text=True, capture_output=True
    ).stdout


@pytest.mark.parametrize("architecture", TEMPLATE["Parameters"]["Architecture"]["AllowedValues"])
def test_the_dependencies_are_those_of_the_architecture(architecture: str) -> None:
    said = steps("dependencies", "DependenciesLayer", f"ARCHITECTURE={architecture}")
    platforms = set(re.findall(r"--platform \w+?_(aarch64|x86_64)", said))
    assert platforms == {MACHINES[architecture]}


@pytest.mark.parametrize(("layer", "name"), [("dependencies", "DependenciesLayer"), ("signon", "SignonLayer")])
def test_without_a_word_it_is_the_templates_architecture_and_lambdas_python(layer: str, name: str) -> None:
    said = steps(layer, name)
    runtime = TEMPLATE["Globals"]["Function"]["Runtime"]
    assert f'"{runtime}" -m compileall -q --invalidation-mode unchecked-hash' in said
    default = MACHINES[TEMPLATE["Parameters"]["Architecture"]["Default"]]
    assert set(re.findall(r"aarch64|x86_64", said)) <= {default}
    assert RESOURCES[name]["Metadata"] == {"BuildMethod": "makefile", "BuildArchitecture": {"Ref": "Architecture"}}


def test_validate_lints_and_needs_no_region_of_the_user() -> None:
    assert CONFIGURED["validate"]["parameters"] == {"lint": True, "region": "us-east-1"}


def test_a_deployment_goes_to_the_region_of_the_person_who_deploys() -> None:
    assert "region" not in {**CONFIGURED["global"]["parameters"], **CONFIGURED["deploy"]["parameters"]}


def test_the_parameters_that_a_deployment_asks_for_first_are_the_essential_ones() -> None:
    """SAM asks for all, in the template's order: those that have an answer already come later."""
    (essential, _) = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert list(TEMPLATE["Parameters"])[: len(essential["Parameters"])] == essential["Parameters"]
    others = list(TEMPLATE["Parameters"].values())[len(essential["Parameters"]) :]
    assert all("Default" in parameter for parameter in others)
