"""What each operation needs: the actions, and the ARNs of what they are done to. One row each.

A function's call of an operation that has no row is refused.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from moto.utilities.utils import get_partition

from localcloud.iam import held
from localcloud.iam.partitions import url_suffix
from localcloud.iam.policies import Need, NotModelled
from localcloud.iam.requests import Call

# parameters that AWS takes an ARN for as well
NAME_OR_ARN = {
    "DBInstanceIdentifier", "DBClusterIdentifier", "TableName", "FunctionName", "EventBusName", "TopicArn",
    "stateMachineArn", "executionArn",
}  # fmt: skip


EXPRESSION_WORDS = {"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT"}  # of DynamoDB's expressions


@dataclass(frozen=True)
class Asked:
    """A request, its parameters under the API's names."""

    call: Call
    account: str
    region: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def arn(self, resource: str) -> str:
        """`resource` filled with the parameters, "*" where one is missing; a parameter that is an ARN is the whole."""
        names = [name for _, name, _, _ in Formatter().parse(resource) if name]
        values = {name: str(self.parameters.get(name, "*")) for name in names}
        if names and names[-1] in NAME_OR_ARN and values[names[-1]].startswith("arn:"):
            return values[names[-1]]
        place = {"partition": get_partition(self.region), "region": self.region, "account": self.account}
        return resource.format_map({**values, **place})


Maker = Callable[[Asked], Iterable[Need]]


def to(action: str, resource: str) -> Maker:
    """`action` on one resource: an ARN in which {Name} is a parameter, or "*" where it knows no resources."""
    return lambda asked: [Need(action, asked.arn(resource))]


# ---- what a template cannot say ------------------------------------------------------------------------------------


def passed_role(parameter: str) -> Maker:
    """iam:PassRole, where the request passes a role.

    AWS does not say which of the role's services `iam:PassedToService` names then, so it must be allowed for each.
    """

    def passed(asked: Asked) -> Iterator[Need]:
        if not (name := asked.parameters.get(parameter)):
            return
        role = held.role(asked.account, asked.region, name)
        arn = role.arn if role else asked.arn("arn:{partition}:iam::{account}:role/{" + parameter + "}")
        for service in (held.trusted_services(role) if role else []) or [""]:
            yield Need("iam:PassRole", arn, {"iam:PassedToService": (service,) if service else ()})

    return passed


def on_role(action: str) -> Maker:
    """`action` on the role that the request names: by its ARN with its path, where the role exists."""

    def on(asked: Asked) -> Iterator[Need]:
        role = held.role(asked.account, asked.region, asked.parameters["RoleName"])
        yield Need(action, role.arn if role else asked.arn("arn:{partition}:iam::{account}:role/{RoleName}"))

    return on


def attach_policy(asked: Asked) -> Iterator[Need]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_iam-tags_control-policies.html"""
    for need in on_role("iam:AttachRolePolicy")(asked):
        yield Need(need.action, need.resource, {"iam:PolicyARN": (asked.parameters["PolicyArn"],)})


def make_policy(asked: Asked) -> Iterator[Need]:
    """iam:CreatePolicy, on the ARN that the policy will have, with its path."""
    path = asked.parameters.get("Path", "/")
    yield Need("iam:CreatePolicy", asked.arn("arn:{partition}:iam::{account}:policy" + path + "{PolicyName}"))


def read_object(asked: Asked) -> Iterator[Need]:
    """And to list, where there is no such object: without that S3 does not say so.

    "If the object you request doesn't exist, the error that Amazon S3 returns depends on whether you also have the
    s3:ListBucket permission."
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    version = "Version" if "VersionId" in asked.parameters else ""
    yield Need(f"s3:GetObject{version}", asked.arn(OBJECT))
    bucket, key = asked.parameters["Bucket"], asked.parameters["Key"]
    if not version and not held.has_object(asked.account, asked.region, bucket, key):
        yield Need("s3:ListBucket", asked.arn(BUCKET))


def read_secret(asked: Asked) -> Iterator[Need]:
    """And to decrypt, where the secret is under a key of its own: Secrets Manager does that in the caller's name.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    arn, tags, key = held.secret(asked.account, asked.region, asked.parameters["SecretId"])
    context: dict[str, tuple[str, ...]] = {f"aws:ResourceTag/{name}": (value,) for name, value in tags.items()}
    yield Need("secretsmanager:GetSecretValue", arn, {**context, "aws:ResourceTag/*": ()})
    if key:
        yield Need(
            "kms:Decrypt", key, {"kms:ViaService": (f"secretsmanager.{asked.region}.{url_suffix(asked.region)}",)}
        )


def publish(asked: Asked) -> Iterator[Need]:
    """And to encrypt, where the topic is under a key of its own: SNS does that in the publisher's name.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    arn = asked.arn("{TopicArn}")
    yield Need("sns:Publish", arn)
    _, key = held.topic(asked.account, asked.region, arn)
    if key and key.policy:
        by_sns = {"kms:ViaService": (f"sns.{asked.region}.{url_suffix(asked.region)}",)}
        yield from (Need(action, key.arn, by_sns) for action in ("kms:GenerateDataKey", "kms:Decrypt"))


