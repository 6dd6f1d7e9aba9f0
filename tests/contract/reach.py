"""What a function can reach in the layer, read from the source: the errors it may raise, the AWS calls it may make."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers/signon/python"
ERRORS = LAYER / "signon/errors.py"


@dataclass(frozen=True)
class Place:
    """A name at the top of a module; "" is the whole module."""

    module: Path
    name: str


@cache
def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text())


@cache
def _top(module: Path) -> dict[str, list[ast.AST]]:
    """What each name at the top of a module stands for."""
    names: dict[str, list[ast.AST]] = {}
    for node in _tree(module).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    names.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            names.setdefault(node.target.id, []).append(node.value)
    return names


@cache
def _imported(module: Path) -> dict[str, Place]:
    """What the names that a module imports from the layer stand for."""
    places: dict[str, Place] = {}
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("signon"):
            package = LAYER / str(node.module).replace(".", "/")
            for alias in node.names:
                whole = package / f"{alias.name}.py"
                holder = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
                place = Place(whole, "") if whole.exists() else Place(holder, alias.name)
                places[alias.asname or alias.name] = place
    return places


def _uses(node: ast.AST, module: Path) -> Iterator[Place]:
    """The names that a piece of source uses; not the errors that it only catches, nor the types that it mentions."""
    if isinstance(node, ast.ExceptHandler):
        for inner in node.body:
            yield from _uses(inner, module)
        return
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        place = _imported(module).get(node.value.id)
        if place and not place.name:
            yield Place(place.module, node.attr)
            return
    if isinstance(node, ast.Name):
        if node.id in _top(module):
            yield Place(module, node.id)
        elif (place := _imported(module).get(node.id)) and place.name:
            yield place
        return
    annotations = {"annotation", "returns"}
    for field, value in ast.iter_fields(node):
        if field in annotations:
            continue
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, ast.AST):
                yield from _uses(inner, module)


@cache
def _used_by(place: Place) -> frozenset[Place]:
    """What it uses itself; most functions reach the same places."""
    return frozenset(used for node in _top(place.module).get(place.name, []) for used in _uses(node, place.module))


@cache
def reached(function: str) -> frozenset[Place]:
    """Everything that a function's handler can reach."""
    found: set[Place] = set()
    waiting = [Place(ROOT / f"functions/{function}/app.py", "handler")]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            if place.module == ERRORS:
                continue  # that a class has a base does not mean that the base is raised
            waiting += _used_by(place)
            if place.module.name == "__init__.py" and (handed_on := _imported(place.module).get(place.name)):
                waiting.append(handed_on)
    return frozenset(found)


def errors_of(function: str) -> frozenset[str]:
    """The classes of ``signon.errors`` that a function can raise, and perhaps some that it catches itself."""
    return frozenset(place.name for place in reached(function) if place.module == ERRORS)


def calls_of(function: str) -> frozenset[str]:
    """The methods that a function may call in ``signon.aws``, and of S3's whether they name a version of the object."""
    places = (place for place in reached(function) if place.module.parent == LAYER / "signon/aws")
    return frozenset(called for place in places for called in _called_by(place))


@cache
def _called_by(place: Place) -> frozenset[str]:
    return frozenset(
        f"{call.func.attr} of a version" if _names_a_version(call) else call.func.attr
        for node in _top(place.module).get(place.name, [])
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    )


def _names_a_version(call: ast.Call) -> bool:
    is_s3 = isinstance(call.func, ast.Attribute) and call.func.attr == "get_object"
    return is_s3 and "VersionId" in {given.arg for given in call.keywords}


def settings_of(function: str) -> frozenset[str]:
    """The names that a function asks ``setting`` for."""
    return frozenset(
        str(argument.value)
        for call in ast.walk(ast.parse((ROOT / f"functions/{function}/app.py").read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "setting"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    )
