"""What AWS answers to a call that meets a fault: its code and HTTP status, by service and operation."""

from __future__ import annotations

from tests.simulation.calls import Call, Fault

THROTTLED = {
    "rds": "Throttling", "iam": "Throttling", "sns": "Throttling", "s3": "SlowDown", "ec2": "RequestLimitExceeded",
    "dynamodb": "ProvisionedThroughputExceededException",
}  # fmt: skip
NOT_FOUND = {
    "DescribeDBInstances": "DBInstanceNotFound", "ModifyDBInstance": "DBInstanceNotFound",
    "RebootDBInstance": "DBInstanceNotFound", "DescribeEvents": "DBInstanceNotFound",
    "DescribeDBClusters": "DBClusterNotFoundFault", "ModifyDBCluster": "DBClusterNotFoundFault",
    "GetRole": "NoSuchEntity", "ListAttachedRolePolicies": "NoSuchEntity", "AttachRolePolicy": "NoSuchEntity",
    "GetPolicy": "NoSuchEntity", "GetPolicyVersion": "NoSuchEntity", "ListPolicyVersions": "NoSuchEntity",
    "DeletePolicyVersion": "NoSuchEntity", "CreatePolicyVersion": "NoSuchEntity",
    "ListEntitiesForPolicy": "NoSuchEntity", "Publish": "NotFound",
    "GetObject": "NoSuchKey", "HeadObject": "404", "PutObject": "NoSuchBucket", "ListObjectsV2": "NoSuchBucket",
    "DescribeDBParameters": "DBParameterGroupNotFound", "DescribeDBClusterParameters": "DBParameterGroupNotFound",
    "DescribeDirectories": "EntityDoesNotExistException", "DescribeExecution": "ExecutionDoesNotExist",
    "ListExecutions": "StateMachineDoesNotExist", "StartExecution": "StateMachineDoesNotExist",
}  # fmt: skip

# What is eventually consistent; DynamoDB is asked consistently, and S3 is consistent.
MAY_BE_STALE = {
    "DescribeDBInstances", "DescribeDBClusters", "DescribeEvents", "DescribeDirectories", "GetRole",
    "ListAttachedRolePolicies", "GetPolicy", "GetPolicyVersion", "ListPolicyVersions", "ListEntitiesForPolicy",
    "DescribeExecution", "ListExecutions", "GetSecretValue",
}  # fmt: skip

REFUSALS = {Fault.THROTTLED, Fault.SERVER_ERROR, Fault.DENIED, Fault.NOT_FOUND}


def refusal(call: Call, fault: Fault) -> tuple[str, int]:
    """The code, "" for the service's own of a call that is denied, and the status."""
    return {
        Fault.THROTTLED: (THROTTLED.get(call.service, "ThrottlingException"), 503 if call.service == "s3" else 400),
        Fault.SERVER_ERROR: ("InternalServerError" if call.service == "dynamodb" else "InternalFailure", 500),
        Fault.DENIED: ("", 403),
        Fault.NOT_FOUND: (NOT_FOUND.get(call.operation, "ResourceNotFoundException"), 404),
    }[fault]
