"""No secret sings where it must not: not in a log, a state, a record, a message, an event, a kit or a server's log.

Everything is tried that goes wrong with a secret in hand, and what goes right.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcloud.examples.example_data import create_cluster
from tests.e2e.canaries import Nest, arn_of, everything_left, lines_of
from tests.e2e.scene import PEOPLE, Ended, Scene
from tests.whole import WHOLE

TOLD = "everything-told"
ONE_LOGIN = {"alice": ["read"]}
PLACES = (
    "log",
    "execution",
    "history",
    "item",
    "message",
    "queue",
    "event",
    "kit",
    "plan",
    "server's log",
    "cloud's log",
)


class Ear(logging.Handler):
    """Keeps what the local cloud itself says."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(self.format(record))


@pytest.fixture(scope="module")
def nest() -> Nest:
    return Nest()


@pytest.fixture(scope="module")
def cloud_says(scene: Scene) -> Iterator[Ear]:
    """The local cloud's own log; and everything that is put on the bus goes to a queue as well."""
    events, rule = scene.cloud.client("events"), "everything"
    events.put_rule(Name=rule, EventPattern=json.dumps({"account": [scene.cloud.account]}))
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn_of(scene, TOLD)}])
    ear, logger = Ear(), logging.getLogger("localcloud")
    logger.addHandler(ear)
    yield ear
    logger.removeHandler(ear)
    events.remove_targets(Rule=rule, Ids=["1"])
    events.delete_rule(Name=rule)


# ---- where secrets are put


def odd_secrets(nest: Nest) -> list[str]:
    """What master secrets hold that are none, each with a canary in it."""

    def holding(what: str, text: Callable[[str], str]) -> str:
        return text(json.dumps(nest.canary(f"in a secret that is {what}"))[1:-1])

    return [
        holding("a password", lambda canary: canary),
        holding("a text", lambda canary: f'"{canary}"'),
        holding("a list", lambda canary: f'["admin", "{canary}"]'),
        holding("cut off", lambda canary: f'{{"username": "admin", "password": "{canary}'),
        holding("no JSON", lambda canary: f"username=admin password={canary}"),
        holding("YAML", lambda canary: f"username: admin\npassword: {canary}"),
        holding("a connection string", lambda canary: f"mysql://admin:{canary}@host:3306/payments"),
        holding("of a user without a name", lambda canary: f'{{"password": "{canary}"}}'),
        holding("of another field", lambda canary: f'{{"username": "admin", "pass": "{canary}"}}'),
        holding("a list of passwords", lambda canary: f'{{"username": "admin", "password": ["{canary}"]}}'),
        holding("an object", lambda canary: f'{{"username": "admin", "password": {{"value": "{canary}"}}}}'),
        holding("of a strange user", lambda canary: f'{{"username": 7, "password": "{canary}"}}'),
        holding(
            "right, of a database that nobody reaches", lambda canary: f'{{"username": "a", "password": "{canary}"}}'
        ),
        holding("right, with a token", lambda canary: f'{{"username": "a", "password": "p", "token": "{canary}"}}'),
    ]


def odd_profiles(nest: Nest) -> list[bytes]:
    """Profiles in which somebody wrote a secret where none belongs."""

    def put(place: str, profile: Callable[[str], dict[str, Any]]) -> bytes:
        return yaml.safe_dump({"version": 1, **profile(nest.canary(f"in a profile, {place}"))}).encode()

    def text(place: str, line: Callable[[str], str]) -> bytes:
        return line(nest.plain(f"in a file, {place}")).encode()

    return [
        put("as the master's secret", lambda canary: {"access": {"master": canary}}),
        put("as an unknown field's value", lambda canary: {"password": canary}),
        put("as a login's password", lambda canary: {"logins": [{"user": "a", "roles": ["read"], "password": canary}]}),
        put("as a directory's id", lambda canary: {"directory": {"id": canary, "realm": "CORP.EXAMPLE.COM"}}),
        put("as a directory's password", lambda canary: {"directory": {"id": "d-1", "realm": "X", "password": canary}}),
        put("as the version", lambda canary: {"version": canary}),
        put("as a preset", lambda canary: {"roles": {"read": {"preset": canary}}}),
        put("as a method", lambda canary: {"methods": {"mysql": [canary]}}),
        put("as what may be changed", lambda canary: {"change": {"reboot": canary}}),
        put("instead of the logins", lambda canary: {"logins": canary}),
        put("as a connection string", lambda canary: {"access": {"master": f"mysql://admin:{canary}@host"}}),
        text("behind an open quote", lambda canary: f'version: 1\naccess: {{master: "{canary}\n'),
        text("as a tag", lambda canary: f"access:\n  master: !{canary}!x y\n"),
        text("as an alias", lambda canary: f"access:\n  master: *{canary}\n"),
        text("behind a colon too many", lambda canary: f"access: master: {canary}\n"),
        text("behind a tab", lambda canary: f"access:\n\tmaster: {canary}\n"),
    ]


