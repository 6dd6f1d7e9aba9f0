"""The stack that template.yaml becomes: translated from SAM, every intrinsic function resolved.

A checker that meets an `Fn::If` in a policy leaves the whole policy out, and says nothing; so none is left for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lint.intrinsics import ACCOUNT, REGION, Resolver, names_of, references
from localcloud.deploy.translation import read, translated

TEMPLATE = Path(__file__).parents[1] / "template.yaml"
EXAMPLES = {  # of parameters whose default means "none"
    "ConnectRoles": f"arn:aws:iam::{ACCOUNT}:role/payments-api",
    "MasterSecretArns": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:payments-AbCdEf",
    "NotifyEmail": "dba@example.com",
}

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Policy:
    """Who has it (a logical id), what it is ("inline", "trust", "resource" or "key"), and what it says."""

    owner: str
    kind: str
    statements: tuple[Mapping[str, Any], ...]
    document: Mapping[str, Any]

    @property
    def allowing(self) -> Iterator[Mapping[str, Any]]:
        return (statement for statement in self.statements if statement["Effect"] == "Allow")


@dataclass(frozen=True)
class Stack:
    """Resources by logical id, resolved; ``references``: the logical ids that each one names, before that."""

    resources: Mapping[str, Resource]
    references: Mapping[str, frozenset[str]]

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def named(self, value: Any) -> str | None:
        """The logical id that an ARN, a name or a URL of this stack belongs to."""
        return next(
            (name for name, resource in self.resources.items() if value in names_of(name, resource["Type"]).values()),
            None,
        )

    def policies(self) -> Iterator[Policy]:
        """Every policy: inline and trust of the roles, and those of queues, topics, buckets and keys."""
        for name, resource in self.resources.items():
            properties = resource.get("Properties", {})
            if trust := properties.get("AssumeRolePolicyDocument"):
                yield _policy(name, "trust", trust)
            for inline in properties.get("Policies", []):
                yield _policy(name, "inline", inline["PolicyDocument"])
            if document := properties.get("KeyPolicy"):
                yield _policy(name, "key", document)
            if document := properties.get("PolicyDocument"):
                yield _policy(name, "inline" if resource["Type"].startswith("AWS::IAM::") else "resource", document)

    def role_of(self, function: str) -> str | None:
        """The logical id of a function's role."""
        return self.named(self.resources[function]["Properties"]["Role"])

    def actions_of(self, role: str | None) -> frozenset[str]:
        """What a role is allowed by its own policies."""
        return frozenset(
            action
            for policy in self.policies()
            if policy.owner == role and policy.kind == "inline"
            for statement in policy.allowing
            for action in listed(statement.get("Action", []))
        )


def listed(value: Any) -> list[Any]:
    """A policy's element that may be one value or a list of them."""
    return value if isinstance(value, list) else [value]


def _policy(owner: str, kind: str, document: Mapping[str, Any]) -> Policy:
    return Policy(owner, kind, tuple(listed(document["Statement"])), document)


def of_template(template_file: Path = TEMPLATE, *, conditions: bool = True) -> Stack:
    """The project's stack, with all of its conditions true or all of them false."""
    template = read(template_file)
    for resource in template["Resources"].values():
        for key in ("CodeUri", "ContentUri", "DefinitionUri"):
            if key in resource.get("Properties", {}):  # what `sam package` puts there
                resource["Properties"][key] = f"s3://artifacts/{resource['Properties'][key]}"
    for name, example in EXAMPLES.items():
        template["Parameters"][name]["Default"] = example
    defaults = {name: str(said.get("Default", name)) for name, said in template["Parameters"].items()}
    return of_cloudformation(json.loads(json.dumps(translated(template, defaults, REGION))), conditions=conditions)


def of_cloudformation(template: Mapping[str, Any], *, conditions: bool = True) -> Stack:
    """The stack of a template that needs no translation."""
    resolver = Resolver(template, conditions)
    named = {
        name: frozenset(references(resource)) & frozenset(template["Resources"])
        for name, resource in template["Resources"].items()
    }
    resources = {
        name: {**resource, "Properties": resolver.resolved(resource.get("Properties", {}))}
        for name, resource in template["Resources"].items()
        if conditions or "Condition" not in resource
    }
    return Stack(resources, named)
