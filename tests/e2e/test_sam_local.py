"""The SAM CLI's local testing: what `make sam-local` prints, every function in a container, a whole onboarding."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from localcloud.deploy.translation import read
from localcloud.examples import samples
from localcloud.people.sam_events import folder_of
from localcloud.sam.firewall import rules
from tests.e2e.demos import ROOT, demo
from tests.e2e.reader import Reader
from tests.whole import only_in_test_all

pytestmark = [
    only_in_test_all,
    pytest.mark.skipif(os.geteuid() != 0 and not shutil.which("docker"), reason="a private Podman is root's alone"),
]

# What each function answers to its event, in an order in which none takes from the next what it needs: a claim, the
# directory.
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "DescribeDatabase": {"database": {"name": "payments-orders", "engine": "mysql"}},
    "MakePlan": {"verdict": "LOOK", "findings": []},
    "LookInside": {"verdict": "GO", "findings": []},
    "CountSessions": {"other_sessions": 0},
    "CheckDirectoryRole": {"role": "signon-directory-access-us-east-1"},
    "AssociateDirectory": {"requested_at": None},
    "ReadMembership": {"status": "kerberos-enabled", "verdict": "READY"},
    "RebootDatabase": {"instances": ["payments-orders"]},
    "EnsureConnectPolicy": {"roles": 0},
    "LockLeavers": {"locked": 0},
    "CreateLogins": {"statements": 0},
    "VerifyLogins": {"verified": 2},
    "PublishConnectionKit": {"changed": 0},
    "SwitchIamAuthentication": {"verdict": "READY", "requested": False},
    "LeaveDirectory": {"verdict": "WAIT", "requested": True},
    "ReportOutcome": {"end": "Onboarded"},
    "ClaimDatabase": {"fence": 3},
    "SweepDatabases": {"looked_at": 1},
    "ReportEnding": {"reported": False},
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(tmp_path_factory.mktemp("reader"))
    reader.up("sam-local")
    try:
        yield reader
    finally:
        reader.down()
    assert "198.18." not in _addresses()
    assert not rules() or shutil.which("docker")


def _addresses() -> str:
    return subprocess.run(["ip", "address"], capture_output=True, text=True, check=True).stdout


def test_a_call_of_a_function_prints_the_answer_that_make_sam_local_printed(reader: Reader) -> None:
    (expected,) = reader.section("The last line on standard output:")
    assert json.loads(expected) == answer(reader.shell(reader.section("1.")))


def test_the_aws_cli_calls_functions_that_stay_warm(reader: Reader) -> None:
    assert '"verdict": "LOOK"' in reader.shell(reader.section("2."))


def test_the_state_machine_runs_here(reader: Reader) -> None:
    printed = reader.shell(reader.section("3."))
    assert "Planned." in printed
    assert '"dry_run":true' in printed


def test_every_function_has_its_answer() -> None:
    resources = read(ROOT / "template.yaml")["Resources"]
    assert set(ANSWERS) == {
        name for name, resource in resources.items() if resource["Type"] == "AWS::Serverless::Function"
    }


@pytest.mark.parametrize("function", ANSWERS)
def test_a_function_answers_its_event(reader: Reader, function: str) -> None:
    line = f"sam local invoke {function} -t $TEMPLATE -e $EVENTS/{folder_of(function)}.json"
    said = answer(reader.shell([line]))
    assert "errorType" not in said
    assert_holds(said, ANSWERS[function])


def test_an_event_of_rds_from_the_samples_is_of_this_cloud(reader: Reader) -> None:
    shown = reader.shell(["make start EVENT=events/rds_instance_created.json || true"])
    assert "mysql; profile payments, by RDS-EVENT-0005" in shown


def test_the_claim_is_taken_back_from_a_sample(reader: Reader) -> None:
    reader.up("sam-local")
    reader.shell(["sam local invoke ReportOutcome -t $TEMPLATE -e $EVENTS/report_outcome.json"])
    taking = "sam local invoke ClaimDatabase -t $TEMPLATE -e events/functions/claim_database.json"
    assert f":{samples.ACCOUNT}:" in answer(reader.shell([taking]))["execution"]
    reader.up("sam-local")
    line = "sam local invoke PublishConnectionKit -t $TEMPLATE -e $EVENTS/publish_connection_kit.json | grep location"
    reader.shell([line])  # whose claim is confirmed first; it needs no membership, which an earlier sample has ended


def test_applications_are_onboarded_by_functions_in_containers() -> None:
    shown = demo("--lambda", "sam", "--engine", "mariadb", "--method", "iam")
    assert "\n  -> payments_app@%\n" in shown


def test_a_database_is_onboarded_by_functions_in_containers() -> None:
    shown = demo("--lambda", "sam")
    assert "each function in its own container" in shown
    assert "Onboarded: payments-orders: onboarded, 2 logins for CORP.EXAMPLE.COM set up and read back" in shown
    assert "CREATE USER 'alice'@'%'" in shown
    assert "Refused, as expected:" in shown


def answer(printed: str) -> Any:
    """The function's, of what `sam local invoke` prints to standard output."""
    return json.loads([line for line in printed.splitlines() if line.startswith("{")][-1])


def assert_holds(said: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    for key, value in expected.items():
        if isinstance(value, Mapping):
            assert_holds(said[key], value)
        else:
            assert said[key] == value