# ---- everything that happens with a secret in hand


@pytest.fixture(scope="module")
def history(scene: Scene, nest: Nest, cloud_says: Ear, orders: Ended, tmp_path_factory: pytest.TempPathFactory) -> None:
    for person, password in PEOPLE.items():
        nest.keep(password, f"{person}'s password of the directory")
    odd_secrets_are_used(scene, nest)
    odd_profiles_are_read(scene, nest)
    of_mysql(scene, nest, tmp_path_factory.mktemp("kit"))
    if WHOLE:
        of_aurora(scene, nest)
    every_function_is_called_wrongly(scene, nest)


def odd_secrets_are_used(scene: Scene, nest: Nest) -> None:
    """Each of a database that nobody reaches."""
    scene.publish_profile("mute", ONE_LOGIN)
    for number, text in enumerate(odd_secrets(nest)[:: 1 if WHOLE else 3], 1):
        name = f"mute-{number}"
        scene.show_copy("orders-1", name, {})
        arn = scene.give_master_secret(name)
        scene.cloud.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=text)
        assert scene.run(name, profile="mute").end == "Needs a person"


def odd_profiles_are_read(scene: Scene, nest: Nest) -> None:
    scene.show_copy("orders-1", "mute-0", {})
    for number, text in enumerate(odd_profiles(nest)[:: 1 if WHOLE else 3], 1):
        scene.cloud.client("s3").put_object(
            Bucket=scene.cloud.outputs["ProfilesBucket"], Key=f"mute-{number}.yaml", Body=text
        )
        assert scene.run("mute-0", profile=f"mute-{number}").end == "Needs a person"


def of_mysql(scene: Scene, nest: Nest, kit: Path) -> None:
    """Onboarded, through faults; signed in to, rightly and wrongly; refused statements; a password that was changed."""
    for function in ("look-inside", "create-logins", "verify-logins"):
        scene.cloud.faults.script(f"invoke:signon-{function}", "kill")
    scene.cloud.faults.script("modify_db_instance", "InvalidDBInstanceState", "Throttling")
    scene.publish_profile("sing", ONE_LOGIN)
    scene.create_database("sing-1", "sing")
    assert scene.onboarded_by_event("sing-1").end == "Onboarded"
    password = nest.keep(master(scene, "sing-1")["password"], "the master's password of MySQL")
    where = scene.kit("sing-1", kit)
    assert scene.sign_in(where, "mysql", "alice", PEOPLE["alice"]).returncode == 0
    assert scene.sign_in(where, "mysql", "alice", nest.plain("a wrong password of the directory")).returncode
    scene.as_master("sing-1", "REVOKE CREATE USER ON *.* FROM CURRENT_USER()")
    scene.publish_profile("sing", {"alice": ["read"], "bob": ["read"]})
    assert scene.run("sing-1").dossier["error"]["Error"] == "StatementRefused"
    for what in ("a wrong password", "another wrong password"):
        put(scene, "sing-1", {"username": "admin", "password": nest.canary(f"{what} of MySQL's master")})
        assert scene.run("sing-1").dossier["error"]["Error"] == "ConnectionRefused"
    put(scene, "sing-1", {"username": "admin", "password": nest.foreign("a foreign password of MySQL's master")})
    assert scene.run("sing-1").dossier["error"]["Error"] == "ConnectionRefused"
    cut_off = nest.canary("a password of MySQL's master that no driver can send")
    put(scene, "sing-1", {"username": "admin", "password": f"{cut_off}\0"})
    assert scene.run("sing-1").dossier["error"]["Error"] == "MasterSecretUnusable"
    put(scene, "sing-1", {"username": nest.canary("a wrong user of MySQL"), "password": password})
    assert scene.run("sing-1").dossier["error"]["Error"] == "ConnectionRefused"


def of_aurora(scene: Scene, nest: Nest) -> None:
    """A cluster's: onboarded, then its password was changed."""
    scene.publish_profile(
        "choir",
        ONE_LOGIN,
        admits={"engines": ["aurora-postgresql"], "names": ["choir-*"]},
        methods={"aurora-postgresql": ["kerberos"]},
        roles={"read": {"preset": "read", "postgresql": {"database": "payments", "schemas": ["public"]}}},
    )
    create_cluster(scene.cloud, "choir-1", None, readers=0)
    rds = scene.cloud.client("rds")
    scene.until(
        lambda: (
            rds.describe_db_instances(DBInstanceIdentifier="choir-1-1")["DBInstances"][0]["DBInstanceStatus"]
            == "available"
        )
    )
    ended = scene.run_with({"database": {"cluster": "choir-1"}, "profile": "choir"})
    assert "Create logins" in ended.states
    cluster = rds.describe_db_clusters(DBClusterIdentifier="choir-1")["DBClusters"][0]
    manager, arn = scene.cloud.client("secretsmanager"), cluster["MasterUserSecret"]["SecretArn"]
    nest.keep(json.loads(manager.get_secret_value(SecretId=arn)["SecretString"])["password"], "the master's of Aurora")
    wrong = {"username": "postgres", "password": nest.canary("a wrong password of Aurora's master")}
    manager.put_secret_value(SecretId=arn, SecretString=json.dumps(wrong))
    again = scene.run_with({"database": {"cluster": "choir-1"}, "profile": "choir"})
    assert again.dossier["error"]["Error"] == "ConnectionRefused"


