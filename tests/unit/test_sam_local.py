"""What the SAM CLI answers, and what it is given, as Lambda and the state machine would have it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from localcloud.checkout import CHECKOUT
from localcloud.examples import samples
from localcloud.people import function_events, lines
from localcloud.people.running import Running
from localcloud.people.sam_events import filled, folder_of
from localcloud.sam import engines, firewall, host_setup, traces
from localcloud.sam.account import ACCOUNT
from localcloud.sam.start_lambda import as_lambda_answers


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        (b'{"verdict": "GO"}', False),
        (b"null", False),
        (b'["errorType", "errorMessage"]', False),
        (b'{"errorType": "DatabaseBusy", "errorMessage": "it is", "requestId": "1", "stackTrace": []}', True),
    ],
)
def test_a_function_that_raised_is_answered_with_200(body: bytes, failed: bool) -> None:
    assert as_lambda_answers(body, 30).failed is failed


def test_a_function_that_took_too_long_is_answered_with_nothing() -> None:
    reply = as_lambda_answers(b"", 30)
    assert reply.failed
    assert json.loads(reply.payload)["errorType"] == "Sandbox.Timedout"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"Task timed out after 30.00 seconds", "Sandbox.Timedout"),
        (b"signal: killed", "Runtime.ExitError"),
        (b"\xff", "Runtime.ExitError"),
    ],
)
def test_what_the_emulator_says_in_place_of_the_function_is_an_error_of_it(body: bytes, kind: str) -> None:
    reply = as_lambda_answers(body, 30)
    assert reply.failed
    assert json.loads(reply.payload) == {"errorType": kind, "errorMessage": body.decode(errors="replace")}


def test_an_event_is_what_the_states_parameters_say() -> None:
    parameters = {"plan.$": "$.plan", "by": "hand", "id.$": "$$.Execution.Id", "all.$": "$", "missing.$": "$.probe.on"}
    dossier = {"plan": {"verdict": "GO"}}
    event = filled(parameters, dossier, {"Execution": {"Id": "arn"}})
    assert event == {"plan": {"verdict": "GO"}, "by": "hand", "id": "arn", "all": dossier, "missing": None}


def test_a_function_has_the_folder_of_its_name() -> None:
    assert folder_of("SwitchIamAuthentication") == "switch_iam_authentication"


EXAMPLES = sorted(file for kind in ("profiles/*.yaml", "events/*.json") for file in CHECKOUT.glob(kind))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_names_one_account_which_becomes_the_clouds(file: Path) -> None:
    accounts = set(re.findall(r"\b[0-9]{12}\b", samples.of_account(file.read_text(), ACCOUNT)))
    assert accounts <= {ACCOUNT}


OUTPUTS = {"StateMachineArn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:signon-onboard-database"}
CLOUD = Running(
    pid=1,
    started=1,
    endpoint="http://198.18.1.1:1",
    region="us-east-1",
    speed=500,
    stack="signon",
    hosts="",
    outputs=OUTPUTS,
    environment={"TEMPLATE": "/its/template.yaml", "EVENTS": "/its/events"},
)


def test_up_prints_nothing_wrong_for_the_cloud_of_the_sam_cli(capsys: pytest.CaptureFixture[str]) -> None:
    lines.say(CLOUD)
    (said,) = capsys.readouterr().out.splitlines()
    assert said.startswith("It was started by `make sam-local`")


def test_samples_cannot_hold_the_claims_of_a_cloud_of_another_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Running, "get", lambda: CLOUD)
    with pytest.raises(function_events.OfAnotherAccount, match="Its own events are in /its/events"):
        function_events.hold_claims()


def test_the_last_cloud_restores_the_forwarding_that_was_before_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules: list[tuple[str, str]] = []
    forwarding, first, second = tmp_path / "proc" / "ip_forward", tmp_path / "all" / "1", tmp_path / "all" / "2"
    for folder in (forwarding.parent, first, second):
        folder.mkdir(parents=True)
    forwarding.write_text("0\n")
    monkeypatch.setattr(engines, "FORWARDING", forwarding)
    monkeypatch.setattr(firewall, "rules", lambda: rules)
    engines.remember_forwarding(first)
    forwarding.write_text("1\n")  # Podman has
    rules.append(("filter", "-N NETAVARK_FORWARD"))
    engines.remember_forwarding(second)
    assert (second / "ip_forward").read_text() == "0\n"


def test_the_forwarding_of_another_podman_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firewall, "rules", lambda: [("filter", "-N NETAVARK_FORWARD")])
    engines.remember_forwarding(tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_a_killed_host_setup_added_is_undone_when_its_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs, folder = tmp_path / "bin", tmp_path / "signon-sam.1-2-3"
    for made in (programs, folder):
        made.mkdir()
    (programs / "ip").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/called\n')
    (programs / "ip").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    (folder / "address").write_text("198.18.200.1/24")
    host_setup.undo(folder)
    assert (tmp_path / "called").read_text() == "address delete 198.18.200.1/24 dev lo\n"
    assert not folder.exists()


@pytest.fixture
def left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, ...]:
    """What Podman leaves outside of its folders; one of them is there before."""
    files = (tmp_path / "run/networks/ipam.db", tmp_path / "cache/blobs.db")
    files[1].parent.mkdir()
    files[1].write_text("somebody's")
    monkeypatch.setattr(traces, "FILES", files)
    monkeypatch.setattr(traces, "NAMESPACES", tmp_path)  # it is there
    return files


def a_cloud(tmp_path: Path, number: int) -> Path:
    folder = tmp_path / f"cloud-{number}"
    folder.mkdir()
    return folder


def test_what_podman_leaves_is_removed_with_the_last_cloud_unless_it_was_there(
    tmp_path: Path, left_behind: tuple[Path, ...]
) -> None:
    new, old = left_behind
    clouds = [a_cloud(tmp_path, 1), a_cloud(tmp_path, 2)]
    traces.remember(clouds[0])
    new.parent.mkdir(parents=True)
    new.touch()
    traces.remember(clouds[1])
    traces.remove(clouds[0])
    assert new.exists()
    (clouds[0] / traces.NEW).unlink()
    traces.remove(clouds[1])
    assert (new.exists(), new.parent.exists(), old.exists()) == (False, False, True)


def test_what_podman_leaves_stays_where_nothing_is_known_of_it(tmp_path: Path, left_behind: tuple[Path, ...]) -> None:
    traces.remove(a_cloud(tmp_path, 1))
    assert left_behind[1].exists()
