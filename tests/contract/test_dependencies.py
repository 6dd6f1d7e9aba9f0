"""What depends on what in the template as SAM translates it: a circle would be refused only by a real deployment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from localcloud.deploy.translation import read
from tests.builders import REGION
from tests.contract.reach import ROOT


class NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def named_in(value: Any) -> Iterator[str]:
    """The logical ids that a piece of a template refers to."""
    if isinstance(value, list):
        for inner in value:
            yield from named_in(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "Fn::GetAtt":
                yield inner[0]
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{(\w+)", inner if isinstance(inner, str) else inner[0])
            elif key in ("Ref", "DependsOn"):
                yield from [inner] if isinstance(inner, str) else inner
            else:
                yield from named_in(inner)


def test_nothing_depends_on_itself() -> None:
    template = read(ROOT / "template.yaml")
    for resource in template["Resources"].values():
        for local in {"CodeUri", "ContentUri", "DefinitionUri"} & set(resource.get("Properties", {})):
            resource["Properties"][local] = "s3://bucket/key"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        resources = transform(template, {}, NoManagedPolicies())["Resources"]
    graph = {name: set(named_in(resource)) & set(resources) for name, resource in resources.items()}
    assert "SweepDatabases" in graph["SweepDatabasesHourly"]
    assert set(TopologicalSorter(graph).static_order()) == set(resources)
