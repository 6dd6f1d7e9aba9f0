"""One name, one class: a reader who searches for it finds one thing."""

from __future__ import annotations

import ast

import pytest

from tests.contract.reach import ROOT


@pytest.mark.parametrize("folder", ["layers/signon/python/signon", "localcloud"])
def test_no_two_classes_share_a_name(folder: str) -> None:
    defined: dict[str, list[str]] = {}
    for module in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.ClassDef):
                defined.setdefault(node.name, []).append(str(module.relative_to(ROOT)))
    assert len(defined) > 80
    assert {name: where for name, where in defined.items() if len(where) > 1} == {}
