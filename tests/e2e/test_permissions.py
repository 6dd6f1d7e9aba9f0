"""A function does what the stack's template grants its role; where that is missing, a person is told what and where."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.conftest import Told
from tests.e2e.scene import Scene
from tests.whole import first_alone, only_in_test_all

ONE_LOGIN = {"alice": ["read"]}


@contextmanager
def without(scene: Scene, function: str, action: str) -> Iterator[str]:
    """The function's role lacks the action meanwhile; gives the role's name."""
    iam, role = scene.cloud.client("iam"), scene.cloud.physical[f"{function}Role"]
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    kept: Any = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    less = json.loads(json.dumps(kept))
    for statement in less["Statement"]:
        listed = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        statement["Action"] = [each for each in listed if each != action]
    less["Statement"] = [statement for statement in less["Statement"] if statement["Action"]]
    assert less != kept
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(less))
    try:
        yield role
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(kept))


@pytest.mark.parametrize(
    ("function", "action", "on"),
    first_alone(
        ("AssociateDirectory", "iam:PassRole", "arn:aws:iam::123456789012:role/signon-directory-access-us-east-1"),
        ("AssociateDirectory", "rds:ModifyDBInstance", "arn:aws:rds:us-east-1:123456789012:db:{name}"),
        ("DescribeDatabase", "rds:DescribeDBInstances", "arn:aws:rds:us-east-1:123456789012:db:{name}"),
        ("CreateLogins", "s3:GetObjectVersion", "arn:aws:s3:::{profiles}/permits.yaml"),
    ),
)
def test_a_permission_that_is_missing_needs_a_person_who_is_told_role_action_and_resource(
    scene: Scene, told: Told, function: str, action: str, on: str
) -> None:
    name = f"permits-{function}-{action.partition(':')[0]}".lower()
    scene.publish_profile("permits", ONE_LOGIN)
    scene.create_database(name, None)
    assert scene.onboarded_by_event(name).end == "Not ours"  # it has no tag
    with without(scene, function, action) as role:
        ended = scene.run(name, profile="permits")
    assert (ended.status, ended.end) == ("SUCCEEDED", "Needs a person")
    assert ended.dossier["outcome"]["Error"] == "PermissionMissing"
    resource = on.format(name=name, profiles=scene.cloud.outputs["ProfilesBucket"])
    why = f"because no identity-based policy allows the {action} action"
    problem = f"The role {role} may not do {action} on {resource}: {why}"
    (message,) = told(name)
    text = message["Message"]
    headline, _, rest = text.partition("\n\n")
    assert headline.startswith(f"{name}: a person is needed: {problem[:100]}")
    assert rest.startswith(f"- {problem}\n  What to do: Deploy the stack again: ")
    assert scene.run(name, profile="permits").end == "Onboarded"


@only_in_test_all
def test_a_master_secret_under_a_key_of_its_own_is_decrypted(scene: Scene) -> None:
    key = scene.cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    scene.publish_profile("keyed", ONE_LOGIN)
    scene.cloud.client("rds").create_db_instance(
        DBInstanceIdentifier="keyed-1",
        Engine="mysql",
        EngineVersion="8.4.6",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="admin",
        ManageMasterUserPassword=True,
        MasterUserSecretKmsKeyId=key,
        Tags=[{"Key": "signon:profile", "Value": "keyed"}],
    )
    ended = scene.onboarded_by_event("keyed-1")
    assert ended.end == "Onboarded"
    assert scene.database("keyed-1")["MasterUserSecret"]["KmsKeyId"] == key


def test_a_master_secret_whose_key_may_not_be_used_needs_a_person(scene: Scene) -> None:
    key = scene.cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    scene.publish_profile("locked", ONE_LOGIN)
    scene.create_database("locked-1", None)
    secret = scene.available("locked-1")["MasterUserSecret"]["SecretArn"]
    scene.cloud.client("secretsmanager").update_secret(SecretId=secret, KmsKeyId=key)
    with without(scene, "LookInside", "kms:Decrypt"):
        ended = scene.run("locked-1", profile="locked")
    assert ended.end == "Needs a person"
    assert ended.dossier["outcome"]["Error"] == "MasterSecretUnusable"
    assert scene.changes_made_by(ended) == {("sns", "Publish"): 1, ("events", "PutEvents"): 1}
