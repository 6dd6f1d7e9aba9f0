"""S3: bucket policies with conditions, and ids of versions.

moto denies whatever a statement with an unmet condition speaks of. Here such a statement says nothing, as in AWS; and
because loopback stands for TLS, `aws:SecureTransport` is true.

The n-th version of an object with the same content has the same id in every local cloud: that is how samples of events,
which name the version of a profile, fit any of them.
"""

import hashlib
import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, FakeKey, S3Backend

from localcloud.moto_patches import patch

CONTEXT = {"aws:SecureTransport": "true"}


def install() -> None:
    """From now on statements whose conditions are not met say nothing, and no id of a version is random."""
    patch(FakeBucket, get_permission=_get_permission)
    patch(S3Backend, put_object=_put_object)


_moto_put_object = S3Backend.put_object


def _put_object(backend: S3Backend, bucket_name: str, key_name: str, *rest: Any, **more: Any) -> FakeKey:
    made = _moto_put_object(backend, bucket_name, key_name, *rest, **more)
    bucket = backend.get_bucket(bucket_name)
    if bucket.is_versioned:
        earlier = [version for version in bucket.keys.getlist(key_name) if getattr(version, "etag", "") == made.etag]
        made._version_id = hashlib.sha256(f"{key_name} {made.etag} {len(earlier)}".encode()).hexdigest()[:32]
    return made


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
