"""What a profile may say: the published JSON Schema, and what no schema can check."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import jsonschema

from signon.domain import names
from signon.domain.brevity import shortened
from signon.domain.engines import ENGINES, Family, Method
from signon.domain.profile import Profile, load, read_profile
from signon.domain.yaml_lines import Path, lines
from signon.errors import ProfileUnusable


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a profile, and where: the path of keys and places; ``key`` is one too many there."""

    path: Path
    text: str
    key: str = ""

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'the profile'}: {self.text}"

    def at(self, lines: Mapping[Path, int]) -> str:
        """The same with the line; where the path leads nowhere, that of what holds it."""
        path = (*self.path, self.key)
        nearest = next(path[:end] for end in range(len(path), -1, -1) if path[:end] in lines)
        return f"line {lines[nearest]}, {self}"


def schema() -> dict[str, Any]:
    """The published schema, ``profiles/schema.json``."""
    document: dict[str, Any] = json.loads(files("signon.domain").joinpath("profile.schema.json").read_text())
    return document


def checked(name: str, text: bytes) -> Profile:
    """The profile in these bytes.

    Raises ProfileUnusable: names everything that is wrong with it, each with its line and path.
    """
    document = load(text)
    if found := problems(document, name):
        where = lines(text)
        raise ProfileUnusable(
            f"Profile {name} is invalid: {'; '.join(shortened([problem.at(where) for problem in found]))}",
            "Mend the file and put it into the profile bucket again",
        )
    return read_profile(name, document)


def problems(document: Any, profile: str = "") -> list[Problem]:
    """Everything that is wrong with a loaded profile of this name; empty where it is valid."""
    found = [
        Problem(tuple(error.absolute_path), _wrong(error), _unexpected(error))
        for error in sorted(
            jsonschema.Draft202012Validator(schema()).iter_errors(document),
            key=lambda error: list(map(str, error.absolute_path)),
        )
    ]
    return found or list(_beyond_the_schema(document, profile))


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
        case "uniqueItems":
            return "names something twice"
        case "oneOf":
            return f"must have either {' or '.join(key for each in wanted for key in each['required'])}"
        case _:
            return error.message[:200]  # names fields and no values


def _unexpected(error: jsonschema.ValidationError) -> str:
    if error.validator != "additionalProperties":
        return ""
    known: Any = error.schema
    instance: Any = error.instance
    return next((key for key in instance if key not in known.get("properties", {})), "")


def _beyond_the_schema(document: Mapping[str, Any], profile: str) -> Iterator[Problem]:
    for path, text in _texts(document, ()):
        if not text.isprintable():  # `$` in a pattern lets a line feed at the end pass
            yield Problem(path, f"{text!r} has a character that cannot be seen")
    yield from _directory(document)
    yield from _roles(document)
    yield from _logins(document)
    yield from _adopted(document)
    if Family.POSTGRESQL in _families(document):
        yield from _postgresql_names(document, profile)
    yield from _freezes(document)


def _families(document: Mapping[str, Any]) -> set[Family]:
    return {ENGINES[engine].family for engine in document["admits"]["engines"]}


def _directory(document: Mapping[str, Any]) -> Iterator[Problem]:
    if "directory" not in document:
        if Method.KERBEROS.value in {method for methods in document["methods"].values() for method in methods}:
            yield Problem((), "directory is missing, and methods names kerberos")
        return
    for_mysql = Family.MYSQL in _families(document)
    longest = names.LONGEST_REALM_FOR_MYSQL if for_mysql else names.LONGEST_REALM
    if problem := names.realm_problem(document["directory"]["realm"], longest):
        yield Problem(("directory", "realm"), problem)
    for place, realm in enumerate(document["directory"].get("trusted_realms", ())):
        if problem := names.realm_problem(realm, longest):
            yield Problem(("directory", "trusted_realms", place), problem)


