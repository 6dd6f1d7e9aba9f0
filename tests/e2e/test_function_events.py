"""The samples in events/functions: runs in a local cloud write the same ones, and the deployed functions take them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.checkout import CHECKOUT
from localcloud.examples.example_data import create_database
from localcloud.people.function_events import FOLDER, ORDERS, TERMINALS
from tests.conftest import Eventually
from tests.e2e.reader import Reader
from tests.whole import only_in_test_all

pytestmark = only_in_test_all
LAST = ("reboot_database", "leave_directory")  # RDS is busy with it for a while


def test_runs_in_a_local_cloud_write_the_same_samples(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "localcloud", "events", str(tmp_path)], cwd=CHECKOUT, check=True, timeout=290)
    recorded, kept = ({file.name: file.read_text() for file in folder.iterdir()} for folder in (tmp_path, FOLDER))
    assert recorded == kept, "`make events` writes them anew"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, eventually: Eventually) -> Iterator[Reader]:
    """Who has followed the lines of `make up`, and let the samples hold the claims."""
    reader = Reader(tmp_path_factory.mktemp("reader"))
    reader.up()
    try:
        create_database(reader, ORDERS, "payments")
        create_database(reader, TERMINALS, "payments-api", "mariadb")
        eventually(lambda: reader.ends() == {ORDERS: "Onboarded", TERMINALS: "Onboarded"})
        reader.shell(["make claims"])
        yield reader
    finally:
        reader.down()


def test_the_deployed_functions_take_them(reader: Reader, eventually: Eventually) -> None:
    functions = reader.client("lambda")
    for file in sorted(FOLDER.iterdir(), key=lambda file: (file.stem in LAST, file.stem)):
        if file.stem in LAST:
            reader.shell(["make claims"])
            eventually(lambda: reader.status(ORDERS) == "available")
        name = f"signon-{file.stem.replace('_', '-')}"
        answer = functions.invoke(FunctionName=name, Payload=file.read_bytes())
        said = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        if file.stem == "claim_database":
            reader.shell(["make claims"])  # it is another one's now


def test_a_later_execution_takes_the_claim_over(reader: Reader) -> None:
    reader.shell(["make claims"])
    printed = reader.shell(
        ["make start EVENT=events/manual_dry_run.json", "make start EVENT=events/manual_onboard.json || true"]
    )
    assert "Planned." in printed
    assert "holds" not in printed
