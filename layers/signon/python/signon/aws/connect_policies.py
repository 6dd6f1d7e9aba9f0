"""Connect policies in IAM: reads those of a role, and writes them where they do not say what they must."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from signon.aws.clients import client, errors_as
from signon.aws.pages import every
from signon.domain.logins.connect_policies import (
    PATH,
    document,
    is_listed,
    policy_arn,
    policy_name,
    role_name,
    users_in,
)
from signon.errors import ConnectPolicyRefused, TemporaryFailure
from signon.foreign import said

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

MOST_VERSIONS = 5  # of a managed policy

# What was read no longer holds, or does not hold everywhere yet: "IAM is eventually consistent"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
_CHANGING = {"ConcurrentModification": TemporaryFailure, "NoSuchEntity": TemporaryFailure}


class _NoSuchPolicy(Exception):
    pass


@dataclass(frozen=True)
class Attachment:
    """A policy that its role needs, whether the role has it, and whether it has just been attached."""

    role: str
    policy: str
    attached: bool
    done: bool


def _iam() -> IAMClient:
    made: IAMClient = client("iam")
    return made


def read(prefix: str, role: str) -> list[frozenset[str]]:
    """What the policies of the role (its ARN) say, each as its ``dbuser`` ARNs, in the order of their numbers."""
    found: list[frozenset[str]] = []
    while (users := _users(policy_arn(prefix, role, len(found) + 1))) is not None:
        found.append(users)
    return found


def write(prefix: str, role: str, number: int, users: frozenset[str], *, exists: bool) -> None:
    """Makes the policy say exactly this, by a new version if it exists; the oldest versions are deleted.

    Raises TemporaryFailure: somebody else has just written or deleted it, or IAM does not know yet that it is there.
    ConnectPolicyRefused: the account has as many policies as it may.
    """
    if not exists:
        with errors_as({**_CHANGING, "EntityAlreadyExists": TemporaryFailure, "LimitExceeded": _refused}):
            _iam().create_policy(
                PolicyName=policy_name(prefix, role, number),
                Path=PATH,
                PolicyDocument=document(role, users),
                Description=f"Lets {role_name(role)} sign in to databases. Written by the stack; your edits are undone",
            )
        return
    arn = policy_arn(prefix, role, number)
    versions = list(every("Versions", lambda page: _iam().list_policy_versions(PolicyArn=arn, **page), _CHANGING))
    with errors_as({**_CHANGING, "LimitExceeded": TemporaryFailure}):
        old = sorted((each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"])
        for each in old[: max(0, len(versions) - MOST_VERSIONS + 1)]:
            _iam().delete_policy_version(PolicyArn=arn, VersionId=each["VersionId"])
        _iam().create_policy_version(PolicyArn=arn, PolicyDocument=document(role, users), SetAsDefault=True)


def attach(prefix: str, role: str, number: int, listed: Collection[str], before: Callable[[], object]) -> Attachment:
    """Attaches the policy where the role is ``listed`` by the stack's owner, by its ARN or a pattern, and lacks it.

    Raises TemporaryFailure: IAM does not know yet that the policy is there. ConnectPolicyRefused: the role has as many
    policies as it may.
    """
    arn, name = policy_arn(prefix, role, number), role_name(role)
    roles = every("PolicyRoles", lambda page: _iam().list_entities_for_policy(PolicyArn=arn, **page), _CHANGING)
    has = {each["RoleName"] for each in roles}
    must = name not in has and is_listed(role, listed)
    if must:
        before()
        with errors_as({**_CHANGING, "LimitExceeded": _refused}):
            _iam().attach_role_policy(RoleName=name, PolicyArn=arn)
    return Attachment(name, arn, attached=name in has or must, done=must)


def _refused(message: str) -> ConnectPolicyRefused:
    return ConnectPolicyRefused(
        f"IAM takes no further connect policy: {said(message)}",
        "Detach or delete policies that nobody needs, or have the quota raised; then start again",
    )


def _users(arn: str) -> frozenset[str] | None:
    try:
        with errors_as({"NoSuchEntity": _NoSuchPolicy}):
            version = _iam().get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            text: Any = _iam().get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    except _NoSuchPolicy:
        return None
    return users_in(json.loads(unquote(text)) if isinstance(text, str) else text)
