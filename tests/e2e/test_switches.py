"""Where an instance takes one method or the other, a switch is approved; logins are altered and keep their grants."""

import json
from pathlib import Path

import pytest

from localcloud.demo.terminal import Terminal
from localcloud.examples.example_data import API, credentials
from tests.e2e.scene import PEOPLE, Ended, Scene
from tests.whole import only_in_test_all

WHO = "SELECT plugin, authentication_string, ssl_type, account_locked FROM mysql.user WHERE User = 'alice'"


@pytest.fixture(scope="module")
def role(scene: Scene) -> str:
    return scene.role(API)


def approved(scene: Scene, name: str) -> Ended:
    asked = scene.run(name)
    assert asked.end == "Needs a person", asked.dossier["outcome"]
    (finding,) = asked.dossier["plan"]["findings"]
    assert "lose access" in finding["problem"]
    assert scene.changes_made_by(asked).keys() <= {("sns", "Publish"), ("events", "PutEvents")}
    return scene.run(name, approve={"plan": asked.dossier["plan"]["checksum"]})


@only_in_test_all
def test_from_the_directory_to_iam_and_back(scene: Scene, role: str, tmp_path: Path) -> None:
    scene.publish_profile("turns", {"alice": ["read"]})
    scene.create_database("turns-1", "turns")
    assert scene.onboarded_by_event("turns-1").end == "Onboarded"
    assert scene.as_master("turns-1", WHO) == [["auth_pam", "", "ANY", "N"]]
    grants = scene.as_master("turns-1", "SHOW GRANTS FOR 'alice'@'%'")

    by_iam = [{"iam": "alice", "used_by": [role], "roles": ["read"]}]
    scene.publish_profile("turns", {}, methods={"mysql": ["iam"]}, logins=by_iam)
    switched = approved(scene, "turns-1")
    assert switched.end == "Onboarded", switched.dossier["outcome"]
    assert "Leave directory" in switched.states
    seen = scene.database("turns-1")
    assert (seen["DomainMemberships"], seen["IAMDatabaseAuthenticationEnabled"]) == ([], True)
    assert scene.as_master("turns-1", WHO) == [["AWSAuthenticationPlugin", "RDS", "ANY", "N"]]
    assert scene.as_master("turns-1", "SHOW GRANTS FOR 'alice'@'%'") == grants
    terminal = Terminal(scene.cloud, scene.kit("turns-1", tmp_path))
    line = terminal.lines("iam")["mysql"].replace("YOUR-NAME", "alice")
    answer = terminal.run(f"{line} --execute 'SELECT 1'", environment=credentials(scene.cloud, role))
    assert answer.returncode == 0, answer.stderr

    scene.publish_profile("turns", {"alice": ["read"]})
    back = approved(scene, "turns-1")
    assert back.end == "Onboarded", back.dossier["outcome"]
    assert back.states.index("Switch IAM authentication") < back.states.index("Associate directory")
    assert not scene.database("turns-1")["IAMDatabaseAuthenticationEnabled"]
    assert scene.as_master("turns-1", WHO) == [["auth_pam", "", "ANY", "N"]]
    assert scene.as_master("turns-1", "SHOW GRANTS FOR 'alice'@'%'") == grants
    assert scene.sign_in(scene.kit("turns-1", tmp_path), "mysql", "alice", PEOPLE["alice"]).returncode == 0
    scene.delete("turns-1")


def test_rds_for_postgresql_takes_both_where_the_profile_names_both(scene: Scene, role: str, tmp_path: Path) -> None:
    """AWS's pages contradict each other; to name both is to know better."""
    scene.publish_profile(
        "both",
        {},
        admits={"engines": ["postgres"], "names": ["both-*"]},
        methods={"postgres": ["kerberos", "iam"]},
        roles={"read": {"preset": "read"}},
        logins=[
            {"user": "alice", "roles": ["read"]},
            {"iam": "payments_app", "used_by": [role], "roles": ["read"]},
        ],
    )
    create(scene, "both-1", "postgres", "both")
    ended = scene.onboarded_by_event("both-1")
    assert ended.end == "Onboarded", ended.dossier["outcome"]
    assert "2 logins for CORP.EXAMPLE.COM and IAM set up and read back" in ended.dossier["outcome"]["headline"]
    methods = json.loads((scene.kit("both-1", tmp_path) / "connect.json").read_text())["methods"]
    assert set(methods) == {"kerberos", "iam"}
    scene.delete("both-1")


def create(scene: Scene, name: str, engine: str, profile: str) -> None:
    scene.cloud.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        Engine=engine,
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="postgres",
        ManageMasterUserPassword=True,
        Tags=[{"Key": "signon:profile", "Value": profile}],
    )
