"""`sam deploy` for the local cloud: package, translate with SAM's own translator, create, finish, compare."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.cloudformation.models import cloudformation_backends

from localcloud.deploy.artifacts import Artifacts
from localcloud.deploy.cloudformation import FINISH, DeploymentError, recording
from localcloud.deploy.comparison import WHOLE, Finding, dropped
from localcloud.deploy.missing_resources import ClientFactory
from localcloud.deploy.quotas import PARAMETER
from localcloud.deploy.translation import read, translated


@dataclass(frozen=True)
class DeployedStack:
    """What CloudFormation would answer about a stack that it has created."""

    name: str
    physical: dict[str, str]  # logical id -> physical id
    outputs: dict[str, str]
    template: dict[str, Any]  # as CloudFormation was given it

    def of_type(self, kind: str) -> dict[str, str]:
        """Physical ids of the resources of one type, by logical id."""
        resources = self.template["Resources"]
        return {key: name for key, name in self.physical.items() if resources[key]["Type"] == kind}


def deploy(
    template_file: Path,
    name: str,
    parameters: Mapping[str, str],
    allowed: Mapping[Finding, str],
    artifacts: Artifacts,
    client: ClientFactory,
    account: str,
    region: str,
) -> DeployedStack:
    """Deploy the template as the stack `name`; of `parameters` it gets those that it declares.

    Raises DeploymentError when a parameter is too long or not allowed, or a resource cannot be made, when one or a
    property of one is dropped that `allowed` does not name, and when `allowed` names one that is not dropped.
    """
    template = read(template_file)
    declared = template.get("Parameters", {})
    # with the defaults: moto splits a list only where it is passed
    defaults = {key: str(declaration["Default"]) for key, declaration in declared.items() if "Default" in declaration}
    parameters = defaults | {key: value for key, value in parameters.items() if key in declared}
    _require_values(parameters, declared)
    artifacts.package(template, template_file.parent, client("s3"))
    # through JSON: what a YAML anchor shares becomes one object per place, since moto changes what it reads
    template = json.loads(json.dumps(translated(template, parameters, region)))
    backend = cloudformation_backends[account][region]
    with recording() as resolved:
        stack = backend.create_stack(name, json.dumps(template), dict(parameters))
    made = stack.resource_map._parsed_resources
    wanted = {
        logical_id: resolved.get(logical_id, (resource["Type"], None))
        for logical_id, resource in template["Resources"].items()
        if not (condition := resource.get("Condition")) or stack.resource_map.lazy_condition_map[condition]
    }
    physical = {logical_id: str(made[logical_id].physical_resource_id) for logical_id in wanted if made.get(logical_id)}
    for logical_id, (kind, properties) in wanted.items():
        for key, finish in FINISH.get(kind, {}).items():
            if properties and key in properties:
                finish(client, physical[logical_id], properties[key])
    _require_nothing_lost(dropped(wanted, made), allowed)
    return DeployedStack(
        name, physical, {output["OutputKey"]: str(output["OutputValue"]) for output in stack.outputs or []}, template
    )


def _require_values(parameters: Mapping[str, str], declared: Mapping[str, Mapping[str, Any]]) -> None:
    for key, value in parameters.items():
        if len(value.encode()) > PARAMETER:
            raise DeploymentError(f"The value of the parameter {key} is longer than {PARAMETER} bytes")
        allowed = declared[key].get("AllowedValues")
        if allowed and value not in map(str, allowed):
            raise DeploymentError(f"Parameter '{key}' must be one of AllowedValues")


def _require_nothing_lost(found: Mapping[Finding, list[str]], allowed: Mapping[Finding, str]) -> None:
    problems = [
        f"{', '.join(dict.fromkeys(logical_ids))}: {kind} " + ("is not made" if path == WHOLE else f"loses {path}")
        for (kind, path), logical_ids in sorted(found.items())
        if (kind, path) not in allowed
    ]
    problems += [
        f"{kind} {path}: allowed to be lost ({allowed[kind, path]}), but it is not"
        for kind, path in sorted(set(allowed) - set(found))
    ]
    if problems:
        raise DeploymentError("What was deployed differs from the template:\n  " + "\n  ".join(problems))
