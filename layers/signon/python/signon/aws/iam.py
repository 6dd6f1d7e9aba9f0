"""IAM: the role that RDS takes to reach the directory, and the roles that sign in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.aws.pages import every
from signon.domain.directory.directory import DirectoryRole
from signon.domain.directory.trust_policy import trusted_services

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


class _NoSuchRole(Exception):
    pass


def directory_role(name: str) -> DirectoryRole | None:
    """The role of that name, or None."""
    iam: IAMClient = client("iam")
    try:
        with errors_as({"NoSuchEntity": _NoSuchRole}):
            role = iam.get_role(RoleName=name)["Role"]
        policies = every(
            "AttachedPolicies",
            lambda page: iam.list_attached_role_policies(RoleName=name, **page),
            {"NoSuchEntity": _NoSuchRole},
        )
        attached = frozenset(policy["PolicyArn"].split(":policy/")[1] for policy in policies)
    except _NoSuchRole:
        return None
    trust: Any = role["AssumeRolePolicyDocument"]  # botocore decodes it; the types allow for text
    return DirectoryRole(name, role["Arn"], trusted_services(trust, role["Arn"].split(":")[4]), attached)


def boundaries(arns: Iterable[str]) -> dict[str, str]:
    """Those of these roles of our account that exist, each with its permissions boundary's ARN, or ""."""
    found = {arn: _role(arn) for arn in arns}
    return {
        arn: role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")
        for arn, role in found.items()
        if role is not None
    }


def _role(arn: str) -> Mapping[str, Any] | None:
    """Another role may have the name, under another path."""
    iam: IAMClient = client("iam")
    try:
        with errors_as({"NoSuchEntity": _NoSuchRole}):
            role = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]
    except _NoSuchRole:
        return None
    return role if role["Arn"] == arn else None
