"""What a profile may say: the published JSON Schema, and what no schema can check."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from itertools import islice
from typing import Any

import jsonschema

from signon.domain import names
from signon.domain.engines import ENGINES, Family, Method
from signon.domain.limits import counted, shortened
from signon.domain.profile.profile import Profile, read_profile
from signon.domain.profile.yaml_document import load
from signon.domain.profile.yaml_lines import Path, lines
from signon.errors import ProfileUnusable
from signon.foreign import LONGEST

MOST_LOGINS = 1_000  # as the schema says, too
MOST_IAM_ROLES = 200  # of all logins: their ARNs, and those of the version before, are remembered in one item of 400 KB
MOST_FAULTS = 10_000  # that are examined: each takes two kilobytes


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a profile, and where: the path of keys and indexes; ``key`` must not be there."""

    path: Path
    text: str
    key: str | None = None

    def __str__(self) -> str:
        return f"{'.'.join(map(_shown_key, map(str, self.path))) or 'the profile'}: {self.text}"

    def line(self, lines: Mapping[Path, int]) -> int:
        """Its line; if the path leads nowhere, the line of what contains it."""
        path = self.path if self.key is None else (*self.path, self.key)
        return next(lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines)

    def at(self, lines: Mapping[Path, int]) -> str:
        """The problem with its line."""
        return f"line {self.line(lines)}, {self}"


def schema() -> dict[str, Any]:
    """The published schema, ``profiles/schema.json``."""
    document: dict[str, Any] = json.loads(files("signon.domain.profile").joinpath("profile.schema.json").read_text())
    return document


def checked(name: str, text: bytes) -> Profile:
    """The profile in these bytes.

    Raises ProfileUnusable: names everything that is wrong with it, line by line, each with its path.
    """
    document = load(text)
    if found := problems(document, name):
        where = lines(text)
        told = [problem.at(where) for problem in sorted(found, key=lambda problem: problem.line(where))]
        raise ProfileUnusable(
            f"Profile {name} is invalid: {'; '.join(shortened(told))}",
            "Fix the file and upload it to the profile bucket again",
        )
    return read_profile(name, document)


def problems(document: Any, profile: str = "") -> list[Problem]:
    """Everything that is wrong with a loaded profile of this name; empty where it is valid.

    If there are too many logins, nothing else about them is examined, nor is what the schema refuses.
    """
    if isinstance(document, dict) and isinstance(logins := document.get("logins"), list):
        document = {**document, "logins": logins[: MOST_LOGINS + 1]}
    errors = sorted(
        islice(_Validator(schema()).iter_errors(document), MOST_FAULTS),
        key=lambda error: list(map(str, error.absolute_path)),
    )
    found = [problem for error in errors for problem in _of_schema(error)]
    if len(errors) == MOST_FAULTS:
        return [Problem((), f"has {MOST_FAULTS} faults or more"), *found]
    unexpected = frozenset((*problem.path, problem.key) for problem in found if problem.key is not None)
    sound = _Sound(document, frozenset(_refused(errors)), unexpected)
    return [*found, *_first_of_each_name(sound, _beyond_the_schema(sound, profile))]


def _twice_in_a_list(_: Any, wanted: bool, listed: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
    """uniqueItems, for texts only: jsonschema's own compares each item with every other if types are mixed."""
    texts = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    if wanted and len(set(texts)) < len(texts):
        yield jsonschema.ValidationError("it lists something twice")


_Validator: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]  # its stubs leave it out
    jsonschema.Draft202012Validator, {"uniqueItems": _twice_in_a_list}
)
_KINDS = {"object": "a mapping", "array": "a list"}


def _of_schema(error: jsonschema.ValidationError) -> Iterator[Problem]:
    """What the schema finds wrong, without the value: somebody may have written a password there."""
    path: Path = tuple(error.absolute_path)
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            for key in _unexpected(error):
                yield Problem(path, f"{names.in_quotes(key)} is not a field here", key)
        case "required":
            for key in _missing(error):
                yield Problem(path, f"{key} is missing")
        case _:
            yield Problem(path, _wrong(str(error.validator), wanted, error))


def _wrong(rule: str, wanted: Any, error: jsonschema.ValidationError) -> str:
    instance: Any = error.instance
    is_key = "propertyNames" in error.absolute_schema_path
    match rule:
        case "enum":
            return f"must be {' or '.join(dict.fromkeys(str(each).lower() for each in wanted))}"
        case "pattern":
            told: Any = error.schema
            return f"{f'the name {names.in_quotes(instance)} ' if is_key else ''}must be {told['patternErrorMessage']}"
        case "type":
            return f"must be {_KINDS.get(str(wanted), 'text')}"
        case "maxItems":
            return f"has more than {counted(wanted, 'entry', 'entries')}"
        case "maxLength":
            return f"is longer than {wanted} characters"
        case "minItems" | "minProperties":
            return "is empty"
        case "uniqueItems":
            return "lists something twice"
        case "oneOf":
            return f"must have either {' or '.join(key for each in wanted for key in each['required'])}"
        case _:
            return f"breaks the rule {rule} of the schema"


