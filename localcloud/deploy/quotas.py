"""What AWS refuses for its length, and moto takes: names, variables of functions, policies."""

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.iam.exceptions import LimitExceededException
from moto.iam.models import IAMBackend, ManagedPolicy, PolicyVersion, Role

from localcloud.moto_patches import patch

FUNCTION_NAME = 64  # the model says 140, which an ARN may have; "limited to 64 characters" where it is a name

# type of resource: (its property, the API's parameter, the longest). Of the API's models, and where they say nothing of
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
# https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
NAMES: Mapping[str, tuple[str, str, int]] = {
    "AWS::CloudWatch::Alarm": ("AlarmName", "alarmName", 255),
    "AWS::DynamoDB::Table": ("TableName", "tableName", 255),
    "AWS::Events::Rule": ("Name", "name", 64),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "policyName", 128),
    "AWS::IAM::Role": ("RoleName", "roleName", 64),
    "AWS::Lambda::Function": ("FunctionName", "functionName", FUNCTION_NAME),
    "AWS::Lambda::LayerVersion": ("LayerName", "layerName", 140),
    "AWS::Logs::LogGroup": ("LogGroupName", "logGroupName", 512),
    "AWS::S3::Bucket": ("BucketName", "bucket", 63),
    "AWS::SNS::Topic": ("TopicName", "name", 256),
    "AWS::SQS::Queue": ("QueueName", "queueName", 80),
    "AWS::Scheduler::Schedule": ("Name", "name", 64),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "name", 80),
}

PARAMETER = 4096  # bytes; https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
VARIABLES = 4096  # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
# "IAM doesn't count white space when calculating the size of a policy against these quotas."
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MANAGED_POLICY, INLINE_POLICIES_OF_A_ROLE = 6_144, 10_240
POLICIES_PER_ROLE = 10  # managed ones, where nobody has had the quota raised


def install() -> None:
    """From now on IAM keeps no policy that is too long, and attaches no more of them to a role than it may have."""
    patch(
        IAMBackend,
        create_policy=_create_policy,
        create_policy_version=_create_policy_version,
        attach_role_policy=_attach_role_policy,
    )
    patch(Role, put_policy=_put_policy)


def require_names(kind: str, properties: Mapping[str, Any]) -> None:
    """Raises what the service answers for a resource of a template whose name is too long."""
    if kind in NAMES:
        key, parameter, longest = NAMES[kind]
        require_name(str(properties.get(key, "")), parameter, longest)


def require_name(name: str, parameter: str, longest: int) -> None:
    """Raises ValidationException, in AWS's words, if the name is longer than `longest` characters."""
    if len(name) > longest:
        raise JsonRESTError(
            "ValidationException",
            f"1 validation error detected: Value '{name}' at '{parameter}' failed to satisfy constraint:"
            f" Member must have length less than or equal to {longest}",
        )


def require_variables(variables: Mapping[str, Any]) -> None:
    """Of a function, all of them together, with their names."""
    measured = json.dumps(variables, separators=(",", ":"))
    if len(measured.encode()) > VARIABLES:
        raise JsonRESTError(
            "InvalidParameterValueException",
            "Lambda was unable to configure your environment variables because the environment variables you have"
            f" provided exceeded the 4KB limit. String measured: {measured}",
        )


_moto_create_policy, _moto_create_policy_version = IAMBackend.create_policy, IAMBackend.create_policy_version
_moto_attach_role_policy = IAMBackend.attach_role_policy


def _create_policy(
    backend: IAMBackend, description: str, path: str, policy_document: str, policy_name: str, tags: Any
) -> ManagedPolicy:
    _require_managed(policy_document)
    return _moto_create_policy(backend, description, path, policy_document, policy_name, tags)


def _create_policy_version(
    backend: IAMBackend, policy_arn: str, policy_document: str, set_as_default: bool
) -> PolicyVersion:
    _require_managed(policy_document)
    return _moto_create_policy_version(backend, policy_arn, policy_document, set_as_default)


def _attach_role_policy(backend: IAMBackend, policy_arn: str, role_name: str) -> None:
    attached = backend.get_role(role_name).managed_policies
    if policy_arn not in attached and len(attached) >= POLICIES_PER_ROLE:
        raise LimitExceededException(f"Cannot exceed quota for PoliciesPerRole: {POLICIES_PER_ROLE}")
    _moto_attach_role_policy(backend, policy_arn, role_name)


def _require_managed(document: str) -> None:
    if _size(document) > MANAGED_POLICY:
        raise LimitExceededException(f"Cannot exceed quota for PolicySize: {MANAGED_POLICY}")


def _put_policy(role: Role, name: str, document: Any) -> None:
    """As text, as the API keeps it; moto keeps CloudFormation's as Python and answers GetRolePolicy with that."""
    policies = {**role.policies, name: document if isinstance(document, str) else json.dumps(document)}
    if sum(map(_size, policies.values())) > INLINE_POLICIES_OF_A_ROLE:
        raise LimitExceededException(
            f"Maximum policy size of {INLINE_POLICIES_OF_A_ROLE} bytes exceeded for role {role.name}"
        )
    role.policies = policies


def _size(document: str) -> int:
    return len(re.sub(r"\s", "", document))
