"""Every policy of the stack through parliament: are there such actions, such resources for them, such conditions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import parliament

from lint.intrinsics import names_of
from lint.stack import Policy, Stack

# Its command reads no policy from standard input and says that all is well. If it finds no fault here, it finds none
# at all.
BROKEN: Mapping[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket-without-objects"}],
}


# What is right nevertheless: of which policy (any, where it is ""), which finding, and why.
_ALL_KINDS = "parliament wants an ARN for each kind of resource that the action knows; one is enough"
_LAMBDAS_OWN = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
RIGHT: Mapping[tuple[str, str], str] = {
    ("", "RESOURCE_MISMATCH states:DescribeExecution"): _ALL_KINDS,
    ("", "RESOURCE_MISMATCH states:ListExecutions"): _ALL_KINDS,
    (
        "OnboardDatabaseDatabaseAppearedRole",
        "NO_VERSION",
    ): "SAM writes it so; without variables both versions say the same",
    (
        "",
        f"RESOURCE_STAR {', '.join(one for one in _LAMBDAS_OWN if 'Describe' not in one)}",
    ): "Lambda checks them without a resource when it makes a function in a VPC",
    **{
        (
            "",
            f"UNKNOWN_CONDITION_FOR_ACTION Unknown condition lambda:SourceFunctionArn for action {action}",
        ): "every request of a function's code has this key, whatever service it asks"
        for action in _LAMBDAS_OWN
    },
}


def findings(stack: Stack) -> list[str]:
    """What parliament finds in any policy and is not in RIGHT; what is there and not found is a finding too."""
    if not list(_found(BROKEN)):
        return ["parliament finds nothing in a policy that is wrong (lint/policies.py, BROKEN): it does not work"]
    found = [(policy.owner, one) for policy in stack.policies() for one in _of(policy)]
    wrong = [f"{owner}: {one}" for owner, one in found if not {(owner, one), ("", one)} & set(RIGHT)]
    right = {(name, one) for owner, one in found for name in (owner, "")}
    return wrong + [f"{owner} {one}: no longer found: remove its row" for owner, one in RIGHT.keys() - right]


def _of(policy: Policy) -> Iterator[str]:
    """A trust policy's resource is the role itself, and is not written; "*" in the policy of a key is that key."""
    itself = {"trust": "AWS::IAM::Role", "key": "AWS::KMS::Key"}.get(policy.kind)
    arn = {"Resource": names_of(policy.owner, itself)["Arn"]} if itself else {}
    return _found({**policy.document, "Statement": [{**one, **arn} for one in policy.statements]})


def _found(document: Mapping[str, Any]) -> Iterator[str]:
    for finding in parliament.analyze_policy_string(json.dumps(document)).findings:
        about = finding.detail or finding.location.get("actions") or finding.location.get("string") or ""
        actions = (
            [about] if isinstance(about, str) else [one["action"] if isinstance(one, dict) else one for one in about]
        )
        yield f"{finding.issue} {', '.join(actions)}".strip()
