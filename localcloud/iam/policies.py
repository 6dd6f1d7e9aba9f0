"""IAM's policy language: which statement allows or denies a need.

What is not known here (an element, an operator, a condition key) raises NotModelled, and never passes.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

ELEMENTS = {"Sid", "Effect", "Action", "Resource", "Condition", "Principal"}


class NotModelled(Exception):
    """AWS would know what this means, and the local cloud does not."""


@dataclass(frozen=True)
class Need:
    """One action on one resource. `context`: condition keys with their values; () is a key that the request does not
    have, "aws:ResourceTag/*" stands for every tag that is not named.
    """

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def values(self, key: str) -> tuple[str, ...]:
        """What the request says under a condition key; names of keys know no case."""
        known = {name.lower(): values for name, values in self.context.items()}
        for name in (key.lower(), f"{key.lower().partition('/')[0]}/*"):
            if name in known:
                return known[name]
        raise NotModelled(f"The condition key {key} is not modelled for {self.action}")


@dataclass(frozen=True)
class Condition:
    """One key of a Condition element, as the policy writes it."""

    operator: str
    key: str
    values: tuple[str, ...]

    def is_met(self, need: Need) -> bool:
        """As IAM evaluates it, with `IfExists` and `ForAllValues:`. Raises NotModelled: the key is not known here."""
        said = need.values(self.key)
        if self.operator == "Null":
            return (str(not said).lower(),) == tuple(value.lower() for value in self.values)
        name = self.operator.removesuffix("IfExists")
        if name.startswith(FOR_ALL):
            return all(_any_matches(name.removeprefix(FOR_ALL), self.values, value) for value in said)
        if not said and name != self.operator:
            return True
        matches, wanted = OPERATORS[name]
        return any(matches(pattern, value) for pattern in self.values for value in said) is wanted


FOR_ALL = "ForAllValues:"  # before an operator: everything that the request says must be listed


def _any_matches(operator: str, patterns: Iterable[str], value: str) -> bool:
    matches, wanted = OPERATORS[operator]
    return any(matches(pattern, value) for pattern in patterns) is wanted


@dataclass(frozen=True)
class PolicyStatement:
    """One statement; actions and resources are patterns with * and ?."""

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    principals: tuple[tuple[str, str], ...]  # of resource and trust policies: ("Service", "events.amazonaws.com")

    def matched(self, need: Need) -> tuple[str, str] | None:
        """The action and resource, as written here, by which it speaks of the need; None where it does not."""
        action = next((each for each in self.actions if _like(each.lower(), need.action.lower())), None)
        resource = next((each for each in self.resources if arn_like(each, need.resource)), None)
        if action is None or resource is None or not all(condition.is_met(need) for condition in self.conditions):
            return None
        return action, resource


@dataclass(frozen=True)
class PolicyDecision:
    """`by` is the statement that decided; None where none speaks of the need. `matched`: its action and resource."""

    allowed: bool
    by: PolicyStatement | None = None
    matched: tuple[str, str] = ("", "")


def judge(statements: Iterable[PolicyStatement], need: Need) -> PolicyDecision:
    """Any Deny wins, else the first Allow; without one it is not allowed."""
    decision = PolicyDecision(False)
    for statement in statements:
        if (matched := statement.matched(need)) is None:
            continue
        if not statement.allows:
            return PolicyDecision(False, statement, matched)
        if not decision.allowed:
            decision = PolicyDecision(True, statement, matched)
    return decision


@functools.lru_cache(maxsize=1024)
def statements(document: str) -> tuple[PolicyStatement, ...]:
    """The statements of a policy document (JSON text). Raises NotModelled."""
    return tuple(_statement(each) for each in _listed(json.loads(document)["Statement"]))


def _statement(document: dict[str, Any]) -> PolicyStatement:
    if unknown := set(document) - ELEMENTS:
        raise NotModelled(f"The policy element {', '.join(sorted(unknown))} is not modelled")
    texts = [*_listed(document["Action"]), *_listed(document.get("Resource", "*")), json.dumps(document)]
    if any("${" in text for text in texts):
        raise NotModelled(f"Policy variables are not modelled: {document}")
    conditions = tuple(
        Condition(_known_operator(operator), key, tuple(str(value) for value in _listed(values)))
        for operator, keys in document.get("Condition", {}).items()
        for key, values in keys.items()
    )
    return PolicyStatement(
        document["Effect"] == "Allow",
        tuple(_listed(document["Action"])),
        tuple(_listed(document.get("Resource", "*"))),  # a trust policy has none: it speaks of its own role
        conditions,
        _principals(document.get("Principal", {})),
    )


def _principals(document: Any) -> tuple[tuple[str, str], ...]:
    named = {"AWS": document} if isinstance(document, str) else document
    return tuple((kind, name) for kind, names in named.items() for name in _listed(names))


def _known_operator(name: str) -> str:
    if name != "Null" and name.removesuffix("IfExists").removeprefix(FOR_ALL) not in OPERATORS:
        raise NotModelled(f"The condition operator {name} is not modelled")
    return name


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@functools.lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _like(pattern: str, value: str) -> bool:
    return _pattern(pattern).fullmatch(value) is not None


def arn_like(pattern: str, arn: str) -> bool:
    """Part by part: a wildcard does not reach over a colon into the next of the six."""
    if pattern == "*":
        return True
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(patterns) == len(parts) and all(map(_like, patterns, parts))


# how one value matches, and whether any or none must
OPERATORS: dict[str, tuple[Callable[[str, str], bool], bool]] = {
    "StringEquals": (lambda pattern, value: pattern == value, True),
    "StringNotEquals": (lambda pattern, value: pattern == value, False),
    "StringLike": (_like, True),
    "StringNotLike": (_like, False),
    "ArnEquals": (arn_like, True),
    "ArnLike": (arn_like, True),
    "ArnNotEquals": (arn_like, False),
    "ArnNotLike": (arn_like, False),
    "Bool": (lambda pattern, value: pattern.lower() == value.lower(), True),
}
