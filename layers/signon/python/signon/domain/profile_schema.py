"""What a profile may say: the published JSON Schema, and what no schema can check."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from typing import Any

import jsonschema

from signon.domain import names
from signon.domain.brevity import shortened
from signon.domain.profile import Profile, load, read_profile
from signon.domain.profile_lines import lines, placed
from signon.errors import ProfileUnusable


def schema() -> dict[str, Any]:
    """The published schema, ``profiles/schema.json``."""
    document: dict[str, Any] = json.loads(files("signon.domain").joinpath("profile.schema.json").read_text())
    return document


def checked(name: str, text: bytes) -> Profile:
    """The profile in these bytes.

    Raises ProfileUnusable: names everything that is wrong with it, each with its line and path.
    """
    document = load(text)
    if found := problems(document):
        on = lines(text)
        raise ProfileUnusable(
            f"Profile {name} is invalid: {'; '.join(shortened([placed(problem, on) for problem in found]))}",
            "Mend the file and put it into the profile bucket again",
        )
    return read_profile(name, document)


def problems(document: Any) -> list[str]:
    """Everything that is wrong with a loaded profile, each with its path; empty where it is valid."""
    found = [
        f"{'.'.join(str(part) for part in error.absolute_path) or 'the profile'}: {_wrong(error)}"
        for error in sorted(
            jsonschema.Draft202012Validator(schema()).iter_errors(document),
            key=lambda error: list(map(str, error.absolute_path)),
        )
    ]
    return found or list(_beyond_the_schema(document))


_KINDS = {"object": "a mapping", "array": "a list", "string": "a text"}


def _wrong(error: jsonschema.ValidationError) -> str:
    """What the schema finds wrong, without the value: somebody may have written a password there."""
    wanted: Any = error.validator_value
    match error.validator:
        case "enum":
            return f"must be {' or '.join(dict.fromkeys(map(str, wanted)))}"
        case "pattern" if "propertyNames" in error.absolute_schema_path:
            return f"the name {error.instance!r} does not match {wanted!r}"
        case "pattern":
            return f"does not match {wanted!r}"
        case "type":
            return f"must be {_KINDS[str(wanted)]}"
        case "maxItems" | "maxLength":
            return f"is longer than {wanted}"
        case _:
            return error.message[:200]  # names fields and no values


def _beyond_the_schema(document: Mapping[str, Any]) -> Iterator[str]:
    for path, text in _texts(document):
        if not text.isprintable():  # `$` in a pattern lets a line feed at the end pass
            yield f"{path}: {text!r} has a character that cannot be seen"
    yield from _names(document)
    yield from _freezes(document)


def _names(document: Mapping[str, Any]) -> Iterator[str]:
    if problem := names.realm_problem(document["directory"]["realm"]):
        yield f"directory.realm: {problem}"
    for role, entry in document["roles"].items():
        for place, schema_name in enumerate(entry.get("mysql", {}).get("databases", ())):
            if problem := names.schema_problem(schema_name):
                yield f"roles.{role}.mysql.databases.{place}: {problem}"
    for place, login in enumerate(document["logins"]):
        if problem := names.login_problem(login["user"], master_user=""):
            yield f"logins.{place}.user: {problem}"
        for role in login["roles"]:
            if role not in document["roles"]:
                yield f"logins.{place}.roles: there is no role {role!r}; roles has {', '.join(document['roles'])}"
    for user, count in Counter(login["user"] for login in document["logins"]).items():
        if count > 1:
            yield f"logins: {user!r} stands there {count} times"


def _freezes(document: Mapping[str, Any]) -> Iterator[str]:
    for place, span in enumerate(document.get("change", {}).get("not_during", ())):
        try:
            first, last = (date.fromisoformat(day) for day in span.split("/"))
        except ValueError:
            yield f"change.not_during.{place}: {span!r} has a day that no calendar has"
            continue
        if first > last:
            yield f"change.not_during.{place}: {span!r} ends before it begins"


def _texts(part: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in the document, keys included, with its path."""
    if isinstance(part, str):
        yield path, part
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield path or "the profile", key
            yield from _texts(value, f"{path}.{key}".lstrip("."))
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from _texts(value, f"{path}.{place}")
