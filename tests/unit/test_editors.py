"""The schema that editors check a profile with says the same as ours, though an editor reads more than texts in it.

An editor follows YAML 1.2: 123 is a number there, true a truth, and yes a text. Here every scalar is a text.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from signon.domain.profile.schema import schema
from signon.domain.profile.yaml_document import load

PROFILES = Path(__file__).parents[2] / "profiles"
TEXTS = [path.read_text() for path in sorted(PROFILES.glob("*.yaml"))]
SCALARS = [
    "true", "false", "True", "yes", "no", "on", "off", "y", "1", "0", "123", "0x1f", "0o17", "1.5", "1e5", ".5",
    "123456789012", "012345678901", "2026-01-01", "2026-01-01/2026-01-02", "managed", "word", "Word", "a b", "'1'",
    "'true'", "", "[]", "{}",
]  # fmt: skip


class EditorLoader(yaml.CSafeLoader):
    """Scalars as YAML 1.2's core schema reads them.

    https://yaml.org/spec/1.2.2/#103-core-schema
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  PyYAML wants it so


EditorLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), None)
EditorLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:~|null|Null|NULL|)$"), None)
EditorLoader.add_implicit_resolver("core:int", re.compile("^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$"), None)
EditorLoader.add_implicit_resolver(
    "core:float", re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"), None
)
EditorLoader.add_constructor("core:int", lambda _, node: _whole(str(node.value)))
EditorLoader.add_constructor("core:float", lambda _, node: float(str(node.value)))


def _whole(text: str) -> int:
    return int(text, 0) if text[:2] in ("0x", "0o") else int(text)


def is_valid(document: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(schema()).is_valid(document))


def here(text: str) -> bool:
    return is_valid(load(text.encode()))


def in_an_editor(text: str) -> bool:
    return is_valid(yaml.load(text, Loader=EditorLoader))  # noqa: S506  a SafeLoader


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from places(value, (*path, key))
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from places(value, (*path, place))
    else:
        yield path


def with_scalar(document: Any, path: tuple[Any, ...], scalar: str) -> str:
    """The document as YAML, with this text in one place, as somebody writes it."""
    changed = copy.deepcopy(document)
    part = changed
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = "PLACE"
    return yaml.dump(changed, Dumper=yaml.CSafeDumper).replace("PLACE", scalar)


FULL = """\
version: 1
admits: {engines: [mysql, postgres], names: [odd-1], accounts: ["123456789012"], vpcs: [vpc-0a1b]}
directory: {id: d-9367000001, realm: A.B, trusted_realms: [C.D], mysql_over_trust: refused}
methods: {mysql: [kerberos], postgres: [iam]}
change: {apply: window, reboot: ask, existing: ask, other_pending: ask, not_during: [2026-01-01/2026-01-02]}
access: {master: managed, leavers: {lock: now}, adopt: [alice]}
roles: {read: {preset: read, mysql: {databases: [shop]}, postgresql: {database: shop, schemas: [core]}}}
logins:
  - {user: alice, realm: C.D, roles: [read], engines: [mysql]}
  - {iam: app, used_by: ["arn:aws:iam::123456789012:role/app"], personal: "true", roles: [read]}
"""


@pytest.mark.parametrize(
    "text", [*TEXTS, FULL, FULL.replace('"true"', "true"), FULL.replace('"123456789012"', "123456789012")]
)
def test_what_is_a_profile_here_is_one_in_an_editor(text: str) -> None:
    assert here(text)
    assert in_an_editor(text)


@pytest.mark.parametrize("scalar", SCALARS)
def test_whatever_stands_in_a_place_is_judged_alike(scalar: str) -> None:
    for path in places(load(FULL.encode())):
        text = with_scalar(load(FULL.encode()), path, scalar)
        ours, theirs = here(text), in_an_editor(text)
        if path[:2] == ("admits", "accounts") and re.fullmatch("[0-9]+", scalar):
            assert theirs  # where the zeros before it are, an editor does not see
        else:
            assert ours is theirs or not scalar or (theirs and is_judged_beyond_the_schema(scalar)), (path, scalar)


def is_judged_beyond_the_schema(scalar: str) -> bool:
    """What the editor sees as no text has no pattern there; and nothing at all is refused as a name, or as a realm."""
    return not isinstance(yaml.load(scalar, Loader=EditorLoader), str)  # noqa: S506  the same
