"""What moto's services hold of the resources that a request names: ARNs, tags, keys, trust."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.models import Group, ManagedPolicy, Role, User, iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import FakeKey, s3_backends
from moto.secretsmanager.models import SecretsManagerBackend, secretsmanager_backends
from moto.sns.models import sns_backends
from moto.utilities.utils import get_partition

from localcloud.iam.policies import NotModelled, PolicyStatement, statements


def role(account: str, region: str, name_or_arn: str) -> Role | None:
    """By its ARN, or its name, which is one in the whole account whatever its path."""
    kept = list(iam_backends[account][get_partition(region)].roles.values())
    return next((each for each in kept if name_or_arn in (each.name, each.arn)), None)


def policies(holder: Role | User | Group, *, of_aws: bool = True) -> list[PolicyStatement]:
    """Every statement of a role's inline and attached policies, of those that AWS itself keeps too or not. Raises
    NotModelled.
    """
    attached = [
        _document(policy) for arn, policy in holder.managed_policies.items() if of_aws or ":iam::aws:policy/" not in arn
    ]
    return [each for document in (*holder.policies.values(), *attached) for each in statements(document)]


def boundary(role: Role) -> list[PolicyStatement] | None:
    """The statements of the role's permissions boundary; None where it has none. Raises NotModelled."""
    arn = role.permissions_boundary_arn
    if not arn:
        return None
    policy = iam_backends[role.account_id][role.partition].managed_policies.get(arn)
    if policy is None:
        raise NotModelled(f"The permissions boundary {arn} is not kept here")
    return list(statements(_document(policy)))


def _document(policy: ManagedPolicy) -> str:
    document: str = next(version.document for version in policy.versions if version.is_default)
    return document


def trust(role: Role) -> tuple[PolicyStatement, ...]:
    """The statements of its trust policy. Raises NotModelled."""
    return statements(role.assume_role_policy_document)


def trusted_services(role: Role) -> list[str]:
    """The services that may take the role."""
    return [
        name
        for statement in trust(role)
        if statement.allows
        for kind, name in statement.principals
        if kind == "Service"
    ]


def has_object(account: str, region: str, bucket: str, key: str) -> bool:
    """Whether the bucket has a newest version of the object; a delete marker is none."""
    kept = s3_backends[account][get_partition(region)].buckets.get(bucket)
    return kept is not None and isinstance(kept.keys.get(key), FakeKey)


@dataclass(frozen=True)
class Key:
    """A key of KMS. One that AWS keeps for a service (no policy) admits callers of that one alone."""

    arn: str
    policy: str | None


def topic(account: str, region: str, arn: str) -> tuple[str | None, Key | None]:
    """The topic's policy, and the key that it is encrypted with."""
    kept = sns_backends[account][region].topics.get(arn)
    if kept is None:
        return None, None
    if not (name := kept.kms_master_key_id):
        return kept.policy, None
    if name.startswith("alias/aws/"):
        return kept.policy, Key(name, None)
    key = kms_backends[account][region].describe_key(name)
    return kept.policy, Key(key.arn, key.policy)


def secret(account: str, region: str, name_or_arn: str) -> tuple[str, Mapping[str, str], str | None]:
    """The secret's ARN, its tags, and the ARN of the key of its own that it is encrypted under."""
    kept: Any = secretsmanager_backends[account][region].secrets.get(name_or_arn)
    if kept is None:
        arn = name_or_arn
        if not arn.startswith("arn:"):
            arn = f"arn:{get_partition(region)}:secretsmanager:{region}:{account}:secret:{name_or_arn}"
        return arn, {}, None
    key = None
    if kept.kms_key_id not in (None, SecretsManagerBackend.DEFAULT_KMS_KEY_ALIAS):
        key = kms_backends[account][region].describe_key(kept.kms_key_id).arn
    return kept.arn, {tag["Key"]: tag["Value"] for tag in kept.tags or []}, key
