"""A login that somebody else made is reported and never touched, unless the profile adopts it by name."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
import pytest

from localcloud.scenery import API
from tests.e2e.scene import Ended, Scene

NAME = "adopted-1"
PASSWORD = "App.Passw0rd"
ACCOUNT = "SELECT plugin, ssl_type, account_locked FROM mysql.user WHERE User = 'app1'"


@pytest.fixture(scope="module")
def theirs(scene: Scene) -> Iterator[list[list[str]]]:
    """The grants of `app1`, which the team made before anything else happened."""
    with scene.events_lost():
        scene.create_database(NAME, "adopted")
        scene.available(NAME)
    scene.as_master(
        NAME,
        "CREATE DATABASE app1_own",
        f"CREATE USER 'app1'@'%' IDENTIFIED BY '{PASSWORD}'",
        "GRANT SELECT, INSERT, CREATE ON app1_own.* TO 'app1'@'%'",
    )
    yield scene.as_master(NAME, "SHOW GRANTS FOR 'app1'@'%'")
    scene.delete(NAME)


def run(scene: Scene, *adopted: str) -> Ended:
    scene.publish_profile(
        "adopted",
        {},
        methods={"mysql": ["iam"]},
        logins=[{"iam": "app1", "used_by": [scene.role(API)], "roles": ["read"]}],
        **({"access": {"adopt": list(adopted)}} if adopted else {}),
    )
    return scene.run(NAME)


@contextmanager
def signed_in_as_app1(scene: Scene) -> Iterator[None]:
    tls = ssl.create_default_context(cafile=str(scene.cloud.world.authority.bundle))
    tls.check_hostname = False  # reached by its address: this process does not resolve the cloud's names
    address = scene.instance(NAME).server.address
    with pymysql.connect(host=address, user="app1", password=PASSWORD, ssl=tls):
        yield


def test_without_adoption_it_is_reported_and_stays_as_it_is(scene: Scene, theirs: list[list[str]]) -> None:
    ended = run(scene)
    assert ended.end == "Needs a person"
    assert "app1: made by somebody else" in str(ended.dossier["proof"]["left_alone"])
    assert scene.as_master(NAME, ACCOUNT)[0][1:] == ["", "N"]
    assert scene.as_master(NAME, "SHOW GRANTS FOR 'app1'@'%'") == theirs


def test_it_is_not_adopted_while_somebody_is_signed_in_with_it(scene: Scene, theirs: list[list[str]]) -> None:
    with signed_in_as_app1(scene):
        ended = run(scene, "app1")
        assert ended.end == "Parked"
        assert "app1 is adopted when nobody is signed in with it" in ended.dossier["outcome"]["headline"]
        assert scene.as_master(NAME, ACCOUNT)[0][1:] == ["", "N"]


def test_adopted_it_is_altered_marked_and_keeps_its_grants(scene: Scene, theirs: list[list[str]]) -> None:
    ended = run(scene, "app1")
    assert ended.end == "Onboarded", ended.dossier["outcome"]
    assert scene.as_master(NAME, ACCOUNT) == [["AWSAuthenticationPlugin", "ANY", "N"]]
    grants = scene.as_master(NAME, "SHOW GRANTS FOR 'app1'@'%'")
    assert [grant for grant in grants if "app1_own" in grant[0]] == [
        grant for grant in theirs if "app1_own" in grant[0]
    ]
    assert any("SELECT, SHOW VIEW ON `payments`" in grant[0] for grant in grants)
    marks = scene.as_master(NAME, "SELECT ATTRIBUTE FROM information_schema.user_attributes WHERE USER = 'app1'")
    assert '"profile": "adopted"' in marks[0][0]
