"""What moto's CloudFormation drops or gets wrong, put right where it happens. Pinned to the moto in requirements/.

Types that moto does not know at all are in `missing_resources`. Properties that its API keeps and its CloudFormation
drops are in `FINISH`, and asked for through the API after the stack.
"""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import yaml
from moto.awslambda import models as awslambda
from moto.awslambda.utils import get_backend as lambda_backend
from moto.cloudformation import parsing
from moto.cloudformation.models import Stack
from moto.ec2.models import ec2_backends
from moto.logs.models import LogGroup
from moto.s3.models import s3_backends
from moto.stepfunctions import models as stepfunctions
from moto.stepfunctions.responses import get_backend as stepfunctions_backend
from moto.utilities.utils import get_partition

from localcloud.deploy import missing_resources, quotas
from localcloud.deploy.missing_resources import ClientFactory
from localcloud.iam.partitions import url_suffix
from localcloud.moto_patches import patch


class DeploymentError(RuntimeError):
    """The template cannot be deployed here, or not whole; says which resource and why."""


# one stack is created at a time: logical id -> (type, properties as CloudFormation resolved them)
_resolved: dict[str, tuple[str, dict[str, Any]]] = {}


@contextmanager
def recording() -> Iterator[dict[str, tuple[str, dict[str, Any]]]]:
    """Collects the resolved properties of every resource that is created meanwhile; moto changes its own copies."""
    _resolved.clear()
    yield _resolved


def replace_egress(_: ClientFactory, group_id: str, rules: list[dict[str, Any]]) -> None:
    """A group whose template lists its egress rules has those, and not the one that allows everything."""
    for account in ec2_backends.values():
        for backend in account.values():
            if group := backend.get_security_group_from_id(group_id):
                group.egress_rules.clear()
                for rule in rules:
                    cidr = {"CidrIp": rule["CidrIp"], "Description": rule.get("Description", "")}
                    ports = str(rule["FromPort"]), str(rule["ToPort"])
                    backend.authorize_security_group_egress(group_id, rule["IpProtocol"], *ports, ip_ranges=[cidr])


FINISH: dict[str, dict[str, Callable[[ClientFactory, str, Any], object]]] = {
    "AWS::S3::Bucket": {
        "VersioningConfiguration": lambda client, name, value: client("s3").put_bucket_versioning(
            Bucket=name, VersioningConfiguration=value
        ),
        "PublicAccessBlockConfiguration": lambda client, name, value: client("s3").put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=value
        ),
    },
    "AWS::DynamoDB::Table": {
        "TimeToLiveSpecification": lambda client, name, value: client("dynamodb").update_time_to_live(
            TableName=name, TimeToLiveSpecification=value
        ),
        "PointInTimeRecoverySpecification": lambda client, name, value: client("dynamodb").update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification=value
        ),
    },
    "AWS::EC2::SecurityGroup": {"SecurityGroupEgress": replace_egress},
    "AWS::KMS::Key": {  # as text; moto keeps CloudFormation's as Python
        "KeyPolicy": lambda client, name, policy: client("kms").put_key_policy(
            KeyId=name, PolicyName="default", Policy=json.dumps(policy)
        ),
    },
    "AWS::IAM::Role": {
        "ManagedPolicyArns": lambda client, name, arns: [
            client("iam").attach_role_policy(RoleName=name, PolicyArn=arn) for arn in arns
        ],
    },
}


def install(client: ClientFactory) -> None:
    """Make moto's CloudFormation create everything that a template says, as far as it is known here."""
    missing_resources.install(client)
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()  # read once, at the first stack; they must see the new types
    patch(parsing, parse_resource_and_generate_name=_parse, parse_and_create_resource=_create)
    patch(parsing.ResourceMap, __init__=_in_its_partition)
    patch(Stack, parse_template=staticmethod(json.loads))  # it tries YAML first, which takes half a second
    patch(awslambda.LambdaFunction, create_from_cloudformation_json=_create_function)
    patch(
        awslambda.LayerVersion,
        create_from_cloudformation_json=_create_layer,
        physical_resource_id=property(lambda layer: layer.arn),  # a !Ref of a layer gave the Python object
        cloudformation_name_type=staticmethod(lambda: "LayerName"),  # it had a wrong name
    )
    patch(awslambda.Permission, create_from_cloudformation_json=classmethod(_create_permission))
    patch(LogGroup, get_cfn_attribute=_log_group_attribute)
    patch(stepfunctions.StateMachine, create_from_cloudformation_json=_create_state_machine)


_moto_resource_map = parsing.ResourceMap.__init__
_moto_parse = parsing.parse_resource_and_generate_name
_moto_create = parsing.parse_and_create_resource
_moto_log_group_attribute = LogGroup.get_cfn_attribute
_moto_create_permission: Callable[..., awslambda.Permission] = vars(awslambda.Permission)[
    "create_from_cloudformation_json"
].__func__


