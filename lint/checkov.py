"""The stack through checkov: what fails is decided in checkov.yaml or a finding, and so is a decision without need."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from lint.rules.grants import EVERYWHERE
from lint.stack import Stack, listed

ROOT = Path(__file__).parents[1]
MOST_DECISIONS = 8
# It goes along with the stack. If checkov finds no fault with it, it finds nothing at all.
CANARY = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "Policies": [
            {
                "PolicyName": "everything",
                "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]},
            }
        ],
    },
}


def findings(stack: Stack) -> list[str]:
    """What checkov finds wrong with the stack, and what is wrong with our decisions."""
    decided: dict[str, str] = yaml.load(Path(__file__).with_suffix(".yaml").read_text(), yaml.CSafeLoader)
    report = _report(stack)
    if report["summary"]["parsing_errors"] or report["summary"]["resource_count"] != len(stack.resources) + 1:
        return [f"checkov did not read every resource: {report['summary']}"]
    failed = report["results"]["failed_checks"]
    ours = [check for check in failed if check["resource"] != "AWS::IAM::Role.Canary"]
    if len(ours) == len(failed):
        return ["checkov finds no fault with a role that may do everything (lint/checkov.py, CANARY): it does not work"]
    return [*undecided(ours, decided), *unfounded(ours, decided)]


def _report(stack: Stack) -> Mapping[str, Any]:
    """It says everything in JSON, and with 0 that it could not read a file."""
    with TemporaryDirectory() as folder:
        template = Path(folder, "template.json")
        resources = {name: asked_about(resource) for name, resource in stack.resources.items()}
        template.write_text(json.dumps({"Resources": {**resources, "Canary": CANARY}}))
        command = [str(ROOT / ".machine/checkov/bin/checkov"), "--file", str(template), "--framework", "cloudformation"]
        options = ["--skip-download", "--soft-fail", "--compact", "--output", "json"]  # nothing is asked of the network
        done = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
    if not done.stdout.lstrip().startswith("{"):
        raise RuntimeError(f"checkov ended with {done.returncode} and said:\n{done.stdout}\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def asked_about(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """The resource without the statements of its inline policies that rules/grants.py has decided about already: that
    these actions are allowed on every resource, and why it cannot be less.
    """
    inline = resource.get("Properties", {}).get("Policies")
    if not inline:
        return resource
    policies = [
        {**policy, "PolicyDocument": {**policy["PolicyDocument"], "Statement": _undecided_statements(policy)}}
        for policy in inline
    ]
    return {**resource, "Properties": {**resource["Properties"], "Policies": policies}}


def _undecided_statements(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        one
        for one in listed(policy["PolicyDocument"]["Statement"])
        if listed(one.get("Resource")) != ["*"] or not set(listed(one.get("Action"))) <= set(EVERYWHERE)
    ]


def undecided(failed: Sequence[Mapping[str, Any]], decided: Mapping[str, str]) -> Iterator[str]:
    """What fails and is not decided."""
    for check in failed:
        if check["check_id"] not in decided:
            yield f"{check['check_id']} {check['check_name']}: {check['resource']}"


def unfounded(failed: Sequence[Mapping[str, Any]], decided: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the decisions."""
    if len(decided) > MOST_DECISIONS:
        yield f"checkov.yaml skips {len(decided)} checks, more than {MOST_DECISIONS}: fix the template instead"
    for check_id in decided:
        checks = [check for check in failed if check["check_id"] == check_id]
        if not checks:
            yield f"{check_id} no longer fails: remove its row from checkov.yaml"
        elif any(".IAM" in check["check_class"] or "::IAM::" in check["resource"] for check in checks):
            yield f"{check_id} is about IAM, and none of those is skipped: fix the template instead"
