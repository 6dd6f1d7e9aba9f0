"""The line of each part of a YAML text."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from signon.domain.profile.yaml_document import compose

Path = tuple[str | int, ...]


def lines(text: bytes) -> dict[Path, int]:
    """The line of each key and of each item, by its path; lines count from 1. ``text`` is YAML."""
    root = compose(text)
    return {(): 1, **dict(_below(root, ()))} if root else {(): 1}


def _below(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, key.value), key.start_mark.line + 1
            yield from _below(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            yield (*path, place), item.start_mark.line + 1
            yield from _below(item, (*path, place))
