"""The commands of docs/deploying.md, run as they stand in the shell of a local cloud that `make up` started."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.conftest import Eventually

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/deploying.md").read_text()
BLOCKS: dict[str, str] = dict(re.findall(r"<!-- run: (\w+) -->\n```bash\n(.*?)```", PAGE, re.DOTALL))


class Reader:
    """Somebody who copies the page's blocks into the shell of a cloud of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "profiles").symlink_to(ROOT / "profiles")

    def localcloud(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "localcloud", *words],
            cwd=ROOT,
            env={**os.environ, "XDG_RUNTIME_DIR": str(self.folder), "STACK": "signon"},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def runs(self, *blocks: str) -> str:
        """What they print, one after the other in one shell."""
        script = "\n".join([f"cd {self.folder}", BLOCKS["names"], *(BLOCKS[block] for block in blocks)])
        return self.localcloud("shell", "--", "bash", "-euo", "pipefail", "-c", script)

    @property
    def running(self) -> dict[str, Any]:
        """What the cloud says of itself: endpoint, Region, the stack's outputs."""
        return json.loads((self.folder / f"rds-signon-{os.geteuid()}" / "cloud.json").read_text())

    def client(self, service: str) -> Any:
        """The same cloud, for what the page does not say how to find out."""
        address = {"endpoint_url": self.running["endpoint"], "region_name": self.running["region"]}
        return boto3.client(service, aws_access_key_id="local", aws_secret_access_key="local", **address)  # type: ignore[call-overload]

    def status(self, name: str) -> str:
        described = self.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        return str(described["DBInstanceStatus"])

    def ends(self) -> dict[str, str]:
        """How the databases were left, by name, as the records say."""
        items = self.client("dynamodb").scan(TableName=self.running["outputs"]["RecordsTable"])["Items"]
        return {item["name"]["S"]: item["end"]["S"] for item in items if "end" in item}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """They have put the profile, and created the page's database and one that bears no tag."""
    reader = Reader(tmp_path_factory.mktemp("reader"))
    reader.localcloud("up")
    try:
        reader.client("rds").create_db_instance(
            DBInstanceIdentifier="payments-orders",
            Engine="mysql",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername="admin",
            ManageMasterUserPassword=True,
        )
        reader.runs("profile", "whole")
        yield reader
    finally:
        reader.localcloud("down")


def test_every_block_that_needs_no_account_is_marked_to_be_run() -> None:
    unmarked = re.findall(r"(?<!-->\n)```bash\n(.*?)```", PAGE, re.DOTALL)
    assert all(block.startswith(("make build", ".machine/sam/bin/sam ")) for block in unmarked)


def test_the_check_prints_a_plan_that_has_what_the_page_says(reader: Reader, eventually: Eventually) -> None:
    eventually(lambda: reader.status("payments-orders") == "available")
    status, output = reader.runs("check").split("\n", 1)
    plan = json.loads(output)["plan"]
    assert status.split() == ["SUCCEEDED", "None"]
    assert (plan["verdict"], plan["findings"]) == ("GO", [])
    assert [step["action"].split()[0] for step in plan["steps"]] == ["Associate", "Reboot", "Create", "Publish"]


def test_the_new_database_is_onboarded_and_its_kit_is_where_the_page_looks(
    reader: Reader, eventually: Eventually
) -> None:
    assert eventually(lambda: reader.ends().get("payments-first")) == "Onboarded"
    assert "mysql --host payments-first." in reader.runs("kit")
    files = {path.name for path in (reader.folder / "payments-first-kit").iterdir()}
    assert files == {"ca-bundle.pem", "check-connection", "connect.json", "index.html"}


def test_what_would_be_left_is_removed_by_the_pages_commands(reader: Reader, eventually: Eventually) -> None:
    outputs = reader.running["outputs"]
    eventually(lambda: reader.ends().get("payments-first"))
    running, noted = reader.runs("pause", "note").strip().split("\n", 1)
    assert json.loads(running) == []
    assert noted.split("\t")[:2] == ["payments-first", "Onboarded"]
    left = reader.runs("leave", "note", "left")
    assert left.startswith('[\n    "disabling-kerberos"\n]\n')
    buckets = {bucket["Name"] for bucket in reader.client("s3").list_buckets()["Buckets"]}
    assert not buckets & {outputs["ProfilesBucket"], outputs["KitsBucket"]}
    assert outputs["RecordsTable"] not in reader.client("dynamodb").list_tables()["TableNames"]
