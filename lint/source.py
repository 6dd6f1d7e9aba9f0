"""One file of Python: what its names stand for, and what it says of their types."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

LAYER = Path(__file__).parents[1] / "layers/signon/python"
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source:
    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self._above = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def function_around(self, node: ast.AST) -> Function | None:
        """The function that a node stands in, None at the top of the module."""
        while (node := self._above.get(node, self.tree)) is not self.tree:
            if isinstance(node, Function):
                return node
        return None

    def given(self, scope: ast.AST, name: str) -> list[ast.AST]:
        """Everything that a name is given in a function, or at the top of the module."""
        return [
            value
            for node in ast.walk(scope)
            if scope is not self.tree or not self.function_around(node)
            for targets, value in [_given(node)]
            if value and any(_names(target, name) for target in targets)
        ]

    def given_by_callers(self, function: Function, name: str) -> list[ast.AST]:
        """What the calls of this module give a function's parameter."""
        position = position_of(function, name)
        found: list[ast.AST] = []
        for call in self.calls():
            if called(call) == function.name:
                named = [given.value for given in call.keywords if given.arg == name]
                found += named or call.args[position : position + 1]
        return found

    def origin(self, name: str) -> Source | None:
        """The module of the layer that a name is imported from."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and name in {alias.asname or alias.name for alias in node.names}:
                module = LAYER / f"{str(node.module).replace('.', '/')}.py"
                return of_file(module) if module.exists() else None
        return None

    def type_of(self, node: ast.AST) -> str:
        """What is said of a value's type: an annotation, or that of the function that answers it; "" for nothing."""
        if isinstance(node, ast.Call):
            functions = (one for one in ast.walk(self.tree) if isinstance(one, Function))
            return next((_said(one.returns) for one in functions if one.name == called(node)), "")
        if not isinstance(node, ast.Name):
            return ""
        function = self.function_around(node)
        if function and node.id in parameters(function):
            return _said(parameters(function)[node.id].annotation)
        for one in ast.walk(function or self.tree):
            if isinstance(one, ast.AnnAssign) and _names(one.target, node.id):
                return _said(one.annotation)
            if isinstance(one, ast.For | ast.comprehension) and _names(one.target, node.id) and one.iter is not node:
                return self.type_of(one.iter)
        return ""


@cache
def of_file(path: Path) -> Source:
    return Source(path.read_text())


def called(call: ast.Call) -> str:
    """The name of what is called, without what it belongs to."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def parameters(function: Function) -> Mapping[str, ast.arg]:
    given = function.args
    return {one.arg: one for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def position_of(function: Function, name: str) -> int:
    """Of an argument, as callers count; `self` is none."""
    return [one for one in parameters(function) if one != "self"].index(name)


def _given(node: ast.AST) -> tuple[list[ast.expr], ast.expr | None]:
    """Targets and what they are given."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return targets, value
        case ast.AnnAssign(target=target, value=value):
            return [target], value
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            return [target], value
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            return [target], value
    return [], None


def _names(target: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(target))


def _said(annotation: ast.AST | None) -> str:
    return ast.unparse(annotation).strip("'\"") if annotation else ""