def put_events(asked: Asked) -> Iterator[Need]:
    """events:PutEvents for each entry, on its bus, which is `default` where it names none."""
    for entry in asked.parameters["Entries"]:
        bus = Asked(asked.call, asked.account, asked.region, {"EventBusName": "default", **entry})
        context = {"events:source": (entry["Source"],), "events:detail-type": (entry["DetailType"],)}
        yield Need(
            "events:PutEvents", bus.arn("arn:{partition}:events:{region}:{account}:event-bus/{EventBusName}"), context
        )


def update_item(asked: Asked) -> Iterator[Need]:
    """The attributes are those of the key and those that an expression names, by themselves or by a placeholder.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    """
    said = asked.parameters
    expressions = f"{said.get('UpdateExpression', '')} {said.get('ConditionExpression', '')}"
    words = set(re.findall(r"(?<![#:\w])[a-zA-Z]\w*(?![\w(])", expressions)) - EXPRESSION_WORDS
    attributes = {*said["Key"], *said.get("ExpressionAttributeNames", {}).values(), *words}
    yield Need("dynamodb:UpdateItem", asked.arn(TABLE), {"dynamodb:Attributes": tuple(sorted(attributes))})


def on_tables(action: str) -> Maker:
    """Of a batch: the tables are the keys of RequestItems."""
    return lambda asked: [
        Need(action, Asked(asked.call, asked.account, asked.region, {"TableName": name}).arn(TABLE))
        for name in asked.parameters["RequestItems"]
    ]


def in_transaction(actions: Mapping[str, str]) -> Maker:
    """For each item of TransactWriteItems the action of its kind (`actions`: Put, Update, ...), on its table."""
    return lambda asked: [
        Need(actions[kind], Asked(asked.call, asked.account, asked.region, item).arn(TABLE))
        for entry in asked.parameters["TransactItems"]
        for kind, item in entry.items()
    ]


# ---- the table -----------------------------------------------------------------------------------------------------

INSTANCE = "arn:{partition}:rds:{region}:{account}:db:{DBInstanceIdentifier}"
CLUSTER = "arn:{partition}:rds:{region}:{account}:cluster:{DBClusterIdentifier}"
GLOBAL_CLUSTER = "arn:{partition}:rds::{account}:global-cluster:{GlobalClusterIdentifier}"
TABLE = "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}"
BUCKET = "arn:{partition}:s3:::{Bucket}"
OBJECT = "arn:{partition}:s3:::{Bucket}/{Key}"
FUNCTION = "arn:{partition}:lambda:{region}:{account}:function:{FunctionName}"