def _unexpected(error: jsonschema.ValidationError) -> list[str]:
    known: Any = error.schema
    instance: Any = error.instance
    return [key for key in instance if key not in known.get("properties", {})]


def _missing(error: jsonschema.ValidationError) -> list[str]:
    """The validator makes an error for each, and names the key only in its text."""
    wanted: Any = error.validator_value
    instance: Any = error.instance
    return [key for key in wanted if key not in instance and error.message.startswith(f"{key!r} ")]


def _refused(errors: Iterable[jsonschema.ValidationError]) -> Iterator[Path]:
    """The parts that the schema refuses; next to an unexpected key the others are valid."""
    for error in errors:
        path: Path = tuple(error.absolute_path)
        if error.validator == "required":
            yield from ((*path, key) for key in _missing(error))
        elif error.validator != "additionalProperties":
            yield path


@dataclass(frozen=True)
class _Sound:
    """A document of which only what the schema allows is examined further; ``unexpected`` keys are told already."""

    document: Any
    refused: frozenset[Path]
    unexpected: frozenset[Path]

    def get(self, *path: str | int, default: Any = None) -> Any:
        """The value; the default if there is none, or if something in it or around it is refused."""
        if path in self._above or any(path[:end] in self.refused for end in range(len(path) + 1)):
            return default
        part = self.document
        for step in path:
            if isinstance(part, Mapping) and step not in part:
                return default
            part = part[step]
        return part

    @cached_property
    def _above(self) -> frozenset[Path]:
        """What contains something that is refused, and that itself: a large file may have as many faults as logins."""
        return frozenset(path[:end] for path in self.refused for end in range(len(path) + 1))

    @cached_property
    def engines(self) -> Sequence[str]:
        """Each once, however often it is listed."""
        return tuple(dict.fromkeys(self.get("admits", "engines", default=())))

    @property
    def families(self) -> set[Family]:
        return {ENGINES[engine].family for engine in self.engines}

    @property
    def logins(self) -> dict[int, Mapping[str, Any]]:
        """By their index."""
        found = {place: self.get("logins", place) for place in range(len(self._raw("logins", list)))}
        return {place: login for place, login in found.items() if login is not None}

    @cached_property
    def names(self) -> set[str]:
        """The names of all logins, including those with other problems."""
        return {_name(login) for login in self._raw("logins", list) if isinstance(login, Mapping)}

    @property
    def roles(self) -> dict[str, Mapping[str, Any]]:
        found = {role: self.get("roles", role) for role in self.role_names}
        return {role: entry for role, entry in found.items() if entry is not None}

    @cached_property
    def role_names(self) -> Mapping[str, Any]:
        """Including those with problems."""
        found: Mapping[str, Any] = self._raw("roles", dict)
        return found

    @cached_property
    def mistyped_roles(self) -> set[str]:
        """The names that roles would have without the characters for which they are refused: that is said of them."""
        return {_plain(role) for role in self.role_names if role != _plain(role)}

    @cached_property
    def roles_told(self) -> str:
        """The names of the first of them, and how many more there are."""
        return ", ".join(shortened([_shown_key(role) for role in self.role_names]))

    def engines_of(self, login: Mapping[str, Any]) -> list[str]:
        """The engines that it is created on."""
        method = Method.KERBEROS if "user" in login else Method.IAM
        return [
            engine
            for engine in login.get("engines", self.engines)
            if engine in self.engines and method in self.get("methods", engine, default=())
        ]

    def _raw(self, key: str, kind: type) -> Any:
        """A part of the document as it is, if it is of this kind at all."""
        part = self.document.get(key) if isinstance(self.document, Mapping) else None
        return part if isinstance(part, kind) else kind()


def _beyond_the_schema(sound: _Sound, profile: str) -> Iterator[Problem]:
    yield from _directory(sound)
    yield from _roles(sound)
    yield from _logins(sound)
    yield from _adopted(sound)
    if Family.POSTGRESQL in sound.families:
        yield from _postgresql_names(sound, profile)
    yield from _freezes(sound)
    for path, text in _texts(sound.document, ()):
        told = path in sound.refused or (*path, text) in sound.unexpected
        if not told and (odd := next((each for each in text if not each.isprintable()), None)):
            # `$` in a pattern accepts a line feed at the end
            yield Problem(path, f"contains U+{ord(odd):04X}, a character that cannot be seen")


def _first_of_each_name(sound: _Sound, found: Iterable[Problem]) -> Iterator[Problem]:
    """Only the first problem of each text: the rest follows from it."""
    told: set[Path] = set()
    for problem in found:
        if problem.path not in told:
            yield problem
        if isinstance(sound.get(*problem.path), str):
            told.add(problem.path)


def _directory(sound: _Sound) -> Iterator[Problem]:
    longest = names.LONGEST_REALM_FOR_MYSQL if Family.MYSQL in sound.families else names.LONGEST_REALM
    methods = {method for engine in ENGINES for method in sound.get("methods", engine, default=())}
    if isinstance(sound.document, Mapping) and "directory" not in sound.document and Method.KERBEROS in methods:
        yield Problem((), "directory is missing, but methods names kerberos")
    realm = sound.get("directory", "realm")
    if realm is not None and (problem := names.realm_problem(realm, longest)):
        yield Problem(("directory", "realm"), problem)
    for place, trusted in enumerate(sound.get("directory", "trusted_realms", default=())):
        if problem := names.realm_problem(trusted, longest):
            yield Problem(("directory", "trusted_realms", place), problem)


