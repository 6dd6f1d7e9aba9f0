"""One name, one class: a reader who searches for it finds one thing, in the product, the local cloud and the lint."""

from __future__ import annotations

import ast

from tests.contract.reach import ROOT

TREES = ("layers/signon/python/signon", "functions", "localcloud", "lint")


def test_no_two_classes_share_a_name() -> None:
    defined: dict[str, list[str]] = {}
    for module in (module for tree in TREES for module in sorted((ROOT / tree).rglob("*.py"))):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.ClassDef):
                defined.setdefault(node.name, []).append(str(module.relative_to(ROOT)))
    assert len(defined) > 200
    assert {name: where for name, where in defined.items() if len(where) > 1} == {}
