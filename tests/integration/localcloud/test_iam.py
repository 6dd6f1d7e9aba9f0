"""Functions are held to the policies that IAM really has for their roles, and refused as AWS refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import Cloud
from localcloud.deploy.cloudformation import DeploymentError
from localcloud.deploy.deploy import DeployedStack

TEMPLATES = Path(__file__).parent / "templates"
LOGS = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}

Calling = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def roles(cloud: Cloud) -> DeployedStack:
    """The stack of templates/roles.yaml."""
    return cloud.deploy(TEMPLATES / "roles.yaml", "roles")


@pytest.fixture
def calling(cloud: Cloud, roles: DeployedStack) -> Iterator[Calling]:
    """Has the function make a call under these statements and none else; answers {} or how AWS refused."""
    role, iam = roles.physical["CallingRole"], cloud.client("iam")

    def calling(
        service: str, call: str, parameters: dict[str, Any], *granted: dict[str, Any], function: str = "calling"
    ) -> dict[str, Any]:
        document = {"Version": "2012-10-17", "Statement": [LOGS, *granted]}
        iam.put_role_policy(RoleName=role, PolicyName="test", PolicyDocument=json.dumps(document))
        asked = {"service": service, "call": call, "parameters": filled(parameters, roles)}
        answer = cloud.client("lambda").invoke(FunctionName=function, Payload=json.dumps(asked))
        said: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return said

    yield calling
    iam.delete_role_policy(RoleName=role, PolicyName="test")


def filled(value: Any, stack: DeployedStack) -> Any:
    """{Shelf} is what the stack calls it."""
    if isinstance(value, dict):
        return {name: filled(inner, stack) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, stack) for inner in value]
    return value.format_map(stack.physical) if isinstance(value, str) else value


def allow(action: str, resource: str = "*", condition: Any = None, effect: str = "Allow") -> dict[str, Any]:
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


HERE = "us-east-1:123456789012"
INSTANCE = f"arn:aws:rds:{HERE}:db:nobody"
JOIN = {"DBInstanceIdentifier": "nobody", "Domain": "d-1", "DomainIAMRoleName": "passed", "ApplyImmediately": True}
GET = {"TableName": "{Things}", "Key": {"name": {"S": "x"}}}
EVENT = {"Entries": [{"Source": "mine", "DetailType": "Test", "Detail": "{{}}"}]}


@dataclass(frozen=True)
class Case:
    """A call of one protocol, what it needs, and what AWS calls a refusal there."""

    service: str
    call: str
    parameters: dict[str, Any]
    action: str
    resource: str
    code: str = "AccessDeniedException"
    status: int = 400


CASES = [
    Case(
        "rds",
        "reboot_db_instance",
        {"DBInstanceIdentifier": "nobody"},
        "rds:RebootDBInstance",
        INSTANCE,
        "AccessDenied",
        403,
    ),
    Case(
        "sns",
        "publish",
        {"TopicArn": "{News}", "Message": "m"},
        "sns:Publish",
        "{News}",
        "AuthorizationError",
        403,
    ),
    Case("dynamodb", "get_item", GET, "dynamodb:GetItem", f"arn:aws:dynamodb:{HERE}:table/{{Things}}"),
    Case("events", "put_events", EVENT, "events:PutEvents", f"arn:aws:events:{HERE}:event-bus/default"),
    Case("ds", "describe_directories", {}, "ds:DescribeDirectories", "*"),
    Case(
        "s3",
        "put_object",
        {"Bucket": "{Shelf}", "Key": "a b/c"},
        "s3:PutObject",
        "arn:aws:s3:::{Shelf}/a b/c",
        "AccessDenied",
        403,
    ),
    Case(
        "lambda",
        "invoke",
        {"FunctionName": "nothing"},
        "lambda:InvokeFunction",
        f"arn:aws:lambda:{HERE}:function:nothing",
        status=403,
    ),
]
each_protocol = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.service}:{case.call}")


@each_protocol
def test_a_call_outside_the_policies_is_refused_in_the_services_own_way(
    calling: Calling, roles: DeployedStack, case: Case
) -> None:
    arn = filled(case.resource, roles)
    user = f"arn:aws:sts::123456789012:assumed-role/{roles.physical['CallingRole']}/calling"
    on = f'"{arn}"' if case.service == "s3" else arn
    assert calling(case.service, case.call, case.parameters) == {
        "code": case.code,
        "status": case.status,
        "message": f"User: {user} is not authorized to perform: {case.action} on resource: {on}"
        f" because no identity-based policy allows the {case.action} action",
    }


@each_protocol
def test_what_the_policies_allow_reaches_the_service(calling: Calling, roles: DeployedStack, case: Case) -> None:
    granted = allow(case.action, filled(case.resource, roles))
    answer = calling(case.service, case.call, case.parameters, granted)
    assert answer.get("code") in (None, "DBInstanceNotFound", "ResourceNotFoundException")  # there is none


@pytest.mark.parametrize("case", [case for case in CASES if case.resource != "*"], ids=lambda case: case.action)
def test_another_resource_is_refused(calling: Calling, roles: DeployedStack, case: Case) -> None:
    granted = allow(case.action, filled(case.resource, roles) + "x")
    assert calling(case.service, case.call, case.parameters, granted)["code"] == case.code


@each_protocol
def test_a_deny_wins_over_every_allow(calling: Calling, case: Case) -> None:
    answer = calling(case.service, case.call, case.parameters, allow("*"), allow(case.action, effect="Deny"))
    assert answer["code"] == case.code
    assert answer["message"].endswith(" with an explicit deny in an identity-based policy")


def test_an_answer_without_a_body_says_forbidden(calling: Calling) -> None:
    answer = calling("s3", "head_object", {"Bucket": "{Shelf}", "Key": "a"})
    assert answer == {"code": "403", "message": "Forbidden", "status": 403}


@pytest.mark.parametrize(("source", "code"), [("mine", None), ("theirs", "AccessDeniedException")])
def test_a_condition_that_is_not_met_refuses(calling: Calling, source: str, code: str | None) -> None:
    condition = {"StringEquals": {"events:source": source}}
    assert calling("events", "put_events", EVENT, allow("events:PutEvents", "*", condition)).get("code") == code


# ---- roles that are passed


def test_passing_a_role_needs_the_right_to_pass_it(calling: Calling, roles: DeployedStack) -> None:
    answer = calling("rds", "modify_db_instance", JOIN, allow("rds:ModifyDBInstance", INSTANCE))
    assert answer["code"] == "AccessDenied"
    assert "iam:PassRole on resource: arn:aws:iam::123456789012:role/passed because" in answer["message"]


@pytest.mark.parametrize(
    ("services", "code"),
    [
        (["rds.amazonaws.com", "directoryservice.rds.amazonaws.com"], "DBInstanceNotFound"),
        (["rds.amazonaws.com"], "AccessDenied"),  # AWS does not say which of the two it names
        (["lambda.amazonaws.com"], "AccessDenied"),
    ],
)
def test_a_role_is_passed_to_the_services_that_may_take_it(calling: Calling, services: list[str], code: str) -> None:
    condition = {"StringEquals": {"iam:PassedToService": services}}
    pass_role = allow("iam:PassRole", "arn:aws:iam::123456789012:role/passed", condition)
    assert calling("rds", "modify_db_instance", JOIN, allow("rds:ModifyDBInstance"), pass_role)["code"] == code


def test_leaving_a_directory_passes_no_role(calling: Calling) -> None:
    leave = {"DBInstanceIdentifier": "nobody", "Domain": "none"}
    answer = calling("rds", "modify_db_instance", leave, allow("rds:ModifyDBInstance"))
    assert answer["code"] == "DBInstanceNotFound"


# ---- policies


def test_a_policy_is_made_on_an_allowed_path_and_attached_where_role_and_policy_are_allowed(
    cloud: Cloud, calling: Calling
) -> None:
    account = "arn:aws:iam::123456789012"
    policy, role = f"{account}:policy/signon/connect/one", f"{account}:role/passed"
    statement = '{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
    document = '{{"Version": "2012-10-17", "Statement": [' + statement + "]}}"
    made = {"PolicyName": "one", "Path": "/signon/connect/", "PolicyDocument": document}
    assert calling("iam", "create_policy", made, allow("iam:CreatePolicy", f"{policy}-1"))["code"] == "AccessDenied"
    assert calling("iam", "create_policy", made, allow("iam:CreatePolicy", policy)) == {}
    attached = {"RoleName": "passed", "PolicyArn": policy}
    for allowed, answer in ((f"{policy}-*", "AccessDenied"), (f"{account}:policy/signon/connect/*", None)):
        condition = {"ArnLike": {"iam:PolicyARN": allowed}}
        said = calling("iam", "attach_role_policy", attached, allow("iam:AttachRolePolicy", role, condition))
        assert said.get("code") == answer
    cloud.client("iam").detach_role_policy(RoleName="passed", PolicyArn=policy)


# ---- objects and secrets


def test_a_caller_who_may_not_list_is_not_told_that_an_object_does_not_exist(calling: Calling) -> None:
    absent = {"Bucket": "{Shelf}", "Key": "absent"}
    answer = calling("s3", "get_object", absent, allow("s3:GetObject"))
    assert answer["code"] == "AccessDenied"
    assert "s3:ListBucket on resource:" in answer["message"]
    assert calling("s3", "get_object", absent, allow("s3:GetObject"), allow("s3:ListBucket"))["code"] == "NoSuchKey"


def test_a_version_is_another_right_than_the_newest(cloud: Cloud, calling: Calling, roles: DeployedStack) -> None:
    shelf = roles.physical["Shelf"]
    version = cloud.client("s3").put_object(Bucket=shelf, Key="kept", Body=b"x")["VersionId"]
    newest = {"Bucket": shelf, "Key": "kept"}
    assert calling("s3", "get_object", newest, allow("s3:GetObject")) == {}
    assert (
        "s3:GetObjectVersion"
        in calling("s3", "get_object", {**newest, "VersionId": version}, allow("s3:GetObject"))["message"]
    )
    assert calling("s3", "get_object", {**newest, "VersionId": version}, allow("s3:GetObjectVersion")) == {}


def test_a_secret_is_read_by_its_tags_and_decrypted_by_its_key(cloud: Cloud, calling: Calling) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    arn = cloud.client("secretsmanager").create_secret(
        Name="of-a-team", SecretString="x", KmsKeyId=key, Tags=[{"Key": "team", "Value": "orders"}]
    )["ARN"]

    def reading(team: str, *more: dict[str, Any]) -> dict[str, Any]:
        tagged = {"StringEquals": {"aws:ResourceTag/team": team}}
        read = allow("secretsmanager:GetSecretValue", "*", tagged)
        return calling("secretsmanager", "get_secret_value", {"SecretId": arn}, read, *more)

    assert f"secretsmanager:GetSecretValue on resource: {arn}" in reading("payments")["message"]
    assert reading("orders")["message"] == "Access to KMS is not allowed"
    via = {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}
    assert reading("orders", allow("kms:Decrypt", key, via)) == {}


def test_an_encrypted_message_is_published_by_a_caller_who_may_use_the_key(cloud: Cloud, calling: Calling) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    topic = cloud.client("sns").create_topic(Name="encrypted", Attributes={"KmsMasterKeyId": key})["TopicArn"]

    def publishing(*more: dict[str, Any]) -> dict[str, Any]:
        return calling("sns", "publish", {"TopicArn": topic, "Message": "m"}, allow("sns:Publish", topic), *more)

    refused = publishing()
    assert refused["code"] == "KMSAccessDenied"
    assert f"kms:GenerateDataKey on resource: {key}" in refused["message"]
    via = {"StringEquals": {"kms:ViaService": "sns.us-east-1.amazonaws.com"}}
    assert publishing(allow("kms:GenerateDataKey", key, via))["code"] == "KMSAccessDenied"  # to decrypt as well
    assert publishing(allow("kms:GenerateDataKey", key, via), allow("kms:Decrypt", key, via)) == {}


# ---- what is not modelled


def test_an_operation_that_the_table_does_not_know_is_refused_and_logged(
    calling: Calling, caplog: pytest.LogCaptureFixture
) -> None:
    answer = calling("s3", "list_buckets", {}, allow("*"))
    assert (answer["code"], answer["status"]) == ("NotModelled", 403)
    assert "What s3:ListBuckets needs is not in localcloud/iam/needs.py" in caplog.text


def test_an_unknown_operator_fails_the_call_and_is_logged(calling: Calling, caplog: pytest.LogCaptureFixture) -> None:
    answer = calling(
        "dynamodb", "get_item", GET, allow("*"), allow("*", "*", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    )
    assert answer["code"] == "NotModelled"
    assert "The condition operator IpAddress is not modelled" in caplog.text


def test_an_unknown_operator_fails_the_deployment_by_name(cloud: Cloud, tmp_path: Path) -> None:
    trust = '{Statement: [{Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: lambda.amazonaws.com}}]}'
    statement = (
        '{Effect: Allow, Action: "s3:GetObject", Resource: "*", Condition: {DateLessThan: {"aws:CurrentTime": x}}}'
    )
    file = tmp_path / "template.yaml"
    file.write_text(
        f"""
        AWSTemplateFormatVersion: "2010-09-09"
        Resources:
          Dated:
            Type: AWS::IAM::Role
            Properties:
              AssumeRolePolicyDocument: {trust}
              Policies: [{{PolicyName: dated, PolicyDocument: {{Statement: [{statement}]}}}}]
        """
    )
    with pytest.raises(DeploymentError, match=r"Dated \(AWS::IAM::Role\): The condition operator DateLessThan is not"):
        cloud.deploy(file, "dated")


# ---- who is not held


def test_callers_that_are_not_functions_may_do_everything(cloud: Cloud) -> None:
    assert "Buckets" in cloud.client("s3").list_buckets()


def test_a_function_is_its_role_under_its_own_name(cloud: Cloud, calling: Calling, roles: DeployedStack) -> None:
    assert calling("sts", "get_caller_identity", {}) == {}
    names = {session.arn.partition("assumed-role/")[2] for session in cloud.authorizer.sessions}
    assert f"{roles.physical['CallingRole']}/calling" in names


# ---- Lambda, in the function's name


def test_what_lambda_may_do_in_the_name_of_a_function_its_own_code_may_be_denied(calling: Calling) -> None:
    refused = calling("ec2", "describe_subnets", {}, function="networked")
    assert "explicit deny" in refused["message"]
    assert calling("ec2", "describe_route_tables", {}, function="networked") == {}


def test_a_role_that_lambda_may_not_take_runs_no_function(cloud: Cloud, roles: DeployedStack) -> None:
    with pytest.raises(cloud.client("lambda").exceptions.ClientError, match="cannot be assumed by Lambda"):
        cloud.client("lambda").invoke(FunctionName="untrusted")
