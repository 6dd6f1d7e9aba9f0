"""On which line of a profile's file each part of it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import yaml


def lines(text: bytes) -> Mapping[str, int]:
    """The line of every part of a YAML document, by its path: ``logins.0.user``."""
    return dict(_parts(yaml.compose(text, Loader=yaml.BaseLoader), ""))


def placed(problem: str, on: Mapping[str, int]) -> str:
    """The problem ("path: what is wrong") with its line: that of its path, or of the nearest part that is there."""
    path = problem.partition(": ")[0]
    while path and path not in on:
        path = path.rpartition(".")[0]
    return f"line {on.get(path, 1)}, {problem}"


def _parts(node: yaml.Node | None, path: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inside = f"{path}.{key.value}".lstrip(".")
            yield inside, key.start_mark.line + 1
            yield from _parts(value, inside)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            inside = f"{path}.{place}".lstrip(".")
            yield inside, value.start_mark.line + 1
            yield from _parts(value, inside)
