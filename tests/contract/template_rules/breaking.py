"""Ways to break the stack, and what a rule then says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lint.rules import Rule

Resources = dict[str, dict[str, Any]]
ARN = "arn:aws:{}:us-east-1:111122223333:{}"


@dataclass(frozen=True)
class Broken:
    """``change`` breaks the stack; ``seen``, and ``also``, is all that the rule says of it."""

    rule: Rule
    change: Callable[[Resources], object]
    seen: str
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule.__name__}: {self.seen}"


def properties(name: str, **said: Any) -> Callable[[Resources], object]:
    """Properties of a resource are these instead; one that is None is taken away."""

    def change(resources: Resources) -> None:
        of = resources[name]["Properties"]
        of.update(said)
        for key in [key for key, value in of.items() if value is None]:
            del of[key]

    return change


def allowed(role: str, **statement: Any) -> Callable[[Resources], object]:
    """A role is allowed one more thing."""
    return lambda resources: resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(
        {"Effect": "Allow", "Resource": ARN.format("rds", "db:*"), **statement}
    )


def statement_of(name: str, **said: Any) -> Callable[[Resources], object]:
    """The first statement of a resource's policy says this instead."""
    return lambda resources: resources[name]["Properties"]["PolicyDocument"]["Statement"][0].update(said)


def target_of(rule: str, **said: Any) -> Callable[[Resources], object]:
    """The first target of a rule says this instead."""
    return lambda resources: resources[rule]["Properties"]["Targets"][0].update(said)


def trusted(role: str, principal: Any) -> Callable[[Resources], object]:
    return lambda resources: resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0].update(
        Principal=principal
    )


def may_no_longer(role: str, action: str) -> Callable[[Resources], object]:
    """The statements with this action are gone."""

    def change(resources: Resources) -> None:
        document = resources[role]["Properties"]["Policies"][0]["PolicyDocument"]
        document["Statement"] = [one for one in document["Statement"] if one["Action"] != action]

    return change
