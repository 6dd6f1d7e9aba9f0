"""S3: bucket policies with conditions.

moto denies whatever a statement with an unmet condition speaks of. Here such a statement says nothing, as in AWS; and
because loopback stands for TLS, `aws:SecureTransport` is true.
"""

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from localcloud.mending import mend

CONTEXT = {"aws:SecureTransport": "true"}


def install() -> None:
    """From now on statements whose conditions are not met say nothing."""
    mend(FakeBucket, get_permission=_get_permission)


def _get_permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy.decode())
    applying = [
        {key: value for key, value in statement.items() if key != "Condition"}
        for statement in policy["Statement"]
        if _is_met(statement.get("Condition", {}))
    ]
    return IAMPolicy(json.dumps({**policy, "Statement": applying})).is_action_permitted(action, resource)


def _is_met(condition: dict[str, dict[str, Any]]) -> bool:
    """Only `Bool` is known; a policy with another operator cannot be judged here."""
    unknown = set(condition) - {"Bool"}
    if unknown:
        raise NotImplementedError(
            f"Bucket policies with {', '.join(sorted(unknown))} are not modelled by the local cloud"
        )
    return all(CONTEXT.get(key) == str(value).lower() for key, value in condition.get("Bool", {}).items())
