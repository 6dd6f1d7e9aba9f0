"""A YAML document as strings, lists and mappings, within limits, so that no profile can end a function.

Scalars are loaded as strings: YAML 1.1 reads ``no`` as false and ``0111`` as an octal number.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any

import yaml

from signon.errors import ProfileUnusable

if TYPE_CHECKING:
    _Base = yaml.BaseLoader
else:  # libyaml's, which reads two megabytes in a second or two; Python's takes a minute
    _Base = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

MOST_BYTES = 2_000_000
MOST_PARTS = 100_000  # of a document with its aliases expanded: a few lines of them exceed any memory
MOST_CHARACTERS = 2_000_000  # of all its texts, aliases expanded: a long one may be used many times
DEEPEST = 50  # lists and mappings within each other, aliases expanded: a profile has seven

_FIX = "Fix the file and upload it to the profile bucket again"


class _Loader(_Base):
    """Strings, lists and mappings only; a second ``logins:`` does not silently replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys: set[Hashable] = set()
        for key, _ in node.value:
            named = key.value if isinstance(key, yaml.ScalarNode) else id(key)
            if named in keys:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} is listed twice", key.start_mark)
            keys.add(named)
        return super().construct_mapping(node, deep)

    def construct_document(self, node: yaml.Node) -> Any:
        parts, characters, depth = _size(node, {})
        if parts > MOST_PARTS:
            problem = f"it has more than {MOST_PARTS} parts when its aliases are expanded"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        if characters > MOST_CHARACTERS:
            problem = f"it has more than {MOST_CHARACTERS} characters when its aliases are expanded"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        if depth > DEEPEST:
            problem = f"its aliases, expanded, nest more than {DEEPEST} lists and mappings"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_document(node)


def load(text: bytes) -> Any:
    """The YAML document, every scalar a string.

    Raises ProfileUnusable: not YAML, too large, too deep, or a key that is listed twice; says the line, but nothing
    of its content: somebody may have written a password there.
    """
    refuse_larger(len(text))
    try:
        _hold_to_depth(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  it makes strings, lists and mappings only
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ProfileUnusable(
            f"The profile is not YAML: {where}{_unquoted(problem) if problem else 'it has bytes that are not text'}",
            _FIX,
        ) from None


def compose(text: bytes) -> yaml.Node | None:
    """The nodes of a document that ``load`` has found nothing wrong with, each with its line."""
    node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    return node


def refuse_larger(size: int) -> None:
    """Raises ProfileUnusable: a file of so many bytes is no profile."""
    if size > MOST_BYTES:
        raise ProfileUnusable(
            f"The profile has {size} bytes, and at most {MOST_BYTES} are read",
            "Remove what it holds besides its logins and roles; or split it into several profiles, one for each kind"
            " of database",
        )


def _hold_to_depth(text: bytes) -> None:
    """Raises YAMLError before anything is built whose recursion is as deep as the document."""
    depth, parts = 0, 0
    for event in _events(text):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        parts += not isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise yaml.MarkedYAMLError(None, None, f"it nests more than {DEEPEST} lists and mappings", event.start_mark)
        if parts > MOST_PARTS:
            raise yaml.MarkedYAMLError(None, None, f"it has more than {MOST_PARTS} parts", event.start_mark)


def _events(text: bytes) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=_Loader)


def _size(node: Any, known: dict[int, tuple[int, int, int]]) -> tuple[int, int, int]:
    """How many parts and characters a node has, and how deep it is; one that contains itself has too many."""
    if node.id == "scalar":
        return 1, len(node.value), 1
    if id(node) not in known:
        known[id(node)] = (MOST_PARTS, 0, 1)
        inside = [part for part in node.value for part in (part if isinstance(part, tuple) else (part,))]
        parts, characters, depths = zip(*(_size(part, known) for part in inside), strict=True) if inside else ((),) * 3
        known[id(node)] = (1 + sum(parts), sum(characters), 1 + max(depths, default=0))
    return known[id(node)]


def _unquoted(problem: str) -> str:
    """Without the tag or alias that it quotes: a password that begins with ! or * looks like one."""
    return problem.partition(" '")[0] if problem.startswith("found undefined") else problem