def every_function_is_called_wrongly(scene: Scene, nest: Nest) -> None:
    """With nothing, and with a secret in every field that it reads; each ends in an error of its own."""
    client = scene.cloud.client("lambda")
    listed = {each["FunctionName"] for each in client.list_functions()["Functions"]}
    functions = sorted(listed & set(scene.cloud.physical.values()))  # the stack's: other tests have some of their own
    assert len(functions) == len(list(Path("functions").glob("*/app.py")))
    for function in functions:
        canary = nest.plain(f"in what {function} was called with")
        fields = (
            "input",
            "request",
            "database",
            "plan",
            "claim",
            "membership",
            "dossier",
            "execution",
            "detail",
        )
        for event in ({}, {**dict.fromkeys(fields, canary), "now": "soon", "password": canary}, canary):
            answer = client.invoke(FunctionName=function, Payload=json.dumps(event))
            assert "FunctionError" in answer, (function, event)


def master(scene: Scene, name: str) -> dict[str, str]:
    arn = scene.database(name)["MasterUserSecret"]["SecretArn"]
    secret: dict[str, str] = json.loads(
        scene.cloud.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    )
    return secret


def put(scene: Scene, name: str, secret: dict[str, str]) -> None:
    arn = scene.database(name)["MasterUserSecret"]["SecretArn"]
    scene.cloud.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=json.dumps(secret))


# ---- what is left of it


def test_no_secret_is_found_anywhere(history: None, scene: Scene, nest: Nest, cloud_says: Ear) -> None:
    left = [*everything_left(scene, TOLD), *lines_of(cloud_says.heard)]
    looked_at = Counter(found.place for found in left)
    print(f"{len(nest.planted)} canaries in {len(left)} things:", dict(looked_at))
    assert len(nest.planted) >= 50
    assert set(looked_at) >= set(PLACES) - {"queue"}
    sung = {(found.place, what): found.text[:300] for found in left for what in nest.heard_in(found.text)}
    assert sung == {}


def test_a_leaked_canary_is_detected(history: None, scene: Scene, cloud_says: Ear) -> None:
    """In each place that is looked at, or the test above would prove nothing."""
    nest = Nest()
    canary, client = nest.canary("a control"), scene.cloud.client
    group = next(listed["logGroupName"] for listed in client("logs").describe_log_groups()["logGroups"])
    client("logs").create_log_stream(logGroupName=group, logStreamName="control")
    said = {"timestamp": int(time.time() * 1000), "message": f"password={canary}"}
    client("logs").put_log_events(logGroupName=group, logStreamName="control", logEvents=[said])
    scene.run_with({"database": {"instance": "nowhere-1"}, "reason": canary})
    item, table = {"database": {"S": "control"}, "kind": {"S": canary}}, scene.cloud.physical["Records"]
    client("dynamodb").put_item(TableName=table, Item=item)
    client("sns").publish(TopicArn=scene.cloud.outputs["OutcomesTopic"], Message=canary)
    queue = client("sqs").create_queue(QueueName="control")["QueueUrl"]
    client("sqs").send_message(QueueUrl=queue, MessageBody=canary)
    event = {"Source": "signon", "DetailType": "control", "Detail": json.dumps({"said": canary})}
    client("events").put_events(Entries=[event])
    buckets = [scene.cloud.outputs[bucket] for bucket in ("KitsBucket", "PlansBucket")]
    for bucket in buckets:
        client("s3").put_object(Bucket=bucket, Key="control", Body=canary.encode())
    with Path(scene.instance("sing-1").server.log).open("a") as log:
        log.write(f"{canary}\n")
    logging.getLogger("localcloud.control").error("%s", canary)

    def heard() -> set[str]:
        left = [*everything_left(scene, TOLD), *lines_of(cloud_says.heard)]
        return {found.place for found in left if nest.heard_in(found.text)}

    try:
        scene.until(lambda: heard() == set(PLACES))
    finally:
        client("dynamodb").delete_item(TableName=table, Key=item)
        for bucket in buckets:
            client("s3").delete_object(Bucket=bucket, Key="control")
        client("sqs").delete_queue(QueueUrl=queue)


@pytest.mark.parametrize("written", [str, repr, json.dumps, lambda secret: json.dumps({"Cause": json.dumps(secret)})])
def test_a_canary_is_known_however_it_is_written(written: Callable[[str], str]) -> None:
    nest = Nest()
    assert nest.heard_in(written(nest.canary("one"))) == ["one"]
    assert nest.heard_in(written("Sing")) == []
