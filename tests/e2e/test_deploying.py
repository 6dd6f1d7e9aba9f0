"""The commands of docs/deploying.md, run as they stand in the shell of a local cloud that `make up` started."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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

    def asks(self, *command: str) -> Any:
        return json.loads(self.localcloud("shell", "--", "aws", *command, "--output", "json") or "null")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(tmp_path_factory.mktemp("reader"))
    reader.localcloud("up")
    yield reader
    reader.localcloud("down")


def test_every_block_that_needs_no_account_is_marked_to_be_run() -> None:
    unmarked = re.findall(r"(?<!-->\n)```bash\n(.*?)```", PAGE, re.DOTALL)
    assert all(block.startswith(("make build", ".machine/sam/bin/sam ")) for block in unmarked)


def test_the_page_from_its_third_step_to_its_end(reader: Reader, eventually: Eventually) -> None:
    reader.runs("profile")
    reader.localcloud("shell", "--", "aws", *created("payments-orders"))
    eventually(lambda: status_of(reader, "payments-orders") == "available")
    check(reader)
    onboard(reader, eventually)
    remove(reader, eventually)


def created(name: str) -> list[str]:
    """A database that nobody has tagged: only a person asks about it."""
    return [
        *("rds", "create-db-instance", "--db-instance-identifier", name, "--engine", "mysql"),
        *("--db-instance-class", "db.t4g.micro", "--allocated-storage", "20", "--master-username", "admin"),
        "--manage-master-user-password",
    ]


def status_of(reader: Reader, name: str) -> Any:
    described = reader.asks("rds", "describe-db-instances", "--db-instance-identifier", name)
    return described["DBInstances"][0]["DBInstanceStatus"]


def check(reader: Reader) -> None:
    """The plan that step 4 prints has what the page says that it has."""
    status, output = reader.runs("check").split("\n", 1)
    dossier = json.loads(output)
    assert status.split() == ["SUCCEEDED", "None"]
    assert dossier["plan"]["verdict"] == "GO"
    assert dossier["plan"]["findings"] == []
    actions = [step["action"].split()[0] for step in dossier["plan"]["steps"]]
    assert actions == ["Associate", "Reboot", "Create", "Publish"]


def onboard(reader: Reader, eventually: Eventually) -> None:
    """The database that step 4 creates is onboarded by its event, and its kit is where the page looks for it."""
    reader.runs("whole")
    noted = eventually(lambda: [line for line in reader.runs("note").splitlines() if "Onboarded" in line])
    assert noted[0].split("\t")[:2] == ["payments-first", "Onboarded"]
    assert "mysql --host payments-first." in reader.runs("kit")
    assert sorted(path.name for path in (reader.folder / "payments-first-kit").iterdir()) == [
        "ca-bundle.pem",
        "connect.json",
        "connect.md",
    ]


def remove(reader: Reader, eventually: Eventually) -> None:
    """All that `sam delete` would leave goes away by the page's own commands."""
    eventually(lambda: reader.runs("pause").strip() == "[]")
    assert json.loads(reader.runs("leave")) == ["disabling-kerberos"]
    outputs = reader.asks("cloudformation", "describe-stacks", "--stack-name", "signon")["Stacks"][0]["Outputs"]
    names = {output["OutputKey"]: output["OutputValue"] for output in outputs}
    reader.runs("note", "left")
    buckets = [bucket["Name"] for bucket in reader.asks("s3api", "list-buckets")["Buckets"]]
    assert not {names["ProfilesBucket"], names["KitsBucket"]} & set(buckets)
    assert names["RecordsTable"] not in reader.asks("dynamodb", "list-tables")["TableNames"]
