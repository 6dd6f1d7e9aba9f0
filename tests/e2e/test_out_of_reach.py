"""Databases that the network, their certificate or IAM keeps out of reach: left as they are."""

import secrets

import pytest

from tests.e2e.scene import Ended, Scene

TOLD = {("sns", "Publish"): 1, ("events", "PutEvents"): 1}


@pytest.fixture
def name(scene: Scene, orders: Ended) -> str:
    """Of a database that RDS shows, and whose endpoint's name resolves to nothing."""
    scene.publish_profile("remote", {"alice": ["read"]})
    made = f"remote-{secrets.token_hex(4)}"
    scene.show_copy("orders-1", made, {})
    return made


def endpoint(scene: Scene, name: str) -> str:
    return str(scene.database(name)["Endpoint"]["Address"])


def told(scene: Scene, name: str) -> str:
    """What an execution about it says when it ends before anything is changed."""
    ended = scene.run(name, profile="remote")
    assert ended.states[-4:] == ["Look inside", "Report outcome", "Outcome?", "Needs a person"]
    assert scene.changes_made_by(ended) == TOLD
    return str(ended.dossier["error"]["Cause"])


def test_a_database_to_which_no_way_leads(scene: Scene, name: str) -> None:
    assert f"{endpoint(scene, name)}:3306 cannot be reached from this stack's subnets" in told(scene, name)


def test_a_database_at_whose_address_another_one_answers(scene: Scene, name: str) -> None:
    scene.cloud.world.names.add_alias(scene.instance("orders-1").server.address, endpoint(scene, name))
    assert f"The TLS of {endpoint(scene, name)} cannot be verified" in told(scene, name)


def test_a_database_whose_secret_is_gone(scene: Scene, name: str) -> None:
    """Nobody may read a secret that bears no tag of RDS's, and what is gone bears none."""
    arn = scene.give_master_secret(name)
    scene.cloud.client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    assert f"The master secret {arn} cannot be used: AccessDeniedException" in told(scene, name)
