"""What moto's CloudFormation drops or gets wrong, put right where it happens. Pinned to the moto in requirements/.

Types that moto does not know at all are in `missing_resources`; properties that its API keeps and its CloudFormation drops are in
`FINISH` and asked for through the API, after the stack.
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
from moto.s3.models import s3_backends
from moto.stepfunctions import models as stepfunctions
from moto.stepfunctions.responses import get_backend as stepfunctions_backend

from localcloud import missing_resources

Client = Callable[[str], Any]


class DeploymentError(Exception):
    """The template cannot be deployed here, or not whole; says which resource and why."""


# one stack is created at a time: logical id -> (type, properties as CloudFormation resolved them)
_resolved: dict[str, tuple[str, dict[str, Any]]] = {}


@contextmanager
def recording() -> Iterator[dict[str, tuple[str, dict[str, Any]]]]:
    """Collects the resolved properties of every resource that is created meanwhile; moto changes its own copies."""
    _resolved.clear()
    yield _resolved


def replace_egress(client: Client, group: str, rules: list[dict[str, Any]]) -> None:
    """A group whose template lists its egress rules has those, and not the one that allows everything."""
    ec2 = client("ec2")
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
    ec2.authorize_security_group_egress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": rule["IpProtocol"],
                "FromPort": int(rule["FromPort"]),
                "ToPort": int(rule["ToPort"]),
                "IpRanges": [{"CidrIp": rule["CidrIp"], "Description": rule.get("Description", "")}],
            }
            for rule in rules
        ],
    )


FINISH: dict[str, dict[str, Callable[[Client, str, Any], object]]] = {
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
    "AWS::IAM::Role": {
        "ManagedPolicyArns": lambda client, name, arns: [
            client("iam").attach_role_policy(RoleName=name, PolicyArn=arn) for arn in arns
        ],
    },
}


def install(client: Client) -> None:
    """Make moto's CloudFormation create everything that a template says, as far as it is known here."""
    missing_resources.install(client)
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()  # read once, at the first stack; they must see the new types
    parsing.parse_resource_and_generate_name = _parse
    parsing.parse_and_create_resource = _create
    awslambda.LambdaFunction.create_from_cloudformation_json = classmethod(_create_function)  # type: ignore[assignment]
    awslambda.LayerVersion.create_from_cloudformation_json = classmethod(_create_layer)  # type: ignore[assignment]
    # a !Ref of a layer gave the Python object, and its name property had a wrong name
    awslambda.LayerVersion.physical_resource_id = property(lambda layer: layer.arn)  # type: ignore[assignment]
    awslambda.LayerVersion.cloudformation_name_type = staticmethod(lambda: "LayerName")  # type: ignore[method-assign]
    stepfunctions.StateMachine.create_from_cloudformation_json = classmethod(_create_state_machine)  # type: ignore[assignment]


_moto_parse = parsing.parse_resource_and_generate_name
_moto_create = parsing.parse_and_create_resource


def _parse(logical_id: str, resource: dict[str, Any], resources: Any) -> Any:
    parsed = _moto_parse(logical_id, resource, resources)
    if parsed:
        properties = parsed[1].setdefault("Properties", {})
        if "DefinitionS3Location" in properties:
            _inline_definition(properties, resources["AWS::AccountId"])
        _resolved[logical_id] = (resource["Type"], copy.deepcopy(properties))
    return parsed


def _create(logical_id: str, resource: dict[str, Any], *rest: Any, **named: Any) -> Any:
    try:
        return _moto_create(logical_id, resource, *rest, **named)
    except DeploymentError:
        raise  # of a resource that this one refers to
    except Exception as error:
        said = getattr(error, "message", None) or error
        raise DeploymentError(f"{logical_id} ({resource['Type']}): {type(error).__name__}: {said}") from error


def _inline_definition(properties: dict[str, Any], account: str) -> None:
    """The state machine's file and its substitutions, which moto ignores, become the DefinitionString, which it knows."""
    location = properties.pop("DefinitionS3Location")
    stored = s3_backends[account]["aws"].get_object(location["Bucket"], location["Key"])
    assert stored is not None, location
    text = stored.value.decode()
    for key, value in properties.pop("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{key}}}", str(value))
    properties["DefinitionString"] = json.dumps(yaml.safe_load(text))


def _create_function(_: Any, name: str, resource: dict[str, Any], account: str, region: str, **__: Any) -> Any:
    """moto passes eleven properties on; this, all."""
    properties = resource["Properties"]
    function = lambda_backend(account, region).create_function({**properties, "FunctionName": name, "Tags": _tag_map(properties)})
    function.logging_config = properties.get("LoggingConfig")  # type: ignore[attr-defined]
    return function


def _create_layer(_: Any, name: str, resource: dict[str, Any], account: str, region: str, **__: Any) -> Any:
    return lambda_backend(account, region).publish_layer_version({"LayerName": name, **resource["Properties"]})


def _create_state_machine(_: Any, name: str, resource: dict[str, Any], account: str, region: str, **__: Any) -> Any:
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