def _roles(sound: _Sound) -> Iterator[Problem]:
    for role, entry in sound.roles.items():
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
            for place, name in enumerate(schemas.get("owners", ())):
                if problem := names.postgresql_role_problem(name):
                    yield Problem((*within, "owners", place), problem)


def _logins(sound: _Sound) -> Iterator[Problem]:
    for place, login in sound.logins.items():
        yield from _login(sound, ("logins", place), login)
        for index, role in enumerate(login["roles"]):
            if sound.role_names and role not in sound.role_names and role not in sound.mistyped_roles:
                text = f"there is no role {names.in_quotes(role)}; roles has {sound.roles_told}"
                yield Problem(("logins", place, "roles", index), text)
    for user in sorted(_twice(sound)):
        yield Problem(("logins",), f"{names.in_quotes(user)} is listed twice")
    iam_roles = {role for login in sound.logins.values() for role in login.get("used_by", ())}
    if len(iam_roles) > MOST_IAM_ROLES:
        text = f"used_by lists {len(iam_roles):,} different IAM roles in all, and a profile may have {MOST_IAM_ROLES}"
        yield Problem(("logins",), f"{text}: split the profile, or have several logins used by one role")


def _shown_key(key: str) -> str:
    """As it is, if a message can contain it."""
    return key if len(key) <= LONGEST and key.isprintable() else names.in_quotes(key)


def _login(sound: _Sound, path: Path, login: Mapping[str, Any]) -> Iterator[Problem]:
    if "user" in login:
        if problem := names.login_problem(login["user"], master_user=None):
            yield Problem((*path, "user"), problem)
        if problem := names.realm_problem(login["realm"]) if "realm" in login else None:
            yield Problem((*path, "realm"), problem)
    elif problem := names.iam_login_problem(login["iam"], None, _iam_grammar(sound.engines_of(login))):
        yield Problem((*path, "iam"), problem)
    for key in _OF_THE_OTHER_KIND["user" if "user" in login else "iam"]:
        if key in login:
            yield Problem((*path, key), "belongs to a login of the other kind")


_OF_THE_OTHER_KIND = {"user": ("used_by", "personal"), "iam": ("realm",)}


def _iam_grammar(engines: Iterable[str]) -> names.Grammar:
    """The grammar of the engine with the shortest names."""
    grammars = (names.IAM_LOGINS[ENGINES[engine].family] for engine in engines)
    return min(grammars, key=lambda grammar: grammar.longest, default=names.POSTGRESQL_IAM_LOGIN)


def _twice(sound: _Sound) -> set[str]:
    """Names that two logins would have on the databases of one engine."""
    twice: set[str] = set()
    for engine in sound.engines:
        meant = [login for login in sound.logins.values() if engine in login.get("engines", [engine])]
        family = ENGINES[engine].family
        # in MySQL's family the realm is no part of the name
        stored = Counter((_name(login), family is Family.POSTGRESQL and "user" in login) for login in meant)
        twice |= {name for (name, _), count in stored.items() if count > 1}
    return twice


def _name(login: Mapping[str, Any]) -> str:
    return str(login.get("user", login.get("iam")))


def _plain(name: str) -> str:
    """A name without what no name may contain."""
    return "".join(each for each in name.lower() if each in names.LOGIN.rest)


def _adopted(sound: _Sound) -> Iterator[Problem]:
    logins = sound.logins.items()
    mistyped = {_plain(_name(login)) for place, login in logins if any(_login(sound, ("logins", place), login))}
    for place, name in enumerate(sound.get("access", "adopt", default=())):
        if sound.names and name not in sound.names | mistyped:
            text = f"{names.in_quotes(name)} is not listed under logins; adopt can only name a login listed there"
            yield Problem(("access", "adopt", place), text)


def _postgresql_names(sound: _Sound, profile: str) -> Iterator[Problem]:
    """Names that are made of two: a person's with the realm, a role's with the profile's."""
    for place, login in sound.logins.items():
        realm = login.get("realm") or sound.get("directory", "realm")
        if "user" in login and realm and not names.realm_problem(realm):
            name = names.login_name(login["user"], realm)
            if problem := names.postgresql_role_problem(name):
                yield Problem(("logins", place, "user"), problem)
    for role in sound.roles:
        if problem := names.postgresql_role_problem(names.group_name(profile, role)):
            yield Problem(("roles", role), problem)


def _freezes(sound: _Sound) -> Iterator[Problem]:
    for place, span in enumerate(sound.get("change", "not_during", default=())):
        path: Path = ("change", "not_during", place)
        try:
            first, last = (date.fromisoformat(day) for day in span.split("/"))
        except ValueError:
            yield Problem(path, f"{span!r} has a day that does not exist")
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
