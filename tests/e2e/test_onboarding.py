"""From RDS's event to people who sign in: the real template, functions, servers and directory."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.scene import PEOPLE, Ended, Scene


def test_the_event_of_a_new_database_ends_in_onboarded(orders: Ended) -> None:
    assert (orders.status, orders.end) == ("SUCCEEDED", "Onboarded")


def test_the_database_was_joined_once_and_rebooted_once(scene: Scene, orders: Ended) -> None:
    calls = scene.cloud.counter.calls(orders.arn)
    assert calls["rds", "ModifyDBInstance"] == 1
    assert calls["rds", "RebootDBInstance"] == 1
    assert scene.database("orders-1")["DomainMemberships"][0]["Status"] == "kerberos-enabled"


def test_thirty_minutes_take_at_most_sixteen_looks_and_250_history_events(scene: Scene, orders: Ended) -> None:
    pages = scene.cloud.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=orders.arn)
    assert orders.states.count("Read membership") <= 16
    assert sum(len(page["events"]) for page in pages) <= 250
    assert len(orders.states) <= 60


def told(ended: Ended) -> list[dict[str, Any]]:
    """The steps of the plan that change something."""
    return [step for step in ended.dossier["plan"]["steps"] if "action" in step]


def test_the_plan_said_what_it_would_do_why_and_what_it_interrupts(orders: Ended) -> None:
    steps = [(step["action"], step["interruption"]) for step in told(orders)]
    assert steps == [
        (f"Associate directory {orders.dossier['plan']['directory']} with orders-1", "brief"),
        ("Reboot orders-1", "reboot"),
        ("Create 2 logins, make 3 grants", "none"),
        ("Publish the connection kit", "none"),
    ]
    assert all(step["reason"] for step in told(orders))


@pytest.mark.parametrize("client", ["mysql", "mariadb"])
@pytest.mark.parametrize("user", ["alice", "bob"])
def test_a_person_signs_in_with_the_line_of_the_kit(
    scene: Scene, orders: Ended, tmp_path: Path, client: str, user: str
) -> None:
    answer = scene.sign_in(scene.kit("orders-1", tmp_path), client, user, PEOPLE[user])
    assert answer.stdout.split() == [f"{user}@%", f"{user}@{scene.cloud.directory.realm}"], answer.stderr


@pytest.mark.parametrize("client", ["mysql", "mariadb"])
@pytest.mark.parametrize(
    ("user", "password"), [("mallory", PEOPLE["mallory"]), ("alice", "wrong"), ("alice", ""), ("nobody", "x")]
)
def test_the_server_refuses(scene: Scene, orders: Ended, tmp_path: Path, client: str, user: str, password: str) -> None:
    answer = scene.sign_in(scene.kit("orders-1", tmp_path), client, user, password)
    assert answer.returncode != 0
    assert "ERROR 1045" in answer.stderr


@pytest.mark.parametrize(
    ("client", "instead"),
    [
        ("mysql", ("--ssl-mode=VERIFY_IDENTITY", "--ssl-mode=DISABLED")),
        ("mariadb", ("--ssl-verify-server-cert", "--skip-ssl")),
    ],
)
def test_nobody_signs_in_without_tls(
    scene: Scene, orders: Ended, tmp_path: Path, client: str, instead: tuple[str, str]
) -> None:
    kit = scene.kit("orders-1", tmp_path)
    if client == "mariadb":
        instead = (f"--ssl-ca=ca-bundle.pem {instead[0]}", instead[1])
    answer = scene.sign_in(kit, client, "alice", PEOPLE["alice"], instead=instead)
    assert answer.returncode != 0
    assert "ERROR 1045" in answer.stderr


def test_each_login_has_the_grants_of_its_roles_and_no_others(scene: Scene, orders: Ended) -> None:
    grants = {
        user: [row[0] for row in scene.as_master("orders-1", f"SHOW GRANTS FOR '{user}'@'%'")]
        for user in ("alice", "bob")
    }
    assert grants["alice"] == [
        "GRANT USAGE ON *.* TO `alice`@`%`",
        "GRANT SELECT, SHOW VIEW ON `payments`.* TO `alice`@`%`",
    ]
    assert sorted(grants["bob"]) == [
        "GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE, SHOW VIEW ON `pay_roll`.* TO `bob`@`%`",
        "GRANT SELECT, SHOW VIEW ON `payments`.* TO `bob`@`%`",
        "GRANT USAGE ON *.* TO `bob`@`%`",
    ]


def test_the_record_says_what_is_so(scene: Scene, orders: Ended) -> None:
    record = scene.record("orders-1")
    assert record is not None
    assert (record["name"], record["end"], record["profile"], record["execution"]) == (
        "orders-1",
        "Onboarded",
        "orders",
        orders.arn,
    )
    assert record["rebooted_at"] > record["associated_at"]


def test_the_claim_is_released_and_its_fence_stays(scene: Scene, orders: Ended) -> None:
    claim = scene.claim("orders-1")
    assert "holder" not in claim
    assert claim["fence"]["N"] >= "1"


def test_a_database_without_the_tag_is_left_alone(scene: Scene) -> None:
    scene.create_database("untagged-1", None)
    ended = scene.onboarded_by_event("untagged-1")
    assert (ended.status, ended.end) == ("SUCCEEDED", "Not ours")
    assert scene.changes_made_by(ended) == {}
    assert scene.database("untagged-1")["DomainMemberships"] == []
