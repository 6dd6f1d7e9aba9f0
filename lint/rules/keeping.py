"""How logs, messages and files are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lint.stack import Stack, listed

_PUBLIC = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def logs_are_kept_for_a_time_that_somebody_chose(stack: Stack) -> Iterator[str]:
    for name, group in stack.of("AWS::Logs::LogGroup").items():
        if not group.get("RetentionInDays"):
            yield f"{name} keeps its logs forever: give it RetentionInDays"


def every_function_logs_to_a_group_of_its_own(stack: Stack) -> Iterator[str]:
    """One that Lambda makes by itself keeps its logs forever, and needs the right to be made."""
    used: dict[str, str] = {}
    for name, function in stack.of("AWS::Lambda::Function").items():
        group = stack.named(function.get("LoggingConfig", {}).get("LogGroup"))
        if group is None:
            yield f"{name} has no log group of this stack: give it LoggingConfig"
        elif group in used:
            yield f"{name} logs to {group}, as {used[group]} does"
        else:
            used[group] = name


def a_state_machine_logs_its_errors_and_no_data(stack: Stack) -> Iterator[str]:
    for name, machine in stack.of("AWS::StepFunctions::StateMachine").items():
        logging = machine.get("LoggingConfiguration", {})
        if logging.get("Level", "OFF") == "OFF" or not logging.get("Destinations"):
            yield f"{name} logs nothing"
        if logging.get("IncludeExecutionData"):
            yield f"{name} logs its inputs and outputs, which contain people's names"


def what_is_stored_is_encrypted(stack: Stack) -> Iterator[str]:
    """With keys that cost nothing."""
    for name, queue in stack.of("AWS::SQS::Queue").items():
        if not (queue.get("SqsManagedSseEnabled") or queue.get("KmsMasterKeyId")):
            yield f"{name}: a queue needs SqsManagedSseEnabled"
    for name, topic in stack.of("AWS::SNS::Topic").items():
        if not topic.get("KmsMasterKeyId"):
            yield f"{name}: a topic needs KmsMasterKeyId"
    for name, table in stack.of("AWS::DynamoDB::Table").items():
        if not table.get("SSESpecification", {}).get("SSEEnabled"):
            yield f"{name}: a table needs SSESpecification"
    for name, bucket in stack.of("AWS::S3::Bucket").items():
        if not bucket.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration"):
            yield f"{name}: a bucket needs BucketEncryption"


def a_bucket_is_never_public(stack: Stack) -> Iterator[str]:
    for name, bucket in stack.of("AWS::S3::Bucket").items():
        blocked = bucket.get("PublicAccessBlockConfiguration", {})
        if missing := [key for key in _PUBLIC if blocked.get(key) is not True]:
            yield f"{name} lacks {', '.join(missing)}"


def a_bucket_refuses_access_without_tls(stack: Stack) -> Iterator[str]:
    for name in stack.of("AWS::S3::Bucket"):
        arn = f"arn:aws:s3:::{name}"
        refused = [
            resource
            for policy in stack.of("AWS::S3::BucketPolicy").values()
            for statement in policy["PolicyDocument"]["Statement"]
            if _refuses_without_tls(statement)
            for resource in listed(statement["Resource"])
        ]
        if not {arn, f"{arn}/*"} <= set(refused):
            yield f"{name} and its objects can be reached without TLS: deny s3:* where aws:SecureTransport is false"


def _refuses_without_tls(statement: Mapping[str, Any]) -> bool:
    return (statement["Effect"], statement.get("Principal"), statement.get("Action"), statement.get("Condition")) == (
        "Deny",
        "*",
        "s3:*",
        {"Bool": {"aws:SecureTransport": "false"}},
    )


RULES = (
    logs_are_kept_for_a_time_that_somebody_chose,
    every_function_logs_to_a_group_of_its_own,
    a_state_machine_logs_its_errors_and_no_data,
    what_is_stored_is_encrypted,
    a_bucket_is_never_public,
    a_bucket_refuses_access_without_tls,
)