def _in_its_partition(resources: Any, *arguments: Any, **named: Any) -> None:
    """With the partition and the domain of the Region, which moto has for `aws` alone."""
    _moto_resource_map(resources, *arguments, **named)
    region = resources["AWS::Region"]
    resources._parsed_resources |= {"AWS::Partition": get_partition(region), "AWS::URLSuffix": url_suffix(region)}


def _parse(logical_id: str, resource: dict[str, Any], resources: Any) -> Any:
    _require_mappings(resource, resources)
    parsed = _moto_parse(logical_id, resource, resources)
    if parsed:
        properties = parsed[1]["Properties"] = _without_no_values(parsed[1].get("Properties", {}))
        if "DefinitionS3Location" in properties:
            _inline_definition(properties, resources["AWS::AccountId"], resources["AWS::Partition"])
        quotas.require_names(resource["Type"], properties)
        _resolved[logical_id] = (resource["Type"], copy.deepcopy(properties))
    return parsed


def _require_mappings(value: Any, resources: Any) -> None:
    """Every !FindInMap finds something, or CloudFormation refuses the template; moto would fail with the key alone."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "Fn::FindInMap":
                table, *keys = parsing.clean_json(inner, resources)
                if keys[1] not in resources[table].get(keys[0], {}):
                    raise DeploymentError(f"Template error: Unable to get mapping for {'::'.join([table, *keys])}")
            _require_mappings(inner, resources)
    elif isinstance(value, list):
        for inner in value:
            _require_mappings(inner, resources)


def _without_no_values(value: Any) -> Any:
    """What refers to AWS::NoValue is not there; moto leaves a None in lists."""
    if isinstance(value, dict):
        return {name: _without_no_values(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_no_values(inner) for inner in value if inner is not None]
    return value


def _create(logical_id: str, resource: dict[str, Any], *rest: Any, **named: Any) -> Any:
    try:
        return _moto_create(logical_id, resource, *rest, **named)
    except DeploymentError:
        raise  # of a resource that this one refers to, or of the template
    except Exception as error:
        said = getattr(error, "message", None) or error
        raise DeploymentError(f"{logical_id} ({resource['Type']}): {type(error).__name__}: {said}") from error


def _inline_definition(properties: dict[str, Any], account: str, partition: str) -> None:
    """The state machine's file and its substitutions, which moto ignores, become the DefinitionString, which it
    knows.
    """
    location = properties.pop("DefinitionS3Location")
    stored = s3_backends[account][partition].get_object(location["Bucket"], location["Key"])
    assert stored is not None, location
    text = stored.value.decode()
    for key, value in properties.pop("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{key}}}", str(value))
    properties["DefinitionString"] = json.dumps(yaml.load(text, yaml.CSafeLoader))


def _create_function(name: str, resource: dict[str, Any], account: str, region: str, **_: Any) -> Any:
    """moto passes eleven properties on; this, all."""
    properties = resource["Properties"]
    function = lambda_backend(account, region).create_function(
        {**properties, "FunctionName": name, "Tags": _tag_map(properties)}
    )
    patch(
        function,
        logging_config=properties.get("LoggingConfig"),
        dead_letter_config=properties.get("DeadLetterConfig"),
    )
    return function


def _create_permission(
    cls: Any, /, name: str, resource: dict[str, Any], account: str, region: str, **rest: Any
) -> awslambda.Permission:
    """With the physical id that moto's has none of, and the statement as the function's policy keeps it."""
    permission = _moto_create_permission(cls, name, resource, account, region, **rest)
    function = lambda_backend(account, region).get_function(resource["Properties"]["FunctionName"])
    kept = function.policy.statements[-1]
    kept.pop("FunctionName")  # a property of the Permission and no element of a policy
    patch(permission, physical_resource_id=name, statement=kept, function_name=function.function_name)
    return permission


def _log_group_attribute(group: LogGroup, attribute: str) -> str:
    """With the log streams in its ARN, which moto leaves out: a policy on `group.arn` is meant for them."""
    found = _moto_log_group_attribute(group, attribute)
    return f"{found}:*" if attribute == "Arn" else found


def _create_layer(name: str, resource: dict[str, Any], account: str, region: str, **_: Any) -> Any:
    return lambda_backend(account, region).publish_layer_version({"LayerName": name, **resource["Properties"]})


def _create_state_machine(name: str, resource: dict[str, Any], account: str, region: str, **_: Any) -> Any:
    """In the backend that executes, and with its logging, tracing and type."""
    properties = resource["Properties"]
    return stepfunctions_backend(account, region).create_state_machine(
        properties.get("StateMachineName", name),
        properties["DefinitionString"],
        properties["RoleArn"],
        tags=[{"key": tag["Key"], "value": tag["Value"]} for tag in properties.get("Tags", [])],
        loggingConfiguration=_camel_case(properties.get("LoggingConfiguration")),
        tracingConfiguration=_camel_case(properties.get("TracingConfiguration")),
        sm_type=properties.get("StateMachineType"),
    )


def _camel_case(value: Any) -> Any:
    """CloudFormation's names of things as Step Functions' API writes them."""
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _camel_case(inner) for name, inner in value.items()}
    return [_camel_case(inner) for inner in value] if isinstance(value, list) else value


def _tag_map(properties: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
