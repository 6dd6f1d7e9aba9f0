"""Who may sign in by IAM is what the policies of roles say: exactly the profile's logins, of exactly this database."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from localcloud.examples.example_data import API
from tests.e2e.scene import Ended, Scene
from tests.whole import only_in_test_all

BATCH = "batch"  # a role that the stack's owner has not listed


@pytest.fixture(scope="module")
def roles(scene: Scene) -> Mapping[str, str]:
    return {name: scene.role(name) for name in (API, BATCH)}


@pytest.fixture(scope="module")
def first(scene: Scene, roles: Mapping[str, str]) -> Iterator[Ended]:
    publish(scene, roles, payments_app=[API, BATCH], reporter=[API])
    scene.create_database("tokens-1", "tokens")
    yield scene.onboarded_by_event("tokens-1")
    scene.delete("tokens-1")


def publish(scene: Scene, roles: Mapping[str, str], **logins: list[str]) -> None:
    entries = [
        {"iam": login, "used_by": [roles[role] for role in used_by], "roles": ["read"]}
        for login, used_by in logins.items()
    ]
    scene.publish_profile("tokens", {}, methods={"mysql": ["iam"]}, logins=entries)


def policies(scene: Scene, role: str) -> dict[str, list[str]]:
    """The role's connect policies, and the ends of the ARNs in them."""
    iam = scene.cloud.client("iam")
    found = {}
    for policy in iam.list_policies(Scope="Local", PathPrefix="/signon/connect/")["Policies"]:
        if f"-{role}-" in policy["PolicyName"]:
            version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
            (statement,) = version["PolicyVersion"]["Document"]["Statement"]
            found[policy["PolicyName"]] = [
                arn.partition("dbuser:")[2] for arn in statement["Resource"] if statement["Effect"] == "Allow"
            ]
    return found


def of(scene: Scene, name: str, *logins: str) -> list[str]:
    return [f"{scene.resource_id(name)}/{login}" for login in logins]


def attached(scene: Scene, role: str) -> list[Any]:
    listed = scene.cloud.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return [policy["PolicyName"] for policy in listed if policy["PolicyName"].startswith("signon-")]


def test_a_listed_role_has_its_policy_and_of_another_one_the_arn_is_handed_out(scene: Scene, first: Ended) -> None:
    assert first.end == "Onboarded"
    name = f"signon-us-east-1-{API}-1"
    assert set(of(scene, "tokens-1", "payments_app", "reporter")) <= set(policies(scene, API)[name])
    assert name in attached(scene, API)
    assert policies(scene, BATCH) == {f"signon-us-east-1-{BATCH}-1": of(scene, "tokens-1", "payments_app")}
    assert attached(scene, BATCH) == []
    assert "1 policy for you to attach" in first.dossier["outcome"]["headline"]
    (handed_out,) = first.dossier["policies"]["handed_out"]
    assert handed_out.endswith(f":policy/signon/connect/signon-us-east-1-{BATCH}-1 to the role {BATCH}")


def test_once_it_is_attached_nobody_is_told_of_it(scene: Scene, first: Ended) -> None:
    arn = first.dossier["policies"]["handed_out"][0].partition(" ")[0]
    scene.cloud.client("iam").attach_role_policy(RoleName=BATCH, PolicyArn=arn)
    again = scene.run("tokens-1")
    assert again.end == "Onboarded"
    assert again.dossier["policies"] == {"roles": 2, "changed": 0, "handed_out": [], "left_out": 0}


def test_a_copy_has_another_resource_id_and_the_policy_follows(scene: Scene, first: Ended) -> None:
    scene.create_database("tokens-2", "tokens")
    assert scene.onboarded_by_event("tokens-2").end == "Onboarded"
    (names,) = policies(scene, BATCH).values()
    assert sorted(names) == sorted([*of(scene, "tokens-1", "payments_app"), *of(scene, "tokens-2", "payments_app")])


@only_in_test_all
def test_retired_logins_and_roles_leave_the_policies_and_databases_stay_while_there_is_room(
    scene: Scene, roles: Mapping[str, str], first: Ended
) -> None:
    gone = of(scene, "tokens-2", "payments_app")
    scene.cloud.client("rds").delete_db_instance(DBInstanceIdentifier="tokens-2", SkipFinalSnapshot=True)
    publish(scene, roles, payments_app=[API])
    assert scene.run("tokens-1").end == "Onboarded"
    assert policies(scene, BATCH) == {f"signon-us-east-1-{BATCH}-1": gone}
    (names,) = policies(scene, API).values()
    assert {*of(scene, "tokens-1", "payments_app"), *gone} <= set(names)
    assert not set(of(scene, "tokens-1", "reporter")) & set(names)


@only_in_test_all
def test_a_policy_keeps_its_name_through_any_number_of_versions(
    scene: Scene, roles: Mapping[str, str], first: Ended
) -> None:
    for number in range(6):
        publish(scene, roles, **{"payments_app": [API], f"extra_{number}": [API]})
        assert scene.run("tokens-1").end == "Onboarded"
    ((name, names),) = policies(scene, API).items()
    assert name == f"signon-us-east-1-{API}-1"
    assert [each for each in names if each.startswith(scene.resource_id("tokens-1"))] == of(
        scene, "tokens-1", "extra_5", "payments_app"
    )