NEEDS: dict[Call, tuple[Maker, ...]] = {
    ("rds", "DescribeDBInstances"): (to("rds:DescribeDBInstances", INSTANCE),),
    ("rds", "DescribeDBClusters"): (to("rds:DescribeDBClusters", CLUSTER),),
    ("rds", "DescribeGlobalClusters"): (to("rds:DescribeGlobalClusters", GLOBAL_CLUSTER),),
    ("rds", "DescribeEvents"): (to("rds:DescribeEvents", "*"),),
    ("rds", "DescribeOrderableDBInstanceOptions"): (to("rds:DescribeOrderableDBInstanceOptions", "*"),),
    ("rds", "DescribeDBParameters"): (
        to("rds:DescribeDBParameters", "arn:{partition}:rds:{region}:{account}:pg:{DBParameterGroupName}"),
    ),
    ("rds", "DescribeDBClusterParameters"): (
        to(
            "rds:DescribeDBClusterParameters",
            "arn:{partition}:rds:{region}:{account}:cluster-pg:{DBClusterParameterGroupName}",
        ),
    ),
    ("rds", "ModifyDBInstance"): (to("rds:ModifyDBInstance", INSTANCE), passed_role("DomainIAMRoleName")),
    ("rds", "ModifyDBCluster"): (to("rds:ModifyDBCluster", CLUSTER), passed_role("DomainIAMRoleName")),
    ("rds", "RebootDBInstance"): (to("rds:RebootDBInstance", INSTANCE),),
    ("dynamodb", "GetItem"): (to("dynamodb:GetItem", TABLE),),
    ("dynamodb", "PutItem"): (to("dynamodb:PutItem", TABLE),),
    ("dynamodb", "UpdateItem"): (update_item,),
    ("dynamodb", "DeleteItem"): (to("dynamodb:DeleteItem", TABLE),),
    ("dynamodb", "Query"): (to("dynamodb:Query", TABLE),),
    ("dynamodb", "Scan"): (to("dynamodb:Scan", TABLE),),
    ("dynamodb", "BatchGetItem"): (on_tables("dynamodb:BatchGetItem"),),
    ("dynamodb", "BatchWriteItem"): (on_tables("dynamodb:BatchWriteItem"),),
    ("dynamodb", "TransactGetItems"): (in_transaction({"Get": "dynamodb:GetItem"}),),
    ("dynamodb", "TransactWriteItems"): (
        in_transaction(
            {
                "Put": "dynamodb:PutItem",
                "Update": "dynamodb:UpdateItem",
                "Delete": "dynamodb:DeleteItem",
                "ConditionCheck": "dynamodb:ConditionCheckItem",
            }
        ),
    ),
    ("dynamodb", "ListTables"): (to("dynamodb:ListTables", "*"),),
    ("s3", "GetObject"): (read_object,),
    ("s3", "HeadObject"): (read_object,),
    ("s3", "PutObject"): (to("s3:PutObject", OBJECT),),
    ("s3", "DeleteObject"): (to("s3:DeleteObject", OBJECT),),
    ("s3", "ListObjectsV2"): (to("s3:ListBucket", BUCKET),),
    ("s3", "ListObjectVersions"): (to("s3:ListBucketVersions", BUCKET),),
    ("secretsmanager", "GetSecretValue"): (read_secret,),
    ("iam", "GetRole"): (on_role("iam:GetRole"),),
    ("iam", "ListAttachedRolePolicies"): (on_role("iam:ListAttachedRolePolicies"),),
    ("iam", "AttachRolePolicy"): (attach_policy,),
    ("iam", "CreatePolicy"): (make_policy,),
    ("iam", "GetPolicy"): (to("iam:GetPolicy", "{PolicyArn}"),),
    ("iam", "GetPolicyVersion"): (to("iam:GetPolicyVersion", "{PolicyArn}"),),
    ("iam", "ListPolicyVersions"): (to("iam:ListPolicyVersions", "{PolicyArn}"),),
    ("iam", "CreatePolicyVersion"): (to("iam:CreatePolicyVersion", "{PolicyArn}"),),
    ("iam", "DeletePolicyVersion"): (to("iam:DeletePolicyVersion", "{PolicyArn}"),),
    ("iam", "ListEntitiesForPolicy"): (to("iam:ListEntitiesForPolicy", "{PolicyArn}"),),
    ("ds", "DescribeDirectories"): (to("ds:DescribeDirectories", "*"),),
    ("ds", "DescribeTrusts"): (to("ds:DescribeTrusts", "*"),),
    ("ec2", "DescribeSubnets"): (to("ec2:DescribeSubnets", "*"),),
    ("ec2", "DescribeRouteTables"): (to("ec2:DescribeRouteTables", "*"),),
    ("ec2", "DescribeNetworkAcls"): (to("ec2:DescribeNetworkAcls", "*"),),
    ("ec2", "DescribeSecurityGroups"): (to("ec2:DescribeSecurityGroups", "*"),),
    ("ds", "DescribeSharedDirectories"): (
        to("ds:DescribeSharedDirectories", "arn:{partition}:ds:{region}:{account}:directory/{OwnerDirectoryId}"),
    ),
    ("sns", "Publish"): (publish,),
    ("sqs", "SendMessage"): (to("sqs:SendMessage", "arn:{partition}:sqs:{region}:{account}:{QueueName}"),),
    ("events", "PutEvents"): (put_events,),
    ("states", "StartExecution"): (to("states:StartExecution", "{stateMachineArn}"),),
    ("states", "ListExecutions"): (to("states:ListExecutions", "{stateMachineArn}"),),
    ("states", "DescribeExecution"): (to("states:DescribeExecution", "{executionArn}"),),
    ("states", "GetExecutionHistory"): (to("states:GetExecutionHistory", "{executionArn}"),),
    ("states", "StopExecution"): (to("states:StopExecution", "{executionArn}"),),
    ("lambda", "Invoke"): (to("lambda:InvokeFunction", FUNCTION),),
    # "No permissions are required to perform this operation."
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    ("sts", "GetCallerIdentity"): (),
}


def needs(asked: Asked) -> list[Need]:
    """Everything that the request must be allowed. Raises NotModelled: its operation has no row."""
    if asked.call not in NEEDS:
        raise NotModelled(f"What {':'.join(asked.call)} needs is not in localcloud/iam/needs.py")
    return [need for make in NEEDS[asked.call] for need in make(asked)]
