"""The template against what was deployed: what moto has dropped on the way.

moto answers CREATE_COMPLETE also where it ignored half of a resource. So every value that CloudFormation resolved
is looked for in the plain data of the object that stands for the resource, under its own name, or anywhere if the
value is distinctive. Blind spot: a property that is kept and has no effect looks kept.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.base_backend import BaseBackend

Finding = tuple[str, str]  # resource type, path of the property

WHOLE = "(the resource itself)"

# what the comparison may find in the project's own template, and why; one that it does not find is an error too
ALLOWED: dict[Finding, str] = {
    ("AWS::StepFunctions::StateMachine", "Tags.Key"): "kept, but in the backend's tagger and not on the object",
    ("AWS::StepFunctions::StateMachine", "Tags.Value"): "the same",
    (
        "AWS::DynamoDB::Table",
        "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
    ): "kept as PointInTimeRecoveryStatus: ENABLED",
    ("AWS::KMS::Key", "EnableKeyRotation"): "kept as key_rotation_status",
    **{
        ("AWS::S3::Bucket", f"LifecycleConfiguration.Rules.{rule}"): "left out: no object here lives until it expires"
        for rule in ("Id", "ExpirationInDays", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    },
}


def dropped(
    resources: Mapping[str, tuple[str, dict[str, Any] | None]], deployed: Mapping[str, Any]
) -> dict[Finding, list[str]]:
    """What is in `resources` (type and resolved properties; None where moto knows no such type) and nowhere in
    `deployed`.

    Both are by logical id; answers the logical ids that miss it, by type and path.
    """
    found: dict[Finding, list[str]] = {}
    for logical_id, (kind, properties) in resources.items():
        if properties is None or deployed.get(logical_id) is None:
            found.setdefault((kind, WHOLE), []).append(logical_id)
            continue
        shown = set(_leaves(_plain_data(deployed[logical_id])))
        values = {value for _, value in shown if _distinctive(value)}
        for path, key, value in _wanted(properties):
            if (key, value) not in shown and value not in values:
                found.setdefault((kind, path), []).append(logical_id)
    return found


def _distinctive(value: str) -> bool:
    return len(value) > 2 and value not in ("true", "false") and not value.isdigit()


def _wanted(value: Any, path: tuple[str, ...] = (), key: str = "") -> Iterator[tuple[str, str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _wanted(inner, (*path, name), name)
    elif isinstance(value, list):
        for inner in value:
            yield from _wanted(inner, path, key)
    elif isinstance(parsed := _parsed(value), dict | list):
        yield from _wanted(parsed, path, key)
    elif value is not None:
        yield ".".join(path[:3]), _word(key), _word(value)


def _plain_data(thing: Any, seen: tuple[int, ...] = ()) -> Any:
    """The plain data reachable in a moto object, without wandering into its backend."""
    if isinstance(thing, BaseBackend | type | bytes) or callable(thing) or len(seen) > 14 or id(thing) in seen:
        return None
    seen = (*seen, id(thing))
    if isinstance(thing, dict):
        return {str(key): _plain_data(value, seen) for key, value in thing.items()}
    if isinstance(thing, list | tuple | set):
        return [_plain_data(value, seen) for value in thing]
    if hasattr(thing, "__dict__"):
        return _plain_data({key: value for key, value in vars(thing).items() if "backend" not in key}, seen)
    parsed = _parsed(thing)
    return _plain_data(parsed, seen) if isinstance(parsed, dict | list) else thing


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield "", _word(name)
            yield from _leaves(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    elif value is not None:
        yield _word(key), _word(value)


def _parsed(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) and value[:1] in "{[" else None
    except ValueError:
        return None


def _word(value: Any) -> str:
    """Names and values as moto may have rewritten them: `VersioningConfiguration` and `versioning_configuration`
    are one, and so are 1 and 1.0.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "".join(letter for letter in str(value).lower() if letter.isalnum())