def _roles(document: Mapping[str, Any]) -> Iterator[Problem]:
    for role, entry in document["roles"].items():
        for place, name in enumerate(entry.get("mysql", {}).get("databases", ())):
            if problem := names.MYSQL_DATABASE.problem(name):
                yield Problem(("roles", role, "mysql", "databases", place), problem)
        if schemas := entry.get("postgresql"):
            within: Path = ("roles", role, "postgresql")
            if problem := names.POSTGRESQL_DATABASE.problem(schemas["database"]):
                yield Problem((*within, "database"), problem)
            for place, name in enumerate(schemas["schemas"]):
                if problem := names.POSTGRESQL_SCHEMA.problem(name):
                    yield Problem((*within, "schemas", place), problem)


def _logins(document: Mapping[str, Any]) -> Iterator[Problem]:
    for place, login in enumerate(document["logins"]):
        yield from _login(("logins", place), login)
        for role in login["roles"]:
            if role not in document["roles"]:
                text = f"there is no role {role!r}; roles has {', '.join(document['roles'])}"
                yield Problem(("logins", place, "roles"), text)
    for user in sorted(_twice(document)):
        yield Problem(("logins",), f"{user!r} stands there twice")


def _login(path: Path, login: Mapping[str, Any]) -> Iterator[Problem]:
    if "user" in login:
        if problem := names.login_problem(login["user"], master_user=""):
            yield Problem((*path, "user"), problem)
        if problem := names.realm_problem(login["realm"]) if "realm" in login else None:
            yield Problem((*path, "realm"), problem)
    elif problem := names.iam_login_problem(login["iam"], master_user=""):
        yield Problem((*path, "iam"), problem)
    for key in _OF_THE_OTHER_KIND["user" if "user" in login else "iam"]:
        if key in login:
            yield Problem((*path, key), "belongs to a login of the other kind")


_OF_THE_OTHER_KIND = {"user": ("used_by", "personal"), "iam": ("realm",)}


def _twice(document: Mapping[str, Any]) -> set[str]:
    """Names that two logins would have on the databases of one engine."""
    twice: set[str] = set()
    for engine in document["admits"]["engines"]:
        meant = [login for login in document["logins"] if engine in login.get("engines", [engine])]
        family = ENGINES[engine].family
        # in MySQL's family the realm is no part of the name
        stored = Counter((_name(login), family is Family.POSTGRESQL and "user" in login) for login in meant)
        twice |= {name for (name, _), count in stored.items() if count > 1}
    return twice


def _name(login: Mapping[str, Any]) -> str:
    return str(login.get("user", login.get("iam")))


def _adopted(document: Mapping[str, Any]) -> Iterator[Problem]:
    known = set(map(_name, document["logins"]))
    for place, name in enumerate(document.get("access", {}).get("adopt", ())):
        if name not in known:
            yield Problem(("access", "adopt", place), f"{name!r} is none of the logins: what should it be made into?")


def _postgresql_names(document: Mapping[str, Any], profile: str) -> Iterator[Problem]:
    """Names that are made of two: a person's with the realm, a role's with the profile's."""
    for place, login in enumerate(document["logins"]):
        if "user" in login and "directory" in document:
            name = names.login_name(login["user"], login.get("realm") or document["directory"]["realm"])
            if problem := names.postgresql_role_problem(name):
                yield Problem(("logins", place, "user"), problem)
    for role in document["roles"]:
        if problem := names.postgresql_role_problem(names.group_name(profile, role)):
            yield Problem(("roles", role), problem)


def _freezes(document: Mapping[str, Any]) -> Iterator[Problem]:
    for place, span in enumerate(document.get("change", {}).get("not_during", ())):
        path: Path = ("change", "not_during", place)
        try:
            first, last = (date.fromisoformat(day) for day in span.split("/"))
        except ValueError:
            yield Problem(path, f"{span!r} has a day that no calendar has")
            continue
        if first > last:
            yield Problem(path, f"{span!r} ends before it begins")


def _texts(part: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text in the document, keys included, with its path."""
    if isinstance(part, str):
        yield path, part
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield path, key
            yield from _texts(value, (*path, key))
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from _texts(value, (*path, place))
